// SPDX-License-Identifier: Apache-2.0
#pragma once
// Stand-in for the file that ESPHome generates, for a PC that compiles what is the ESP32-P4's.
#define USE_ESP32_VARIANT_ESP32P4
