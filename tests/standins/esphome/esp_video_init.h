// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include "driver/gpio.h"
#include "driver/i2c_master.h"
typedef struct {
  bool init_sccb;
  union {
    struct {
      uint8_t port;
      gpio_num_t scl_pin, sda_pin;
    } i2c_config;
    i2c_master_bus_handle_t i2c_handle;
  };
  uint32_t freq;
} esp_video_init_sccb_config_t;
typedef struct {
  esp_video_init_sccb_config_t sccb_config;
  gpio_num_t reset_pin, pwdn_pin;
  bool dont_init_ldo;
} esp_video_init_csi_config_t;
typedef struct {
  const esp_video_init_csi_config_t *csi;
} esp_video_init_config_t;
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t esp_video_init(const esp_video_init_config_t *config);
#ifdef __cplusplus
}
#endif
