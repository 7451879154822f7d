// SPDX-License-Identifier: Apache-2.0
// What the engine itself costs for each client and access unit: everything but the sockets.
//
//   bench_fanout CLIP CLIENTS
#include "clip_ring.h"
#include "ocel/server.h"
#include "stopwatch.h"

#include <string.h>

enum { SPANS = 1024, BATCHES = 64, TEXT_MAX = 4096, PERIOD_US = 33333, UNITS_PER_PASS = 60 };

typedef struct {
  ocel_server *server;
  clip_ring ring;
  ocel_us now;
  char text[TEXT_MAX];  ///< The beginning of what was last written to any connection.
  size_t text_size;
} bench;

static void fill_random(void *ctx, uint8_t *out, size_t n) {
  uint32_t *x = ctx;
  for (size_t i = 0; i < n; i++) {
    *x = *x * 1664525u + 1013904223u;
    out[i] = (uint8_t)(*x >> 24);
  }
}

static ocel_ntp wall_clock(void *ctx) {
  (void)ctx;
  return UINT64_C(0xe8000000) << 32;
}

static void keep_text(bench *b, const ocel_span *spans, size_t n) {
  for (size_t i = 0; i < n; i++) {
    const size_t room = sizeof b->text - 1 - b->text_size;
    const size_t take = spans[i].n < room ? spans[i].n : room;
    memcpy(b->text + b->text_size, spans[i].p, take);
    b->text_size += take;
  }
  b->text[b->text_size] = '\0';
}

/// Takes whatever the engine wants written, as sockets would that are never full.
static void drain(bench *b, bool keep) {
  static ocel_span spans[SPANS];
  static ocel_datagrams batches[BATCHES];
  ocel_task task;
  size_t n;

  while (ocel_server_next_task(b->server, &task)) {
    if (task.kind == OCEL_TASK_CLOSE) continue;
    n = ocel_server_gather(b->server, task.conn, spans, SPANS, b->now);
    size_t bytes = 0;
    for (size_t i = 0; i < n; i++) bytes += spans[i].n;
    if (keep) keep_text(b, spans, n);
    ocel_server_advance(b->server, task.conn, bytes, false, b->now);
  }
  const ocel_datagram_room room = {batches, BATCHES, spans, SPANS};
  while ((n = ocel_server_datagrams(b->server, &room, b->now)) > 0)
    ocel_server_datagrams_sent(b->server, n, 0);
}

static void ask(bench *b, int conn, const char *request) {
  b->text_size = 0;
  ocel_server_recv(b->server, conn, ocel_span_str(request), b->now);
  drain(b, true);
  if (strncmp(b->text, "RTSP/1.0 200", 12) == 0) return;
  fprintf(stderr, "refused: %s\n%s\n", request, b->text);
  exit(1);
}

static void play(bench *b, int number, bool udp) {
  const ocel_addr here = ocel_addr_ipv4(127, 0, 0, 1, 8554);
  const ocel_addr peer = ocel_addr_ipv4(127, 0, 0, 1, (uint16_t)(20000 + number));
  const int conn = ocel_server_accept(b->server, &peer, &here, false, b->now);
  char request[512], session[64] = "";

  snprintf(request, sizeof request,
           udp ? "SETUP rtsp://127.0.0.1/stream/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n"
                 "Transport: RTP/AVP;unicast;client_port=%d-%d\r\n\r\n"
               : "SETUP rtsp://127.0.0.1/stream/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n"
                 "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
           30000 + 2 * number, 30001 + 2 * number);
  ask(b, conn, request);
  const char *id = strstr(b->text, "Session: ");
  if (id != NULL) sscanf(id + 9, "%63[^;\r]", session);
  snprintf(request, sizeof request,
           "PLAY rtsp://127.0.0.1/stream RTSP/1.0\r\nCSeq: 2\r\nSession: %s\r\n\r\n", session);
  ask(b, conn, request);
}

static void make_server(bench *b, int clients) {
  static uint32_t seed = 1;
  ocel_server_config cfg = {
      .platform = {&seed, fill_random, wall_clock, NULL, NULL}
  };
  ocel_server_defaults(&cfg);
  cfg.max_clients = cfg.max_connections = (uint16_t)clients;
  cfg.rtp_port = 5004;
  cfg.rtcp_port = 5005;
  cfg.datagram_segments = CLIP_SEGMENTS_MAX;
  cfg.udp_pace = 0;
  const size_t size = ocel_server_size(&cfg);
  void *mem = size > 0 ? calloc(1, size) : NULL;
  b->server = ocel_server_init(mem, size, &cfg, b->now);
  const ocel_stream_config stream = {.path = "/stream", .track_count = 1, .track = {b->ring.ring}};
  if (b->server != NULL && ocel_server_add_stream(b->server, &stream) >= 0) return;
  fprintf(stderr, "no server\n");
  exit(1);
}

/// One more access unit; @return what the engine spent on it.
static uint64_t next_unit(bench *b) {
  b->now += PERIOD_US;
  clip_ring_commit(&b->ring, clip_ring_fill(&b->ring), b->now);
  const uint64_t from = stopwatch_ns();
  ocel_server_tick(b->server, b->now);
  drain(b, false);
  return stopwatch_ns() - from;
}

static void measure(const clip *c, int clients, bool udp) {
  bench b = {.ring = clip_ring_make(c), .now = OCEL_SECOND};
  double ns[STOPWATCH_PASSES];
  char name[64];

  make_server(&b, clients);
  (void)next_unit(&b);
  for (int i = 0; i < clients; i++) play(&b, i, udp);
  for (size_t pass = 0; pass < STOPWATCH_PASSES; pass++) {
    uint64_t spent = 0;
    for (int i = 0; i < UNITS_PER_PASS; i++) spent += next_unit(&b);
    ns[pass] = (double)spent / UNITS_PER_PASS / clients;
  }
  snprintf(name, sizeof name, "engine, %d clients over %s", clients, udp ? "UDP" : "TCP");
  stopwatch_print(name, "client and access unit", ns);
}

int main(int argc, char **argv) {
  clip c;
  const int clients = argc == 3 ? atoi(argv[2]) : 0;
  if (clients < 1 || clients > 4096) {
    fprintf(stderr, "usage: bench_fanout CLIP CLIENTS\n");
    return 2;
  }
  if (!clip_load(&c, argv[1])) return 1;
  measure(&c, clients, false);
  measure(&c, clients, true);
  clip_free(&c);
}
