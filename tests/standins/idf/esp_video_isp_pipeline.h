// SPDX-License-Identifier: Apache-2.0
// Stand-in: Espressif's algorithms of exposure and gain, switched off and on.
#ifndef STANDIN_ESP_VIDEO_ISP_PIPELINE_H
#define STANDIN_ESP_VIDEO_ISP_PIPELINE_H

#include "esp_err.h"
#include "sdkconfig.h"

#ifdef CONFIG_ESP_VIDEO_ENABLE_ISP_PIPELINE_CONTROLLER

typedef enum {
  ESP_VIDEO_ISP_PIPELINE_AGC_DISABLE,
  ESP_VIDEO_ISP_PIPELINE_AGC_ENABLE,
} esp_video_isp_pipeline_agc_status_t;

esp_err_t esp_video_isp_pipeline_set_agc_status(esp_video_isp_pipeline_agc_status_t status);

#endif

#endif
