// SPDX-License-Identifier: Apache-2.0
#pragma once
typedef const char *esp_event_base_t;
