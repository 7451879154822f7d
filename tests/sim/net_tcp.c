// SPDX-License-Identifier: Apache-2.0
#include "net_tcp.h"

#include <stdlib.h>
#include <string.h>

const tcp_profile TCP_GOOD = {.latency = 1 * OCEL_MILLISECOND, .buffer = 256 * 1024};

tcp_link *tcp_make(sim_clock *clock, rng random, const tcp_profile *profile) {
  tcp_link *l = calloc(1, sizeof *l);
  if (l == NULL) abort();
  l->clock = clock;
  l->rng = random;
  l->profile = *profile;
  l->fin_at = l->reset_at = l->server_closed_at = OCEL_NEVER;
  l->stalled_until = clock->origin;
  l->conn = TCP_NOT_ACCEPTED;
  return l;
}

static void drop_first(tcp_queue *q) {
  tcp_segment *s = q->first;
  q->first = s->next;
  if (q->first == NULL) q->last = NULL;
  q->bytes -= s->n - s->off;
  free(s);
}

static void drop_all(tcp_queue *q) {
  while (q->first != NULL) drop_first(q);
}

void tcp_free(tcp_link *l) {
  drop_all(&l->up);
  drop_all(&l->down);
  free(l);
}

static void append(tcp_queue *q, ocel_span bytes, ocel_us ready) {
  tcp_segment *s = malloc(sizeof *s + bytes.n);
  if (s == NULL) abort();
  *s = (tcp_segment){.ready = ready, .n = bytes.n};
  memcpy(s->data, bytes.p, bytes.n);
  if (q->last != NULL) {
    q->last->next = s;
  } else {
    q->first = s;
  }
  q->last = s;
  q->bytes += bytes.n;
}

static size_t take(tcp_queue *q, size_t n) {
  q->first->off += n;
  q->bytes -= n;
  if (q->first->off < q->first->n) return n;
  drop_first(q);
  return n;
}

static size_t limited(tcp_link *l, size_t n) {
  const uint32_t chunk = l->profile.chunk;
  if (chunk == 0 || n <= 1) return n;
  const size_t most = n < chunk ? n : chunk;
  return rng_between(&l->rng, 1, (uint32_t)most);
}

// ---- the client's end ----

static void notify_server(void *ctx) {
  tcp_link *l = ctx;
  if (l->conn != TCP_OVER && l->notify != NULL) l->notify(l->server, l);
}

void tcp_connect(tcp_link *l) {
  sim_clock_at(l->clock, l->clock->now + l->profile.latency, notify_server, l);
}

void tcp_send(tcp_link *l, ocel_span bytes) {
  if (l->client_done || l->vanished || l->fin_at != OCEL_NEVER) return;
  while (bytes.n > 0) {
    const ocel_span piece = ocel_span_take(&bytes, limited(l, bytes.n));
    append(&l->up, piece, l->clock->now + l->profile.latency);
  }
  sim_clock_at(l->clock, l->clock->now + l->profile.latency, notify_server, l);
}

void tcp_fin(tcp_link *l) {
  if (l->client_done || l->vanished || l->fin_at != OCEL_NEVER) return;
  l->fin_at = l->clock->now + l->profile.latency;
  sim_clock_at(l->clock, l->fin_at, notify_server, l);
}

void tcp_reset(tcp_link *l) {
  if (l->client_done || l->vanished) return;
  l->client_done = true;
  l->reset_at = l->clock->now + l->profile.latency;
  sim_clock_at(l->clock, l->reset_at, notify_server, l);
}

void tcp_vanish(tcp_link *l) { l->vanished = true; }

static void poll_client(void *ctx);

static void poll_at(tcp_link *l, ocel_us at) {
  if (l->polling) return;
  l->polling = true;
  sim_clock_at(l->clock, at, poll_client, l);
}

void tcp_stall(tcp_link *l, ocel_us until) {
  l->stalled_until = until;
  poll_at(l, until);
}

static size_t deliver(tcp_link *l, size_t budget) {
  size_t done = 0;
  while (done < budget && l->down.first != NULL && l->down.first->ready <= l->clock->now) {
    tcp_segment *s = l->down.first;
    const size_t left = s->n - s->off;
    const size_t n = limited(l, left < budget - done ? left : budget - done);
    l->client.bytes(l->client.ctx, ocel_span_make(s->data + s->off, n));
    done += take(&l->down, n);
    if (l->client_done || l->vanished || l->stalled_until > l->clock->now) break;
  }
  return done;
}

static void offer_room(tcp_link *l) {
  if (!l->wants_writable || l->down.bytes >= l->profile.buffer) return;
  // A kernel may wait until a good part is free; any moment is allowed.
  if (l->down.bytes > l->profile.buffer / 2 && rng_permille(&l->rng, 500)) return;
  l->wants_writable = false;
  l->writable = true;
  notify_server(l);
}

static void poll_again(tcp_link *l, size_t done) {
  const ocel_us now = l->clock->now;
  const uint32_t rate = l->profile.rate;
  if (l->down.first == NULL) {
    if (l->server_closed_at == OCEL_NEVER) return;
    if (l->server_closed_at + l->profile.latency > now) {
      poll_at(l, l->server_closed_at + l->profile.latency);
      return;
    }
    l->client_done = true;
    l->client.closed(l->client.ctx);
    return;
  }
  ocel_us next = l->down.first->ready > now ? l->down.first->ready : now;
  const ocel_us paced = rate == 0 ? now : now + (ocel_us)(done * 1000000 / rate);
  if (paced > next) next = paced;
  if (l->stalled_until > next) next = l->stalled_until;
  poll_at(l, next);
}

static void poll_client(void *ctx) {
  tcp_link *l = ctx;
  l->polling = false;
  if (l->client_done || l->vanished) return;
  if (l->stalled_until > l->clock->now) {
    poll_at(l, l->stalled_until);
    return;
  }
  const uint32_t rate = l->profile.rate;
  const size_t done = deliver(l, rate == 0 ? SIZE_MAX : 1 + rate / 100);
  if (l->client_done || l->vanished) return;
  offer_room(l);
  poll_again(l, done);
}

// ---- the server's end ----

bool tcp_is_reset(const tcp_link *l) { return l->reset_at <= l->clock->now; }

size_t tcp_readable(const tcp_link *l) {
  if (tcp_is_reset(l)) return 0;
  size_t n = 0;
  for (const tcp_segment *s = l->up.first; s != NULL && s->ready <= l->clock->now; s = s->next) {
    n += s->n - s->off;
  }
  return n;
}

size_t tcp_read(tcp_link *l, uint8_t *out, size_t max) {
  size_t done = 0;
  while (done < max && l->up.first != NULL && l->up.first->ready <= l->clock->now) {
    const tcp_segment *s = l->up.first;
    const size_t left = s->n - s->off;
    const size_t n = left < max - done ? left : max - done;
    memcpy(out + done, s->data + s->off, n);
    done += take(&l->up, n);
  }
  return done;
}

bool tcp_at_eof(const tcp_link *l) { return l->fin_at <= l->clock->now && l->up.bytes == 0; }

size_t tcp_room(const tcp_link *l) {
  return l->down.bytes >= l->profile.buffer ? 0 : l->profile.buffer - l->down.bytes;
}

void tcp_write(tcp_link *l, ocel_span bytes) {
  if (bytes.n == 0) return;
  append(&l->down, bytes, l->clock->now + l->profile.latency);
  poll_at(l, l->clock->now + l->profile.latency);
}

void tcp_close(tcp_link *l) {
  l->conn = TCP_OVER;
  l->server_closed_at = l->clock->now;
  poll_at(l, l->clock->now + l->profile.latency);
}
