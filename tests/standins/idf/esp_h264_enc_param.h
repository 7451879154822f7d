// SPDX-License-Identifier: Apache-2.0
// Stand-in: settings that an open encoder takes. OCEL_ESP_H264_MINOR 1 stands for version 1.1.
#ifndef STANDIN_ESP_H264_ENC_PARAM_H
#define STANDIN_ESP_H264_ENC_PARAM_H

#include "esp_h264_types.h"

typedef struct esp_h264_enc_param_if *esp_h264_enc_param_handle_t;
struct esp_h264_enc_param_if {
  void *calls;
};

esp_h264_err_t esp_h264_enc_set_fps(esp_h264_enc_param_handle_t handle, uint8_t fps);
esp_h264_err_t esp_h264_enc_set_gop(esp_h264_enc_param_handle_t handle, uint8_t gop);
esp_h264_err_t esp_h264_enc_set_bitrate(esp_h264_enc_param_handle_t handle, uint32_t bitrate);
#if !defined(OCEL_ESP_H264_MINOR) || OCEL_ESP_H264_MINOR >= 3
esp_h264_err_t esp_h264_enc_force_idr(esp_h264_enc_param_handle_t handle);
#endif

#endif
