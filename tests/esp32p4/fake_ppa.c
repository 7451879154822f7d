// SPDX-License-Identifier: Apache-2.0
#include "fake_ppa.h"

#include <stdlib.h>
#include <string.h>

#include "driver/ppa.h"
#include "fake_heap.h"
#include "fake_rules.h"
#include "memory.h"

struct ppa_client_t {
  ppa_operation_t type;
};

fake_ppa_state fake_ppa;

esp_err_t ppa_register_client(const ppa_client_config_t *config, ppa_client_handle_t *client) {
  RULE("ppa: pending transactions are not 0", config->max_pending_trans_num > 0);
  if (fake_ppa.register_result != ESP_OK) return fake_ppa.register_result;
  *client = malloc(sizeof **client);
  (*client)->type = config->oper_type;
  fake_ppa.clients++;
  return ESP_OK;
}

esp_err_t ppa_unregister_client(ppa_client_handle_t client) {
  RULE("ppa: the client is registered", client != NULL && fake_ppa.clients > 0);
  fake_ppa.clients--;
  free(client);
  return ESP_OK;
}

static bool within(uint32_t offset, uint32_t block, uint32_t picture) {
  return offset + block <= picture && block > 0;
}

static void geometry(const ppa_srm_oper_config_t *op) {
  RULE("ppa: the input block lies in its picture",
       within(op->in.block_offset_x, op->in.block_w, op->in.pic_w) &&
           within(op->in.block_offset_y, op->in.block_h, op->in.pic_h));
  RULE("ppa: the output block lies in its picture",
       within(op->out.block_offset_x, op->in.block_w, op->out.pic_w) &&
           within(op->out.block_offset_y, op->in.block_h, op->out.pic_h));
  RULE("ppa: YUV 4:2:0 has even sides and offsets",
       (op->in.block_w | op->in.block_h | op->out.pic_w | op->out.pic_h) % 2 == 0 &&
           (op->out.block_offset_x | op->out.block_offset_y) % 2 == 0);
}

static void buffers(const ppa_srm_oper_config_t *op) {
  const uint8_t *out = op->out.buffer, *in = op->in.buffer;
  RULE("ppa: the output starts on a cache line", (uintptr_t)out % OCEL_P4_CACHE_LINE == 0);
  RULE("ppa: the output is whole cache lines", op->out.buffer_size % OCEL_P4_CACHE_LINE == 0);
  RULE("ppa: the output holds the picture",
       op->out.buffer_size >= op->out.pic_w * op->out.pic_h / 2 * 3);
  RULE("ppa: input and output are apart",
       in + op->in.pic_w * op->in.pic_h * 2 <= out || out + op->out.buffer_size <= in);
}

// The nearest values, in floating point; the mean of four for U and V.
static void convert(const ppa_srm_oper_config_t *op) {
  const uint8_t *in = op->in.buffer;
  uint8_t *out = op->out.buffer;
  for (uint32_t y = 0; y < op->in.block_h; y++) {
    for (uint32_t x = 0; x < op->in.block_w; x++) {
      double sum[3] = {0};
      for (uint32_t k = 0; k < 4; k++) {
        const uint32_t px = (x & ~1u) + (k & 1), py = (y & ~1u) + k / 2;
        const uint8_t *p = in + 2 * ((size_t)py * op->in.pic_w + px);
        const unsigned v = (unsigned)(p[0] | p[1] << 8);
        const double rgb[3] = {(v >> 11) * 255 / 31.0, (v >> 5 & 63) * 255 / 63.0,
                               (v & 31) * 255 / 31.0};
        if (px == x && py == y) {
          out[y * op->out.pic_w / 2 * 3 + x / 2 * 3 + 1 + x % 2] =
              (uint8_t)(16.5 + .256788 * rgb[0] + .504129 * rgb[1] + .097906 * rgb[2]);
        }
        for (int c = 0; c < 3; c++) sum[c] += rgb[c] / 4;
      }
      const double u = -.148223 * sum[0] - .290993 * sum[1] + .439216 * sum[2];
      const double v = .439216 * sum[0] - .367788 * sum[1] - .071427 * sum[2];
      out[y * op->out.pic_w / 2 * 3 + x / 2 * 3] = (uint8_t)(128.5 + (y % 2 == 0 ? u : v));
    }
  }
}

esp_err_t ppa_do_scale_rotate_mirror(ppa_client_handle_t client, const ppa_srm_oper_config_t *op) {
  RULE("ppa: the client does this operation", client->type == PPA_OPERATION_SRM);
  RULE("ppa: it waits for the end", op->mode == PPA_TRANS_MODE_BLOCKING);
  RULE("ppa: a picture is not scaled",
       op->scale_x > 0.99f && op->scale_x < 1.01f && op->scale_y > 0.99f && op->scale_y < 1.01f);
  RULE("ppa: RGB565 becomes YUV 4:2:0",
       op->in.srm_cm == PPA_SRM_COLOR_MODE_RGB565 && op->out.srm_cm == PPA_SRM_COLOR_MODE_YUV420);
  RULE("ppa: limited range, BT.601",
       op->out.yuv_range == COLOR_RANGE_LIMIT && op->out.yuv_std == COLOR_CONV_STD_RGB_YUV_BT601);
  geometry(op);
  buffers(op);
  if (fake_ppa.result != ESP_OK) return fake_ppa.result;
  convert(op);
  fake_ppa.operations++;
  return ESP_OK;
}
