// SPDX-License-Identifier: Apache-2.0
// Stand-in: the types of Espressif's H.264 encoder, alike in 1.1 and 1.3.
#ifndef STANDIN_ESP_H264_TYPES_H
#define STANDIN_ESP_H264_TYPES_H

#include <stdint.h>

typedef enum {
  ESP_H264_ERR_OK = 0,
  ESP_H264_ERR_FAIL = -1,
  ESP_H264_ERR_ARG = -2,
  ESP_H264_ERR_MEM = -3,
  ESP_H264_ERR_UNSUPPORTED = -5,
  ESP_H264_ERR_TIMEOUT = -6,
  ESP_H264_ERR_OVERFLOW = -7,
} esp_h264_err_t;

typedef enum {
  ESP_H264_RAW_FMT_YUYV,
  ESP_H264_RAW_FMT_I420,
  ESP_H264_RAW_FMT_O_UYY_E_VYY,
} esp_h264_raw_format_t;

typedef enum {
  ESP_H264_FRAME_TYPE_INVALID = -1,
  ESP_H264_FRAME_TYPE_IDR = 0,
  ESP_H264_FRAME_TYPE_I = 1,
  ESP_H264_FRAME_TYPE_P = 2,
} esp_h264_frame_type_t;

typedef struct {
  uint8_t *buffer;
  uint32_t len;
} esp_h264_pkt_t;

typedef struct {
  uint16_t width, height;
} esp_h264_resolution_t;

typedef struct {
  uint32_t bitrate;
  uint8_t qp_min, qp_max;
} esp_h264_enc_rc_t;

typedef struct {
  esp_h264_raw_format_t pic_type;
  uint8_t gop, fps;
  esp_h264_resolution_t res;
  esp_h264_enc_rc_t rc;
} esp_h264_enc_cfg_t;

typedef struct {
  esp_h264_pkt_t raw_data;
  uint32_t pts;
} esp_h264_enc_in_frame_t;

typedef struct {
  esp_h264_frame_type_t frame_type;
  esp_h264_pkt_t raw_data;
  uint32_t length, dts, pts;
} esp_h264_enc_out_frame_t;

#endif
