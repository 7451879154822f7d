// SPDX-License-Identifier: Apache-2.0
#include "fake_engine.h"

#include <string.h>

#include "loop_test.h"

enum { BATCHES = 64, BATCH_BYTES = 1 << 16 };

typedef struct {
  bool open, blocked, closing;
  size_t begin, n;
  uint8_t bytes[FAKE_ROOM];
} fake_conn;

typedef struct {
  ocel_addr to;
  ocel_port port;
  uint16_t segment;
  uint32_t size;
  uint8_t bytes[BATCH_BYTES];
} fake_batch;

struct ocel_server {
  ocel_server_config cfg;
  ocel_addr local;
  unsigned batch_count;
  fake_conn conns[FAKE_CONNS];
  fake_batch batches[BATCHES];
};

fake_counts fake;

int fake_setup(void **state) {
  memset(&fake, 0, sizeof fake);
  fake.deadline = OCEL_NEVER;
  return rig_setup(state);
}

static void tell(const ocel_server *srv, ocel_event_code code, int conn) {
  const ocel_event e = {.code = code, .conn = conn};
  if (srv->cfg.platform.event != NULL) srv->cfg.platform.event(srv->cfg.platform.ctx, &e);
}

void ocel_server_defaults(ocel_server_config *cfg) {
  memset(cfg, 0, sizeof *cfg);
  cfg->max_clients = cfg->max_connections = FAKE_CONNS;
  cfg->payload_max = 1400;
  cfg->stall_timeout = 10 * OCEL_SECOND;
}

size_t ocel_server_size(const ocel_server_config *cfg) {
  return cfg->max_connections >= 1 && cfg->max_connections <= FAKE_CONNS ? sizeof(ocel_server) : 0;
}

ocel_server *ocel_server_init(void *mem, size_t size, const ocel_server_config *cfg, ocel_us now) {
  ocel_server *const srv = mem;
  (void)now;
  if (size < sizeof *srv) return NULL;
  srv->cfg = *cfg;
  return srv;
}

bool ocel_server_admits(ocel_server *srv, const ocel_addr *peer, ocel_us now) {
  (void)peer;
  (void)now;
  if (!fake.shut) return true;
  fake.turned_away++;
  tell(srv, OCEL_EVENT_TURNED_AWAY, -1);
  return false;
}

int ocel_server_accept(ocel_server *srv, const ocel_addr *peer, const ocel_addr *local, bool secure,
                       ocel_us now) {
  (void)peer;
  fake.secure += secure;
  (void)now;
  for (int i = 0; i < srv->cfg.max_connections; i++) {
    fake_conn *const c = &srv->conns[i];
    if (c->open) continue;
    c->open = true;
    c->blocked = c->closing = false;
    c->begin = c->n = 0;
    srv->local = *local;
    fake.accepted++;
    tell(srv, OCEL_EVENT_CONNECTED, i);
    return i;
  }
  fake.refused++;
  tell(srv, OCEL_EVENT_REFUSED, -1);
  return -1;
}

ocel_span ocel_server_refusal(void) { return ocel_span_make("full\n", 5); }

size_t ocel_server_room(const ocel_server *srv, int conn) {
  const fake_conn *const c = &srv->conns[conn];
  return c->closing ? 0 : sizeof c->bytes - c->n;
}

void ocel_server_recv(ocel_server *srv, int conn, ocel_span bytes, ocel_us now) {
  fake_conn *const c = &srv->conns[conn];
  (void)now;
  fake.received += (unsigned)bytes.n;
  for (size_t i = 0; i < bytes.n && !c->closing; i++) {
    c->bytes[(c->begin + c->n++) % sizeof c->bytes] = bytes.p[i];
    c->closing = bytes.p[i] == 'Q';
  }
}

void ocel_server_closed(ocel_server *srv, int conn, ocel_us now) {
  (void)now;
  srv->conns[conn].open = false;
  fake.closed++;
  tell(srv, OCEL_EVENT_DISCONNECTED, conn);
}

void ocel_server_writable(ocel_server *srv, int conn) { srv->conns[conn].blocked = false; }

static void queue(ocel_server *srv, const fake_batch *b) {
  if (srv->batch_count < BATCHES) srv->batches[srv->batch_count++] = *b;
}

void ocel_server_datagram(ocel_server *srv, ocel_port port, const ocel_addr *from, ocel_span bytes,
                          ocel_us now) {
  static fake_batch b;
  (void)now;
  fake.datagrams++;
  fake.strays += bytes.n == 0;
  if (bytes.n == 0) return;

  b.to = *from;
  b.port = port;
  b.size = (uint32_t)bytes.n;
  b.segment = (uint16_t)bytes.n;
  memcpy(b.bytes, bytes.p, bytes.n);
  if (bytes.n == 3 && bytes.p[0] == 'B') {
    b.segment = (uint16_t)(bytes.p[2] * 8);
    b.size = (uint32_t)(bytes.p[1] * b.segment - 1);
    for (uint32_t i = 0; i < b.size; i++) b.bytes[i] = (uint8_t)(i / b.segment);
  }
  queue(srv, &b);
}

void ocel_server_tick(ocel_server *srv, ocel_us now) {
  (void)srv;
  (void)now;
  fake.ticks++;
}

ocel_us ocel_server_deadline(const ocel_server *srv) {
  (void)srv;
  return fake.deadline;
}

bool ocel_server_next_task(ocel_server *srv, ocel_task *out) {
  for (int i = 0; i < srv->cfg.max_connections; i++) {
    fake_conn *const c = &srv->conns[i];
    if (!c->open) continue;
    *out = (ocel_task){c->n > 0 ? OCEL_TASK_WRITE : OCEL_TASK_CLOSE, i};
    if (c->n > 0 && !c->blocked) return true;
    if (c->n > 0 || !c->closing) continue;
    c->open = false;
    tell(srv, OCEL_EVENT_DISCONNECTED, i);
    return true;
  }
  return false;
}

// In many spans, as the real one does it.
size_t ocel_server_gather(ocel_server *srv, int conn, ocel_span *spans, size_t max, ocel_us now) {
  const fake_conn *const c = &srv->conns[conn];
  size_t n = 0;
  (void)now;
  for (size_t done = 0; done < c->n && n < max; n++) {
    const size_t at = (c->begin + done) % sizeof c->bytes;
    size_t take = c->n - done < FAKE_SPAN ? c->n - done : FAKE_SPAN;
    if (at + take > sizeof c->bytes) take = sizeof c->bytes - at;
    spans[n] = ocel_span_make(c->bytes + at, take);
    done += take;
  }
  return n;
}

void ocel_server_advance(ocel_server *srv, int conn, size_t n, bool blocked, ocel_us now) {
  fake_conn *const c = &srv->conns[conn];
  (void)now;
  c->begin = (c->begin + n) % sizeof c->bytes;
  c->n -= n;
  c->blocked = blocked;
  fake.blocked += blocked;
}

size_t ocel_server_datagrams(ocel_server *srv, const ocel_datagram_room *room, ocel_us now) {
  ocel_span *const spans = room->spans;
  size_t n = 0, used = 0;
  (void)now;
  for (; n < srv->batch_count && n < room->max; n++) {
    const fake_batch *const b = &srv->batches[n];
    const size_t parts = (b->size + FAKE_SPAN - 1) / FAKE_SPAN;
    if (used + parts > room->max_spans) break;
    room->batches[n] = (ocel_datagrams){b->to,   b->port,      b->segment, (uint16_t)parts,
                                        b->size, spans + used, &srv->local};
    for (size_t at = 0; at < b->size; at += FAKE_SPAN) {
      const size_t left = b->size - at;
      spans[used++] = ocel_span_make(b->bytes + at, left < FAKE_SPAN ? left : FAKE_SPAN);
    }
  }
  return n;
}

void ocel_server_datagrams_sent(ocel_server *srv, size_t n, size_t failed) {
  srv->batch_count -= (unsigned)n;
  memmove(srv->batches, srv->batches + n, srv->batch_count * sizeof srv->batches[0]);
  fake.sent += (unsigned)(n - failed);
  fake.failed += (unsigned)failed;
}

void ocel_server_shutdown(ocel_server *srv, ocel_us now) {
  (void)now;
  for (int i = 0; i < srv->cfg.max_connections; i++) srv->conns[i].closing = true;
}
