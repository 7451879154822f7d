// SPDX-License-Identifier: Apache-2.0
// Streams: what the engine learns from the rings, and the SDP made of it.
#include <string.h>

#include "again.h"
#include "ocel/h264_nal.h"
#include "ocel/h264_params.h"
#include "ocel/sdp.h"
#include "server_priv.h"

static bool store_set(uint8_t *set, uint16_t *n, ocel_span nal) {
  if (nal.n > OCEL__SET_MAX) return false;
  if (ocel_span_eq(ocel_span_make(set, *n), nal)) return false;
  memcpy(set, nal.p, nal.n);
  *n = (uint16_t)nal.n;
  return true;
}

static bool is_h264(const ocel__track *t) { return t->format.codec == OCEL_CODEC_H264; }

static bool store_size(ocel__track *t, const ocel_access_unit *au) {
  const ocel_jpeg_size before = t->size;
  t->size = ocel_jpeg_size_of(au);
  return t->size.width != before.width || t->size.height != before.height;
}

// Takes SPS and PPS from in front of a key picture; true if one of them is not the known one.
static bool store_parameters(ocel__track *t, const ocel_access_unit *au) {
  bool changed = false;
  for (size_t i = 0; i < au->unit_count; i++) {
    const ocel_span nal = ocel_access_unit_span(au, i);
    const unsigned type = ocel_nal_type_of(nal);
    if (ocel_nal_is_vcl(type)) break;
    if (type == OCEL_NAL_SPS) changed |= store_set(t->sps, &t->sps_n, nal);
    if (type == OCEL_NAL_PPS) changed |= store_set(t->pps, &t->pps_n, nal);
  }
  return changed;
}

static bool is_ready(const ocel__stream *st) {
  for (size_t i = 0; i < st->track_count; i++) {
    const ocel__track *t = &st->track[i];
    if (is_h264(t) && (t->sps_n == 0 || t->pps_n == 0)) return false;
    if (t->format.codec == OCEL_CODEC_JPEG && t->size.width == 0) return false;
  }
  return true;
}

static void measure(ocel__track *t, ocel_us captured_at) {
  const ocel__mark counters = {
      .at = captured_at,
      .units = t->access_units,
      .bytes = t->bytes,
      .sent = t->bytes_sent,
      .encode_us = t->encode_us,
  };
  ocel__meter_see(&t->meter, &counters);
}

static void see(ocel_server *s, ocel__stream *st, ocel__track *t, const ocel_access_unit *au) {
  t->access_units++;
  t->bytes += au->size;
  t->encode_us += au->encode_us;
  measure(t, au->captured_at);
  if (au->key) {
    t->newest_key = t->seen;
    t->has_key = true;
    t->key_units++;
    if (!ocel__is_sound(t)) {
      st->key_wanted = false;
      if (is_h264(t) ? store_parameters(t, au) : store_size(t, au)) {
        st->sdp_version++;
        t->sets_since = t->seen;
      }
    }
    if (!st->ready && is_ready(st)) {
      st->ready = true;
      ocel__event(s, OCEL_EVENT_STREAM_READY, NULL, (uint32_t)(st - s->streams), 0);
    }
  }
  t->seen++;
}

static bool tick_track(ocel_server *s, ocel__stream *st, ocel__track *t, ocel_us now) {
  const uint32_t head = ocel_ring_head(t->ring);
  const bool any = t->seen != head;
  while (t->seen != head) {
    ocel_access_unit au;
    ocel_ring_get(t->ring, t->seen, &au);
    see(s, st, t, &au);
  }
  const uint32_t tail = ocel_ring_trim(t->ring);
  if (t->has_key && ocel__newer(tail, t->newest_key)) t->has_key = false;

  const uint32_t dropped = ocel_ring_dropped(t->ring);
  if (dropped != t->dropped_seen && is_h264(t)) {
    ocel__stream_want_key(s, (unsigned)(st - s->streams), now);
  }
  t->dropped_seen = dropped;
  return any;
}

static void ask_for_key(ocel_server *s, ocel__stream *st, ocel_us now) {
  if (!st->key_wanted || now - st->key_asked_at < s->cfg.keyframe_interval) return;
  st->key_wanted = false;
  st->key_asked_at = now;
  ocel__event(s, OCEL_EVENT_KEYFRAME_WANTED, NULL, (uint32_t)(st - s->streams), 0);
}

bool ocel__streams_tick(ocel_server *s, ocel_us now) {
  bool any = false;
  for (size_t i = 0; i < s->stream_count; i++) {
    ocel__stream *st = &s->streams[i];
    for (size_t k = 0; k < st->track_count; k++) any |= tick_track(s, st, &st->track[k], now);
    ask_for_key(s, st, now);
  }
  return any;
}

void ocel__stream_want_key(ocel_server *s, unsigned stream, ocel_us now) {
  ocel__stream *st = &s->streams[stream];
  if (!st->keyframe_on_request) return;
  st->key_wanted = true;
  ask_for_key(s, st, now);
}

int ocel__stream_find(const ocel_server *s, ocel_span path) {
  for (int i = 0; i < s->stream_count; i++) {
    if (ocel_rtsp_path_is(path, ocel_span_str(s->streams[i].path))) return i;
  }
  return -1;
}

int ocel__stream_find_served(const ocel_server *s, ocel_span path) {
  const int stream = ocel__stream_find(s, path);
  return stream >= 0 && s->streams[stream].disabled ? -1 : stream;
}

void ocel_server_enable_stream(ocel_server *s, int stream, bool enabled, ocel_us now) {
  if (stream < 0 || stream >= s->stream_count) return;
  s->now = now;
  s->streams[stream].disabled = !enabled;
  for (int i = 0; i < s->conn_high && !enabled; i++) {
    ocel__conn *c = &s->conns[i];
    if (c->state != CONN_OPEN || !ocel__has_session(c) || c->session.stream != stream) continue;
    ocel__conn_close(s, c, OCEL_CLOSE_DISCONNECT, true, now);
  }
}

static void put_jpeg_track(ocel_wbuf *w, const ocel__stream *st, unsigned track,
                           uint8_t again_type) {
  const ocel__track *t = &st->track[track];
  const ocel_sdp_jpeg v = {
      .track = track,
      .again_type = again_type,
      .size = t->size,
      .bitrate = st->bitrate,
      .rate = t->format.rate,
  };
  ocel_sdp_put_jpeg(w, &v);
}

static void put_h264_track(ocel_wbuf *w, const ocel__stream *st, unsigned track,
                           uint8_t again_type) {
  const ocel__track *t = &st->track[track];
  ocel_h264_sps sps;
  ocel_sdp_video v = {
      .payload_type = t->payload_type,
      .again_type = again_type,
      .clock_hz = ocel_format_clock(&t->format),
      .track = track,
      .sps = ocel_span_make(t->sps, t->sps_n),
      .pps = ocel_span_make(t->pps, t->pps_n),
      .bitrate = st->bitrate,
      .fps_numerator = 0,
      .fps_denominator = 1,
  };
  if (ocel_h264_sps_parse(v.sps, &sps) == OCEL_OK) {
    v.fps_numerator = sps.fps_numerator;
    v.fps_denominator = sps.fps_denominator;
  }
  ocel_sdp_put_video(w, &v);
}

void ocel__stream_put_sdp(const ocel__stream *st, const ocel_addr *local, bool again,
                          ocel_wbuf *w) {
  uint8_t text[OCEL_ADDR_TEXT_MAX];
  ocel_wbuf address = ocel_wbuf_make(text, sizeof text);
  ocel_put_addr(&address, local);
  const ocel_sdp_session session = {
      .session_id = st->sdp_id,
      .session_version = st->sdp_version,
      .address = ocel_span_make(text, address.n),
      .ipv6 = !ocel_addr_is_ipv4(local),
      .name = ocel_span_str(st->name),
  };
  ocel_sdp_put_session(w, &session);
  for (unsigned i = 0; i < st->track_count; i++) {
    const uint8_t again_type = again ? ocel__again_type(i) : 0;
    if (ocel__is_sound(&st->track[i])) {
      ocel_sdp_put_sound(w, &st->track[i].format, i, again_type);
    } else if (is_h264(&st->track[i])) {
      put_h264_track(w, st, i, again_type);
    } else {
      put_jpeg_track(w, st, i, again_type);
    }
  }
}
