// SPDX-License-Identifier: Apache-2.0
// Packets for UDP readers, in batches of datagrams of one size (the last may be shorter), as the
// kernel's segmentation offload takes them; and the datagrams that come in.
#include <string.h>

#include "again.h"
#include "backchannel.h"

enum { BATCH_BYTES_MAX = 65000 };

// What one call hands out, as far as it has come.
typedef struct {
  const ocel_datagram_room *room;
  size_t spans_used, scratch_used;
  ocel_us now;
} batch_list;

static ocel_gather begin_batch(ocel_server *s, const batch_list *l) {
  return ocel_gather_make(l->room->spans + l->spans_used, l->room->max_spans - l->spans_used,
                          s->scratch + l->scratch_used, sizeof s->scratch - l->scratch_used);
}

static void end_batch(ocel_server *s, batch_list *l, const ocel__conn *c, const ocel_gather *g,
                      uint16_t segment) {
  const ocel__plan *p = &s->plan[s->plan_n];
  const ocel__reader *r = &c->session.reader[p->track];
  ocel_datagrams *d = &l->room->batches[s->plan_n++];
  *d = (ocel_datagrams){
      .to = c->peer,
      .port = p->packets > 0 ? OCEL_PORT_RTP : OCEL_PORT_RTCP,
      .segment = segment,
      .part_count = (uint16_t)g->n,
      .size = p->size,
      .parts = g->spans,
      .local = &c->local,
  };
  d->to.port = p->packets > 0 ? r->rtp_port : r->rtcp_port;
  l->spans_used += g->n;
  l->scratch_used += g->used;
}

static bool plan_report(ocel_server *s, batch_list *l, ocel__conn *c, unsigned track) {
  const ocel__reader *r = &c->session.reader[track];
  const bool bye = r->mode == READER_BYE;
  uint8_t mem[OCEL_RTCP_COMPOUND_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_gather g = begin_batch(s, l);
  if (!bye) ocel__reader_anchor(s, &c->session, track);
  ocel__reader_put_report(s, &c->session, track, l->now, &w);
  if (bye) ocel_rtcp_put_bye(&w, r->ssrc);
  uint8_t *at = ocel_gather_make_bytes(&g, w.n);
  if (at == NULL) return false;
  memcpy(at, mem, w.n);
  s->plan[s->plan_n] = (ocel__plan){
      .conn = (uint16_t)ocel__number(s, c),
      .track = (uint8_t)track,
      .bye = bye,
      .size = (uint32_t)w.n,
  };
  end_batch(s, l, c, &g, (uint16_t)w.n);
  return true;
}

// A reader that is behind gets no more than its pace, and with `udp_burst` any reader; false if it
// has to wait.
static bool may_go(const ocel_server *s, const ocel__session *ss, const ocel__track *t,
                   const ocel__cursor *at, uint32_t planned) {
  if (s->cfg.udp_pace == 0) return true;
  if (s->cfg.udp_burst == 0 && t->seen - at->au <= 1) return true;
  return ss->pace_tokens > (int32_t)planned;
}

static bool full(const ocel_server *s, const batch_list *l) {
  return s->plan_n == l->room->max || s->plan_n == OCEL__BATCH_MAX;
}

// What viewers miss goes before what is new; false if the list is full. What the port does not take
// is not kept: they ask again.
static bool plan_missing(ocel_server *s, batch_list *l) {
  const ocel__missing *m;
  while ((m = ocel__again_first(s)) != NULL) {
    if (full(s, l)) return false;
    ocel_gather g = begin_batch(s, l);
    ocel__plan *p = &s->plan[s->plan_n];
    if (ocel__again_emit(s, m, &g, p)) {
      end_batch(s, l, &s->conns[p->conn], &g, (uint16_t)p->size);
    }
    ocel__again_drop(s);
  }
  return true;
}

// One batch of packets from `at` on: all of one size, but the last.
static bool plan_batch(ocel_server *s, batch_list *l, ocel__conn *c, unsigned track,
                       ocel__cursor *at) {
  const ocel__track *t = ocel__track_of(s, &c->session, track);
  ocel__plan *p = &s->plan[s->plan_n];
  ocel_gather g = begin_batch(s, l);
  *p = (ocel__plan){.conn = (uint16_t)ocel__number(s, c), .track = (uint8_t)track};
  if (!ocel__reader_emit(s, &c->session, at, &g, p)) return false;
  const uint16_t segment = (uint16_t)p->size;
  bool whole = true;  // the last packet has the full size
  while (whole && at->au != t->seen && p->packets < s->cfg.datagram_segments &&
         p->size + segment <= BATCH_BYTES_MAX && may_go(s, &c->session, t, at, p->size)) {
    const ocel__cursor before = *at;
    const ocel__plan so_far = *p;
    const ocel_gather_mark mark = ocel_gather_mark_now(&g);
    if (!ocel__reader_emit(s, &c->session, at, &g, p)) break;
    const uint32_t size = p->size - so_far.size;
    whole = size == segment;
    if (size <= segment) continue;
    *at = before;
    *p = so_far;
    ocel_gather_reset(&g, mark);
    break;
  }
  end_batch(s, l, c, &g, segment);
  return true;
}

// A packet that went over the pace is owed. Where the newest picture is not paced, it owes no more.
static void refill(const ocel_server *s, ocel__session *ss, ocel_us now) {
  const int32_t burst = ocel__pace_burst(s);
  const int32_t least = s->cfg.udp_burst != 0 ? INT32_MIN : -(int32_t)s->cfg.payload_max;
  const int32_t had = ss->pace_tokens > least ? ss->pace_tokens : least;
  const ocel_us passed = now - ss->paced_at;
  if (s->cfg.udp_pace == 0) return;
  ss->paced_at = now;
  if (passed > (burst - (ocel_us)had) * OCEL_SECOND / s->cfg.udp_pace) {
    ss->pace_tokens = burst;
  } else {
    ss->pace_tokens = had + (int32_t)(passed * s->cfg.udp_pace / OCEL_SECOND);
  }
}

static bool plan_packets(ocel_server *s, batch_list *l, ocel__conn *c, unsigned track) {
  ocel__session *ss = &c->session;
  const ocel__track *t = ocel__track_of(s, ss, track);
  ocel__cursor at = ss->reader[track].cursor;
  refill(s, ss, l->now);
  while (at.au != t->seen) {
    if (full(s, l)) return false;
    if (!may_go(s, ss, t, &at, 0)) {
      s->pace_at = l->now + OCEL__PACE_STEP;
      return true;
    }
    if (!plan_batch(s, l, c, track, &at)) return false;
    ss->pace_tokens -= (int32_t)s->plan[s->plan_n - 1].size;
  }
  return true;
}

// All that a connection's readers have to send; false if the list is full.
static bool plan_conn(ocel_server *s, batch_list *l, ocel__conn *c) {
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &c->session.reader[i];
    if (r->tcp || r->mode == READER_IDLE) continue;
    const bool media = ocel__reader_sync(s, c, i, l->now);
    const bool report = r->mode == READER_BYE || ocel__reader_report_due(r, l->now);
    if (report && (full(s, l) || !plan_report(s, l, c, i))) return false;
    if (media && !plan_packets(s, l, c, i)) return false;
  }
  return true;
}

size_t ocel_server_datagrams(ocel_server *s, const ocel_datagram_room *room, ocel_us now) {
  batch_list l = {.room = room, .now = now};
  s->plan_n = 0;
  s->now = now;
  if (!plan_missing(s, &l)) return s->plan_n;
  for (size_t left = s->datagrams.n; left > 0; left--) {
    ocel__conn *c = ocel__queue_first(s, &s->datagrams);
    const size_t before = s->plan_n;
    if (c->state != CONN_FREE && !plan_conn(s, &l, c)) break;
    ocel__queue_drop_datagrams(s);
    // It may have more once this is sent, or get the same again if it is not.
    if (s->plan_n > before) ocel__queue_datagrams(s, c);
  }
  return s->plan_n;
}

static void book_report(ocel_server *s, const ocel__plan *p) {
  ocel__conn *c = &s->conns[p->conn];
  ocel__reader *r = &c->session.reader[p->track];
  r->report_due = s->now + s->cfg.report_interval;
  if (!p->bye) return;
  r->mode = READER_IDLE;
  if (c->state == CONN_DEAD) ocel__queue_task(s, c);
}

static void book_again(ocel_server *s, const ocel__plan *p) {
  s->stats.retransmitted++;
  s->conns[p->conn].session.retransmitted++;
}

static void unbook(ocel_server *s, const ocel__plan *p) {
  if (p->packets > 0 && !p->again) s->conns[p->conn].session.pace_tokens += (int32_t)p->size;
}

void ocel_server_datagrams_sent(ocel_server *s, size_t n, size_t failed) {
  s->stats.send_errors += (uint32_t)failed;
  for (size_t i = 0; i < s->plan_n; i++) {
    const ocel__plan *p = &s->plan[i];
    if (i >= n) {
      unbook(s, p);
    } else if (p->again) {
      book_again(s, p);
    } else if (p->packets == 0) {
      book_report(s, p);
    } else {
      ocel__reader_book(s, p);
    }
  }
  s->plan_n = 0;
}

static bool take_rtcp(ocel_server *s, ocel__conn *c, const ocel_addr *from, ocel_span bytes,
                      ocel_us now) {
  if (!ocel__has_session(c) || !ocel_addr_same_host(&c->peer, from)) return false;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &c->session.reader[i];
    // Players send a group's reports from any port.
    if (!r->set_up || r->tcp || (r->rtcp_port != from->port && !r->multicast)) continue;
    return ocel__session_rtcp(s, c, i, bytes, now);
  }
  return false;
}

void ocel_server_datagram(ocel_server *s, ocel_port port, const ocel_addr *from, ocel_span bytes,
                          ocel_us now) {
  s->now = now;
  if (port == OCEL_PORT_RTP) {
    // Others than talkers send arbitrary bytes, to punch holes in firewalls.
    ocel__talk_datagram(s, from, bytes);
    return;
  }
  for (int i = 0; i < s->conn_high; i++) {
    if (take_rtcp(s, &s->conns[i], from, bytes, now)) return;
  }
  s->stats.stray_datagrams++;
}
