// SPDX-License-Identifier: Apache-2.0
#include "port.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "doors.h"
#include "port_output.h"

void port_init(port *p, sim_clock *clock, rng random, const port_profile *profile) {
  *p = (port){.clock = clock, .rng = random, .profile = *profile, .run_at = OCEL_NEVER};
  p->busy_until = p->udp_full_until = p->second = clock->now;
  p->inbox_end = &p->inbox;
}

void port_free(port *p) {
  while (p->inbox != NULL) {
    port_inbox *d = p->inbox;
    p->inbox = d->next;
    free(d);
  }
  free(p->conn);
  free(p->ready);
  free(p->scratch);
}

void port_attach(port *p, ocel_server *srv, const ocel_server_config *cfg) {
  p->srv = srv;
  p->cfg = cfg;
  p->max_connections = cfg->max_connections;
  p->segments_max = cfg->datagram_segments;
  p->payload_max = cfg->payload_max;
  p->conn = calloc(cfg->max_connections, sizeof(tcp_link *));
  if (p->conn == NULL) abort();
}

// ---- when to run ----

static void run(port *p);

static void on_event(void *ctx) {
  port *p = ctx;
  if (p->clock->now < p->run_at) return;
  p->run_at = OCEL_NEVER;
  run(p);
}

static void run_at(port *p, ocel_us at) {
  if (at < p->busy_until) at = p->busy_until;
  if (at < p->clock->now) at = p->clock->now;
  if (at >= p->run_at) return;
  p->run_at = at;
  sim_clock_at(p->clock, at, on_event, p);
}

void port_wake(void *ctx) {
  port *p = ctx;
  p->caused = true;
  run_at(p, p->clock->now);
}

void port_shutdown(port *p) {
  p->stopping = true;
  ocel_server_shutdown(p->srv, p->clock->now);
  port_wake(p);
}

void port_disconnect(port *p) {
  p->dismissed = true;
  ocel_server_disconnect(p->srv, p->clock->now);
  port_wake(p);
}

void port_notify(void *ctx, tcp_link *link) {
  port *p = ctx;
  if (!link->queued) {
    link->queued = true;
    if (p->ready_n == p->ready_cap) {
      p->ready_cap = p->ready_cap == 0 ? 16 : p->ready_cap * 2;
      p->ready = realloc(p->ready, p->ready_cap * sizeof(tcp_link *));
      if (p->ready == NULL) abort();
    }
    p->ready[p->ready_n++] = link;
  }
  port_wake(p);
}

void port_datagram(void *ctx, const udp_packet *packet) {
  port *p = ctx;
  port_inbox *d = malloc(sizeof *d + packet->n);
  if (d == NULL) abort();
  *d = (port_inbox){.port = packet->rtcp ? OCEL_PORT_RTCP : OCEL_PORT_RTP,
                    .from = packet->from,
                    .sender = packet->sender,
                    .n = packet->n};
  memcpy(d->data, packet->data, packet->n);
  *p->inbox_end = d;
  p->inbox_end = &d->next;
  port_wake(p);
}

// ---- what happened ----

static void lose(port *p, tcp_link *l) {
  TRACE("port: connection %d (viewer %d) is gone", l->conn, l->observer->viewer);
  ocel_server_closed(p->srv, l->conn, p->clock->now);
  port_forget(p, l);
}

static unsigned neighbours(const port *p, const ocel_addr *peer) {
  unsigned n = 0;
  for (uint32_t i = 0; i < p->max_connections; i++) {
    n += p->conn[i] != NULL && doors_same_home(&p->conn[i]->peer, peer);
  }
  return n;
}

static bool is_crowded(const port *p, const ocel_addr *peer) {
  const unsigned share = p->cfg->max_connections_per_address;
  return p->open >= p->max_connections || (share > 0 && neighbours(p, peer) >= share);
}

void port_check_shares(const port *p) {
  const unsigned share = p->cfg->max_connections_per_address;
  for (uint32_t i = 0; share > 0 && i < p->max_connections; i++) {
    const unsigned n = p->conn[i] != NULL ? neighbours(p, &p->conn[i]->peer) : 0;
    CHECK(n <= share, "one address has %u connections, its share is %u", n, share);
  }
}

// Strangers get no answer; a port that asks no further has to close at once.
static bool turns_away(port *p, tcp_link *l) {
  const bool stranger = doors_stranger(p->cfg, &l->peer);
  const bool admitted = ocel_server_admits(p->srv, &l->peer, p->clock->now);
  CHECK(admitted == !stranger, "a connection %s is let in, or another is not",
        stranger ? "from elsewhere" : "from an allowed network");
  p->turned_away += stranger;
  return stranger && rng_permille(&p->rng, 800);
}

static void accept_link(port *p, tcp_link *l) {
  const bool crowded = is_crowded(p, &l->peer), stranger = doors_stranger(p->cfg, &l->peer);
  if (turns_away(p, l)) {
    l->conn = TCP_OVER;
    observer_closed(l->observer);
    tcp_close(l);
    return;
  }
  l->conn = ocel_server_accept(p->srv, &l->peer, &l->local, l->profile.secure, p->clock->now);
  CHECK(l->conn < 0 || !stranger, "a connection from elsewhere is accepted");
  if (l->conn >= 0) {
    CHECK((uint32_t)l->conn < p->max_connections && p->conn[l->conn] == NULL,
          "accept gave number %d, which is in use or out of range", l->conn);
    p->conn[l->conn] = l;
    p->open++;
    return;
  }
  CHECK(crowded || stranger || p->stopping,
        "connection refused although %" PRIu32 " of %" PRIu32 " are in use", p->open,
        p->max_connections);
  l->observer->refused = true;
  observer_wrote(l->observer, ocel_server_refusal());
  tcp_write(l, ocel_server_refusal());
  observer_closed(l->observer);
  tcp_close(l);
}

static void read_link(port *p, tcp_link *l) {
  uint8_t mem[4096];
  while (!l->read_paused && tcp_readable(l) > 0) {
    size_t n = ocel_server_room(p->srv, l->conn);
    if (n == 0) {
      l->read_paused = true;
      return;
    }
    if (n > sizeof mem) n = sizeof mem;
    if (l->profile.chunk > 0) n = rng_between(&p->rng, 1, (uint32_t)n);
    n = tcp_read(l, mem, n);
    l->observer->heard_at = p->clock->now;
    uint8_t *exact = malloc(n);  // so that a sanitizer sees every byte read too many
    if (exact == NULL) abort();
    memcpy(exact, mem, n);
    ocel_server_recv(p->srv, l->conn, ocel_span_make(exact, n), p->clock->now);
    free(exact);
  }
}

static void serve_link(port *p, tcp_link *l) {
  l->queued = false;
  if (l->conn == TCP_NOT_ACCEPTED) accept_link(p, l);
  if (l->conn < 0) return;
  if (tcp_is_reset(l)) {
    lose(p, l);
    return;
  }
  read_link(p, l);
  if (tcp_at_eof(l)) {
    lose(p, l);
    tcp_close(l);
    return;
  }
  if (!l->writable) return;
  l->writable = false;
  ocel_server_writable(p->srv, l->conn);
}

static void serve_links(port *p) {
  for (size_t i = p->ready_n; i > 1; i--) {
    const size_t j = rng_below(&p->rng, (uint32_t)i);
    tcp_link *l = p->ready[i - 1];
    p->ready[i - 1] = p->ready[j];
    p->ready[j] = l;
  }
  const size_t n = p->ready_n;
  for (size_t i = 0; i < n; i++) serve_link(p, p->ready[i]);
  p->ready_n = 0;
}

// A datagram from a session's own port counts for the session, whoever sent it.
static void hear(port *p, const port_inbox *d) {
  observer *o = d->sender != NULL ? d->sender : port_owner(p, &d->from, 0);
  if (o != NULL) o->heard_at = p->clock->now;
}

static void serve_inbox(port *p) {
  while (p->inbox != NULL) {
    port_inbox *d = p->inbox;
    p->inbox = d->next;
    hear(p, d);
    ocel_server_datagram(p->srv, d->port, &d->from, ocel_span_make(d->data, d->n), p->clock->now);
    free(d);
  }
  p->inbox_end = &p->inbox;
}

// ---- a round ----

// The engine must not ask for what has passed again and again, nor keep the task awake.
static void check_rest(port *p, ocel_us deadline, bool progress) {
  const ocel_us now = p->clock->now;
  p->overdue = deadline <= now && !progress ? p->overdue + 1 : 0;
  CHECK(p->overdue < 3, "the deadline stays in the past, and nothing comes of it");
  if (now - p->second >= OCEL_SECOND) {
    p->second = now;
    p->idle = 0;
  }
  if (!p->caused && !progress) p->idle++;
  CHECK(p->idle <= p->idle_max, "%" PRIu32 " ticks in vain within a second", p->idle);
}

static void plan(port *p, bool progress) {
  const ocel_us now = p->clock->now;
  const ocel_us deadline = ocel_server_deadline(p->srv);
  const bool full = p->udp_full_until > now;
  if (!full) check_rest(p, deadline, progress);
  p->caused = full;
  if (rng_permille(&p->rng, p->profile.busy)) {
    p->busy_until = now + rng_below(&p->rng, (uint32_t)p->profile.busy_max);
  }
  if (p->ready_n > 0) port_wake(p);
  if (full) run_at(p, p->udp_full_until);
  if (deadline == OCEL_NEVER) return;
  const ocel_us late = p->profile.late > 0 ? rng_below(&p->rng, (uint32_t)p->profile.late) : 0;
  if (full && deadline <= now) return;
  run_at(p, (deadline > now ? deadline : now) + late);
}

static void run(port *p) {
  p->rounds++;
  serve_links(p);
  serve_inbox(p);
  ocel_server_tick(p->srv, p->clock->now);
  const bool progress = port_write_out(p);
  p->after(p->ctx);
  plan(p, progress);
}
