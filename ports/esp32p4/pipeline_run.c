// SPDX-License-Identifier: Apache-2.0
// Starting and stopping: what is needed for pictures to come.
#include "memory.h"
#include "pipeline_state.h"

#define RETRY_FIRST OCEL_SECOND
#define RETRY_MOST (30 * OCEL_SECOND)

enum { FPS_UNKNOWN = 30 };

static void close_source(ocel_pipeline *p) {
  if (!p->is_open) return;
  p->cfg.source.stop(p->cfg.source.ctx);
  p->cfg.source.close(p->cfg.source.ctx);
  p->is_open = false;
}

void ocel__pipeline_halt(ocel_pipeline *p) {
  if (p->is_open) p->cfg.source.stop(p->cfg.source.ctx);
  if (p->has_encoder) ocel_encoder_sleep(&p->encoder);
  p->is_running = false;
  ocel__pipeline_say(&p->stats.phase, OCEL_PIPELINE_IDLE);
  ocel__pipeline_say(&p->stats.fps_tenths, 0);
}

void ocel__pipeline_fail(ocel_pipeline *p, ocel_us now) {
  ocel__pipeline_halt(p);
  close_source(p);
  ocel__pipeline_count(&p->stats.source_errors);
  ocel__pipeline_say(&p->stats.phase, OCEL_PIPELINE_FAILED);
  p->retry_after = p->retry_after == 0 ? RETRY_FIRST : 2 * p->retry_after;
  if (p->retry_after > RETRY_MOST) p->retry_after = RETRY_MOST;
  p->retry_at = now + p->retry_after;
}

static void free_conversion(ocel_pipeline *p) {
  if (p->yuv == NULL) return;
  ocel_converter_close(&p->converter);
  ocel_p4_dma_free(p->yuv);
  p->yuv = NULL;
  p->yuv_size = 0;
}

void ocel__pipeline_end(ocel_pipeline *p) {
  ocel__pipeline_halt(p);
  close_source(p);
  if (p->has_encoder) ocel_encoder_end(&p->encoder);
  p->has_encoder = false;
  free_conversion(p);
}

static bool prepare_conversion(ocel_pipeline *p) {
  if (p->format.pixels == OCEL_PIXELS_O_UYY_E_VYY) {
    free_conversion(p);
    return !p->cfg.source.volatile_frames && p->format.stride == p->format.width / 2u * 3u;
  }
  size_t size = ocel_p4_picture_bytes(p->format.width, p->format.height);
  if (p->yuv != NULL && p->yuv_size >= size) return true;
  free_conversion(p);
  p->yuv = ocel_p4_dma_alloc(&size);
  if (p->yuv == NULL) return false;
  p->yuv_size = size;
  ocel_converter_open(&p->converter);
  return true;
}

static bool prepare_encoder(ocel_pipeline *p) {
  ocel_encoder_settings s = p->settings;
  s.width = p->format.width;
  s.height = p->format.height;
  s.fps = p->format.fps != 0 ? p->format.fps : FPS_UNKNOWN;
  if (ocel_encoder_settings_check(&s) != OCEL_OK) return false;
  p->settings = s;
  if (p->has_encoder) {
    ocel_encoder_set(&p->encoder, &s);
    return true;
  }
  const ocel_encoder_config cfg = {
      .ring = p->cfg.ring, .unit_max = p->cfg.unit_max, .key_interval = p->cfg.key_interval};
  ocel_encoder_init(&p->encoder, &cfg, &s);
  p->has_encoder = true;
  return true;
}

static bool start_source(ocel_pipeline *p) {
  const ocel_frame_source *s = &p->cfg.source;
  if (!p->is_open && s->open(s->ctx) != OCEL_SOURCE_OK) return false;
  p->is_open = true;
  return s->start(s->ctx, &p->format) == OCEL_SOURCE_OK;
}

bool ocel__pipeline_begin(ocel_pipeline *p, ocel_us now) {
  if (!start_source(p) || !prepare_encoder(p) || !prepare_conversion(p)) {
    ocel__pipeline_fail(p, now);
    return false;
  }
  p->is_running = true;
  p->window_at = OCEL_NEVER;
  ocel__pipeline_say(&p->stats.phase, OCEL_PIPELINE_RUNNING);
  ocel__pipeline_say(&p->stats.width, p->format.width);
  ocel__pipeline_say(&p->stats.height, p->format.height);
  return true;
}
