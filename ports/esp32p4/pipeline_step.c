// SPDX-License-Identifier: Apache-2.0
// One picture at a time, and when.
#include "esp_timer.h"
#include "pipeline_state.h"

#define WINDOW (2 * OCEL_SECOND)

// ---- settings ----

static void follow_wishes(ocel_pipeline *p) {
  ocel_pipeline_wishes *w = &p->wishes;
  ocel_encoder_settings s = p->settings;
  s.bitrate = (uint32_t)atomic_load_explicit(&w->bitrate, memory_order_relaxed);
  s.gop = (uint8_t)atomic_load_explicit(&w->gop, memory_order_relaxed);
  const uint32_t qp = (uint32_t)atomic_load_explicit(&w->qp, memory_order_relaxed);
  s.qp_min = (uint8_t)qp;
  s.qp_max = (uint8_t)(qp >> 8);
  p->settings = s;
  if (!p->has_encoder || ocel_encoder_settings_check(&s) != OCEL_OK) return;
  ocel_encoder_set(&p->encoder, &s);
  if (atomic_exchange(&w->key_wanted, false)) ocel_encoder_request_key(&p->encoder);
}

// The encoder shares the bits out by the rate that it was told, so it is told the real one: not
// every source knows it, and a dark scene halves it.
static void measure_rate(ocel_pipeline *p, ocel_us captured_at) {
  if (p->window_at == OCEL_NEVER) {
    p->window_at = captured_at;
    p->window_frames = 0;
    return;
  }
  p->window_frames++;
  const ocel_us elapsed = captured_at - p->window_at;
  if (elapsed < WINDOW) return;
  const int64_t tenths = ((int64_t)p->window_frames * 10 * OCEL_SECOND + elapsed / 2) / elapsed;
  p->window_at = captured_at;
  p->window_frames = 0;
  ocel__pipeline_say(&p->stats.fps_tenths, (uint32_t)tenths);
  const int64_t fps = tenths < 10 ? 1 : tenths > 2550 ? 255 : (tenths + 5) / 10;
  const int64_t off = fps > p->settings.fps ? fps - p->settings.fps : p->settings.fps - fps;
  if (off > 1 && off * 10 > p->settings.fps) p->settings.fps = (uint8_t)fps;
}

// ---- a picture ----

// True if `frame` is in the encoder's layout now. What is converted goes back to the source.
static bool convert(ocel_pipeline *p, ocel_frame *frame) {
  if (p->yuv == NULL) return true;
  const ocel_convert_job job = {.rgb = frame->data,
                                .stride = p->format.stride,
                                .width = p->format.width,
                                .height = p->format.height,
                                .yuv = p->yuv,
                                .yuv_size = p->yuv_size};
  const bool fits = frame->size >= (size_t)p->format.stride * p->format.height;
  const ocel_us before = esp_timer_get_time();
  const bool done = fits && ocel_converter_run(&p->converter, &job);
  ocel__pipeline_say(&p->stats.convert_us, (uint32_t)(esp_timer_get_time() - before));
  ocel__pipeline_say(&p->stats.by_cpu, p->converter.by_cpu);
  p->cfg.source.release(p->cfg.source.ctx, frame);
  frame->data = p->yuv;
  frame->size = p->yuv_size;
  return done;
}

static ocel_pipeline_shared *counter_of(ocel_pipeline *p, ocel_encode_result result) {
  switch (result) {
    case OCEL_ENCODE_OK: return &p->stats.pictures;
    case OCEL_ENCODE_NO_ROOM:
    case OCEL_ENCODE_REFUSED: return &p->stats.dropped;
    case OCEL_ENCODE_BAD_FRAME: return &p->stats.source_errors;
    case OCEL_ENCODE_FAILED: return &p->stats.encode_errors;
    case OCEL_ENCODE_WAITING: return &p->stats.encoder_waits;
  }
  return &p->stats.encode_errors;
}

static void encode(ocel_pipeline *p, const ocel_frame *frame) {
  const ocel_encode_result result = ocel_encoder_encode(&p->encoder, frame, esp_timer_get_time());
  ocel__pipeline_count(counter_of(p, result));
  ocel__pipeline_say(&p->stats.encode_us, p->encoder.counts.took);
  ocel__pipeline_say(&p->stats.encoders, p->encoder.counts.created);
  ocel__pipeline_say(&p->stats.forced_keys, p->encoder.counts.forced);
  // The consumer is woken also when it is late: it makes room.
  if (p->cfg.wake != NULL) p->cfg.wake(p->cfg.wake_ctx);
}

static void one_picture(ocel_pipeline *p) {
  const ocel_frame_source *source = &p->cfg.source;
  ocel_frame frame;
  const ocel_source_result rc = source->acquire(source->ctx, p->cfg.frame_timeout, &frame);
  if (rc == OCEL_SOURCE_TIMEOUT) {
    ocel__pipeline_count(&p->stats.timeouts);
    p->window_at = OCEL_NEVER;  // a gap is no rate
    return;
  }
  if (rc != OCEL_SOURCE_OK) {
    ocel__pipeline_fail(p, esp_timer_get_time());
    return;
  }
  p->retry_after = 0;
  if (!convert(p, &frame)) {
    ocel__pipeline_count(&p->stats.source_errors);
    return;
  }
  measure_rate(p, frame.captured_at);
  encode(p, &frame);
  if (p->yuv == NULL) source->release(source->ctx, &frame);
}

ocel_us ocel__pipeline_step(ocel_pipeline *p) {
  const ocel_us now = esp_timer_get_time();
  const bool watched = atomic_load(&p->wishes.watched);
  if (watched) p->watched_at = now;
  follow_wishes(p);
  if (!p->is_running) {
    if (!watched) return OCEL_NEVER;
    if (now < p->retry_at) return p->retry_at - now;
    return ocel__pipeline_begin(p, now) ? 0 : p->retry_at - now;
  }
  if (!watched && now - p->watched_at >= p->cfg.linger) {
    ocel__pipeline_halt(p);
    return OCEL_NEVER;
  }
  one_picture(p);
  return 0;
}
