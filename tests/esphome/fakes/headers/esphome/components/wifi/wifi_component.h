// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fake of ESPHome's Wi-Fi component: says what it is asked for.
#include <cstdio>

namespace esphome::wifi {

struct WiFiComponent {
  bool request_high_performance() { return std::puts("request") >= 0; }
  bool release_high_performance() { return std::puts("release") >= 0; }
};
inline WiFiComponent fake;
inline WiFiComponent *global_wifi_component = &fake;

}  // namespace esphome::wifi
