// SPDX-License-Identifier: Apache-2.0
#include "ocel/stats.h"

#include "group.h"
#include "ocel/h264_params.h"
#include "server_priv.h"

void ocel_server_get_stats(const ocel_server *s, ocel_us now, ocel_server_stats *out) {
  *out = s->stats;
  out->uptime = now - s->started;
}

// ---- clients ----

static bool is_member(const ocel__session *ss) {
  bool any = false;
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) {
    any |= ss->reader[i].set_up && ss->reader[i].multicast;
  }
  return any;
}

// How far the cursor is behind; what the ring has lost is as old as its oldest.
static void fill_lag(const ocel__track *t, const ocel__reader *r, ocel_client_track_stats *out) {
  if (r->mode != READER_RUN || r->cursor.au == t->seen) return;
  const uint32_t tail = ocel_ring_tail(t->ring);
  const uint32_t at = ocel__newer(tail, r->cursor.au) ? tail : r->cursor.au;
  out->lag = t->seen - r->cursor.au;
  if (tail == t->seen) return;
  out->behind = ocel__captured_at(t, t->seen - 1) - ocel__captured_at(t, at);
}

static void fill_client_track(const ocel_server *s, const ocel__session *ss, unsigned track,
                              ocel_client_track_stats *out) {
  const ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  *out = (ocel_client_track_stats){
      .set_up = true,
      .ssrc = r->ssrc,
      .packets = r->packets,
      .octets = r->octets,
      .jitter = -1,
      .round_trip = -1,
  };
  fill_lag(t, r, out);
  if (!r->reported) return;
  out->packets_lost = r->report.packets_lost;
  out->fraction_lost = r->report.fraction_lost;
  out->jitter = (ocel_us)r->report.jitter * OCEL_SECOND / ocel_format_clock(&t->format);
  out->round_trip = r->round_trip;
}

static ocel_us later(ocel_us a, ocel_us b) { return a > b ? a : b; }

static void add_client_track(ocel_client_stats *out, const ocel_client_track_stats *t) {
  if (t->lag > out->lag) out->lag = t->lag;
  out->behind = later(out->behind, t->behind);
  // RFC 3550 6.4.1: duplicates count as received, and make it negative.
  if (t->packets_lost > 0) out->packets_lost += t->packets_lost;
  if (t->fraction_lost > out->fraction_lost) out->fraction_lost = t->fraction_lost;
  out->jitter = later(out->jitter, t->jitter);
  out->round_trip = later(out->round_trip, t->round_trip);
}

static void fill_client(const ocel_server *s, const ocel__conn *c, ocel_client_stats *out) {
  const ocel__session *ss = &c->session;
  *out = (ocel_client_stats){
      .conn = ocel__number(s, c),
      .peer = c->peer,
      .stream = ss->stream,
      .playing = ss->state == OCEL_PLAYING,
      .multicast = is_member(ss),
      .bytes = ss->bytes,
      .packets = ss->packets,
      .access_units = ss->access_units,
      .retransmitted = ss->retransmitted,
      .skipped = ss->skipped,
      .jitter = -1,
      .round_trip = -1,
  };
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (!ss->reader[i].set_up) continue;
    out->tcp |= ss->reader[i].tcp;
    fill_client_track(s, ss, i, &out->track[i]);
    add_client_track(out, &out->track[i]);
  }
}

ocel_err ocel_server_get_client_stats(const ocel_server *s, int conn, ocel_us now,
                                      ocel_client_stats *out) {
  if (conn < 0 || conn >= s->conn_high) return OCEL_ERR_STATE;
  const ocel__conn *c = &s->conns[conn];
  if (c->state == CONN_FREE || !ocel__has_session(c)) return OCEL_ERR_STATE;
  fill_client(s, c, out);
  out->since = now - c->session.since;
  return OCEL_OK;
}

ocel_err ocel_server_get_group_stats(const ocel_server *s, int stream, ocel_us now,
                                     ocel_client_stats *out) {
  (void)now;
  if (stream < 0 || stream >= s->stream_count || s->cfg.multicast.port == 0) return OCEL_ERR_STATE;
  fill_client(s, ocel__group_of(s, (unsigned)stream), out);
  out->conn = -1;
  out->multicast = true;
  return OCEL_OK;
}

// ---- streams ----

static void count_players(const ocel_server *s, int stream, ocel_stream_stats *out) {
  for (int i = 0; i < s->conn_high; i++) {
    const ocel__conn *c = &s->conns[i];
    ocel_client_stats client;
    if (c->state == CONN_FREE || c->session.state != OCEL_PLAYING) continue;
    if (c->session.stream != stream) continue;
    fill_client(s, c, &client);
    out->playing++;
    out->members += client.multicast;
    if (client.lag > out->lag) out->lag = client.lag;
  }
}

static void fill_track(const ocel__track *t, ocel_us now, ocel_track_stats *out) {
  *out = (ocel_track_stats){
      .codec = t->format.codec,
      .access_units = t->access_units,
      .bytes = t->bytes,
      .key_units = t->key_units,
      .dropped = ocel_ring_dropped(t->ring),
      .packets_sent = t->packets_sent,
      .bytes_sent = t->bytes_sent,
      .skipped = t->skipped,
  };
  ocel__meter_read(&t->meter, now, out);
}

// Number of the first track of pictures, or 0.
static unsigned picture_track(const ocel__stream *st) {
  unsigned i = 0;
  while (i < st->track_count && ocel__is_sound(&st->track[i])) i++;
  return i < st->track_count ? i : 0;
}

static void fill_size(const ocel__track *t, ocel_stream_stats *out) {
  ocel_h264_sps sps;
  out->width = t->size.width;  // of JPEG
  out->height = t->size.height;
  if (t->sps_n == 0) return;
  if (ocel_h264_sps_parse(ocel_span_make(t->sps, t->sps_n), &sps) != OCEL_OK) return;
  out->width = sps.width;
  out->height = sps.height;
}

ocel_err ocel_server_get_stream_stats(const ocel_server *s, int stream, ocel_us now,
                                      ocel_stream_stats *out) {
  if (stream < 0 || stream >= s->stream_count) return OCEL_ERR_STATE;
  const ocel__stream *st = &s->streams[stream];
  const unsigned main = picture_track(st);
  *out = (ocel_stream_stats){.ready = st->ready, .track_count = st->track_count};
  for (unsigned i = 0; i < st->track_count; i++) fill_track(&st->track[i], now, &out->track[i]);
  out->access_units = out->track[main].access_units;
  out->bytes = out->track[main].bytes;
  out->key_units = out->track[main].key_units;
  out->dropped = out->track[main].dropped;
  fill_size(&st->track[main], out);
  count_players(s, stream, out);
  return OCEL_OK;
}
