// SPDX-License-Identifier: Apache-2.0
#include "jpeg.h"

#include "driver/jpeg_encode.h"
#include "memory.h"

enum { TIMEOUT_MS = 500, MCU_WIDTH = 16, MCU_HEIGHT = 8 };

static uint32_t bounded(uint8_t quality) { return quality < 1 ? 1 : quality > 100 ? 100 : quality; }

static ocel_source_result encode(jpeg_encoder_handle_t engine, const ocel_rgb_picture *picture,
                                 uint8_t quality, ocel_jpeg *out) {
  const jpeg_encode_cfg_t cfg = {.height = picture->height,
                                 .width = picture->width,
                                 .src_type = JPEG_ENCODE_IN_FORMAT_RGB565,
                                 .sub_sample = JPEG_DOWN_SAMPLING_YUV422,
                                 .image_quality = bounded(quality)};
  size_t room = picture->size / 2;  // a byte a pixel: more than quality 100 takes of most scenes
  out->data = ocel_p4_dma_alloc(&room);
  if (out->data == NULL) return OCEL_SOURCE_NO_MEMORY;
  uint32_t written = 0;
  if (jpeg_encoder_process(engine, &cfg, picture->data, (uint32_t)picture->size, out->data,
                           (uint32_t)room, &written) == ESP_OK) {
    out->size = written;
    return OCEL_SOURCE_OK;
  }
  ocel_jpeg_free(out);
  return OCEL_SOURCE_FAILED;
}

ocel_source_result ocel_jpeg_encode(const ocel_rgb_picture *picture, uint8_t quality,
                                    ocel_jpeg *out) {
  *out = (ocel_jpeg){0};
  if (picture->width % MCU_WIDTH != 0 || picture->height % MCU_HEIGHT != 0) {
    return OCEL_SOURCE_UNSUPPORTED;
  }
  const jpeg_encode_engine_cfg_t cfg = {.timeout_ms = TIMEOUT_MS};
  jpeg_encoder_handle_t engine = NULL;
  if (jpeg_new_encoder_engine(&cfg, &engine) != ESP_OK) return OCEL_SOURCE_NO_MEMORY;
  const ocel_source_result rc = encode(engine, picture, quality, out);
  (void)jpeg_del_encoder_engine(engine);
  return rc;
}

void ocel_jpeg_free(ocel_jpeg *jpeg) {
  ocel_p4_dma_free(jpeg->data);
  *jpeg = (ocel_jpeg){0};
}
