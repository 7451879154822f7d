// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "esp_idf_version.h"
#include <stdint.h>
#include "esp_err.h"
typedef void *esp_eth_handle_t;
typedef struct m esp_eth_mac_t;
typedef struct p esp_eth_phy_t;
typedef struct n esp_netif_t;
typedef struct {
  int x;
} eth_esp32_emac_config_t;
typedef struct {
  int x;
} eth_phy_config_t;
typedef int eth_duplex_t;
typedef int eth_speed_t;
typedef const char *esp_event_base_t;
typedef int emac_rmii_clock_gpio_t;

typedef enum { EMAC_CLK_EXT_IN = 1, EMAC_CLK_OUT = 2 } emac_rmii_clock_mode_t;
