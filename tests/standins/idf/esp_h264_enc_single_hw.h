// SPDX-License-Identifier: Apache-2.0
// Stand-in: making a hardware encoder of one stream.
#ifndef STANDIN_ESP_H264_ENC_SINGLE_HW_H
#define STANDIN_ESP_H264_ENC_SINGLE_HW_H

#include "esp_h264_enc_param_hw.h"
#include "esp_h264_enc_single.h"

typedef esp_h264_enc_cfg_t esp_h264_enc_cfg_hw_t;

esp_h264_err_t esp_h264_enc_hw_new(const esp_h264_enc_cfg_hw_t *cfg, esp_h264_enc_handle_t *enc);
esp_h264_err_t esp_h264_enc_hw_get_param_hd(esp_h264_enc_handle_t enc,
                                            esp_h264_enc_param_hw_handle_t *param);

#endif
