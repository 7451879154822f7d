// SPDX-License-Identifier: Apache-2.0
// The pieces of an access unit that is pushed: frames of a WebSocket message, or bytes of a part.
#include "ocel/fmp4.h"
#include "ocel/websocket.h"
#include "push.h"

enum {
  PIECE_MAX = 1300,    // bytes of media in one piece
  PART_HEAD_MAX = 80,  // Content-Type and Content-Length
  USUAL_TICKS = 3000,  // a thirtieth of a second
  TICKS_MAX = 90000,
};

static const char PART_END[] = "\r\n--" OCEL__BOUNDARY "\r\n";

_Static_assert(PIECE_MAX + PART_HEAD_MAX + (int)sizeof PART_END <= OCEL__OUT_MAX,
               "the rest of any piece fits");
_Static_assert(PIECE_MAX >= (int)OCEL_FMP4_PIECE_MIN, "a piece has room for a head");

bool ocel__push_needs_init(const ocel_server *s, const ocel__conn *c, unsigned track,
                           const ocel__cursor *at) {
  const ocel__session *ss = &c->session;
  if (!ss->reader[track].set_up || c->push.framing != OCEL_PUSH_WEBSOCKET) return false;
  const ocel__track *t = ocel__track_of(s, ss, track);
  if (ocel__is_sound(t) || ocel__is_begun(at) || !t->has_key || at->au != t->newest_key) {
    return false;
  }
  return s->streams[ss->stream].sdp_version != c->push.version;
}

// ---- fragments ----

// Tracks are numbered as in the initialisation segment, which has those that are sent.
static uint32_t number_of(const ocel__session *ss, unsigned track) {
  uint32_t n = 1;
  for (unsigned i = 0; i < track; i++) n += ss->reader[i].set_up;
  return n;
}

// How long the picture before this one lasted: the best guess for this one.
static uint32_t ticks_of(const ocel__track *t, uint32_t au) {
  if (au == ocel_ring_tail(t->ring)) return USUAL_TICKS;
  const ocel_us lasted = ocel__captured_at(t, au) - ocel__captured_at(t, au - 1);
  const uint32_t ticks = ocel_rtp_ticks(lasted, ocel_format_clock(&t->format));
  return ticks > 0 && ticks < TICKS_MAX ? ticks : USUAL_TICKS;
}

static ocel_fmp4_fragment fragment_of(const ocel__session *ss, const ocel__track *t, unsigned track,
                                      uint32_t au) {
  return (ocel_fmp4_fragment){
      .format = &t->format,
      .track = number_of(ss, track),
      .sequence = au,
      .duration = ocel__is_sound(t) ? 0 : ticks_of(t, au),
  };
}

static size_t put_frame(const ocel_fmp4_fragment *f, const ocel_access_unit *au, ocel_gather *g,
                        ocel__cursor *at) {
  const bool begun = ocel__is_begun(at);
  const size_t size = ocel_fmp4_piece(f, au, PIECE_MAX, at->pos);
  const size_t head_size = ocel_websocket_head_size(size);
  uint8_t *head = ocel_gather_make_bytes(g, head_size);
  if (head == NULL || ocel_fmp4_pack(f, au, PIECE_MAX, g, &at->pos) == 0) return 0;
  ocel_wbuf w = ocel_wbuf_make(head, head_size);
  ocel_websocket_put_head(&w, begun ? OCEL_WEBSOCKET_CONTINUATION : OCEL_WEBSOCKET_BINARY,
                          ocel_payload_at_end(au, at->pos), size);
  return head_size + size;
}

// ---- parts ----

static size_t put_text(ocel_gather *g, const void *text, size_t n) {
  uint8_t *at = ocel_gather_make_bytes(g, n);
  if (at == NULL) return 0;
  ocel_wbuf w = ocel_wbuf_make(at, n);
  ocel_put_span(&w, ocel_span_make(text, n));
  return n;
}

static size_t put_part_head(ocel_gather *g, size_t size) {
  uint8_t mem[PART_HEAD_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_str(&w, "Content-Type: image/jpeg\r\nContent-Length: ");
  ocel_put_uint(&w, size);
  ocel_put_str(&w, "\r\n\r\n");
  return put_text(g, mem, w.n);
}

// The boundary goes with the last bytes: a browser shows a picture when it comes.
static size_t put_slice(const ocel_access_unit *au, ocel_gather *g, ocel__cursor *at) {
  const ocel_span file = ocel_access_unit_span(au, OCEL_JPEG_FILE);
  const bool begins = at->pos.offset == 0;
  const size_t left = file.n - at->pos.offset;
  const bool ends = left <= PIECE_MAX;
  const size_t n = ends ? left : PIECE_MAX;
  const size_t head = begins ? put_part_head(g, file.n) : 0;
  const bool put = ocel_gather_ref(g, ocel_span_make(file.p + at->pos.offset, n));
  const size_t end = ends ? put_text(g, PART_END, sizeof PART_END - 1) : 0;
  if (!put || begins != (head > 0) || ends != (end > 0)) return 0;
  at->pos.offset += (uint32_t)n;
  if (ends) at->pos = (ocel_payload_pos){au->unit_count, 0};
  return head + n + end;
}

static size_t put_piece(const ocel__conn *c, const ocel__track *t, unsigned track, ocel_gather *g,
                        ocel__cursor *at) {
  ocel_access_unit au;
  ocel_ring_get(t->ring, at->au, &au);
  size_t size;
  if (c->push.framing == OCEL_PUSH_WEBSOCKET) {
    const ocel_fmp4_fragment f = fragment_of(&c->session, t, track, at->au);
    size = put_frame(&f, &au, g, at);
  } else {
    size = put_slice(&au, g, at);
  }
  if (size > 0 && ocel_payload_at_end(&au, at->pos)) {
    at->au++;
    at->pos = OCEL_PAYLOAD_START;
  }
  return size;
}

bool ocel__push_emit(const ocel_server *s, const ocel__conn *c, ocel__cursor *at, ocel_gather *g,
                     ocel__plan *p) {
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  const bool begins = !ocel__is_begun(at);
  ocel__cursor next = *at;
  const size_t size = put_piece(c, ocel__track_of(s, &c->session, p->track), p->track, g, &next);
  if (size == 0) {
    ocel_gather_reset(g, before);
    return false;
  }
  *at = next;
  p->units_begun = (uint16_t)(p->units_begun + begins);
  p->octets += (uint32_t)size;
  p->size += (uint32_t)size;
  p->after = next;
  return true;
}
