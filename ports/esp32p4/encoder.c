// SPDX-License-Identifier: Apache-2.0
#include "encoder.h"

#include <string.h>

#include "esp_timer.h"
#include "memory.h"

#define RETRY_FIRST (250 * OCEL_MILLISECOND)
#define RETRY_MOST (10 * OCEL_SECOND)

enum { QP_STEP = 12 };  // a quarter of the bits; each failure may cost a second

void ocel_encoder_init(ocel_encoder *e, const ocel_encoder_config *cfg,
                       const ocel_encoder_settings *settings) {
  *e = (ocel_encoder){.cfg = *cfg, .settings = *settings};
}

void ocel_encoder_sleep(ocel_encoder *e) { ocel_h264_sleep(&e->device); }

void ocel_encoder_end(ocel_encoder *e) {
  ocel_h264_destroy(&e->device);
  ocel_p4_dma_free(e->bounce);
  e->bounce = NULL;
}

void ocel_encoder_request_key(ocel_encoder *e) { e->key_wanted = true; }

// ---- making the hardware's encoder ----

static void count_error(ocel_encoder *e, esp_h264_err_t error) {
  const unsigned index = (unsigned)-(int)error;
  if (index < OCEL_ENCODER_ERRORS) e->counts.errors[index]++;
}

static esp_h264_err_t create(ocel_encoder *e) {
  const ocel_encoder_settings *s = &e->settings;
  const esp_h264_enc_cfg_t cfg = {
      .pic_type = ESP_H264_RAW_FMT_O_UYY_E_VYY,
      .gop = s->gop,
      .fps = s->fps,
      .res = {.width = s->width,                            .height = s->height},
      .rc = { .bitrate = s->bitrate,
              .qp_min = (uint8_t)(s->qp_min + e->qp_raise),
              .qp_max = s->qp_max},
  };
  const esp_h264_err_t rc = ocel_h264_create(&e->device, &cfg);
  if (rc != ESP_H264_ERR_OK) {
    e->counts.not_created++;
    return rc;
  }
  e->counts.created++;
  ocel_governor_start(&e->governor, s->bitrate, s->fps);
  return rc;
}

static esp_h264_err_t open_device(ocel_encoder *e) {
  if (e->device.encoder != NULL) {
    if (ocel_h264_wake(&e->device) == ESP_H264_ERR_OK) return ESP_H264_ERR_OK;
    ocel_h264_destroy(&e->device);
  }
  return create(e);
}

static bool is_ready(ocel_encoder *e, ocel_us now) {
  if (e->device.is_open) return true;
  if (now < e->retry_at) return false;
  const esp_h264_err_t rc = open_device(e);
  if (rc == ESP_H264_ERR_OK) {
    e->retry_after = 0;
    e->is_fresh = true;
    return true;
  }
  count_error(e, rc);
  e->retry_after = e->retry_after == 0 ? RETRY_FIRST : 2 * e->retry_after;
  if (e->retry_after > RETRY_MOST) e->retry_after = RETRY_MOST;
  e->retry_at = now + e->retry_after;
  return false;
}

// A picture that was too big would be too big again: at qp_min, where a new encoder starts.
static void raise_quantiser(ocel_encoder *e) {
  const int most = e->settings.qp_max - e->settings.qp_min - 1;
  const int wanted = e->qp_raise + QP_STEP;
  e->qp_raise = (uint8_t)(wanted < most ? wanted : most);
}

static ocel_encode_result fail(ocel_encoder *e, esp_h264_err_t error) {
  count_error(e, error);
  if (error == ESP_H264_ERR_MEM || error == ESP_H264_ERR_OVERFLOW) raise_quantiser(e);
  ocel_h264_destroy(&e->device);
  return OCEL_ENCODE_FAILED;
}

// ---- settings ----

static esp_h264_err_t tell(ocel_encoder *e, const ocel_encoder_settings *s) {
  esp_h264_err_t rc = ocel_h264_set_bitrate(&e->device, s->bitrate);
  if (rc == ESP_H264_ERR_OK && s->fps != e->settings.fps) {
    rc = ocel_h264_set_fps(&e->device, s->fps);
  }
  if (rc == ESP_H264_ERR_OK && s->gop != e->settings.gop) {
    rc = ocel_h264_set_gop(&e->device, s->gop);
  }
  return rc;
}

void ocel_encoder_set(ocel_encoder *e, const ocel_encoder_settings *s) {
  const ocel_encoder_settings *old = &e->settings;
  if (memcmp(s, old, sizeof *s) == 0) return;
  const bool anew = s->width != old->width || s->height != old->height ||
                    s->qp_min != old->qp_min || s->qp_max != old->qp_max;
  if (anew) {
    e->qp_raise = 0;
    e->retry_at = 0;
    ocel_h264_destroy(&e->device);
  } else if (e->device.encoder != NULL) {
    const esp_h264_err_t rc = tell(e, s);
    if (rc != ESP_H264_ERR_OK) (void)fail(e, rc);
    // The parameter sets (fps) and the GOP change with a key picture only.
    e->key_wanted |= s->fps != old->fps || s->gop != old->gop;
    ocel_governor_change(&e->governor, s->bitrate, s->fps);
  }
  e->settings = *s;
}

// ---- pictures ----

static bool is_key_due(const ocel_encoder *e, ocel_us now) {
  return e->key_wanted && !e->is_fresh && now - e->key_at >= e->cfg.key_interval;
}

static uint8_t *output_for(ocel_encoder *e, uint8_t *room) {
  if (ocel_p4_is_aligned(room, e->cfg.unit_max)) {
    return ocel_p4_discard(room, e->cfg.unit_max) ? room : NULL;
  }
  size_t size = ocel_p4_round_up(e->cfg.unit_max, OCEL_P4_CACHE_LINE);
  if (e->bounce == NULL) e->bounce = ocel_p4_dma_alloc(&size);
  return e->bounce;
}

static ocel_encode_result commit(ocel_encoder *e, uint8_t *room, ocel_us captured_at,
                                 const esp_h264_enc_out_frame_t *out) {
  if (out->length > e->cfg.unit_max) return fail(e, ESP_H264_ERR_OVERFLOW);
  if (out->raw_data.buffer != room) {
    memcpy(room, out->raw_data.buffer, out->length);
    e->counts.copied++;
  }
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB_ONE_SLICE,
                           .captured_at = captured_at,
                           .encode_time = e->counts.took};
  const ocel_err rc = ocel_ring_commit(e->cfg.ring, out->length, &how);
  if (rc == OCEL_OK) return OCEL_ENCODE_OK;
  if (rc != OCEL_ERR_STATE) return fail(e, ESP_H264_ERR_FAIL);
  e->key_wanted = true;
  return OCEL_ENCODE_REFUSED;
}

static void account(ocel_encoder *e, const esp_h264_enc_out_frame_t *out, ocel_us now) {
  const bool key = out->frame_type == ESP_H264_FRAME_TYPE_IDR;
  if (key) {
    e->key_at = now;
    e->key_wanted = false;
  }
  e->is_fresh = false;
  if (!ocel_governor_frame(&e->governor, out->length, key)) return;
  const esp_h264_err_t rc = ocel_h264_set_bitrate(&e->device, e->governor.applied);
  if (rc != ESP_H264_ERR_OK) (void)fail(e, rc);
}

static esp_h264_err_t run(ocel_encoder *e, const ocel_frame *frame, ocel_us now,
                          esp_h264_enc_out_frame_t *out) {
  if (is_key_due(e, now)) {
    e->counts.forced++;
    const esp_h264_err_t rc = ocel_h264_force_key(&e->device);
    if (rc != ESP_H264_ERR_OK) return rc;
  }
  const esp_h264_pkt_t in = {
      .buffer = ocel_p4_unconst(frame->data),
      .len = (uint32_t)ocel_p4_picture_bytes(e->settings.width, e->settings.height),
  };
  const ocel_us before = esp_timer_get_time();
  const esp_h264_err_t rc = ocel_h264_encode(&e->device, in, out);
  e->counts.took = (uint32_t)(esp_timer_get_time() - before);
  return rc;
}

ocel_encode_result ocel_encoder_encode(ocel_encoder *e, const ocel_frame *frame, ocel_us now) {
  const size_t needed = ocel_p4_picture_bytes(e->settings.width, e->settings.height);
  if (!ocel_p4_is_aligned(frame->data, needed) || frame->size < needed) {
    return OCEL_ENCODE_BAD_FRAME;
  }
  if (!is_ready(e, now)) return OCEL_ENCODE_WAITING;
  uint8_t *room = ocel_ring_reserve(e->cfg.ring, e->cfg.unit_max);
  if (room == NULL) {
    e->key_wanted = true;
    return OCEL_ENCODE_NO_ROOM;
  }
  esp_h264_enc_out_frame_t out = {.raw_data = {.len = e->cfg.unit_max}};
  out.raw_data.buffer = output_for(e, room);
  if (out.raw_data.buffer == NULL) {
    count_error(e, ESP_H264_ERR_MEM);
    return OCEL_ENCODE_WAITING;
  }
  out.raw_data.len = (uint32_t)ocel_p4_round_up(e->cfg.unit_max, OCEL_P4_CACHE_LINE);

  const esp_h264_err_t rc = run(e, frame, now, &out);
  if (rc != ESP_H264_ERR_OK) return fail(e, rc);
  const ocel_encode_result result = commit(e, room, frame->captured_at, &out);
  if (result != OCEL_ENCODE_FAILED) account(e, &out, now);
  return result;
}
