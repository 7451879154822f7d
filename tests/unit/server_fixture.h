// SPDX-License-Identifier: Apache-2.0
// A server in memory: a virtual clock, one stream with one or two tracks fed by hand, and what
// its connections wrote. Every test file of the engine begins with world_open().
#ifndef SERVER_FIXTURE_H
#define SERVER_FIXTURE_H

#include "ocel/server.h"

#include "fake_hash.h"
#include "ocel_test.h"

enum {
  RING_BYTES = 40000,
  UNIT_MAX = 8000,
  SERVER_BYTES = 120000,
  OUT_BYTES = 32768,
  CONNS = 8,
};

#define URL "rtsp://192.0.2.1:8554/stream"
#define TCP_TRANSPORT "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
#define UDP_TRANSPORT "Transport: RTP/AVP;unicast;client_port=7000-7001\r\n"

typedef struct {
  ocel_server *srv;
  ocel_ring *ring[2];
  ocel_format format[2];  // of the tracks; set it before world_open_with
  ocel_us now;
  uint32_t random;
  unsigned cseq;
  unsigned events[OCEL_EVENT_COUNT];
  ocel_event last;
  bool closed[CONNS];
  uint8_t out[OUT_BYTES];  // what the last connection asked wrote
  size_t out_n;
  size_t write_max;  // bytes that a socket takes at once
  char session[32];  // header line that names the session; "" before SETUP
} world;

static union {
  max_align_t align;
  uint8_t bytes[SERVER_BYTES];
} server_memory;

static union {
  max_align_t align;
  _Alignas(64) uint8_t bytes[RING_BYTES];
} ring_memory[2];

static inline void fixture_random(void *ctx, uint8_t *out, size_t n) {
  world *w = ctx;
  for (size_t i = 0; i < n; i++) {
    w->random = w->random * 1664525u + 1013904223u;
    out[i] = (uint8_t)(w->random >> 24);
  }
}

// 2026-01-01 00:00:00 UTC when the virtual clock shows 0.
static inline ocel_ntp fixture_wall_clock(void *ctx) {
  const world *w = ctx;
  const uint64_t us = (uint64_t)w->now;
  return ((UINT64_C(3976214400) + us / 1000000) << 32) | ((us % 1000000 << 32) / 1000000);
}

static inline void fixture_event(void *ctx, const ocel_event *e) {
  world *w = ctx;
  w->events[e->code]++;
  w->last = *e;
}

static inline ocel_server_config world_config(world *w) {
  ocel_server_config cfg = {
      .platform = {w, fixture_random, fixture_wall_clock, fixture_event, fake_hash}
  };
  ocel_server_defaults(&cfg);
  cfg.rtp_port = 5004;
  cfg.rtcp_port = 5005;
  return cfg;
}

static inline void world_open_with(world *w, const ocel_server_config *cfg, unsigned tracks,
                                   bool keyframe_on_request) {
  ocel_ring_config ring = {.unit_max = UNIT_MAX, .bytes = 36000, .records = 32, .align = 8};
  ocel_stream_config stream = {
      .path = "/stream",
      .keyframe_on_request = keyframe_on_request,
      .track_count = (uint8_t)tracks,
  };
  for (unsigned i = 0; i < tracks; i++) {
    ring.codec = w->format[i].codec;
    w->ring[i] = ocel_ring_init(ring_memory[i].bytes, RING_BYTES, &ring);
    assert_non_null(w->ring[i]);
    stream.track[i] = w->ring[i];
    stream.format[i] = w->format[i];
  }
  w->srv = ocel_server_init(server_memory.bytes, SERVER_BYTES, cfg, w->now);
  assert_non_null(w->srv);
  assert_int_equal(ocel_server_add_stream(w->srv, &stream), 0);
}

static inline void world_reset(world *w) {
  memset(w, 0, sizeof *w);
  w->now = 1000 * OCEL_SECOND;
  w->random = 1;
  w->write_max = SIZE_MAX;
}

static inline void world_open_tracks(world *w, unsigned tracks) {
  world_reset(w);
  const ocel_server_config cfg = world_config(w);
  world_open_with(w, &cfg, tracks, true);
}

static inline void world_open(world *w) { world_open_tracks(w, 1); }

// Commits a picture of one slice with `size` bytes; a key picture comes with its parameter sets.
static inline void picture(world *w, unsigned track, bool key, uint32_t size) {
  static const uint8_t SETS[] = {0,    0,    0,    1, 0x67, 0x42, 0xc0, 0x1e, 0x8d, 0x64, 0x02,
                                 0x80, 0xf6, 0x40, 0, 0,    0,    1,    0x68, 0xce, 0x3c, 0x80};
  uint8_t *p = ocel_ring_reserve(w->ring[track], size + 64);
  assert_non_null(p);
  uint32_t n = 0;
  if (key) {
    memcpy(p, SETS, sizeof SETS);
    n = sizeof SETS;
  }
  memcpy(p + n, "\0\0\0\1", 4);
  p[n + 4] = key ? 0x65 : 0x41;
  for (uint32_t i = 1; i < size; i++) p[n + 4 + i] = (uint8_t)(i * 7 + 128) | 0x80;
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = w->now};
  assert_int_equal(ocel_ring_commit(w->ring[track], n + 4 + size, &how), OCEL_OK);
}

// Commits a block of sound.
static inline void sound(world *w, unsigned track, uint32_t size) {
  uint8_t *p = ocel_ring_reserve(w->ring[track], size);
  assert_non_null(p);
  memset(p, 0xd5, size);
  const ocel_commit how = {.wrap = OCEL_WRAP_BLOCK, .captured_at = w->now};
  assert_int_equal(ocel_ring_commit(w->ring[track], size, &how), OCEL_OK);
}

static inline void pass(world *w, ocel_us time) {
  w->now += time;
  ocel_server_tick(w->srv, w->now);
}

// A picture that the engine has looked at.
static inline void show(world *w, unsigned track, bool key, uint32_t size) {
  picture(w, track, key, size);
  pass(w, 0);
}

static inline int connect_through(world *w, uint8_t host, bool secure) {
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, host, 40000);
  const ocel_addr local = ocel_addr_ipv4(192, 0, 2, 1, 8554);
  const int conn = ocel_server_accept(w->srv, &peer, &local, secure, w->now);
  if (conn >= 0) w->closed[conn] = false;
  return conn;
}

static inline int connect_from(world *w, uint8_t host) { return connect_through(w, host, false); }

// Writes what one WRITE task asks for; only bytes of `wanted` are kept.
static inline void write_task(world *w, int conn, int wanted) {
  ocel_span spans[64];
  const size_t n = ocel_server_gather(w->srv, conn, spans, 64, w->now);
  size_t written = 0, asked = 0;
  for (size_t i = 0; i < n; i++) {
    asked += spans[i].n;
    size_t take = w->write_max - written < spans[i].n ? w->write_max - written : spans[i].n;
    if (conn == wanted) {
      assert_true(w->out_n + take <= OUT_BYTES);
      memcpy(w->out + w->out_n, spans[i].p, take);
      w->out_n += take;
    }
    written += take;
  }
  ocel_server_advance(w->srv, conn, written, written < asked, w->now);
}

// Does all stream tasks; what `conn` writes is appended to `out`.
static inline void drain(world *w, int conn) {
  ocel_task task;
  for (int i = 0; ocel_server_next_task(w->srv, &task); i++) {
    assert_true(i < 10000);
    if (task.kind == OCEL_TASK_CLOSE) {
      w->closed[task.conn] = true;
    } else {
      write_task(w, task.conn, conn);
    }
  }
}

static inline void hear(world *w, int conn, const char *bytes, size_t n) {
  ocel_server_recv(w->srv, conn, ocel_span_make(bytes, n), w->now);
}

static inline int status_in(const uint8_t *p, size_t n) {
  if (n < 12 || memcmp(p, "RTSP/1.0 ", 9) != 0) return -1;
  return (p[9] - '0') * 100 + (p[10] - '0') * 10 + p[11] - '0';
}

// Says it and returns the status of the reply, -1 if none came. `out` then holds the reply.
static inline int say(world *w, int conn, const char *bytes) {
  w->out_n = 0;
  hear(w, conn, bytes, strlen(bytes));
  drain(w, conn);
  return status_in(w->out, w->out_n);
}

static inline int ask(world *w, int conn, const char *method, const char *url,
                      const char *headers) {
  char text[1024];
  (void)snprintf(text, sizeof text, "%s %s RTSP/1.0\r\nCSeq: %u\r\n%s%s\r\n", method, url,
                 ++w->cseq, w->session, headers);
  return say(w, conn, text);
}

// The value of a header in `out`, copied; "" if absent.
static inline const char *reply_header(const world *w, const char *name) {
  static char value[512];
  char text[2048], key[64];
  const size_t n = w->out_n < sizeof text - 1 ? w->out_n : sizeof text - 1;
  memcpy(text, w->out, n);
  text[n] = '\0';
  (void)snprintf(key, sizeof key, "\r\n%s: ", name);
  const char *at = strstr(text, key);
  value[0] = '\0';
  if (at == NULL) return value;
  at += strlen(key);
  (void)snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
  return value;
}

// SETUP of a track; the session is named in all that follows.
static inline int set_up(world *w, int conn, const char *control, const char *transport) {
  char url[128];
  (void)snprintf(url, sizeof url, "%s%s", URL, control);
  const int status = ask(w, conn, "SETUP", url, transport);
  if (status == 200) {
    (void)snprintf(w->session, sizeof w->session, "Session: %.16s\r\n", reply_header(w, "Session"));
  }
  return status;
}

// A connection with a session of one track.
static inline int viewer(world *w, const char *control, const char *transport) {
  const int conn = connect_from(w, 7);
  assert_int_equal(set_up(w, conn, control, transport), 200);
  return conn;
}

static inline void play(world *w, int conn) {
  assert_int_equal(ask(w, conn, "PLAY", URL, ""), 200);
}

#endif
