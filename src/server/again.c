// SPDX-License-Identifier: Apache-2.0
// Retransmission (RFC 4588) of what a viewer over UDP says it misses (RFC 4585 6.2.1). Since a
// packet is a function of the ring and of a cursor, none is kept: packets are counted back from the
// reader's cursor to the one with the number asked for.
#include "again.h"

#include <string.h>

enum {
  WALK_MAX = 512,       // packets that are counted back: a second or more, and not for ever
  ASKED_MAX = 8,        // entries of one connection that wait
  BUDGET_SHARE = 4,     // a quarter of what was sent may be sent again
  BUDGET_MAX = 131072,  // octets that are saved up
  LOOK_PRICE = 256,     // octets of it that a question costs at least
  ORIGINAL_SIZE = 2,    // the number that the packet had (RFC 4588 4)
  SPANS = OCEL_H264_SPANS_MAX,
  SCRATCH = OCEL_JPEG_SCRATCH_MAX,
};

_Static_assert(OCEL_H264_SCRATCH_MAX <= SCRATCH && OCEL_SOUND_SCRATCH_MAX <= SCRATCH &&
                   OCEL_JPEG_SPANS_MAX <= SPANS && OCEL_SOUND_SPANS_MAX <= SPANS,
               "room for a payload of every format");

void ocel_server_set_retransmission(ocel_server *s, ocel_retransmission whose) {
  s->retransmission = whose;
}

bool ocel__again_offers(const ocel_server *s, const ocel__conn *c, ocel_span user_agent) {
  static const char NAME[] = "GStreamer/";
  if (s->cfg.rtp_port == 0 || c->secure) return false;
  if (s->retransmission != OCEL_RETRANSMISSION_KNOWN) {
    return s->retransmission == OCEL_RETRANSMISSION_ALL;
  }
  return user_agent.n >= sizeof NAME - 1 && memcmp(user_agent.p, NAME, sizeof NAME - 1) == 0;
}

void ocel__again_earn(ocel__session *ss, uint64_t octets) {
  const int64_t sum = ss->again_tokens + (int64_t)(octets / BUDGET_SHARE);
  ss->again_tokens = sum < BUDGET_MAX ? (int32_t)sum : BUDGET_MAX;
}

static ocel__missing *missing_at(ocel_server *s, unsigned i) {
  return &s->missing[(s->missing_first + i) % OCEL__MISSING_MAX];
}

static bool may_ask(ocel_server *s, uint16_t conn) {
  unsigned own = 0;
  for (unsigned i = 0; i < s->missing_n; i++) own += missing_at(s, i)->conn == conn;
  return own < ASKED_MAX && s->missing_n < OCEL__MISSING_MAX;
}

void ocel__again_ask(ocel_server *s, ocel__conn *c, unsigned track, const ocel_nack *nack) {
  const ocel__reader *r = &c->session.reader[track];
  const uint16_t conn = (uint16_t)ocel__number(s, c);
  if (!r->feedback || r->tcp || r->multicast || r->ssrc != nack->ssrc) return;
  if (!may_ask(s, conn)) return;
  *missing_at(s, s->missing_n) = (ocel__missing){
      .conn = conn, .track = (uint8_t)track, .sequence = nack->sequence, .mask = nack->mask};
  s->missing_n++;
}

const ocel__missing *ocel__again_first(const ocel_server *s) {
  return s->missing_n > 0 ? &s->missing[s->missing_first] : NULL;
}

void ocel__again_drop(ocel_server *s) {
  ocel__missing *m = missing_at(s, 0);
  if (m->mask == 0) {
    s->missing_first = (uint16_t)((s->missing_first + 1) % OCEL__MISSING_MAX);
    s->missing_n--;
    return;
  }
  bool asked;
  do {
    asked = (m->mask & 1) != 0;
    m->mask >>= 1;
    m->sequence++;
  } while (!asked);
}

// Moves `at` behind one packet; false if that cannot be made.
static bool step(const ocel_server *s, const ocel__track *t, const ocel_access_unit *au,
                 ocel__cursor *at) {
  ocel_span spans[SPANS];
  uint8_t scratch[SCRATCH];
  ocel_gather g = ocel_gather_make(spans, SPANS, scratch, sizeof scratch);
  at->sequence++;
  return ocel__reader_pack(s, t, au, &g, at) > 0;
}

static bool is_before(ocel_payload_pos a, ocel_payload_pos b) {
  return a.unit < b.unit || (a.unit == b.unit && a.offset < b.offset);
}

// Moves `at` to the beginning of its access unit, `end` being where it is there; false if it
// cannot.
static bool rewind_unit(const ocel_server *s, const ocel__track *t, ocel__cursor *at,
                        ocel_payload_pos end) {
  ocel__cursor probe = {.au = at->au};
  ocel_access_unit au;
  ocel_ring_get(t->ring, at->au, &au);
  while (!ocel_payload_at_end(&au, probe.pos) && is_before(probe.pos, end)) {
    if (!step(s, t, &au, &probe)) return false;
  }
  at->pos = OCEL_PAYLOAD_START;
  at->sequence = (uint16_t)(at->sequence - probe.sequence);
  return true;
}

// Moves `at` to the access unit whose packets have `sequence` among them, to its beginning.
static bool walk_back(const ocel_server *s, const ocel__reader *r, const ocel__track *t,
                      uint16_t sequence, ocel__cursor *at) {
  const ocel_payload_pos whole = {UINT16_MAX, 0};
  const uint32_t tail = ocel_ring_tail(t->ring);
  if (ocel__newer(tail, at->au)) return false;
  if ((at->pos.unit != 0 || at->pos.offset != 0) && !rewind_unit(s, t, at, at->pos)) return false;
  while ((int16_t)(sequence - at->sequence) < 0) {
    if (at->au == r->run_au || at->au == tail) return false;
    if ((uint16_t)(r->cursor.sequence - at->sequence) > WALK_MAX) return false;
    at->au--;
    if (!rewind_unit(s, t, at, whole)) return false;
  }
  return true;
}

// Finds the packet `sequence`, if it was sent and can be made again.
static bool find(const ocel_server *s, const ocel__reader *r, const ocel__track *t,
                 uint16_t sequence, ocel__cursor *at) {
  ocel_access_unit au;
  *at = r->cursor;
  if ((int16_t)(r->cursor.sequence - sequence) <= 0) return false;
  if (!walk_back(s, r, t, sequence, at)) return false;
  ocel_ring_get(t->ring, at->au, &au);
  while (at->sequence != sequence) {
    if (!step(s, t, &au, at)) return false;
  }
  return true;
}

// The packet that begins at `at`, in the form of RFC 4588 4.
static bool emit(const ocel_server *s, const ocel__missing *m, ocel__cursor at, ocel_gather *g,
                 ocel__plan *p) {
  enum { HEAD = OCEL_RTP_HEADER_SIZE + ORIGINAL_SIZE };
  ocel__session *ss = &s->conns[m->conn].session;
  ocel__reader *r = &ss->reader[m->track];
  const ocel__track *t = ocel__track_of(s, ss, m->track);
  const ocel_payload_pos from = at.pos;
  ocel_access_unit au;
  ocel_ring_get(t->ring, at.au, &au);
  uint8_t *head = ocel_gather_make_bytes(g, HEAD);
  const size_t payload = head != NULL ? ocel__reader_pack(s, t, &au, g, &at) : 0;
  if (payload == 0) return false;
  ocel_rtp_header h = ocel__reader_head(r, t, &au, from, at.pos);
  h.payload_type = ocel__again_type(m->track);
  h.sequence = r->again_sequence++;
  h.ssrc = r->again_ssrc;
  ocel_rtp_write(head, &h);
  head[OCEL_RTP_HEADER_SIZE] = (uint8_t)(m->sequence >> 8);
  head[OCEL_RTP_HEADER_SIZE + 1] = (uint8_t)m->sequence;
  p->size = (uint32_t)(HEAD + payload);
  return true;
}

bool ocel__again_emit(ocel_server *s, const ocel__missing *m, ocel_gather *g, ocel__plan *p) {
  ocel__session *ss = &s->conns[m->conn].session;
  const ocel__reader *r = &ss->reader[m->track];
  const ocel__track *t = ocel__track_of(s, ss, m->track);
  ocel__cursor at;
  *p = (ocel__plan){.conn = m->conn, .track = m->track, .again = true, .packets = 1};
  if (r->mode != READER_RUN || !r->feedback) return false;
  if (ss->again_tokens < (int32_t)s->cfg.payload_max) return false;
  ss->again_tokens -= LOOK_PRICE;
  if (!find(s, r, t, m->sequence, &at) || !emit(s, m, at, g, p)) return false;
  if (p->size > LOOK_PRICE) ss->again_tokens -= (int32_t)p->size - LOOK_PRICE;
  return true;
}
