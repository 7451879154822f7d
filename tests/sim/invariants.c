// SPDX-License-Identifier: Apache-2.0
// What holds for the server as a whole, and whether its statistics tell what was seen.
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "world.h"

void invariants_round(void *ctx) {
  const world *w = ctx;
  ocel_server_stats s;
  ocel_server_get_stats(w->srv, w->clock.now, &s);
  CHECK(s.connections == w->port.open,
        "statistics count %" PRIu32 " connections, there are %" PRIu32, s.connections,
        w->port.open);
  CHECK(s.sessions <= w->cfg.server.max_clients, "%" PRIu32 " sessions", s.sessions);
  CHECK(s.sessions <= s.connections, "%" PRIu32 " sessions on %" PRIu32 " connections", s.sessions,
        s.connections);
  port_check_shares(&w->port);
  CHECK(s.playing <= s.sessions, "%" PRIu32 " of %" PRIu32 " sessions play", s.playing, s.sessions);
}

// ---- statistics ----

// A reply may be on its way, or a packet half written: then numbers may differ a little.
static bool is_at_rest(const tcp_link *l) {
  return l->observer->count == 0 && reply_reader_at_rest(&l->observer->reader) &&
         !l->wants_writable;
}

// A track that has all there is; only then both sides have counted the same skips.
static bool is_abreast(const media_track *m) {
  return m->fixed && !m->uncounted && !m->fresh && !m->in_unit && m->next == m->producer->next;
}

static void check_units(const world *w, const observer *o, const ocel_client_stats *s) {
  uint32_t units = o->session_units;
  uint32_t skipped = o->session_skipped;
  bool abreast = w->cfg.port.busy == 0 && !o->session_uncounted;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    if (!o->tracks[i].used) continue;
    units += o->tracks[i].media.units;
    skipped += o->tracks[i].media.skipped;
    abreast = abreast && is_abreast(&o->tracks[i].media);
  }
  CHECK(s->access_units == units,
        "viewer %d: statistics count %" PRIu32 " access units, begun were %" PRIu32, o->viewer,
        s->access_units, units);
  CHECK(s->skipped == skipped || (!abreast && s->skipped > skipped),
        "viewer %d: statistics count %" PRIu32 " skipped, it were %" PRIu32, o->viewer, s->skipped,
        skipped);
}

static void check_client(const world *w, const tcp_link *l) {
  const observer *o = l->observer;
  ocel_client_stats s;
  const bool any = ocel_server_get_client_stats(w->srv, l->conn, w->clock.now, &s) == OCEL_OK;
  if (!o->honest || !is_at_rest(l) || !any) return;
  CHECK(o->session[0] != '\0', "viewer %d: the server has a session that it never told of",
        o->viewer);
  check_units(w, o, &s);
  CHECK(s.packets == o->session_packets,
        "viewer %d: statistics count %" PRIu64 " packets, sent were %" PRIu64, o->viewer, s.packets,
        o->session_packets);
  CHECK(s.bytes == o->session_bytes,
        "viewer %d: statistics count %" PRIu64 " bytes, sent were %" PRIu64, o->viewer, s.bytes,
        o->session_bytes);
  CHECK(s.playing == o->playing, "viewer %d: statistics say %splaying", o->viewer,
        s.playing ? "" : "not ");
}

// The producer of a stream's first track; `ready` if all its tracks of pictures have had one.
static const producer *first_producer(const world *w, unsigned stream, bool *ready) {
  const producer *p = NULL;
  *ready = true;
  for (unsigned i = w->media.producer_count; i > 0; i--) {
    if (w->stream_of[i - 1] != stream) continue;
    p = w->producers[i - 1];
    *ready = *ready && (p->keys > 0 || p->profile.sound);
  }
  return p;
}

static void check_stream(const world *w, unsigned n) {
  ocel_stream_stats s;
  bool ready;
  const producer *p = first_producer(w, n, &ready);
  CHECK(ocel_server_get_stream_stats(w->srv, (int)n, w->clock.now, &s) == OCEL_OK && p != NULL,
        "no statistics of stream %u", n);
  if (w->port.run_at <= w->clock.now || w->port.busy_until > w->clock.now) return;
  CHECK(s.access_units == p->next - p->begin,
        "stream %u: statistics count %" PRIu64 " access units, committed were %" PRIu32, n,
        s.access_units, p->next);
  CHECK(s.bytes == p->bytes,
        "stream %u: statistics count %" PRIu64 " bytes, committed were %" PRIu64, n, s.bytes,
        p->bytes);
  CHECK(s.key_units == p->keys,
        "stream %u: statistics count %" PRIu32 " key pictures, committed were %" PRIu32, n,
        s.key_units, p->keys);
  CHECK(s.dropped == p->dropped,
        "stream %u: statistics count %" PRIu32 " dropped, it were %" PRIu32, n, s.dropped,
        p->dropped);
  CHECK(s.ready == ready, "stream %u: statistics say %sready", n, s.ready ? "" : "not ");
  if (p->keys == 0 || p->changed) return;
  CHECK(s.width == p->width && s.height == p->height, "stream %u: statistics say %u x %u", n,
        s.width, s.height);
}

static void check_totals(const world *w) {
  ocel_server_stats s;
  ocel_server_get_stats(w->srv, w->clock.now, &s);
  CHECK(s.uptime == w->clock.now - w->clock.origin, "statistics are wrong about the uptime");
  CHECK(s.connections_total + s.refused >= s.connections, "fewer connections in all than now");
  CHECK(s.requests >= w->totals.replies - s.refused,
        "%" PRIu32 " requests, but %" PRIu32 " replies", s.requests, w->totals.replies);
  CHECK(s.turned_away == w->port.turned_away,
        "statistics count %" PRIu32 " strangers, there were %" PRIu32, s.turned_away,
        w->port.turned_away);
  CHECK(s.send_errors == w->port.failed,
        "statistics count %" PRIu32 " failed sends, it were %" PRIu64, s.send_errors,
        w->port.failed);
  CHECK(s.sessions_total >= w->totals.sessions,
        "statistics count %" PRIu32 " sessions, told of were %" PRIu32, s.sessions_total,
        w->totals.sessions);
  CHECK(s.packets >= w->totals.packets && s.bytes >= w->totals.bytes,
        "statistics count fewer packets or bytes than were sent");
  CHECK(s.packets - w->totals.packets <= s.connections_total,
        "statistics count %" PRIu64 " packets, sent were %" PRIu64, s.packets, w->totals.packets);
}

void invariants_often(world *w) {
  for (uint32_t i = 0; i < w->cfg.server.max_connections; i++) {
    const tcp_link *l = w->port.conn[i];
    if (l == NULL) continue;
    observer_check(l->observer, w->cfg.lag_max);
    check_client(w, l);
  }
  for (unsigned i = 0; i < WORLD_STREAMS && w->cfg.stream[i].tracks > 0; i++) check_stream(w, i);
  group_check(&w->group, w->cfg.lag_max);
  check_totals(w);
}

void invariants_end(world *w) {
  ocel_server_stats s;
  ocel_server_get_stats(w->srv, w->clock.now, &s);
  CHECK(s.connections == 0, "%" PRIu32 " connections after everybody has left", s.connections);
  CHECK(s.sessions == 0, "%" PRIu32 " sessions after everybody has left", s.sessions);
  CHECK(s.playing == 0, "%" PRIu32 " sessions play after everybody has left", s.playing);
  CHECK(w->port.open == 0, "the port still has %" PRIu32 " connections", w->port.open);
  CHECK(ocel_server_deadline(w->srv) == OCEL_NEVER,
        "nothing is open, but the engine wants to be woken in %" PRId64 " us",
        ocel_server_deadline(w->srv) - w->clock.now);
  check_totals(w);
}

// ---- receiver reports ----

typedef struct {
  world *w;
  const viewer *v;
  tcp_link *link;
  receiver_report said;
  ocel_us sent_at;
} report_check;

static void on_report_check(void *ctx) {
  const report_check *r = ctx;
  ocel_client_stats s;
  const observer *o = r->link->observer;
  if (r->link->conn < 0 || o->session[0] == '\0' || o->over) return;
  if (ocel_server_get_client_stats(r->w->srv, r->link->conn, r->w->clock.now, &s) != OCEL_OK) {
    return;
  }
  const int n = r->v->number;
  const int32_t lost = s.track[0].packets_lost + s.track[1].packets_lost;  // one is set up
  CHECK(lost == r->said.lost, "viewer %d: reported %" PRId32 " lost, statistics say %" PRId32, n,
        r->said.lost, lost);
  CHECK(s.fraction_lost == r->said.fraction, "viewer %d: reported fraction %u, statistics say %u",
        n, r->said.fraction, s.fraction_lost);
  const ocel_us tick = 1000 / (ocel_us)r->said.khz + 1;
  const ocel_us jitter = (ocel_us)r->said.jitter * 1000 / r->said.khz;
  CHECK(s.jitter >= jitter - tick && s.jitter <= jitter + tick,
        "viewer %d: reported jitter %" PRId64 " us, statistics say %" PRId64, n, jitter, s.jitter);
  if (!r->said.has_sr) return;
  const ocel_us way = r->v->tcp ? r->link->profile.latency : UDP_GOOD.delay;
  const ocel_us error = s.round_trip - (way + r->said.sr_transit);
  CHECK(error >= -OCEL_MILLISECOND && error <= OCEL_MILLISECOND,
        "viewer %d: round trip is %" PRId64 " us off", n, error);
}

void world_reported(world *w, viewer *v, const receiver_report *said) {
  const bool plain = w->cfg.port.busy == 0 && !v->profile.may_skip && v->playing &&
                     !(v->track_used[0] && v->track_used[1]) && v->tracks[0].started;
  if (!plain) return;
  report_check *r = world_alloc(w, sizeof *r);
  *r = (report_check){w, v, v->link, *said, w->clock.now};
  const ocel_us way = v->tcp ? v->link->profile.latency : UDP_GOOD.delay;
  sim_clock_at(&w->clock, w->clock.now + way + 1, on_report_check, r);
}
