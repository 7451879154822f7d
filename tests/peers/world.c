// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RATE = 25, UNIT_MAX = 8192, SPANS = 64, BATCHES = 16 };

static const uint8_t SPS[] = {0x67, 0x42, 0xc0, 0x0d, 0xda, 0x05, 0x07, 0xe8, 0x40, 0x00, 0x00,
                              0x03, 0x00, 0x40, 0x00, 0x00, 0x0c, 0x83, 0xc5, 0x0a, 0xa8};
static const uint8_t PPS[] = {0x68, 0xce, 0x0f, 0xc8};

// An assertion that release builds keep.
static void must(bool holds, const char *what) {
  if (holds) return;
  (void)fprintf(stderr, "world: not so: %s\n", what);
  abort();
}

static void random_bytes(void *ctx, uint8_t *out, size_t n) {
  world *w = ctx;
  for (size_t i = 0; i < n; i++) {
    w->random = w->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    out[i] = (uint8_t)(w->random >> 56);
  }
}

static ocel_ntp wall_clock(void *ctx) {
  const world *w = ctx;
  const uint64_t seconds = UINT64_C(3986323200) + (uint64_t)(w->now / OCEL_SECOND);
  return seconds << 32;
}

static size_t put_unit(uint8_t *out, const uint8_t *nal, size_t n) {
  static const uint8_t START[] = {0, 0, 0, 1};
  memcpy(out, START, sizeof START);
  memcpy(out + sizeof START, nal, n);
  return sizeof START + n;
}

// Parameter sets and a big slice once a second, a small slice otherwise; no decoder looks at it.
static void commit_picture(world *w) {
  static uint8_t slice[UNIT_MAX / 2];
  const bool key = w->pictures % RATE == 0;
  uint8_t *out = ocel_ring_reserve(w->ring, UNIT_MAX);
  must(out != NULL, "out != NULL");
  memset(slice, 0x5a, sizeof slice);
  slice[0] = key ? 0x65 : 0x41;
  slice[1] = 0x9a;
  size_t n = 0;
  if (key) {
    n += put_unit(out, SPS, sizeof SPS);
    n += put_unit(out + n, PPS, sizeof PPS);
  }
  n += put_unit(out + n, slice, key ? sizeof slice : 600);
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = w->now};
  const ocel_err rc = ocel_ring_commit(w->ring, (uint32_t)n, &how);
  must(rc == OCEL_OK, "rc == OCEL_OK");
  w->pictures++;
}

static world_conn *conn_of(world *w, int number) {
  for (int i = 0; i < WORLD_CONNECTIONS; i++) {
    if (w->conn[i].open && w->conn[i].number == number) return &w->conn[i];
  }
  return NULL;
}

static void write_out(world *w, world_conn *c) {
  ocel_span spans[SPANS];
  const size_t count = ocel_server_gather(w->server, c->number, spans, SPANS, w->now);
  size_t total = 0;
  for (size_t i = 0; i < count; i++) {
    must(c->received + spans[i].n <= sizeof c->bytes,
         "c->received + spans[i].n <= sizeof c->bytes");
    memcpy(c->bytes + c->received, spans[i].p, spans[i].n);
    c->received += spans[i].n;
    total += spans[i].n;
  }
  ocel_server_advance(w->server, c->number, total, false, w->now);
}

static void carry_datagrams(world *w) {
  ocel_datagrams batch[BATCHES];
  ocel_span spans[SPANS];
  const ocel_datagram_room room = {batch, BATCHES, spans, SPANS};
  size_t n;
  while ((n = ocel_server_datagrams(w->server, &room, w->now)) > 0) {
    for (size_t i = 0; i < n; i++) w->datagrams[batch[i].port]++;
    ocel_server_datagrams_sent(w->server, n, 0);
  }
}

static void carry(world *w) {
  ocel_task task;
  while (ocel_server_next_task(w->server, &task)) {
    world_conn *c = conn_of(w, task.conn);
    must(c != NULL, "c != NULL");
    if (task.kind == OCEL_TASK_WRITE) {
      write_out(w, c);
    } else {
      c->open = false;
    }
  }
  carry_datagrams(w);
}

static void *memory(size_t size) {
  void *mem = aligned_alloc(64, (size + 63) / 64 * 64);
  must(size > 0 && mem != NULL, "size > 0 && mem != NULL");
  return mem;
}

static void open_server(world *w) {
  ocel_server_config cfg;
  ocel_server_defaults(&cfg);
  cfg.platform = (ocel_platform){w, random_bytes, wall_clock, NULL, NULL};
  cfg.rtp_port = 5004;
  cfg.rtcp_port = 5005;
  const size_t size = ocel_server_size(&cfg);
  w->server = ocel_server_init(memory(size), size, &cfg, w->now);
  must(w->server != NULL, "w->server != NULL");
}

void world_open(world *w) {
  const ocel_ring_config ring = {
      .unit_max = UNIT_MAX, .bytes = 1 << 18, .records = 256, .align = 64};
  const size_t size = ocel_ring_size(&ring);
  memset(w, 0, sizeof *w);
  w->now = OCEL_SECOND;
  w->ring = ocel_ring_init(memory(size), size, &ring);
  open_server(w);
  const ocel_stream_config stream = {.path = "/stream", .track_count = 1, .track = {w->ring}};
  const int number = ocel_server_add_stream(w->server, &stream);
  must(w->ring != NULL && number == 0, "w->ring != NULL && number == 0");
  for (int i = 0; i < 2 * RATE; i++) world_step(w);
}

void world_close(world *w) {
  free(w->server);
  free(w->ring);
}

void world_step(world *w) {
  w->now += WORLD_STEP_MS * OCEL_MILLISECOND;
  commit_picture(w);
  ocel_server_tick(w->server, w->now);
  carry(w);
}

bool world_connect(world *w, int i) {
  const ocel_addr peer = ocel_addr_ipv4(127, 0, 0, 1, (uint16_t)(40000 + i));
  const ocel_addr local = ocel_addr_ipv4(127, 0, 0, 1, 8554);
  world_conn *c = &w->conn[i];
  c->number = ocel_server_accept(w->server, &peer, &local, false, w->now);
  c->open = c->number >= 0;
  c->received = 0;
  return c->open;
}

void world_hang_up(world *w, int i) {
  world_conn *c = &w->conn[i];
  if (c->open) ocel_server_closed(w->server, c->number, w->now);
  c->open = false;
  c->received = 0;
  carry(w);
}

void world_send(world *w, int i, ocel_span bytes, size_t piece) {
  const world_conn *c = &w->conn[i];
  while (bytes.n > 0 && c->open) {
    size_t n = ocel_server_room(w->server, c->number);
    if (n > piece) n = piece;
    if (n > bytes.n) n = bytes.n;
    ocel_server_recv(w->server, c->number, ocel_span_take(&bytes, n), w->now);
    carry(w);
  }
}

void world_datagram(world *w, ocel_port to, uint16_t from, ocel_span bytes) {
  const ocel_addr peer = ocel_addr_ipv4(127, 0, 0, 1, from);
  ocel_server_datagram(w->server, to, &peer, bytes, w->now);
  carry(w);
}
