// SPDX-License-Identifier: Apache-2.0
#include "hostile_parts.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "viewer_tunnel.h"

// ---- the connection ----

static void ignore_bytes(void *ctx, ocel_span bytes) {
  (void)ctx;
  (void)bytes;
}

static void on_closed(void *ctx) {
  hostile *h = ctx;
  h->link = NULL;
}

static void on_bytes(void *ctx, ocel_span bytes) {
  hostile *h = ctx;
  const char *wrong = reply_read(&h->reader, bytes);
  CHECK(wrong == NULL, "a hostile client is told: %s", wrong);
}

static void connect_again(hostile *h) {
  const tcp_profile profile = {
      .latency = 500, .buffer = 8192, .chunk = h->kind == HOSTILE_FLOOD ? 0 : 700};
  h->addr.port = 0;
  h->link = world_connect(h->w, &h->addr, &profile, -1 - (int)h->kind);
  const bool listens = h->kind >= HOSTILE_SETUPS;
  h->link->client = (tcp_client){h, listens ? on_bytes : ignore_bytes, on_closed};
  reply_reader_free(&h->reader);
  if (listens) reply_reader_init(&h->reader, hostile_listener(h));
  h->link->observer->may_skip = true;
  h->step = 0;
  h->since = h->w->clock.now;
}

void hostile_send(hostile *h, const char *text) {
  tcp_send(h->link, ocel_span_make(text, strlen(text)));
}

// ---- what they do ----

static const char *const REQUESTS[] = {
    "OPTIONS rtsp://camera.lan/stream RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "DESCRIBE rtsp://camera.lan/stream RTSP/1.0\r\nCSeq: 2\r\nAccept: application/sdp\r\n\r\n",
    "SETUP rtsp://camera.lan/stream/trackID=0 RTSP/1.0\r\nCSeq: 3\r\n"
    "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n\r\n",
    "SETUP rtsp://camera.lan/stream/trackID=0 RTSP/1.0\r\nCSeq: 4\r\n"
    "Transport: RTP/AVP;unicast;client_port=9000-9001;destination=10.9.9.9\r\n\r\n",
    "PLAY rtsp://camera.lan/stream/ RTSP/1.0\r\nCSeq: 5\r\nSession: 12345678\r\n\r\n",
    "TEARDOWN rtsp://camera.lan/stream/ RTSP/1.0\r\nCSeq: 6\r\nSession: 12345678\r\n\r\n",
    "GET_PARAMETER * RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 5\r\n\r\nabcde",
    "SET_PARAMETER rtsp://camera.lan/stream RTSP/1.0\r\nContent-Length: -1\r\n\r\n",
    "POST /tunnel HTTP/1.1\r\nContent-Length: 32767\r\n\r\n",
    "\r\n\r\nANNOUNCE rtsp://camera.lan/stream RTSP/1.0\r\nCSeq: 8\r\n\r\n",
};
enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0] };

static void garbage(hostile *h) {
  uint8_t mem[300];
  const size_t n = rng_between(&h->rng, 1, sizeof mem);
  rng_fill(&h->rng, mem, n);
  tcp_send(h->link, ocel_span_make(mem, n));
}

static void mutated(hostile *h) {
  char mem[512];
  size_t n = 0;
  for (unsigned i = rng_between(&h->rng, 1, 2); i > 0; i--) {
    const char *text = REQUESTS[rng_below(&h->rng, REQUEST_COUNT)];
    memcpy(mem + n, text, strlen(text));
    n += strlen(text);
  }
  for (unsigned i = rng_below(&h->rng, 4); i > 0; i--) {
    mem[rng_below(&h->rng, (uint32_t)n)] = (char)rng_next(&h->rng);
  }
  tcp_send(h->link, ocel_span_make(mem, n));
}

static void trickle(hostile *h) {
  const char *text = REQUESTS[1];
  tcp_send(h->link, ocel_span_make(text + h->step++ % strlen(text), 1));
}

static void flood(hostile *h) {
  tcp_stall(h->link, OCEL_NEVER / 2);
  for (unsigned i = 0; i < 50; i++) hostile_send(h, REQUESTS[rng_below(&h->rng, 2)]);
}

static void huge(hostile *h) {
  static const char *const HEADS[] = {
      "OPTIONS rtsp://camera.lan/", "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nX: ",
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 100000000\r\n\r\n"};
  char mem[1500];
  if (h->step++ % 40 == 0) hostile_send(h, HEADS[rng_below(&h->rng, 3)]);
  memset(mem, 'a', sizeof mem);
  tcp_send(h->link, ocel_span_make(mem, sizeof mem));
}

static void frames(hostile *h) {
  uint8_t mem[1404];
  const size_t n = rng_between(&h->rng, 0, 1400);
  rng_fill(&h->rng, mem, sizeof mem);
  mem[0] = '$';
  mem[2] = (uint8_t)(n >> 8);
  mem[3] = (uint8_t)n;
  if (rng_permille(&h->rng, 20)) mem[2] = 0xff;
  tcp_send(h->link, ocel_span_make(mem, n + 4));
}

static void resetting(hostile *h) {
  const char *text = REQUESTS[rng_below(&h->rng, REQUEST_COUNT)];
  tcp_send(h->link, ocel_span_make(text, rng_below(&h->rng, (uint32_t)strlen(text))));
  tcp_reset(h->link);
  h->link = NULL;
}

static void silent(hostile *h) { (void)h; }

// BYE or a bad receiver report, with the right SSRC, but from a wrong address or port.
static void spoof(hostile *h) {
  const world *w = h->w;
  if (w->viewer_count == 0) return;
  const viewer *v = w->viewers[rng_below(&h->rng, (uint32_t)w->viewer_count)];
  uint8_t mem[64];
  ocel_wbuf out = ocel_wbuf_make(mem, sizeof mem);
  const bool bye = rng_permille(&h->rng, 500);
  ocel_put_be32(&out, 0x81c90007);
  ocel_put_be32(&out, v->tracks[0].own_ssrc);
  ocel_put_be32(&out, v->tracks[0].ssrc);
  ocel_put_be32(&out, 0xff7fffff);  // everything lost
  for (unsigned i = 0; i < 4; i++) ocel_put_be32(&out, (uint32_t)rng_next(&h->rng));
  if (bye) ocel_put_be32(&out, 0x81cb0001);
  if (bye) ocel_put_be32(&out, v->tracks[0].own_ssrc);
  // A member's reports may come from any port of its host.
  const bool elsewhere = v->profile.multicast || rng_permille(&h->rng, 500);
  ocel_addr from = elsewhere ? h->addr : v->addr;
  const bool same = ocel_addr_same_host(&from, &v->addr);
  from.port = (uint16_t)(v->udp_base + (same ? 7 : 1));
  world_spoof(h->w, &from, true, ocel_span_make(mem, out.n));
}

// A GET or POST with the cookie of a viewer, from elsewhere; then TEARDOWN of its session.
static void steal_tunnel(hostile *h) {
  char cookie[VIEWER_COOKIE_SIZE], text[512];
  uint8_t mem[512];
  if (h->w->viewer_count == 0) return;
  const viewer *v = h->w->viewers[rng_below(&h->rng, (uint32_t)h->w->viewer_count)];
  viewer_cookie(v->number, cookie);
  if (h->step++ == 0) {
    const char *head = rng_permille(&h->rng, 700)
                           ? "POST /stream HTTP/1.0\r\nContent-Length: 9"
                           : "GET /stream HTTP/1.0\r\nAccept: application/x-rtsp-tunnelled";
    (void)snprintf(text, sizeof text, "%s\r\nx-sessioncookie: %s\r\n\r\n", head, cookie);
    hostile_send(h, text);
  }
  (void)snprintf(text, sizeof text, "TEARDOWN %s RTSP/1.0\r\nCSeq: 1\r\nSession: %s\r\n\r\n",
                 v->url, v->session);
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_base64(&w, ocel_span_str(text));
  tcp_send(h->link, ocel_span_make(mem, w.n));
}

typedef struct {
  void (*act)(hostile *h);
  bool connects;
  uint32_t wait;  ///< Longest, microseconds.
} habit;

static const habit HABITS[HOSTILE_COUNT] = {
    [HOSTILE_GARBAGE] = {garbage,         true,  300000 },
    [HOSTILE_MUTATED] = {mutated,         true,  200000 },
    [HOSTILE_TRICKLE] = {trickle,         true,  1000000},
    [HOSTILE_FLOOD] = {flood,           true,  50000  },
    [HOSTILE_HUGE] = {huge,            true,  20000  },
    [HOSTILE_FRAMES] = {frames,          true,  50000  },
    [HOSTILE_SILENT] = {silent,          true,  1000000},
    [HOSTILE_RESETTING] = {resetting,       true,  50000  },
    [HOSTILE_SPOOFER] = {spoof,           false, 50000  },
    [HOSTILE_THIEF] = {steal_tunnel,    true,  400000 },
    [HOSTILE_SETUPS] = {hostile_set_up,  true,  500000 },
    [HOSTILE_IMPOSTOR] = {hostile_pretend, true,  100000 },
    [HOSTILE_REPLAYER] = {hostile_replay,  true,  100000 },
};

// Who sends a request too slowly, or none, is closed in time.
static void check_time(const hostile *h) {
  const ocel_server_config *cfg = &h->w->cfg.server;
  const ocel_us most = h->kind == HOSTILE_TRICKLE ? cfg->request_timeout : cfg->idle_timeout;
  if (h->link == NULL || (h->kind != HOSTILE_TRICKLE && h->kind != HOSTILE_SILENT)) return;
  CHECK(h->w->clock.now - h->since <= most + 4 * OCEL_SECOND,
        "a client that says too little is there for %" PRId64 " s",
        (h->w->clock.now - h->since) / OCEL_SECOND);
}

static void on_act(void *ctx) {
  hostile *h = ctx;
  const habit *b = &HABITS[h->kind];
  check_time(h);
  if (h->w->over) {
    if (h->link != NULL) {
      h->link->client = (tcp_client){h, ignore_bytes, on_closed};
      tcp_fin(h->link);
    }
    reply_reader_free(&h->reader);
    return;
  }
  if (b->connects && h->link == NULL) connect_again(h);
  b->act(h);
  sim_clock_at(&h->w->clock, h->w->clock.now + rng_between(&h->rng, 1, b->wait), on_act, h);
}

void hostile_add_at(world *w, hostile_kind kind, const ocel_addr *from) {
  hostile *h = world_alloc(w, sizeof *h);
  h->w = w;
  h->rng = rng_fork(&w->rng);
  h->kind = kind;
  h->addr = *from;
  h->port = (uint16_t)(10000 + 100 * (w->other_count % 500));
  sim_clock_at(&w->clock, w->clock.now + 1000, on_act, h);
}

void hostile_add(world *w, hostile_kind kind) {
  const ocel_addr from =
      ocel_addr_ipv4(10, 66, (uint8_t)kind, (uint8_t)rng_below(&w->rng, 250), 4000);
  hostile_add_at(w, kind, &from);
}
