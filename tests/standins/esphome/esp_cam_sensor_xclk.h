// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <stdint.h>
#include "driver/gpio.h"
#include "esp_err.h"
typedef void *esp_cam_sensor_xclk_handle_t;
typedef enum { ESP_CAM_SENSOR_XCLK_ESP_CLOCK_ROUTER = 1 } esp_cam_sensor_xclk_source_t;
typedef struct {
  union {
    struct {
      gpio_num_t xclk_pin;
      uint32_t xclk_freq_hz;
    } esp_clock_router_cfg;
  };
} esp_cam_sensor_xclk_config_t;
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t esp_cam_sensor_xclk_allocate(esp_cam_sensor_xclk_source_t,
                                       esp_cam_sensor_xclk_handle_t *);
esp_err_t esp_cam_sensor_xclk_start(esp_cam_sensor_xclk_handle_t,
                                    const esp_cam_sensor_xclk_config_t *);
#ifdef __cplusplus
}
#endif
