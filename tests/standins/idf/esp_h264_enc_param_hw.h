// SPDX-License-Identifier: Apache-2.0
// Stand-in: the hardware encoder's settings; the common ones are its member `base`.
#ifndef STANDIN_ESP_H264_ENC_PARAM_HW_H
#define STANDIN_ESP_H264_ENC_PARAM_HW_H

#include "esp_h264_enc_param.h"

typedef struct esp_h264_enc_hw_param_if *esp_h264_enc_param_hw_handle_t;
struct esp_h264_enc_hw_param_if {
  struct esp_h264_enc_param_if base;
};

#endif
