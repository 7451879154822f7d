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

static bool turned(const ppa_srm_oper_config_t *op) {
  return op->rotation_angle == PPA_SRM_ROTATION_ANGLE_90 ||
         op->rotation_angle == PPA_SRM_ROTATION_ANGLE_270;
}

// As the driver computes it: sixteenths, and fractions of pixels are left out.
static uint32_t scaled(uint32_t side, float scale) { return side * (uint32_t)(scale * 16) / 16; }

static uint32_t made_width(const ppa_srm_oper_config_t *op) {
  return turned(op) ? scaled(op->in.block_h, op->scale_y) : scaled(op->in.block_w, op->scale_x);
}

static uint32_t made_height(const ppa_srm_oper_config_t *op) {
  return turned(op) ? scaled(op->in.block_w, op->scale_x) : scaled(op->in.block_h, op->scale_y);
}

static uint32_t bytes(ppa_srm_color_mode_t mode, uint32_t width, uint32_t height) {
  return mode == PPA_SRM_COLOR_MODE_YUV420 ? width * height / 2 * 3 : width * height * 2;
}

static void geometry(const ppa_srm_oper_config_t *op) {
  RULE("ppa: the input block lies in its picture",
       within(op->in.block_offset_x, op->in.block_w, op->in.pic_w) &&
           within(op->in.block_offset_y, op->in.block_h, op->in.pic_h));
  RULE("ppa: the output block lies in its picture",
       within(op->out.block_offset_x, made_width(op), op->out.pic_w) &&
           within(op->out.block_offset_y, made_height(op), op->out.pic_h));
  RULE("ppa: YUV 4:2:0 has even sides and offsets",
       (op->in.block_w | op->in.block_h | op->in.block_offset_x | op->in.block_offset_y |
        op->out.pic_w | op->out.pic_h | op->out.block_offset_x | op->out.block_offset_y) %
               2 ==
           0);
  RULE("ppa: YUV 4:2:0 is written by eighths",
       op->out.srm_cm != PPA_SRM_COLOR_MODE_YUV420 || (uint32_t)(op->scale_x * 16) % 2 == 0);
}

static void buffers(const ppa_srm_oper_config_t *op) {
  const uint8_t *out = op->out.buffer, *in = op->in.buffer;
  RULE("ppa: the output starts on a cache line", (uintptr_t)out % OCEL_P4_CACHE_LINE == 0);
  RULE("ppa: the output is whole cache lines", op->out.buffer_size % OCEL_P4_CACHE_LINE == 0);
  RULE("ppa: the output holds the picture",
       op->out.buffer_size >= bytes(op->out.srm_cm, op->out.pic_w, op->out.pic_h));
  const uint32_t read = bytes(op->in.srm_cm, op->in.pic_w, op->in.pic_h);
  RULE("ppa: input and output are apart", in + read <= out || out + op->out.buffer_size <= in);
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

typedef struct {
  uint8_t y, u, v;
} yuv;

static yuv pixel_of(const ppa_in_pic_blk_config_t *in, uint32_t x, uint32_t y) {
  const uint8_t *p = in->buffer;
  const uint32_t stride = in->pic_w / 2 * 3;
  const uint8_t *even = p + (y & ~1u) * stride + x / 2 * 3;
  return (yuv){.y = p[y * stride + x / 2 * 3 + 1 + x % 2], .u = even[0], .v = even[stride]};
}

static void put(const ppa_srm_oper_config_t *op, uint32_t x, uint32_t y, yuv v) {
  uint8_t *out = op->out.buffer;
  if (op->out.srm_cm == PPA_SRM_COLOR_MODE_YUV420) {
    uint8_t *pair = out + y * (op->out.pic_w / 2 * 3) + x / 2 * 3;
    pair[0] = y % 2 == 0 ? v.u : v.v;
    pair[1 + x % 2] = v.y;
    return;
  }
  const double luma = 1.164384 * (v.y - 16), red = v.v - 128, blue = v.u - 128;
  const double rgb[3] = {luma + 1.596027 * red, luma - .391762 * blue - .812968 * red,
                         luma + 2.017232 * blue};
  unsigned n[3];
  for (int i = 0; i < 3; i++) n[i] = rgb[i] < 0 ? 0 : rgb[i] > 255 ? 255 : (unsigned)(rgb[i] + .5);
  const unsigned pixel = n[0] >> 3 << 11 | n[1] >> 2 << 5 | n[2] >> 3;
  out[2 * (y * op->out.pic_w + x)] = (uint8_t)pixel;
  out[2 * (y * op->out.pic_w + x) + 1] = (uint8_t)(pixel >> 8);
}

// The nearest pixel; counter-clockwise.
static void reshape(const ppa_srm_oper_config_t *op) {
  const uint32_t width = made_width(op), height = made_height(op);
  for (uint32_t y = 0; y < height; y++) {
    for (uint32_t x = 0; x < width; x++) {
      uint32_t sx = x, sy = y;
      if (op->rotation_angle == PPA_SRM_ROTATION_ANGLE_90) sx = height - 1 - y, sy = x;
      if (op->rotation_angle == PPA_SRM_ROTATION_ANGLE_270) sx = y, sy = width - 1 - x;
      sx = (uint32_t)((float)sx / op->scale_x) + op->in.block_offset_x;
      sy = (uint32_t)((float)sy / op->scale_y) + op->in.block_offset_y;
      put(op, x, y, pixel_of(&op->in, sx, sy));
    }
  }
}

static void rules_of_conversion(const ppa_srm_oper_config_t *op) {
  RULE("ppa: a picture is not scaled",
       op->scale_x > 0.99f && op->scale_x < 1.01f && op->scale_y > 0.99f && op->scale_y < 1.01f);
  RULE("ppa: RGB565 becomes YUV 4:2:0",
       op->in.srm_cm == PPA_SRM_COLOR_MODE_RGB565 && op->out.srm_cm == PPA_SRM_COLOR_MODE_YUV420);
}

esp_err_t ppa_do_scale_rotate_mirror(ppa_client_handle_t client, const ppa_srm_oper_config_t *op) {
  const bool from_yuv = op->in.srm_cm == PPA_SRM_COLOR_MODE_YUV420;
  RULE("ppa: the client does this operation", client->type == PPA_OPERATION_SRM);
  RULE("ppa: it waits for the end", op->mode == PPA_TRANS_MODE_BLOCKING);
  RULE("ppa: limited range, BT.601",
       op->out.yuv_range == COLOR_RANGE_LIMIT && op->out.yuv_std == COLOR_CONV_STD_RGB_YUV_BT601);
  if (!from_yuv) rules_of_conversion(op);
  geometry(op);
  buffers(op);
  if (fake_ppa.result != ESP_OK) return fake_ppa.result;
  if (from_yuv) {
    reshape(op);
  } else {
    convert(op);
  }
  fake_ppa.operations++;
  return ESP_OK;
}
