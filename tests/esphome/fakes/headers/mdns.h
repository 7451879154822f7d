// SPDX-License-Identifier: Apache-2.0
#pragma once
// Fake of Espressif's mDNS: says what is announced, and refuses the type that the test names.
#include <cstdint>
#include <cstdio>
#include <cstring>

#ifndef REFUSED
#define REFUSED "nothing"
#endif

using esp_err_t = int;
enum { ESP_OK = 0, ESP_ERR_NO_MEM = 0x101 };
struct mdns_txt_item_t {
  const char *key, *value;
};

inline esp_err_t mdns_service_add(const char *instance, const char *type, const char *proto,
                                  uint16_t port, mdns_txt_item_t txt[], size_t count) {
  if (std::strcmp(type, REFUSED) == 0) return ESP_ERR_NO_MEM;
  std::printf("%s %s.%s %u", instance != nullptr ? instance : "device", type, proto, port);
  for (size_t i = 0; i < count; i++) std::printf(" %s=%s", txt[i].key, txt[i].value);
  std::puts("");
  return ESP_OK;
}
inline const char *esp_err_to_name(esp_err_t error) {
  return error == ESP_ERR_NO_MEM ? "ESP_ERR_NO_MEM" : "?";
}
