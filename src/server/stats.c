// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ocel/h264_params.h"
#include "server_priv.h"

void ocel_server_get_stats(const ocel_server *s, ocel_us now, ocel_server_stats *out) {
  *out = s->stats;
  out->uptime = now - s->started;
}

static uint32_t playing(const ocel_server *s, int stream) {
  uint32_t n = 0;
  for (int i = 0; i < s->conn_high; i++) {
    const ocel__session *ss = &s->conns[i].session;
    n += s->conns[i].state != CONN_FREE && ss->state == OCEL_PLAYING && ss->stream == stream;
  }
  return n;
}

ocel_err ocel_server_get_stream_stats(const ocel_server *s, int stream, ocel_stream_stats *out) {
  if (stream < 0 || stream >= s->stream_count) return OCEL_ERR_STATE;
  const ocel__stream *st = &s->streams[stream];
  const ocel__track *t = &st->track[0];
  ocel_h264_sps sps;
  *out = (ocel_stream_stats){
      .ready = st->ready,
      .playing = playing(s, stream),
      .access_units = t->access_units,
      .bytes = t->bytes,
      .key_units = t->key_units,
      .dropped = ocel_ring_dropped(t->ring),
  };
  if (t->sps_n > 0 && ocel_h264_sps_parse(ocel_span_make(t->sps, t->sps_n), &sps) == OCEL_OK) {
    out->width = sps.width;
    out->height = sps.height;
  }
  return OCEL_OK;
}

static void add_reader(const ocel_server *s, const ocel__session *ss, unsigned track,
                       ocel_client_stats *out) {
  const ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  if (r->mode == READER_RUN) {
    const uint32_t lag = t->seen - r->cursor.au;
    if (lag > out->lag) out->lag = lag;
  }
  if (!r->reported) return;
  out->packets_lost += r->report.packets_lost;
  if (r->report.fraction_lost > out->fraction_lost) out->fraction_lost = r->report.fraction_lost;
  const ocel_us jitter = (ocel_us)r->report.jitter * OCEL_SECOND / ocel_format_clock(&t->format);
  if (jitter > out->jitter) out->jitter = jitter;
  if (r->round_trip > out->round_trip) out->round_trip = r->round_trip;
}

ocel_err ocel_server_get_client_stats(const ocel_server *s, int conn, ocel_us now,
                                      ocel_client_stats *out) {
  if (conn < 0 || conn >= s->conn_high) return OCEL_ERR_STATE;
  const ocel__conn *c = &s->conns[conn];
  const ocel__session *ss = &c->session;
  if (c->state == CONN_FREE || !ocel__has_session(c)) return OCEL_ERR_STATE;
  *out = (ocel_client_stats){
      .conn = conn,
      .peer = c->peer,
      .stream = ss->stream,
      .playing = ss->state == OCEL_PLAYING,
      .since = now - ss->since,
      .bytes = ss->bytes,
      .packets = ss->packets,
      .access_units = ss->access_units,
      .skipped = ss->skipped,
      .jitter = -1,
      .round_trip = -1,
  };
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (!ss->reader[i].set_up) continue;
    out->tcp |= ss->reader[i].tcp;
    add_reader(s, ss, i, out);
  }
  return OCEL_OK;
}
