// SPDX-License-Identifier: Apache-2.0
// Bytes that go out on a stream connection: first what is in `out`, then packets made on the fly
// from the ring. When the socket stops in the middle of a packet, its rest is copied to `out`,
// so that the frame is finished whatever happens to the ring.
#include <assert.h>
#include <string.h>

#include "push.h"

_Static_assert(OCEL__OUT_MAX >= OCEL__FRAME_HEAD + OCEL_RTP_HEADER_SIZE + 1400,
               "the rest of any packet fits");

// True if a reader over TCP has a packet or a report to send.
static bool has_media(ocel_server *s, ocel__conn *c, ocel_us now) {
  bool any = false;
  if (c->role == ROLE_PUSH && !s->streams[c->session.stream].ready) return false;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &c->session.reader[i];
    if (!r->set_up || !r->tcp) continue;
    any |= ocel__reader_sync(s, c, i, now) || ocel__reader_report_due(r, now);
  }
  return any;
}

static bool task_of(ocel_server *s, ocel__conn *c, ocel_task *out) {
  out->conn = ocel__number(s, c);
  if (c->state == CONN_FREE) return false;
  const bool media = c->state == CONN_OPEN && !c->blocked && has_media(s, c, s->now);
  out->kind = c->state == CONN_DEAD ? OCEL_TASK_CLOSE : OCEL_TASK_WRITE;
  // The BYE goes before the connection does.
  if (c->state == CONN_DEAD) return !ocel__session_says_bye(&c->session);
  return !c->blocked && (media || c->out_n > 0 || ocel__http_rest(c).n > 0);
}

bool ocel_server_next_task(ocel_server *s, ocel_task *out) {
  ocel__conn *c;
  while ((c = ocel__queue_first(s, &s->tasks)) != NULL) {
    if (task_of(s, c, out)) {
      if (out->kind == OCEL_TASK_CLOSE) {
        ocel__queue_drop_task(s);
        ocel__conn_free(s, c, s->now);
      }
      return true;
    }
    ocel__queue_drop_task(s);
  }
  return false;
}

// Puts due reports in `out`; the first one of a reader so goes before its first packet.
static void put_reports(ocel_server *s, ocel__conn *c, ocel_us now) {
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    ocel__reader *r = &c->session.reader[i];
    uint8_t mem[OCEL__FRAME_HEAD + OCEL_RTCP_COMPOUND_MAX];
    ocel_wbuf frame = ocel_wbuf_make(mem, sizeof mem);
    ocel_wbuf packet = ocel_wbuf_make(mem + OCEL__FRAME_HEAD, sizeof mem - OCEL__FRAME_HEAD);
    if (!r->set_up || !r->tcp || !ocel__reader_report_due(r, now)) continue;
    ocel__reader_anchor(s, &c->session, i);
    ocel__reader_put_report(s, &c->session, i, now, &packet);
    ocel__put_frame_head(&frame, r->rtcp_channel, packet.n);
    if (!ocel__out_put(s, c, ocel_span_make(mem, OCEL__FRAME_HEAD + packet.n))) continue;
    r->report_due = now + s->cfg.report_interval;
  }
}

// Of the tracks with something to send, the one whose access unit was captured first; -1: none.
static int next_track(const ocel_server *s, const ocel__session *ss, const ocel__cursor *at,
                      bool tcp) {
  int best = -1;
  ocel_us earliest = OCEL_NEVER;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &ss->reader[i];
    const ocel__track *t = ocel__track_of(s, ss, i);
    ocel_access_unit au;
    if (r->mode != READER_RUN || r->tcp != tcp || at[i].au == t->seen) continue;
    if (s->streams[ss->stream].track_count == 1) return (int)i;
    ocel_ring_get(t->ring, at[i].au, &au);
    if (au.captured_at < earliest) {
      earliest = au.captured_at;
      best = (int)i;
    }
  }
  return best;
}

// The messages of a push do not mix (RFC 6455 5.4), and other parameter sets come before their
// picture.
static int next_of(const ocel_server *s, const ocel__conn *c, const ocel__cursor *at) {
  const bool push = c->role == ROLE_PUSH;
  for (unsigned i = 0; push && i < OCEL_TRACKS_MAX; i++) {
    if (ocel__is_begun(&at[i])) return (int)i;
  }
  const int track = next_track(s, &c->session, at, true);
  if (push && track >= 0 && ocel__push_needs_init(s, c, (unsigned)track, &at[track])) return -1;
  return track;
}

static void plan_packets(ocel_server *s, ocel__conn *c, ocel_gather *g) {
  const ocel__session *ss = &c->session;
  ocel__cursor at[OCEL_TRACKS_MAX];
  int track;
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) at[i] = ss->reader[i].cursor;
  while (s->plan_n < OCEL__PLAN_MAX && (track = next_of(s, c, at)) >= 0) {
    ocel__plan *p = &s->plan[s->plan_n];
    *p = (ocel__plan){.conn = (uint16_t)ocel__number(s, c), .track = (uint8_t)track};
    if (!ocel__reader_emit(s, ss, &at[track], g, p)) break;
    s->plan_n++;
  }
}

size_t ocel_server_gather(ocel_server *s, int conn, ocel_span *spans, size_t max, ocel_us now) {
  ocel__conn *c = &s->conns[conn];
  ocel_gather g = ocel_gather_make(spans, max, s->scratch, sizeof s->scratch);
  s->plan_n = 0;
  s->out_planned = 0;
  s->spans = spans;
  s->now = now;
  if (c->state == CONN_FREE || c->state == CONN_DEAD) return 0;
  const bool media = c->state == CONN_OPEN && has_media(s, c, now);
  const bool plans = media && ocel__push_ready(s, c);
  if (media) put_reports(s, c, now);
  s->out_planned = (size_t)(c->out_n - c->out_at);
  (void)ocel_gather_ref(&g, ocel_span_make(c->out + c->out_at, s->out_planned));
  (void)ocel_gather_ref(&g, ocel__http_rest(c));
  if (plans) plan_packets(s, c, &g);
  return g.n;
}

// Copies bytes [from, to) of the last gather to `out`, which is empty.
static void keep_rest(ocel_server *s, ocel__conn *c, size_t from, size_t to) {
  const ocel_span *span = s->spans;
  size_t at = 0;  // of the span's first byte
  assert(to - from <= OCEL__OUT_MAX);
  while (from < to) {
    const size_t skip = from > at ? from - at : 0;
    if (skip < span->n) {
      const size_t n = span->n - skip < to - from ? span->n - skip : to - from;
      (void)ocel__out_put(s, c, ocel_span_make(span->p + skip, n));
      from += n;
    }
    at += span->n;
    span++;
  }
}

static void take_out(ocel__conn *c, size_t n) {
  c->out_at = (uint16_t)(c->out_at + n);
  if (c->out_at == c->out_n) c->out_at = c->out_n = 0;
}

// Books the packets that were written; the one that was begun counts as written, since its rest
// is kept.
static void book(ocel_server *s, ocel__conn *c, size_t written) {
  size_t end = s->out_planned;
  for (size_t i = 0; i < s->plan_n && written > end; i++) {
    end += s->plan[i].size;
    ocel__reader_book(s, &s->plan[i]);
    if (written < end) keep_rest(s, c, written, end);
  }
}

void ocel_server_advance(ocel_server *s, int conn, size_t n, bool blocked, ocel_us now) {
  ocel__conn *c = &s->conns[conn];
  s->now = now;
  if (c->state == CONN_FREE || c->state == CONN_DEAD) return;
  if (n > 0 || !c->blocked) c->progress_at = now;
  c->blocked = blocked;
  const size_t out = n < s->out_planned ? n : s->out_planned;
  take_out(c, out);
  book(s, c, n);
  s->plan_n = 0;
  if (c->out_n == 0 && ocel__is_answering(c)) ocel__http_advance(s, c, n - out);
  if (c->out_n > 0) return;
  if (c->state == CONN_FLUSH) {
    c->state = CONN_DEAD;
    ocel__queue_task(s, c);
  } else {
    ocel__input_resume(s, c, now);
  }
}
