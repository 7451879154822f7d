// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fake: the test gives what ESPHome would generate.
