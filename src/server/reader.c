// SPDX-License-Identifier: Apache-2.0
// One client's view of one track: where it reads, and the RTP that comes of it.
#include <assert.h>

#include "server_priv.h"

ocel__track *ocel__track_of(const ocel_server *s, const ocel__session *ss, unsigned track) {
  return &s->streams[ss->stream].track[track];
}

static ocel_us captured_at(const ocel__track *t, uint32_t au) {
  ocel_access_unit unit;
  ocel_ring_get(t->ring, au, &unit);
  return unit.captured_at;
}

static uint32_t timestamp_of(const ocel__reader *r, ocel_us at) {
  return r->ts_offset + ocel_rtp_ticks(at, OCEL__CLOCK_HZ);
}

// Starts reading at a key picture.
static void begin(ocel_server *s, ocel__session *ss, ocel__reader *r, const ocel__track *t) {
  if (r->mode == READER_SKIP) {
    ss->skipped += t->newest_key - r->cursor.au;
    s->stats.skipped += t->newest_key - r->cursor.au;
  }
  r->mode = READER_RUN;
  r->cursor.au = t->newest_key;
  r->cursor.pos = OCEL_H264_START;
}

void ocel__reader_anchor(const ocel_server *s, ocel__session *ss, unsigned track) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  ocel__reader *r = &ss->reader[track];
  if (r->anchored) return;
  r->ts_offset -= ocel_rtp_ticks(captured_at(t, r->cursor.au), OCEL__CLOCK_HZ);
  r->anchored = true;
}

static bool is_begun(const ocel__cursor *at) { return at->pos.unit != 0 || at->pos.offset != 0; }

// True if the newest key picture has been sent, or begun, before a PAUSE: it is not sent again,
// for timestamps do not go back within a session.
static bool has_sent_newest(const ocel__reader *r, const ocel__track *t) {
  if (!r->anchored) return false;
  return ocel__newer(r->cursor.au + is_begun(&r->cursor), t->newest_key);
}

// Pictures from before the encoder last rested are no beginning: what follows them is another day.
static bool is_stale(const ocel_server *s, const ocel__track *t) {
  return s->now - captured_at(t, t->seen - 1) > s->cfg.lag_max;
}

static bool starts_at_newest(const ocel_server *s, const ocel__reader *r, const ocel__track *t,
                             ocel_start start) {
  if (!t->has_key || has_sent_newest(r, t) || is_stale(s, t)) return false;
  return start == OCEL_START_GOP || (start == OCEL_START_IDR && t->newest_key + 1 == t->seen);
}

void ocel__reader_play(ocel_server *s, ocel__conn *c, unsigned track, ocel_start start,
                       ocel_us now) {
  ocel__session *ss = &c->session;
  ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  const bool at_newest = starts_at_newest(s, r, t, start);
  r->mode = READER_WAIT;
  r->fresh = true;
  r->cursor.au = t->seen;
  r->cursor.pos = OCEL_H264_START;
  r->report_due = now;
  if (at_newest) {
    begin(s, ss, r, t);
  } else if (start != OCEL_START_LIVE) {
    ocel__stream_want_key(s, ss->stream, now);
  }
}

bool ocel__reader_next_timestamp(const ocel_server *s, const ocel__session *ss, unsigned track,
                                 uint32_t *timestamp) {
  const ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  *timestamp = r->ts_offset;
  if (!r->anchored) return true;
  if (r->mode != READER_RUN || r->cursor.au == t->seen) return false;
  *timestamp = timestamp_of(r, captured_at(t, r->cursor.au));
  return true;
}

// True if the picture that `at` stands before is older than a reader may lag behind.
static bool is_late(const ocel_server *s, const ocel__track *t, const ocel__cursor *at) {
  if (is_begun(at) || !t->has_key || !ocel__newer(t->newest_key, at->au)) return false;
  return captured_at(t, t->seen - 1) - captured_at(t, at->au) > s->cfg.lag_max;
}

// A picture that is begun is finished, and the first one was promised.
static bool too_late(const ocel_server *s, const ocel__reader *r, const ocel__track *t) {
  return !r->fresh && is_late(s, t, &r->cursor);
}

// Gives up the pictures from the cursor on; goes on at the newest key picture, or at the next.
static void skip(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  ocel__session *ss = &c->session;
  ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  const bool here = t->has_key && ocel__newer(t->newest_key, r->cursor.au);
  r->mode = READER_SKIP;
  // A picture that was begun stays without its end: a missing number tells the receiver.
  if (is_begun(&r->cursor)) r->cursor.sequence++;
  ocel__event(s, OCEL_EVENT_READER_SKIP, c, ss->stream,
              (here ? t->newest_key : t->seen) - r->cursor.au);
  if (here) {
    begin(s, ss, r, t);
  } else {
    ocel__stream_want_key(s, ss->stream, now);
  }
}

bool ocel__reader_sync(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  ocel__session *ss = &c->session;
  ocel__reader *r = &ss->reader[track];
  if (r->mode < READER_WAIT) return false;
  const ocel__track *t = ocel__track_of(s, ss, track);
  if (r->mode != READER_RUN) {
    if (!t->has_key || ocel__newer(r->cursor.au, t->newest_key)) return false;
    begin(s, ss, r, t);
  }
  if (r->cursor.au == t->seen) return false;
  if (ocel__newer(ocel_ring_tail(t->ring), r->cursor.au) || too_late(s, r, t)) {
    skip(s, c, track, now);
  }
  return r->mode == READER_RUN;
}

bool ocel__reader_report_due(const ocel__reader *r, ocel_us now) {
  const bool speaks = r->mode == READER_RUN || (r->mode >= READER_WAIT && r->anchored);
  return speaks && now >= r->report_due;
}

void ocel__reader_put_report(const ocel_server *s, const ocel__reader *r, bool bye, ocel_us now,
                             ocel_wbuf *w) {
  const ocel_sender_report sr = {
      .ssrc = r->ssrc,
      .ntp = s->cfg.platform.wall_clock(s->cfg.platform.ctx),
      .timestamp = timestamp_of(r, now),
      .packets = r->packets,
      .octets = r->octets,
  };
  ocel_rtcp_put_report(w, &sr, ocel_span_make(s->cname, sizeof s->cname));
  if (bye) ocel_rtcp_put_bye(w, r->ssrc);
}

void ocel__put_frame_head(ocel_wbuf *w, uint8_t channel, size_t size) {
  ocel_put_u8(w, '$');
  ocel_put_u8(w, channel);
  ocel_put_be16(w, (uint16_t)size);
}

static void put_heads(uint8_t *head, const ocel__reader *r, const ocel_rtp_header *h,
                      size_t payload) {
  if (r->tcp) {
    ocel_wbuf w = ocel_wbuf_make(head, OCEL__FRAME_HEAD);
    ocel__put_frame_head(&w, r->rtp_channel, OCEL_RTP_HEADER_SIZE + payload);
    head += OCEL__FRAME_HEAD;
  }
  ocel_rtp_write(head, h);
}

bool ocel__reader_emit(const ocel_server *s, const ocel__session *ss, ocel__cursor *at,
                       ocel_gather *g, ocel__plan *p) {
  const ocel__reader *r = &ss->reader[p->track];
  const ocel__track *t = ocel__track_of(s, ss, p->track);
  const size_t head_size = OCEL_RTP_HEADER_SIZE + (r->tcp ? OCEL__FRAME_HEAD : 0u);
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  ocel_access_unit au;
  ocel_h264_pos next;
  if (at->au != r->cursor.au && is_late(s, t, at)) return false;  // the next sync skips it
  ocel_ring_get(t->ring, at->au, &au);

  uint8_t *head = ocel_gather_make_bytes(g, head_size);
  if (head == NULL) return false;
  const size_t payload = ocel_h264_pack(&au, at->pos, s->cfg.payload_max, g, &next);
  if (payload == 0) {
    ocel_gather_reset(g, before);
    return false;
  }
  const bool last = ocel_h264_at_end(&au, next);
  const ocel_rtp_header h = {
      .payload_type = OCEL__PAYLOAD_TYPE,
      .marker = last,
      .sequence = at->sequence,
      .timestamp = timestamp_of(r, au.captured_at),
      .ssrc = r->ssrc,
  };
  put_heads(head, r, &h, payload);
  p->units_begun = (uint16_t)(p->units_begun + (at->pos.unit == 0 && at->pos.offset == 0));
  p->packets++;
  p->octets += (uint32_t)payload;
  p->size += (uint32_t)(head_size + payload);
  at->sequence++;
  at->au += last;
  at->pos = last ? OCEL_H264_START : next;
  p->after = *at;
  return true;
}

void ocel__reader_book(ocel_server *s, const ocel__plan *p) {
  ocel__session *ss = &s->conns[p->conn].session;
  ocel__reader *r = &ss->reader[p->track];
  const uint64_t bytes = p->octets + (uint64_t)p->packets * OCEL_RTP_HEADER_SIZE;
  r->cursor = p->after;
  r->fresh = false;
  r->packets += p->packets;
  r->octets += p->octets;
  ss->packets += p->packets;
  ss->bytes += bytes;
  ss->access_units += p->units_begun;
  s->stats.packets += p->packets;
  s->stats.bytes += bytes;
}
