// SPDX-License-Identifier: Apache-2.0
#include "port_output.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { TASKS_MAX = 2000000 };

void port_forget(port *p, tcp_link *l) {
  p->conn[l->conn] = NULL;
  p->open--;
  l->conn = TCP_OVER;
  observer_closed(l->observer);
  p->gone[p->gone_next] = l->observer;
  p->gone_next = (p->gone_next + 1) % PORT_GONE;
}

static uint8_t *scratch(port *p, size_t n) {
  if (n > p->scratch_cap) {
    free(p->scratch);
    p->scratch_cap = 2 * n;
    p->scratch = malloc(p->scratch_cap);
    if (p->scratch == NULL) abort();
  }
  return p->scratch;
}

// Copies the first `n` bytes of the spans to the scratch.
static ocel_span flatten(port *p, const ocel_span *spans, size_t n) {
  uint8_t *out = scratch(p, n);
  size_t done = 0;
  for (; done < n; spans++) {
    const size_t piece = spans->n < n - done ? spans->n : n - done;
    memcpy(out + done, spans->p, piece);
    done += piece;
  }
  return ocel_span_make(out, n);
}

// ---- stream connections ----

static size_t choose_size(port *p, const tcp_link *l, size_t total) {
  size_t n = tcp_room(l) < total ? tcp_room(l) : total;
  const uint32_t chunk = l->profile.chunk;
  if (chunk > 0 && n > 0) n = rng_between(&p->rng, 1, n < chunk ? (uint32_t)n : chunk);
  if (n > 0 && rng_permille(&p->rng, p->profile.short_write)) {
    n = rng_below(&p->rng, (uint32_t)n + 1);
  }
  return n;
}

static void write_link(port *p, tcp_link *l) {
  ocel_span spans[PORT_SPANS_MAX];
  const size_t max = rng_permille(&p->rng, 500) ? PORT_SPANS_MAX : rng_between(&p->rng, 8, 20);
  const size_t count = ocel_server_gather(p->srv, l->conn, spans, max, p->clock->now);
  size_t total = 0;
  CHECK(count <= max, "gather gave %zu spans where %zu fit", count, max);
  for (size_t i = 0; i < count; i++) {
    CHECK(spans[i].n > 0, "gather gave an empty span");
    total += spans[i].n;
  }
  CHECK(total > 0, "WRITE task for connection %d with nothing to write", l->conn);
  if (tcp_is_reset(l)) {  // the write fails
    ocel_server_closed(p->srv, l->conn, p->clock->now);
    port_forget(p, l);
    return;
  }
  const ocel_span bytes = flatten(p, spans, choose_size(p, l, total));
  observer_wrote(l->observer, bytes);
  tcp_write(l, bytes);
  const bool full = tcp_room(l) == 0;
  const bool blocked = full || (bytes.n < total && l->down.bytes > 0 &&
                                rng_permille(&p->rng, p->profile.early_block));
  if (blocked) l->wants_writable = true;
  if (bytes.n > 0 && l->read_paused) {
    l->read_paused = false;
    port_notify(p, l);
  }
  ocel_server_advance(p->srv, l->conn, bytes.n, blocked, p->clock->now);
}

static void close_link(port *p, tcp_link *l) {
  TRACE("port: engine closes connection %d (viewer %d)", l->conn, l->observer->viewer);
  port_forget(p, l);
  tcp_close(l);
}

static bool do_tasks(port *p) {
  ocel_task task;
  uint32_t n = 0;
  for (; ocel_server_next_task(p->srv, &task); n++) {
    CHECK(n < TASKS_MAX, "tasks without an end");
    CHECK(task.conn >= 0 && (uint32_t)task.conn < p->max_connections && p->conn[task.conn] != NULL,
          "task for connection %d, which is not open", task.conn);
    tcp_link *l = p->conn[task.conn];
    if (task.kind == OCEL_TASK_CLOSE) {
      close_link(p, l);
    } else {
      CHECK(!l->wants_writable, "WRITE task for connection %d, which is blocked", task.conn);
      write_link(p, l);
    }
  }
  p->tasks += n;
  return n > 0;
}

// ---- datagrams ----

// The observer number `i`: those of open connections first, then those of ended ones, the latest
// first.
static observer *observer_at(const port *p, unsigned i) {
  if (i < p->max_connections) return p->conn[i] == NULL ? NULL : p->conn[i]->observer;
  return p->gone[(p->gone_next + PORT_GONE - 1 - (i - p->max_connections)) % PORT_GONE];
}

observer *port_owner(const port *p, const ocel_addr *at, uint32_t ssrc) {
  observer *owner = NULL;
  for (unsigned i = 0; i < p->max_connections + PORT_GONE; i++) {
    observer *o = observer_at(p, i);
    if (o == NULL || !observer_owns(o, at)) continue;
    if (observer_knows(o, ssrc)) return o;
    if (owner == NULL) owner = o;
  }
  return owner;
}

// The sender of a packet.
static uint32_t ssrc_of(ocel_span packet, bool rtcp) {
  const size_t at = rtcp ? 4 : 8;
  return packet.n < at + 4 ? 0 : ocel_be32(packet.p + at);
}

// To all who have joined; each has a network of its own.
static void send_to_members(port *p, const udp_send_args *args) {
  for (uint32_t i = 0; i < p->max_connections; i++) {
    const observer *o = p->conn[i] != NULL ? p->conn[i]->observer : NULL;
    if (o == NULL || !group_reaches(o, args->from.port)) continue;
    udp_send(p->clock, &p->rng, &o->udp, args);
  }
}

static void send_one(port *p, const udp_send_args *args, bool failed) {
  if (group_has(p->group, &args->from)) {
    group_datagram(p->group, args->rtcp, args->from.port, args->bytes);
    if (!failed) send_to_members(p, args);
    return;
  }
  observer *o = port_owner(p, &args->from, ssrc_of(args->bytes, args->rtcp));
  CHECK(o != NULL, "datagrams to port %u of somebody who has no session", args->from.port);
  observer_datagram(o, args->rtcp, args->from.port, args->bytes);
  if (!failed) udp_send(p->clock, &p->rng, &o->udp, args);
}

// True if it was sent, false if it was given up.
static bool send_batch(port *p, const ocel_datagrams *d) {
  const bool rtcp = d->port == OCEL_PORT_RTCP;
  const bool failed = rng_permille(&p->rng, p->profile.send_failed);
  size_t total = 0;
  for (unsigned i = 0; i < d->part_count; i++) total += d->parts[i].n;
  CHECK(total == d->size && total > 0 && d->segment > 0, "batch of %zu bytes says %" PRIu32, total,
        d->size);
  CHECK((total + d->segment - 1) / d->segment <= p->segments_max, "batch of too many datagrams");
  CHECK(d->segment <= p->payload_max + 12u, "datagram of %u bytes", d->segment);
  ocel_span rest = flatten(p, d->parts, total);
  while (rest.n > 0) {
    const ocel_span one = ocel_span_take(&rest, rest.n < d->segment ? rest.n : d->segment);
    const udp_send_args args = {.rtcp = rtcp, .from = d->to, .bytes = one};
    send_one(p, &args, failed);
  }
  return !failed;
}

// Looks once; true if it is worth looking again.
static bool send_some(port *p) {
  ocel_datagrams batches[PORT_BATCHES_MAX];
  ocel_span spans[PORT_SPANS_MAX];
  ocel_datagram_room room = {.batches = batches, .spans = spans};
  room.max = rng_between(&p->rng, 1, PORT_BATCHES_MAX);
  room.max_spans = rng_between(&p->rng, 8, PORT_SPANS_MAX);
  const size_t n = ocel_server_datagrams(p->srv, &room, p->clock->now);
  CHECK(n <= room.max, "more batches than there is room for");
  if (n == 0) return false;
  size_t done = n;
  const bool full = rng_permille(&p->rng, p->profile.socket_full);
  if (full) done = rng_below(&p->rng, (uint32_t)n);
  size_t failed = 0;
  for (size_t i = 0; i < done; i++) failed += !send_batch(p, &batches[i]);
  ocel_server_datagrams_sent(p->srv, done, failed);
  p->failed += failed;
  if (full) p->udp_full_until = p->clock->now + rng_between(&p->rng, 100, 5000);
  return !full;
}

static bool do_datagrams(port *p) {
  uint32_t n = 0;
  if (p->udp_full_until > p->clock->now) return false;
  while (send_some(p)) {
    CHECK(++n < TASKS_MAX, "datagrams without an end");
  }
  return n > 0;
}

bool port_write_out(port *p) {
  const bool wrote = do_tasks(p);
  const bool sent = do_datagrams(p);
  return wrote || sent;
}
