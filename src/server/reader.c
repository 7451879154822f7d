// SPDX-License-Identifier: Apache-2.0
// One client's view of one track: where it reads, and the RTP that comes of it.
#include <assert.h>

#include "again.h"
#include "push.h"
#include "sound.h"

ocel__track *ocel__track_of(const ocel_server *s, const ocel__session *ss, unsigned track) {
  return &s->streams[ss->stream].track[track];
}

static uint32_t timestamp_of(const ocel__reader *r, const ocel__track *t, ocel_us at) {
  return r->ts_offset + ocel_rtp_ticks(at, ocel_format_clock(&t->format));
}

// Starts reading at `au`: a key picture, or any block of sound.
static void begin(ocel_server *s, ocel__session *ss, unsigned track, uint32_t au) {
  ocel__reader *r = &ss->reader[track];
  ocel__track *t = ocel__track_of(s, ss, track);
  if (r->mode == READER_SKIP) {
    ss->skipped += au - r->cursor.au;
    t->skipped += au - r->cursor.au;
    s->stats.skipped += au - r->cursor.au;
  }
  if (r->fresh && !ocel__is_sound(t)) ss->begun_at = ocel__captured_at(t, au);
  r->mode = READER_RUN;
  r->cursor.au = r->run_au = au;
  r->cursor.pos = OCEL_PAYLOAD_START;
}

void ocel__reader_anchor(const ocel_server *s, ocel__session *ss, unsigned track) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  ocel__reader *r = &ss->reader[track];
  ocel_us origin;
  if (r->anchored) return;
  if (!ocel__sound_origin(s, ss, track, &origin)) origin = ocel__captured_at(t, r->cursor.au);
  r->ts_offset -= ocel_rtp_ticks(origin, ocel_format_clock(&t->format));
  r->anchored = true;
}

// True if the newest key picture has been sent, or begun, before a PAUSE: it is not sent again,
// for timestamps do not go back within a session.
static bool has_sent_newest(const ocel__reader *r, const ocel__track *t) {
  if (!r->anchored) return false;
  return ocel__newer(r->cursor.au + ocel__is_begun(&r->cursor), t->newest_key);
}

// Pictures from before the encoder last rested are no beginning: what follows them is another day.
static bool is_stale(const ocel_server *s, const ocel__track *t) {
  return s->now - ocel__captured_at(t, t->seen - 1) > s->cfg.lag_max;
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
  const bool sound = ocel__is_sound(t);
  const bool at_newest = !sound && starts_at_newest(s, r, t, start);
  r->mode = READER_WAIT;
  r->fresh = true;
  r->cursor.au = sound ? ocel__sound_resume(s, ss, track) : t->seen;
  r->cursor.pos = OCEL_PAYLOAD_START;
  r->report_due = now;
  if (sound) return;
  if (at_newest) {
    begin(s, ss, track, t->newest_key);
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
  *timestamp = timestamp_of(r, t, ocel__captured_at(t, r->cursor.au));
  return true;
}

// Where a reader that gives up goes on.
static uint32_t entry_of(const ocel_server *s, const ocel__session *ss, unsigned track) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  return ocel__is_sound(t) ? ocel__sound_entry(s, ss, track) : t->newest_key;
}

// True if the picture that `at` stands before is older than a reader may lag behind, and there
// is a newer one to go on with.
static bool is_late(const ocel_server *s, const ocel__session *ss, unsigned track,
                    const ocel__cursor *at) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  if (ocel__is_begun(at) || !t->has_key || !ocel__newer(t->newest_key, at->au)) return false;
  const ocel_us lag = ocel__captured_at(t, t->seen - 1) - ocel__captured_at(t, at->au);
  return lag > s->cfg.lag_max && ocel__newer(entry_of(s, ss, track), at->au);
}

// A picture that is begun is finished, and the first one was promised.
static bool too_late(const ocel_server *s, const ocel__session *ss, unsigned track) {
  const ocel__reader *r = &ss->reader[track];
  return !r->fresh && is_late(s, ss, track, &r->cursor);
}

static void want_key(ocel_server *s, const ocel__session *ss, unsigned track, ocel_us now) {
  if (!ocel__is_sound(ocel__track_of(s, ss, track))) ocel__stream_want_key(s, ss->stream, now);
}

// Gives up the pictures from the cursor on; goes on at the newest key picture, or at the next.
static void skip(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  ocel__session *ss = &c->session;
  ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  const bool here = t->has_key && ocel__newer(t->newest_key, r->cursor.au);
  const uint32_t entry = here ? entry_of(s, ss, track) : t->seen;
  r->mode = READER_SKIP;
  if (c->role == ROLE_PUSH && ocel__is_begun(&r->cursor)) {  // its frame has said how much comes
    ocel__conn_close(s, c, OCEL_CLOSE_OVERTAKEN, true, now);
    return;
  }
  // A picture that was begun stays without its end: a missing number tells the receiver.
  if (ocel__is_begun(&r->cursor)) r->cursor.sequence++;
  ocel__event(s, OCEL_EVENT_READER_SKIP, c, ss->stream, entry - r->cursor.au);
  if (here) {
    begin(s, ss, track, entry);
  } else {
    want_key(s, ss, track, now);
  }
}

// Begins where the reader waits to; false if that is still to come.
static bool begin_waiting(ocel_server *s, ocel__session *ss, unsigned track) {
  const ocel__reader *r = &ss->reader[track];
  const ocel__track *t = ocel__track_of(s, ss, track);
  uint32_t au = t->newest_key;
  if (ocel__is_sound(t)) {
    if (!ocel__sound_begin(s, ss, track, &au)) return false;
  } else if (!t->has_key || ocel__newer(r->cursor.au, t->newest_key)) {
    return false;
  }
  begin(s, ss, track, au);
  return true;
}

bool ocel__reader_sync(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  ocel__session *ss = &c->session;
  ocel__reader *r = &ss->reader[track];
  if (r->mode < READER_WAIT) return false;
  const ocel__track *t = ocel__track_of(s, ss, track);
  if (r->mode != READER_RUN && !begin_waiting(s, ss, track)) return false;
  if (r->cursor.au == t->seen) return false;
  if (ocel__newer(ocel_ring_tail(t->ring), r->cursor.au) || too_late(s, ss, track)) {
    skip(s, c, track, now);
  }
  return r->mode == READER_RUN;
}

bool ocel__reader_report_due(const ocel__reader *r, ocel_us now) {
  const bool speaks = r->mode == READER_RUN || (r->mode >= READER_WAIT && r->anchored);
  return speaks && now >= r->report_due;
}

void ocel__reader_put_report(const ocel_server *s, const ocel__session *ss, unsigned track,
                             ocel_us now, ocel_wbuf *w) {
  const ocel__reader *r = &ss->reader[track];
  const ocel_sender_report sr = {
      .ssrc = r->ssrc,
      .ntp = s->cfg.platform.wall_clock(s->cfg.platform.ctx),
      .timestamp = timestamp_of(r, ocel__track_of(s, ss, track), now),
      .packets = r->packets,
      .octets = r->octets,
  };
  ocel_rtcp_put_report(w, &sr, ocel_span_make(s->cname, sizeof s->cname));
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

size_t ocel__reader_pack(const ocel_server *s, const ocel__track *t, const ocel_access_unit *au,
                         ocel_gather *g, ocel__cursor *at) {
  const size_t max = s->cfg.payload_max;
  if (ocel__is_sound(t)) return ocel_sound_pack(&t->format, au, max, g, &at->pos);
  if (t->format.codec == OCEL_CODEC_JPEG) return ocel_jpeg_pack(au, max, g, &at->pos);
  return ocel_h264_pack(au, at->pos, max, g, &at->pos);
}

ocel_rtp_header ocel__reader_head(const ocel__reader *r, const ocel__track *t,
                                  const ocel_access_unit *au, ocel_payload_pos from,
                                  ocel_payload_pos to) {
  const bool sound = ocel__is_sound(t);
  return (ocel_rtp_header){
      .payload_type = t->payload_type,
      .marker = sound ? ocel_sound_marker(&t->format, au, to) : ocel_payload_at_end(au, to),
      .timestamp =
          timestamp_of(r, t, au->captured_at) + (sound ? ocel_sound_ticks(&t->format, from) : 0),
  };
}

static bool emit_packet(const ocel_server *s, const ocel__session *ss, ocel__cursor *at,
                        ocel_gather *g, ocel__plan *p) {
  const ocel__reader *r = &ss->reader[p->track];
  const ocel__track *t = ocel__track_of(s, ss, p->track);
  const size_t head_size = OCEL_RTP_HEADER_SIZE + (r->tcp ? OCEL__FRAME_HEAD : 0u);
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  const ocel_payload_pos pos = at->pos;
  ocel_access_unit au;
  ocel_ring_get(t->ring, at->au, &au);

  uint8_t *head = ocel_gather_make_bytes(g, head_size);
  if (head == NULL) return false;
  const size_t payload = ocel__reader_pack(s, t, &au, g, at);
  if (payload == 0) {
    ocel_gather_reset(g, before);
    return false;
  }
  const bool last = ocel_payload_at_end(&au, at->pos);
  ocel_rtp_header h = ocel__reader_head(r, t, &au, pos, at->pos);
  h.sequence = at->sequence;
  h.ssrc = r->ssrc;
  put_heads(head, r, &h, payload);
  p->units_begun = (uint16_t)(p->units_begun + (pos.unit == 0 && pos.offset == 0));
  p->packets++;
  p->octets += (uint32_t)payload;
  p->size += (uint32_t)(head_size + payload);
  at->sequence++;
  at->au += last;
  if (last) at->pos = OCEL_PAYLOAD_START;
  p->after = *at;
  return true;
}

bool ocel__reader_emit(const ocel_server *s, const ocel__session *ss, ocel__cursor *at,
                       ocel_gather *g, ocel__plan *p) {
  const ocel__conn *c = &s->conns[p->conn];
  const bool first = at->au == ss->reader[p->track].cursor.au;
  if (!first && is_late(s, ss, p->track, at)) return false;  // the next sync skips
  return c->role == ROLE_PUSH ? ocel__push_emit(s, c, at, g, p) : emit_packet(s, ss, at, g, p);
}

void ocel__reader_book(ocel_server *s, const ocel__plan *p) {
  ocel__session *ss = &s->conns[p->conn].session;
  ocel__reader *r = &ss->reader[p->track];
  ocel__track *t = ocel__track_of(s, ss, p->track);
  const uint64_t bytes = p->octets + (uint64_t)p->packets * OCEL_RTP_HEADER_SIZE;
  r->cursor = p->after;
  r->fresh = false;
  r->packets += p->packets;
  r->octets += p->octets;
  ss->packets += p->packets;
  ss->bytes += bytes;
  ss->access_units += p->units_begun;
  t->packets_sent += p->packets;
  t->bytes_sent += bytes;
  if (r->feedback && !r->tcp) ocel__again_earn(ss, bytes);
  s->stats.packets += p->packets;
  s->stats.bytes += bytes;
}
