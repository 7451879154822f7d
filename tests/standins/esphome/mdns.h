// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stddef.h>
#include <stdint.h>
#include "esp_err.h"
typedef struct {
  const char *key, *value;
} mdns_txt_item_t;
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t mdns_service_add(const char *instance, const char *type, const char *proto, uint16_t port,
                           mdns_txt_item_t txt[], size_t count);
#ifdef __cplusplus
}
#endif
