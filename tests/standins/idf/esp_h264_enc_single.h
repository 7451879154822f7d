// SPDX-License-Identifier: Apache-2.0
// Stand-in: the encoder of one stream.
#ifndef STANDIN_ESP_H264_ENC_SINGLE_H
#define STANDIN_ESP_H264_ENC_SINGLE_H

#include "esp_h264_types.h"

typedef struct esp_h264_enc_if *esp_h264_enc_handle_t;

esp_h264_err_t esp_h264_enc_open(esp_h264_enc_handle_t enc);
esp_h264_err_t esp_h264_enc_process(esp_h264_enc_handle_t enc, esp_h264_enc_in_frame_t *in,
                                    esp_h264_enc_out_frame_t *out);
esp_h264_err_t esp_h264_enc_close(esp_h264_enc_handle_t enc);
esp_h264_err_t esp_h264_enc_del(esp_h264_enc_handle_t enc);

#endif
