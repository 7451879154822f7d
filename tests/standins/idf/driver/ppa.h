// SPDX-License-Identifier: Apache-2.0
// Stand-in: the scale-rotate-mirror operation of the pixel-processing accelerator.
#ifndef STANDIN_DRIVER_PPA_H
#define STANDIN_DRIVER_PPA_H

#include <stdbool.h>
#include <stdint.h>

#include "esp_err.h"

typedef enum { COLOR_RANGE_LIMIT, COLOR_RANGE_FULL } color_range_t;
typedef enum {
  COLOR_CONV_STD_RGB_YUV_BT601,
  COLOR_CONV_STD_RGB_YUV_BT709,
} color_conv_std_rgb_yuv_t;

typedef enum { PPA_OPERATION_SRM, PPA_OPERATION_BLEND, PPA_OPERATION_FILL } ppa_operation_t;
typedef enum {
  PPA_SRM_COLOR_MODE_ARGB8888 = 1,
  PPA_SRM_COLOR_MODE_RGB888,
  PPA_SRM_COLOR_MODE_RGB565,
  PPA_SRM_COLOR_MODE_YUV420,
} ppa_srm_color_mode_t;
typedef enum {
  PPA_SRM_ROTATION_ANGLE_0,
  PPA_SRM_ROTATION_ANGLE_90,
  PPA_SRM_ROTATION_ANGLE_180,
  PPA_SRM_ROTATION_ANGLE_270,
} ppa_srm_rotation_angle_t;
typedef enum { PPA_TRANS_MODE_BLOCKING, PPA_TRANS_MODE_NON_BLOCKING } ppa_trans_mode_t;

typedef struct ppa_client_t *ppa_client_handle_t;

typedef struct {
  ppa_operation_t oper_type;
  uint32_t max_pending_trans_num;
} ppa_client_config_t;

typedef struct {
  const void *buffer;
  uint32_t pic_w, pic_h, block_w, block_h, block_offset_x, block_offset_y;
  ppa_srm_color_mode_t srm_cm;
  color_range_t yuv_range;
  color_conv_std_rgb_yuv_t yuv_std;
} ppa_in_pic_blk_config_t;

typedef struct {
  void *buffer;
  uint32_t buffer_size, pic_w, pic_h, block_offset_x, block_offset_y;
  ppa_srm_color_mode_t srm_cm;
  color_range_t yuv_range;
  color_conv_std_rgb_yuv_t yuv_std;
} ppa_out_pic_blk_config_t;

typedef struct {
  ppa_in_pic_blk_config_t in;
  ppa_out_pic_blk_config_t out;
  ppa_srm_rotation_angle_t rotation_angle;
  float scale_x, scale_y;
  bool mirror_x, mirror_y, rgb_swap, byte_swap;
  ppa_trans_mode_t mode;
  void *user_data;
} ppa_srm_oper_config_t;

esp_err_t ppa_register_client(const ppa_client_config_t *config, ppa_client_handle_t *client);
esp_err_t ppa_unregister_client(ppa_client_handle_t client);
esp_err_t ppa_do_scale_rotate_mirror(ppa_client_handle_t client, const ppa_srm_oper_config_t *op);

#endif
