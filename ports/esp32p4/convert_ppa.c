// SPDX-License-Identifier: Apache-2.0
// The pixel-processing accelerator (PPA) converts colours while it scales by 1. It writes its
// output by DMA: address and size of that buffer must be whole cache lines, and differ from the
// input's. Its driver writes the input back and discards the output in the cache.
#include "driver/ppa.h"
#include "convert.h"
#include "memory.h"

void *ocel_convert_ppa_open(void) {
  const ppa_client_config_t cfg = {.oper_type = PPA_OPERATION_SRM, .max_pending_trans_num = 1};
  ppa_client_handle_t client = NULL;
  return ppa_register_client(&cfg, &client) == ESP_OK ? client : NULL;
}

static ppa_srm_oper_config_t operation(const ocel_convert_job *job) {
  ppa_srm_oper_config_t op = {
      .rotation_angle = PPA_SRM_ROTATION_ANGLE_0,
      .scale_x = 1.0f,
      .scale_y = 1.0f,
      .mode = PPA_TRANS_MODE_BLOCKING,
  };
  op.in.buffer = ocel_p4_unconst(job->rgb);
  op.in.pic_w = job->stride / 2;
  op.in.pic_h = job->height;
  op.in.block_w = job->width;
  op.in.block_h = job->height;
  op.in.srm_cm = PPA_SRM_COLOR_MODE_RGB565;
  op.out.buffer = job->yuv;
  op.out.buffer_size = (uint32_t)job->yuv_size;
  op.out.pic_w = job->width;
  op.out.pic_h = job->height;
  op.out.srm_cm = PPA_SRM_COLOR_MODE_YUV420;
  // Through int: ESP-IDF 5.5 has enumerations of the PPA's own for the same numbers.
  op.out.yuv_range = (int)COLOR_RANGE_LIMIT;
  op.out.yuv_std = (int)COLOR_CONV_STD_RGB_YUV_BT601;
  return op;
}

ocel_ppa_result ocel_convert_ppa(void *client, const ocel_convert_job *job) {
  if (!ocel_convert_valid(job) || !ocel_p4_is_aligned(job->yuv, job->yuv_size)) {
    return OCEL_PPA_REFUSED;
  }
  const ppa_srm_oper_config_t op = operation(job);
  const esp_err_t rc = ppa_do_scale_rotate_mirror(client, &op);
  if (rc == ESP_OK) return OCEL_PPA_OK;
  return rc == ESP_ERR_INVALID_ARG ? OCEL_PPA_REFUSED : OCEL_PPA_BUSY;
}

void ocel_convert_ppa_close(void *client) {
  if (client != NULL) (void)ppa_unregister_client(client);
}
