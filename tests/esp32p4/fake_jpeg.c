// SPDX-License-Identifier: Apache-2.0
#include "fake_jpeg.h"

#include <stddef.h>

#include "driver/jpeg_encode.h"
#include "fake_heap.h"
#include "fake_rules.h"
#include "memory.h"

struct jpeg_encoder_t {
  int unused;
};

fake_jpeg_state fake_jpeg;
static struct jpeg_encoder_t the_engine;

esp_err_t jpeg_new_encoder_engine(const jpeg_encode_engine_cfg_t *cfg, jpeg_encoder_handle_t *out) {
  RULE("jpeg: a picture has time", cfg->timeout_ms > 34);
  if (fake_jpeg.new_result != ESP_OK) return fake_jpeg.new_result;
  *out = &the_engine;
  fake_jpeg.engines++;
  return ESP_OK;
}

esp_err_t jpeg_del_encoder_engine(jpeg_encoder_handle_t engine) {
  RULE("jpeg: what is deleted is there", engine == &the_engine && fake_jpeg.engines > 0);
  fake_jpeg.engines--;
  return ESP_OK;
}

esp_err_t jpeg_encoder_process(jpeg_encoder_handle_t engine, const jpeg_encode_cfg_t *cfg,
                               const uint8_t *in, uint32_t in_size, uint8_t *out, uint32_t out_size,
                               uint32_t *written) {
  RULE("jpeg: there is an engine", engine == &the_engine && fake_jpeg.engines > 0);
  RULE("jpeg: RGB565 in the order of the chip",
       cfg->src_type == JPEG_ENCODE_IN_FORMAT_RGB565 && !cfg->pixel_reverse);
  RULE("jpeg: 4:2:2 has blocks of 16 by 8", cfg->sub_sample == JPEG_DOWN_SAMPLING_YUV422 &&
                                                cfg->width % 16 == 0 && cfg->height % 8 == 0);
  RULE("jpeg: the quality is 1 to 100", cfg->image_quality >= 1 && cfg->image_quality <= 100);
  RULE("jpeg: the input is all of the picture", in_size == cfg->width * cfg->height * 2);
  RULE("jpeg: the input is aligned for the 2D DMA", (uintptr_t)in % 16 == 0);
  RULE("jpeg: the output starts on a cache line", (uintptr_t)out % OCEL_P4_CACHE_LINE == 0);
  RULE("jpeg: no line of the output is dirty", !fake_cache_is_dirty(out, out_size));
  if (fake_jpeg.result != ESP_OK) return fake_jpeg.result;
  out[0] = 0xff;
  out[1] = 0xd8;
  out[2] = in[0];
  out[3] = 0xff;
  out[4] = 0xd9;
  *written = 5;
  fake_jpeg.pictures++;
  fake_jpeg.quality = cfg->image_quality;
  return ESP_OK;
}
