// SPDX-License-Identifier: Apache-2.0
#include "network_care.h"

#include "esphome/core/defines.h"

#if defined(USE_ESP32) && defined(USE_MDNS)
#include <mdns.h>
#endif
#if defined(USE_ESP32) && defined(USE_WIFI) && defined(USE_WIFI_RUNTIME_POWER_SAVE)
#define OCEL_HAS_RADIO
#include "esphome/components/wifi/wifi_component.h"
#endif

namespace esphome::rtsp_server {

#if defined(USE_ESP32) && defined(USE_MDNS)
const char *announce(uint16_t port, uint16_t tls_port, const char *path) {
  mdns_txt_item_t txt{"path", path};
  esp_err_t rc = mdns_service_add(nullptr, "_rtsp", "_tcp", port, &txt, 1);
  if (rc == ESP_OK && tls_port != 0)
    rc = mdns_service_add(nullptr, "_rtsps", "_tcp", tls_port, &txt, 1);
  return rc == ESP_OK ? nullptr : esp_err_to_name(rc);
}
#else
const char *announce(uint16_t port, uint16_t tls_port, const char *path) { return nullptr; }
#endif

#ifdef OCEL_HAS_RADIO
void keep_radio_awake(bool awake) {
  if (awake) {
    wifi::global_wifi_component->request_high_performance();
  } else {
    wifi::global_wifi_component->release_high_performance();
  }
}
#else
void keep_radio_awake(bool awake) {}
#endif

}  // namespace esphome::rtsp_server
