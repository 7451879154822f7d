// SPDX-License-Identifier: Apache-2.0
// The whole engine: bytes on several connections, datagrams, pictures and clock steps, in an
// order that the fuzzer chooses. All of the simulator's invariants hold, or it aborts.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ocel/backchannel.h"
#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CLIENTS = 4, STEPS_MAX = 200 };

typedef struct {
  ocel_addr addr;
  tcp_link *link;
} client;

typedef struct {
  world w;
  client clients[CLIENTS];
  ocel_span in;
  uint32_t heard;  // all that was said to the camera
} fuzz_run;

// ---- input ----

static ocel_span take_bytes(fuzz_run *f, size_t n) {
  return ocel_span_take(&f->in, n < f->in.n ? n : f->in.n);
}

static uint8_t take(fuzz_run *f) {
  const ocel_span one = take_bytes(f, 1);
  return one.n > 0 ? one.p[0] : 0;
}

// ---- clients ----

static void ignore(void *ctx, ocel_span bytes) {
  (void)ctx;
  (void)bytes;
}

static void on_closed(void *ctx) { ((client *)ctx)->link = NULL; }

static void op_connect(fuzz_run *f, client *c) {
  const uint8_t how = take(f);
  const tcp_profile profile = {.latency = how % 4u * 500u,
                               .buffer = 256u << how / 32u,
                               .chunk = how % 3u == 0 ? 1u + how : 0u};
  if (c->link != NULL) return;
  c->link = world_connect(&f->w, &c->addr, &profile, (int)(c - f->clients));
  c->link->client = (tcp_client){c, ignore, on_closed};
  c->link->observer->may_skip = true;
}

static void op_send(fuzz_run *f, client *c) {
  const ocel_span bytes = take_bytes(f, take(f));
  if (c->link != NULL && bytes.n > 0) tcp_send(c->link, bytes);
}

// Requests that lead somewhere; S is the session that the server told of last.
static const char *const REQUESTS[] = {
    "OPTIONS rtsp://a/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "DESCRIBE rtsp://a/stream RTSP/1.0\r\nCSeq: 2\r\n\r\n",
    "SETUP rtsp://a/stream/trackID=0 RTSP/1.0\r\nCSeq: 3\r\n"
    "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
    "SETUP rtsp://a/stream/trackID=1 RTSP/1.0\r\nCSeq: 4\r\nSession: %s\r\n"
    "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n\r\n",
    "SETUP rtsp://a/stream/trackID=0 RTSP/1.0\r\nCSeq: 5\r\n"
    "Transport: RTP/AVP;unicast;client_port=6000-6001\r\n\r\n",
    "SETUP rtsp://a/stream/trackID=1 RTSP/1.0\r\nCSeq: 6\r\nSession: %s\r\n"
    "Transport: RTP/AVP;unicast;client_port=6002-6003\r\n\r\n",
    "PLAY rtsp://a/stream/ RTSP/1.0\r\nCSeq: 7\r\nSession: %s\r\n\r\n",
    "PAUSE rtsp://a/stream/ RTSP/1.0\r\nCSeq: 8\r\nSession: %s\r\n\r\n",
    "TEARDOWN rtsp://a/stream/ RTSP/1.0\r\nCSeq: 9\r\nSession: %s\r\n\r\n",
    "TEARDOWN rtsp://a/stream/trackID=1 RTSP/1.0\r\nCSeq: 10\r\nSession: %s\r\n\r\n",
    "GET_PARAMETER rtsp://a/stream/ RTSP/1.0\r\nCSeq: 11\r\nSession: %s\r\n\r\n",
    "SETUP rtsp://a/stream/trackID=0?start=live RTSP/1.0\r\nCSeq: 12\r\n"
    "Transport: RTP/AVP/TCP;unicast;interleaved=8-9,RTP/AVP;unicast;client_port=7\r\n\r\n",
};
enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0] };

// Fills in the session; `format` is one of ours, with one %s or none.
static size_t make_request(const char *format, const char *session, char *out, size_t cap) {
  const char *at = strstr(format, "%s");
  const size_t head = at == NULL ? strlen(format) : (size_t)(at - format);
  const int n = snprintf(out, cap, "%.*s%s%s", (int)head, format, at == NULL ? "" : session,
                         at == NULL ? "" : at + 2);
  return (size_t)n;
}

static void op_request(fuzz_run *f, client *c) {
  char text[512];
  const uint8_t which = take(f);
  if (c->link == NULL) return;
  const size_t n =
      make_request(REQUESTS[which % REQUEST_COUNT], c->link->observer->session, text, sizeof text);
  if (which >= 128) text[take(f) % n] = (char)take(f);
  tcp_send(c->link, ocel_span_make(text, n));
}

static void op_stall(fuzz_run *f, client *c) {
  const ocel_us until = f->w.clock.now + take(f) * 100 * OCEL_MILLISECOND;
  if (c->link != NULL) tcp_stall(c->link, until);
}

static void op_leave(fuzz_run *f, client *c) {
  static void (*const HOW[])(tcp_link *) = {tcp_fin, tcp_reset, tcp_vanish};
  const uint8_t how = take(f);
  if (c->link != NULL) HOW[how % 3](c->link);
  c->link = NULL;
}

// ---- datagrams ----

static void op_datagram(fuzz_run *f, client *c) {
  const uint8_t to = take(f);
  const ocel_span bytes = take_bytes(f, take(f));
  ocel_addr from = c->addr;
  from.port = (uint16_t)(6000 + to % 5);
  if (bytes.n > 0) world_spoof(&f->w, &from, to % 2 == 1, bytes);
}

// A receiver report about what the client is sent, or BYE, over either transport.
static void op_report(fuzz_run *f, client *c) {
  uint8_t mem[4 + 40];
  const uint8_t how = take(f);
  if (c->link == NULL) return;
  const observer_track *t = &c->link->observer->tracks[how / 2 % 2];
  ocel_wbuf w = ocel_wbuf_make(mem + 4, sizeof mem - 4);
  ocel_put_be32(&w, 0x81c90007);
  ocel_put_be32(&w, how);
  ocel_put_be32(&w, t->media.ssrc);
  for (unsigned i = 0; i < 5; i++) ocel_put_be32(&w, take(f) * 0x01010101u);
  if (how >= 128) ocel_put_be32(&w, 0x81cb0001);
  if (how >= 128) ocel_put_be32(&w, how);
  ocel_addr from = c->addr;
  from.port = t->rtcp_port;
  if (!t->tcp) {
    world_spoof(&f->w, &from, true, ocel_span_make(mem + 4, w.n));
    return;
  }
  mem[0] = '$';
  mem[1] = (uint8_t)t->rtcp_channel;
  mem[2] = 0;
  mem[3] = (uint8_t)w.n;
  tcp_send(c->link, ocel_span_make(mem, w.n + 4));
}

// ---- time ----

static void op_wait(fuzz_run *f, client *c) {
  const uint8_t how = take(f);
  (void)c;
  world_run(&f->w, how < 200 ? how * OCEL_MILLISECOND : (how - 199) * 2 * OCEL_SECOND);
}

static void op_encoder(fuzz_run *f, client *c) {
  const uint8_t how = take(f);
  producer *p = f->w.producers[how % f->w.media.producer_count];
  (void)c;
  if (how >= 128) {
    producer_resize(p, (uint16_t)(16 + how % 64 * 16), 16);
  } else if (p->running) {
    producer_stop(p);
  } else {
    producer_start(p, f->w.clock.now);
  }
}

static void op_shutdown(fuzz_run *f, client *c) {
  (void)c;
  if (take(f) != 255) return;
  port_shutdown(&f->w.port);
}

// ---- the run ----

static void (*const OPS[])(fuzz_run *f, client *c) = {
    op_connect,  op_send,   op_request, op_request, op_request, op_stall,    op_leave,
    op_datagram, op_report, op_wait,    op_wait,    op_encoder, op_shutdown,
};

static void configure(world_config *cfg, uint8_t how) {
  rng r = rng_make(how);
  world_defaults(cfg, &r);
  ocel_server_config *s = &cfg->server;
  s->max_clients = 2;
  s->max_connections = 3;
  s->request_buffers = 2;
  s->request_max = 1024;
  s->datagram_segments = (uint16_t)(1 + how % 5);
  s->udp_pace = how % 2 == 0 ? 0 : 100000;
  s->stall_timeout = OCEL_SECOND;
  s->idle_timeout = s->session_timeout = 3 * OCEL_SECOND;
  world_stream *st = &cfg->stream[0];
  st->tracks = (uint8_t)(1 + how / 2 % 2);
  st->producer.interval = 40000;
  st->producer.gop = 10;
  st->producer.wrap = how % 3 == 0 ? OCEL_WRAP_AVCC : OCEL_WRAP_ANNEXB;
  st->producer.slices = 3;
  st->producer.key_min = st->producer.delta_min = 20;
  st->producer.key_max = 5000;
  st->producer.delta_max = 2000;
  st->ring = (ocel_ring_config){.unit_max = 8192, .bytes = 48 * 1024, .records = 16, .align = 8};
}

static void on_voice(void *ctx, int stream, const ocel_voice *v) {
  uint32_t *sum = ctx;
  (void)stream;
  for (size_t i = 0; i < v->samples.n; i++) *sum += v->samples.p[i];
}

static void leave_all(fuzz_run *f) {
  for (size_t i = 0; i < CLIENTS; i++) {
    if (f->clients[i].link != NULL) tcp_fin(f->clients[i].link);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static fuzz_run f;
  world_config cfg;
  memset(&f, 0, sizeof f);
  f.in = ocel_span_make(data, size);
  CHECK_RUN.scenario = "fuzz_server";
  CHECK_RUN.abort = true;
  CHECK_RUN.trace = getenv("SIM_TRACE") != NULL;
  const uint8_t how = take(&f);
  configure(&cfg, how);
  world_init(&f.w, &cfg, how);
  if (how % 4 == 3 && ocel_server_set_backchannel(f.w.port.srv, 0, on_voice, &f.heard) != OCEL_OK) {
    abort();
  }
  world_start_producers(&f.w);
  for (uint8_t i = 0; i < CLIENTS; i++) f.clients[i].addr = ocel_addr_ipv4(10, 2, 0, i, 0);
  for (unsigned i = 0; i < STEPS_MAX && f.in.n > 0; i++) {
    const uint8_t op = take(&f);
    OPS[op / CLIENTS % (sizeof OPS / sizeof OPS[0])](&f, &f.clients[op % CLIENTS]);
    world_run(&f.w, op >= 128 ? 0 : 2 * OCEL_MILLISECOND);
  }
  leave_all(&f);
  for (unsigned i = 0; i < f.w.media.producer_count; i++) producer_stop(f.w.producers[i]);
  world_finish(&f.w);
  world_free(&f.w);
  return 0;
}
