// SPDX-License-Identifier: Apache-2.0
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "ocel/credentials.h"
#include "viewer_login.h"

// ---- configuration ----

void world_defaults(world_config *cfg, rng *r) {
  *cfg = (world_config){.origin = rng_between(r, 0, 1000000000), .lag_max = 2 * OCEL_SECOND};
  ocel_server_defaults(&cfg->server);
  cfg->server.max_clients = 8;
  cfg->server.max_connections = 16;
  cfg->server.max_streams = WORLD_STREAMS;
  cfg->server.request_buffers = 8;
  cfg->server.rtp_port = 5004;
  cfg->server.rtcp_port = 5005;
  cfg->port = (port_profile){.short_write = 100, .early_block = 100, .late = 2000};
  cfg->stream[0] = (world_stream){
      .path = "/stream",
      .tracks = 1,
      .producer = PRODUCER_CAMERA,
      .ring = {.unit_max = 96 * 1024, .bytes = 1536 * 1024, .records = 256, .align = 64},
  };
  cfg->stream[0].producer.wrap = (ocel_wrap)rng_below(r, 3);
  cfg->stream[0].producer.aud = rng_permille(r, 200);
  cfg->stream[0].producer.sei = rng_permille(r, 300);
}

// ---- what the engine may not fetch by itself ----

static void fill_random(void *ctx, uint8_t *out, size_t n) {
  world *w = ctx;
  rng_fill(&w->engine_rng, out, n);
}

static ocel_ntp wall_clock(void *ctx) {
  const world *w = ctx;
  return sim_clock_ntp(&w->clock, w->clock.now);
}

// Who plays tells the server at once; replies may wait.
static void follow_group(world *w, const ocel_event *e) {
  if (e->conn < 0 || w->port.conn[e->conn] == NULL) return;
  observer *o = w->port.conn[e->conn]->observer;
  if (e->code == OCEL_EVENT_SESSION_PLAY) group_play(&w->group, o);
  if (e->code == OCEL_EVENT_SESSION_PAUSE || e->code == OCEL_EVENT_SESSION_END) {
    group_leave(&w->group, o);
  }
}

static void on_event(void *ctx, const ocel_event *e) {
  world *w = ctx;
  CHECK(e->code < OCEL_EVENT_COUNT, "event of an unknown code");
  w->counts.events[e->code]++;
  if (e->code == OCEL_EVENT_DISCONNECTED) w->counts.closed[e->a]++;
  TRACE("event: %s (connection %d, a %" PRIu32 ", b %" PRIu32 ")", ocel_event_text(e->code),
        e->conn, e->a, e->b);
  follow_group(w, e);
  if (e->code != OCEL_EVENT_KEYFRAME_WANTED) return;
  for (unsigned i = 0; i < w->media.producer_count; i++) {
    if (w->stream_of[i] == e->a) producer_want_key(w->producers[i]);
  }
}

// ---- making ----

static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};
static const ocel_ring_config SOUND_RING = {
    .unit_max = 512, .bytes = 128 * 1024, .records = 256, .align = 8, .codec = OCEL_CODEC_PCMU};

static void add_stream(world *w, unsigned stream) {
  const world_stream *s = &w->cfg.stream[stream];
  ocel_stream_config cfg = {
      .path = s->path,
      .start = s->start,
      .keyframe_on_request = s->producer.keyframe_on_request,
      .track_count = s->tracks,
  };
  for (unsigned i = 0; i < s->tracks; i++) {
    const unsigned n = w->media.producer_count++;
    const bool sound = s->sound && i == 1;
    producer *p =
        producer_make(&w->clock, rng_fork(&w->rng), (uint8_t)n,
                      sound ? &PRODUCER_MICROPHONE : &s->producer, sound ? &SOUND_RING : &s->ring);
    if (sound) cfg.format[i] = PCMU;
    p->committed = port_wake;
    p->ctx = &w->port;
    w->producers[n] = w->media.producers[n] = p;
    w->stream_of[n] = stream;
    cfg.track[i] = p->ring;
  }
  CHECK(ocel_server_add_stream(w->srv, &cfg) == (int)stream, "the engine refuses stream %u",
        stream);
}

static void make_server(world *w) {
  ocel_server_config *cfg = &w->cfg.server;
  cfg->platform = (ocel_platform){w, fill_random, wall_clock, on_event, LOGIN_HASH};
  const size_t size = ocel_server_size(cfg);
  CHECK(size > 0, "the server's configuration is refused");
  w->memory = aligned_alloc(16, (size + 15) / 16 * 16);
  if (w->memory == NULL) abort();
  w->srv = ocel_server_init(w->memory, size, cfg, w->clock.now);
  CHECK(w->srv != NULL, "the server refuses the size that it asked for");
  const ocel_credentials login = {LOGIN_NAME, LOGIN_PASSWORD, w->cfg.allow_basic};
  CHECK(!w->cfg.password || ocel_server_set_credentials(w->srv, &login) == OCEL_OK,
        "the password is refused");
}

static void on_check(void *ctx) {
  world *w = ctx;
  invariants_often(w);
  sim_clock_at(&w->clock, w->clock.now + w->check_at, on_check, w);
}

void world_init(world *w, const world_config *cfg, uint64_t seed) {
  *w = (world){.cfg = *cfg, .rng = rng_make(seed)};
  sim_clock_init(&w->clock, cfg->origin);
  CHECK_RUN.now = &w->clock.now;
  CHECK_RUN.origin = cfg->origin;
  w->engine_rng = rng_fork(&w->rng);
  w->media = (media_rules){.clock = &w->clock,
                           .payload_max = cfg->server.payload_max,
                           .report_max = cfg->server.report_interval * 2 + cfg->lag_max};
  w->rules = (observer_rules){
      .clock = &w->clock,
      .media = &w->media,
      .sessions = &w->sessions,
      .totals = &w->totals,
      .group = &w->group,
      .rtp_port = cfg->server.rtp_port,
      .rtcp_port = cfg->server.rtcp_port,
      .fresh_max = cfg->server.lag_max / 2,
      .start_max = 400 * OCEL_MILLISECOND + cfg->port.busy_max,
      .answer_max = cfg->server.describe_wait + cfg->lag_max,
      .silence_max = cfg->server.session_timeout + 12 * OCEL_SECOND + cfg->lag_max,
      .pace = cfg->server.udp_pace,
      .burst = cfg->server.udp_burst,
  };
  group_init(&w->group, &cfg->server.multicast, cfg->server.multicast_ttl, &w->rules);
  make_server(w);
  port_init(&w->port, &w->clock, rng_fork(&w->rng), &cfg->port);
  port_attach(&w->port, w->srv, &w->cfg.server);
  w->port.group = &w->group;
  w->port.idle_max = 40;
  w->port.after = invariants_round;
  w->port.ctx = w;
  for (unsigned i = 0; i < WORLD_STREAMS && cfg->stream[i].tracks > 0; i++) add_stream(w, i);
  w->check_at = 250 * OCEL_MILLISECOND;
  on_check(w);
}

static void *grow(void *list, size_t n, size_t *cap, size_t size) {
  if (n < *cap) return list;
  *cap = *cap == 0 ? 16 : *cap * 2;
  list = realloc(list, *cap * size);
  if (list == NULL) abort();
  return list;
}

void world_free(world *w) {
  for (size_t i = 0; i < w->viewer_count; i++) viewer_free(w->viewers[i]);
  for (size_t i = 0; i < w->link_count; i++) {
    observer_free(w->links[i]->observer);
    tcp_free(w->links[i]);
  }
  for (size_t i = 0; i < w->other_count; i++) free(w->others[i]);
  for (unsigned i = 0; i < w->media.producer_count; i++) producer_free(w->producers[i]);
  port_free(&w->port);
  group_free(&w->group);
  sim_clock_free(&w->clock);
  free(w->sessions.ids);
  free(w->sessions.ssrcs);
  free(w->viewers);
  free(w->links);
  free(w->others);
  free(w->memory);
  CHECK_RUN.now = NULL;
}

// ---- actors ----

size_t world_add_viewer(world *w, viewer *v) {
  w->viewers = grow(w->viewers, w->viewer_count, &w->viewer_cap, sizeof *w->viewers);
  w->viewers[w->viewer_count] = v;
  return w->viewer_count++;
}

void *world_alloc(world *w, size_t size) {
  w->others = grow(w->others, w->other_count, &w->other_cap, sizeof *w->others);
  void *mem = calloc(1, size);
  if (mem == NULL) abort();
  w->others[w->other_count++] = mem;
  return mem;
}

tcp_link *world_connect(world *w, const ocel_addr *from, const tcp_profile *profile, int number) {
  tcp_link *l = tcp_make(&w->clock, rng_fork(&w->rng), profile);
  l->peer = *from;
  l->peer.port = (uint16_t)(1024 + w->link_count % 60000);
  l->local = ocel_addr_ipv4(10, 0, 0, 1, 8554);
  if (!ocel_addr_is_ipv4(from)) l->local.ip[0] = 0xfd;
  l->server = &w->port;
  l->notify = port_notify;
  l->observer = observer_make(&w->rules, number, &l->peer);
  w->links = grow(w->links, w->link_count, &w->link_cap, sizeof *w->links);
  w->links[w->link_count++] = l;
  tcp_connect(l);
  return l;
}

bool world_bursts(const world *w, const char *path) {
  const ocel_start start = w->cfg.stream[0].start;
  if (strncmp(path, "/stream", 7) != 0) return false;
  if (strstr(path, "start=") != NULL) return strstr(path, "start=gop") != NULL;
  return start == OCEL_START_DEFAULT || start == OCEL_START_GOP;
}

void world_viewer_sends(world *w, viewer *v, uint16_t from_port, ocel_span bytes) {
  const udp_sink server = {&w->port, port_datagram, UDP_GOOD};
  udp_send_args args = {v->link->observer, from_port % 2 == 1, v->addr, bytes};
  args.from.port = from_port;
  udp_send(&w->clock, &w->rng, &server, &args);
}

void world_spoof(world *w, const ocel_addr *from, bool rtcp, ocel_span bytes) {
  const udp_sink server = {&w->port, port_datagram, UDP_GOOD};
  const udp_send_args args = {NULL, rtcp, *from, bytes};
  udp_send(&w->clock, &w->rng, &server, &args);
}

void world_any_session(const world *w, const viewer *but, char out[OBSERVER_SESSION_MAX + 1]) {
  (void)memcpy(out, "00000000", 9);
  for (size_t i = 0; i < w->viewer_count; i++) {
    const viewer *v = w->viewers[i];
    if (v != but && v->session[0] != '\0') memcpy(out, v->session, sizeof v->session);
  }
}

// ---- time ----

void world_start_producers(world *w) {
  for (unsigned i = 0; i < w->media.producer_count; i++) {
    producer_start(w->producers[i], w->clock.now);
  }
}

void world_run(world *w, ocel_us duration) { sim_clock_run(&w->clock, w->clock.now + duration); }

void world_finish(world *w) {
  const ocel_server_config *cfg = &w->cfg.server;
  w->over = true;
  for (size_t i = 0; i < w->viewer_count; i++) {
    viewer *v = w->viewers[i];
    v->at = "";
    v->muted = true;
    if (v->link != NULL && !v->closed && rng_permille(&w->rng, 500)) tcp_fin(v->link);
  }
  world_run(w, cfg->session_timeout + cfg->idle_timeout + cfg->stall_timeout + 15 * OCEL_SECOND);
  for (unsigned i = 0; i < w->media.producer_count; i++) producer_stop(w->producers[i]);
  world_run(w, 2 * OCEL_SECOND);
  invariants_end(w);
}
