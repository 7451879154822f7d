// SPDX-License-Identifier: Apache-2.0
// Stand-in: the JPEG encoder.
#ifndef STANDIN_DRIVER_JPEG_ENCODE_H
#define STANDIN_DRIVER_JPEG_ENCODE_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"

typedef enum {
  JPEG_ENCODE_IN_FORMAT_RGB888 = 1,
  JPEG_ENCODE_IN_FORMAT_RGB565,
} jpeg_enc_input_format_t;
typedef enum {
  JPEG_DOWN_SAMPLING_YUV444,
  JPEG_DOWN_SAMPLING_YUV422,
  JPEG_DOWN_SAMPLING_YUV420,
} jpeg_down_sampling_type_t;

typedef struct jpeg_encoder_t *jpeg_encoder_handle_t;

typedef struct {
  uint32_t height, width;
  jpeg_enc_input_format_t src_type;
  jpeg_down_sampling_type_t sub_sample;
  uint32_t image_quality;
  bool pixel_reverse;
} jpeg_encode_cfg_t;

typedef struct {
  int intr_priority, timeout_ms;
} jpeg_encode_engine_cfg_t;

esp_err_t jpeg_new_encoder_engine(const jpeg_encode_engine_cfg_t *cfg, jpeg_encoder_handle_t *out);
esp_err_t jpeg_encoder_process(jpeg_encoder_handle_t engine, const jpeg_encode_cfg_t *cfg,
                               const uint8_t *in, uint32_t in_size, uint8_t *out, uint32_t out_size,
                               uint32_t *written);
esp_err_t jpeg_del_encoder_engine(jpeg_encoder_handle_t engine);

#endif
