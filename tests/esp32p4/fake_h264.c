// SPDX-License-Identifier: Apache-2.0
#include "fake_h264.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "fake_heap.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "memory.h"

struct esp_h264_enc_if {
  struct esp_h264_enc_hw_param_if param;
  pthread_t task;
  unsigned frame_num, gop;
  bool is_broken;  // 1.1 goes on with a reference that nobody has
  bool force;
};

fake_h264_state fake_h264;

void fake_h264_reset(void) {
  RULE("h264: the encoder is deleted", fake_h264.instances == 0);
  fake_h264 = (fake_h264_state){.internal_block = 200000, .picture_bytes = 1000, .takes = 15000};
}

static bool accepts(const esp_h264_enc_cfg_t *c) {
  const bool size =
      c->res.width >= 80 && c->res.width <= 1920 && c->res.height >= 80 && c->res.height <= 2032;
  return size && c->fps > 0 && c->gop > 0 && c->rc.qp_min <= c->rc.qp_max && c->rc.qp_max <= 51 &&
         c->pic_type == ESP_H264_RAW_FMT_O_UYY_E_VYY;
}

esp_h264_err_t esp_h264_enc_hw_new(const esp_h264_enc_cfg_hw_t *cfg, esp_h264_enc_handle_t *enc) {
  RULE("h264: one instance at a time", fake_h264.instances == 0);
  *enc = NULL;
  if (!accepts(cfg)) return ESP_H264_ERR_ARG;
  if (fake_h264.new_result != ESP_H264_ERR_OK) return fake_h264.new_result;
  const size_t reference_lines = 1152u * ((cfg->res.width + 15u) / 16u) + 7u;
  if (reference_lines > fake_h264.internal_block) return ESP_H264_ERR_MEM;
  *enc = calloc(1, sizeof **enc);
  (*enc)->task = pthread_self();
  fake_h264.cfg = *cfg;
  fake_h264.instances++;
  fake_h264.created++;
  return ESP_H264_ERR_OK;
}

esp_h264_err_t esp_h264_enc_hw_get_param_hd(esp_h264_enc_handle_t enc,
                                            esp_h264_enc_param_hw_handle_t *param) {
  *param = &enc->param;
  return ESP_H264_ERR_OK;
}

static void from_its_task(const struct esp_h264_enc_if *enc) {
  RULE("h264: one task uses it", pthread_equal(enc->task, pthread_self()));
}

esp_h264_err_t esp_h264_enc_open(esp_h264_enc_handle_t enc) {
  from_its_task(enc);
  RULE("h264: it is not opened twice", !fake_h264.is_open);
  if (fake_h264.open_result != ESP_H264_ERR_OK) return fake_h264.open_result;
  fake_h264.is_open = true;
  fake_h264.opened++;
  enc->frame_num = 0;
  enc->is_broken = false;
  return ESP_H264_ERR_OK;
}

esp_h264_err_t esp_h264_enc_close(esp_h264_enc_handle_t enc) {
  from_its_task(enc);
  fake_h264.is_open = false;
  return ESP_H264_ERR_OK;
}

esp_h264_err_t esp_h264_enc_del(esp_h264_enc_handle_t enc) {
  from_its_task(enc);
  fake_h264.is_open = false;
  fake_h264.instances--;
  free(enc);
  return ESP_H264_ERR_OK;
}

static esp_h264_err_t set(void) {
  fake_h264.set_calls++;
  return fake_h264.set_result;
}

esp_h264_err_t esp_h264_enc_set_fps(esp_h264_enc_param_handle_t handle, uint8_t fps) {
  RULE("h264: fps is not 0", handle != NULL && fps > 0);
  fake_h264.cfg.fps = fps;
  return set();
}

esp_h264_err_t esp_h264_enc_set_gop(esp_h264_enc_param_handle_t handle, uint8_t gop) {
  RULE("h264: gop is not 0", handle != NULL && gop > 0);
  fake_h264.cfg.gop = gop;
  return set();
}

esp_h264_err_t esp_h264_enc_set_bitrate(esp_h264_enc_param_handle_t handle, uint32_t bitrate) {
  RULE("h264: the bit rate is not 0", handle != NULL && bitrate > 0);
  fake_h264.cfg.rc.bitrate = bitrate;
  return set();
}

#if OCEL_ESP_H264_MINOR >= 3
esp_h264_err_t esp_h264_enc_force_idr(esp_h264_enc_param_handle_t handle) {
  if (fake_h264.force_result != ESP_H264_ERR_OK) return fake_h264.force_result;
  ((struct esp_h264_enc_if *)(void *)handle)->force = true;
  fake_h264.forced++;
  return ESP_H264_ERR_OK;
}
#endif

static void buffers(const esp_h264_pkt_t *in, const esp_h264_pkt_t *out) {
  const esp_h264_resolution_t *r = &fake_h264.cfg.res;
  const size_t padded = ((r->width + 15u) & ~15u) * ((r->height + 15u) & ~15u) / 2 * 3;
  RULE("h264: the input starts on a cache line", (uintptr_t)in->buffer % OCEL_P4_CACHE_LINE == 0);
  RULE("h264: the input is whole macroblocks", in->len >= padded);
  RULE("h264: the input is whole cache lines", in->len % OCEL_P4_CACHE_LINE == 0);
  RULE("h264: the input is memory", fake_heap_is_spiram(in->buffer, in->len));
  RULE("h264: the output is whole cache lines", ocel_p4_is_aligned(out->buffer, out->len));
  RULE("h264: the output is memory", fake_heap_is_spiram(out->buffer, out->len));
  RULE("h264: input and output are apart",
       in->buffer + in->len <= out->buffer || out->buffer + out->len <= in->buffer);
  RULE("h264: no line of the output is dirty", !fake_cache_is_dirty(out->buffer, out->len));
  RULE("dma: the camera does not own what is read", !fake_dma_owns(in->buffer));
}

// Nothing that looks like a start code.
static size_t slice(uint8_t *out, uint8_t head, uint32_t bytes) {
  memcpy(out, "\0\0\0\1", 4);
  out[4] = head;
  memset(out + 5, 0x9a, bytes);
  return bytes + 5;
}

static uint32_t write_picture(uint8_t *out, bool key) {
  static const uint8_t parameters[] = {0,    0,    0,    1,    0x67, 0x42, 0xc0, 0x29,
                                       0x95, 0xa0, 0x14, 0x01, 0x6c, 0x40, 0,    0,
                                       0,    1,    0x68, 0xce, 0x3c, 0x80};
  size_t n = 0;
  if (key) memcpy(out, parameters, n = sizeof parameters);
  n += slice(out + n, key ? 0x65 : 0x41, fake_h264.picture_bytes * (key ? 4 : 1));
  return (uint32_t)n;
}

static esp_h264_err_t failure(esp_h264_enc_handle_t enc) {
  fake_h264.failures--;
  enc->is_broken = OCEL_ESP_H264_MINOR < 3;
  enc->force = OCEL_ESP_H264_MINOR >= 3;
  return fake_h264.process_result;
}

esp_h264_err_t esp_h264_enc_process(esp_h264_enc_handle_t enc, esp_h264_enc_in_frame_t *in,
                                    esp_h264_enc_out_frame_t *out) {
  from_its_task(enc);
  RULE("h264: it is open", fake_h264.is_open);
  RULE("h264: a broken reference is not used", !enc->is_broken);
  buffers(&in->raw_data, &out->raw_data);
  fake_time_pass(fake_h264.takes);
  fake_h264.last_in = in->raw_data.buffer;
  fake_h264.last_in_len = in->raw_data.len;
  fake_h264.last_out = out->raw_data.buffer;
  fake_h264.last_out_len = out->raw_data.len;
  if (fake_h264.failures > 0) return failure(enc);

  const bool key = enc->frame_num == 0 || enc->force;
  if (key) {
    enc->frame_num = 0;
    enc->gop = fake_h264.cfg.gop;
  }
  enc->force = false;
  enc->frame_num = (enc->frame_num + 1) % enc->gop;
  if (fake_h264.picture_bytes * (key ? 4u : 1u) + 64 > out->raw_data.len) {
    enc->is_broken = OCEL_ESP_H264_MINOR < 3;
    return ESP_H264_ERR_OVERFLOW;
  }
  out->frame_type = key ? ESP_H264_FRAME_TYPE_IDR : ESP_H264_FRAME_TYPE_P;
  out->length = write_picture(out->raw_data.buffer, key);
  if (fake_h264.garbage) memset(out->raw_data.buffer, 0xff, out->length);
  if (fake_h264.empty) out->length = 0;
  // In a ring the CPU completes the picture, and later puts other things there.
  if (!fake_heap_is_owned(out->raw_data.buffer))
    fake_cache_dirty(out->raw_data.buffer, out->raw_data.len);
  fake_h264.pictures++;
  fake_h264.keys += key;
  return ESP_H264_ERR_OK;
}
