// SPDX-License-Identifier: Apache-2.0
// Configuration, memory, the clock's tick, and the end.
#include <string.h>

#include "group.h"
#include "server_priv.h"

enum {
  ALIGN = 16,
  CLIENTS_MAX = 4096,
  CONNECTIONS_MAX = 8192,
  STREAMS_MAX = 16,
  ROUTES_MAX = 256,
  BURST_MAX = 1 << 30,
};

void ocel_server_defaults(ocel_server_config *cfg) {
  const ocel_platform platform = cfg->platform;
  *cfg = (ocel_server_config){
      .platform = platform,
      .max_clients = 3,
      .max_connections = 8,
      .max_streams = 1,
      .max_routes = 16,
      .request_buffers = 4,
      .request_max = 8192,
      .payload_max = 1400,
      .datagram_segments = 1,
      .udp_pace = 12500000,
      .multicast_ttl = 1,
      .session_timeout = 60 * OCEL_SECOND,
      .request_timeout = 10 * OCEL_SECOND,
      .idle_timeout = 30 * OCEL_SECOND,
      .stall_timeout = 10 * OCEL_SECOND,
      .describe_wait = 3 * OCEL_SECOND,
      .lag_max = 2 * OCEL_SECOND,
      .report_interval = 5 * OCEL_SECOND,
      .keyframe_interval = 500 * OCEL_MILLISECOND,
  };
}

static bool within(uint32_t value, uint32_t low, uint32_t high) {
  return value >= low && value <= high;
}

static bool http_valid(const ocel_server_config *c) { return c->max_routes <= ROUTES_MAX; }

static bool counts_valid(const ocel_server_config *c) {
  return within(c->max_clients, 1, CLIENTS_MAX) &&
         within(c->max_connections, c->max_clients, CONNECTIONS_MAX) &&
         c->max_connections_per_address <= CONNECTIONS_MAX &&
         c->allowed_count <= OCEL_NETWORKS_MAX && within(c->max_streams, 1, STREAMS_MAX) &&
         within(c->request_buffers, 2, CONNECTIONS_MAX) && within(c->request_max, 1024, 32768) &&
         within(c->payload_max, 64, 1400);
}

static bool datagrams_valid(const ocel_server_config *c) {
  return within(c->datagram_segments, 1, 64) && c->udp_burst <= BURST_MAX &&
         (c->rtp_port == 0) == (c->rtcp_port == 0);
}

// 224.0.0.0/4 (RFC 5771) or ff00::/8 (RFC 4291 2.7), with ports for all tracks.
static bool multicast_valid(const ocel_server_config *c) {
  const ocel_addr *g = &c->multicast;
  const uint32_t ports = 2u * OCEL_TRACKS_MAX * c->max_streams;
  if (g->port == 0) return true;
  if (c->rtp_port == 0 || c->multicast_ttl == 0 || g->port + ports > UINT16_MAX) return false;
  return ocel_addr_is_ipv4(g) ? g->ip[12] >> 4 == 0xe : g->ip[0] == 0xff;
}

static bool times_valid(const ocel_server_config *c) {
  const ocel_us times[] = {c->session_timeout, c->request_timeout,  c->idle_timeout,
                           c->stall_timeout,   c->describe_wait,    c->lag_max,
                           c->report_interval, c->keyframe_interval};
  for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
    if (times[i] < OCEL_MILLISECOND || times[i] > 86400 * OCEL_SECOND) return false;
  }
  return c->session_timeout >= OCEL_SECOND;
}

static bool valid(const ocel_server_config *c) {
  return c->platform.random != NULL && c->platform.wall_clock != NULL && counts_valid(c) &&
         datagrams_valid(c) && times_valid(c) && multicast_valid(c) && http_valid(c);
}

// Where the parts of a server lie, from its beginning.
typedef struct {
  size_t streams, routes, tasks, datagrams, buffers, conns, buffer_bytes, end;
} layout;

static size_t place(size_t *at, size_t count, size_t size) {
  const size_t start = *at;
  *at += (count * size + ALIGN - 1) / ALIGN * ALIGN;
  return start;
}

// Those of the groups come behind the real ones.
static uint16_t connections(const ocel_server_config *cfg) {
  return (uint16_t)(cfg->max_connections + (cfg->multicast.port != 0 ? cfg->max_streams : 0));
}

static layout lay_out(const ocel_server_config *cfg) {
  layout l;
  size_t at = 0;
  (void)place(&at, 1, sizeof(ocel_server));
  l.streams = place(&at, cfg->max_streams, sizeof(ocel__stream));
  l.routes = place(&at, cfg->max_routes, sizeof(const ocel_http_route *));
  l.tasks = place(&at, connections(cfg), sizeof(uint16_t));
  l.datagrams = place(&at, connections(cfg), sizeof(uint16_t));
  l.buffers = place(&at, cfg->request_buffers, sizeof(ocel__buffer));
  l.conns = place(&at, connections(cfg), sizeof(ocel__conn));
  l.buffer_bytes = place(&at, cfg->request_buffers, cfg->request_max);
  l.end = at;
  return l;
}

size_t ocel_server_size(const ocel_server_config *cfg) { return valid(cfg) ? lay_out(cfg).end : 0; }

uint32_t ocel__random32(ocel_server *s) {
  uint8_t b[4];
  s->cfg.platform.random(s->cfg.platform.ctx, b, sizeof b);
  return ocel_be32(b);
}

static void make_cname(ocel_server *s) {
  ocel_wbuf w = ocel_wbuf_make(s->cname, sizeof s->cname);
  ocel_put_hex(&w, ocel__random32(s), 8);
  ocel_put_hex(&w, ocel__random32(s), 8);
}

ocel_server *ocel_server_init(void *mem, size_t size, const ocel_server_config *cfg, ocel_us now) {
  if (mem == NULL || !valid(cfg) || size < ocel_server_size(cfg)) return NULL;
  const layout l = lay_out(cfg);
  uint8_t *base = mem;
  ocel_server *s = mem;
  memset(s, 0, sizeof *s);
  s->streams = (ocel__stream *)(void *)(base + l.streams);
  s->routes = (const ocel_http_route **)(void *)(base + l.routes);
  s->tasks.items = (uint16_t *)(void *)(base + l.tasks);
  s->datagrams.items = (uint16_t *)(void *)(base + l.datagrams);
  s->buffers = (ocel__buffer *)(void *)(base + l.buffers);
  s->conns = (ocel__conn *)(void *)(base + l.conns);
  s->buffer_bytes = base + l.buffer_bytes;
  s->cfg = *cfg;
  s->limits = OCEL_RTSP_LIMITS_DEFAULT;
  s->limits.url_max = 512;  // a reply that echoes it must fit
  if (s->limits.head_max > cfg->request_max) s->limits.head_max = cfg->request_max;
  s->started = s->now = s->housekeeping_at = now;
  s->pace_at = OCEL_NEVER;
  s->tasks.cap = s->datagrams.cap = connections(cfg);
  // Of a connection only this is looked at before it is opened.
  for (size_t i = 0; i < connections(cfg); i++) {
    s->conns[i].state = CONN_FREE;
    s->conns[i].in_tasks = s->conns[i].in_datagrams = false;
  }
  for (size_t i = 0; i < cfg->request_buffers; i++) s->buffers[i].conn = -1;
  make_cname(s);
  cfg->platform.random(cfg->platform.ctx, s->nonce_key, sizeof s->nonce_key);
  return s;
}

static bool copy_text(char *to, const char *from) {
  const size_t n = strlen(from);
  if (n > OCEL__PATH_MAX) return false;
  memcpy(to, from, n + 1);
  return true;
}

static bool track_valid(const ocel_server *s, const ocel_ring *ring, const ocel_format *f) {
  if (ring == NULL || !ocel_format_valid(f)) return false;
  const ocel_ring_config *r = ocel_ring_get_config(ring);
  if (r->codec != f->codec) return false;
  if (f->codec == OCEL_CODEC_JPEG) return s->cfg.payload_max >= OCEL_JPEG_PAYLOAD_MIN;
  // A packet of Opus cannot be cut; an AU header has 13 bits for the size.
  if (f->codec == OCEL_CODEC_OPUS) return r->unit_max <= s->cfg.payload_max;
  return f->codec != OCEL_CODEC_AAC || r->unit_max <= OCEL_AAC_UNIT_MAX;
}

static bool stream_valid(const ocel_server *s, const ocel_stream_config *cfg) {
  if (cfg->path == NULL || cfg->path[0] != '/') return false;
  if (cfg->track_count < 1 || cfg->track_count > OCEL_TRACKS_MAX) return false;
  for (size_t i = 0; i < cfg->track_count; i++) {
    if (!track_valid(s, cfg->track[i], &cfg->format[i])) return false;
  }
  return true;
}

int ocel_server_add_stream(ocel_server *s, const ocel_stream_config *cfg) {
  if (!stream_valid(s, cfg)) return OCEL_ERR_CONFIG;
  if (ocel__stream_find(s, ocel_span_str(cfg->path)) >= 0) return OCEL_ERR_CONFIG;
  if (s->stream_count == s->cfg.max_streams) return OCEL_ERR_SPACE;
  ocel__stream *st = &s->streams[s->stream_count];
  memset(st, 0, sizeof *st);
  if (!copy_text(st->path, cfg->path)) return OCEL_ERR_CONFIG;
  if (!copy_text(st->name, cfg->name == NULL ? "ocel" : cfg->name)) return OCEL_ERR_CONFIG;
  st->start = cfg->start;
  st->keyframe_on_request = cfg->keyframe_on_request;
  st->bitrate = cfg->bitrate;
  st->sdp_id = ocel__random32(s);
  st->since = s->now;
  st->key_asked_at = s->now - s->cfg.keyframe_interval;
  st->track_count = cfg->track_count;
  for (size_t i = 0; i < cfg->track_count; i++) {
    st->track[i].ring = cfg->track[i];
    st->track[i].format = cfg->format[i];
    st->track[i].payload_type = ocel_format_payload_type(&cfg->format[i]);
    st->track[i].seen = ocel_ring_tail(cfg->track[i]);
  }
  ocel__group_init(s, s->stream_count, cfg->track_count);
  return s->stream_count++;
}

void ocel__event(ocel_server *s, ocel_event_code code, const ocel__conn *c, uint32_t a,
                 uint32_t b) {
  const bool none = c == NULL || ocel__is_group(s, c);
  const ocel_event e = {code, none ? -1 : ocel__number(s, c), a, b};
  if (s->cfg.platform.event != NULL) s->cfg.platform.event(s->cfg.platform.ctx, &e);
}

static bool reads(const ocel__session *ss, bool tcp) {
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (ss->reader[i].mode >= READER_WAIT && ss->reader[i].tcp == tcp) return true;
  }
  return false;
}

// New access units, or a pause that is over: whoever plays has something to look at.
static void queue_players(ocel_server *s, bool tcp, bool udp) {
  for (int i = 0; i < s->conn_high; i++) {
    ocel__conn *c = &s->conns[i];
    if (c->state != CONN_OPEN || c->session.state != OCEL_PLAYING) continue;
    if (tcp && !c->blocked && reads(&c->session, true)) ocel__queue_task(s, c);
    if (udp && reads(&c->session, false)) ocel__queue_datagrams(s, c);
  }
  unsigned stream = 0;
  ocel__conn *g;
  while (udp && (g = ocel__group_next(s, &stream)) != NULL) ocel__queue_datagrams(s, g);
}

static void resume_deferred(ocel_server *s, ocel_us now) {
  for (int i = 0; i < s->conn_high; i++) {
    if (s->conns[i].state == CONN_OPEN && s->conns[i].defer_until != 0) {
      ocel__input_resume(s, &s->conns[i], now);
    }
  }
}

void ocel_server_tick(ocel_server *s, ocel_us now) {
  s->now = now;
  const bool any = ocel__streams_tick(s, now);
  const bool paced = now >= s->pace_at;
  if (paced) s->pace_at = OCEL_NEVER;
  if (any || paced) queue_players(s, any, true);
  if (any) resume_deferred(s, now);
  // A wake for a picture does it on the way: while media flows, none is spent on this alone.
  if (now < s->housekeeping_at - OCEL__HOUSEKEEPING / 2) return;
  s->housekeeping_at = now + OCEL__HOUSEKEEPING;
  for (int i = 0; i < s->conn_high; i++) ocel__conn_housekeeping(s, &s->conns[i], now);
}

ocel_us ocel_server_deadline(const ocel_server *s) {
  if (s->conn_high == 0) return OCEL_NEVER;
  return s->pace_at < s->housekeeping_at ? s->pace_at : s->housekeeping_at;
}

static void close_all(ocel_server *s, ocel_close_reason why) {
  for (int i = 0; i < s->conn_high; i++) {
    if (s->conns[i].state == CONN_FREE) continue;
    ocel__conn_close(s, &s->conns[i], why, true, s->now);
  }
}

void ocel_server_disconnect(ocel_server *s, ocel_us now) {
  s->now = now;
  close_all(s, OCEL_CLOSE_DISCONNECT);
}

void ocel_server_shutdown(ocel_server *s, ocel_us now) {
  s->now = now;
  s->stopping = true;
  close_all(s, OCEL_CLOSE_SHUTDOWN);
}
