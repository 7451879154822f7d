// SPDX-License-Identifier: Apache-2.0
// Connections to which access units are pushed over HTTP: as fragments of MP4 in the messages of a
// WebSocket, or as parts of a multipart answer. Each has a session whose readers are like those of
// RTP over TCP; what they send is framed in push_emit.c.
#include "push.h"

#include <string.h>

#include "http.h"
#include "ocel/fmp4.h"
#include "ocel/rtsp_headers.h"
#include "ocel/websocket.h"

enum {
  HELLO_MAX = 160,
  CLOSE_SIZE = 4,
  STATUS_SIZE = 2,
};

// A viewer that says nothing is asked whether it is there: a browser answers by itself.
#define PING_INTERVAL (20 * OCEL_SECOND)

static const char VERSION[] = "13";  // RFC 6455 4.1

// ---- the beginning ----

static bool is_framed(ocel_push_framing framing, const ocel_format *f) {
  return framing == OCEL_PUSH_WEBSOCKET ? ocel_fmp4_carries(f) : f->codec == OCEL_CODEC_JPEG;
}

bool ocel__push_serves(const ocel_server *s, unsigned stream, ocel_push_framing framing) {
  const ocel__stream *st = &s->streams[stream];
  bool any = false;
  for (unsigned i = 0; i < st->track_count; i++) {
    const ocel_format *f = &st->track[i].format;
    if (!is_framed(framing, f) && !ocel_format_is_sound(f)) return false;
    any |= is_framed(framing, f);
  }
  return any && !st->disabled;
}

static bool upgrades(const ocel_http_request *req) {
  ocel_span list = req->header[OCEL_HTTP_HEADER_UPGRADE], token;
  while (ocel_token_next(&list, &token)) {
    if (ocel_text_eq(token, "websocket")) return true;
  }
  return false;
}

// RFC 6455 4.2.1
static uint16_t check_handshake(const ocel_http_request *req) {
  if (req->minor == 0 || req->method != OCEL_HTTP_GET) return 400;
  if (!upgrades(req)) return 426;
  if (!ocel_text_eq(req->header[OCEL_HTTP_HEADER_WEBSOCKET_VERSION], VERSION)) return 426;
  return ocel_websocket_key_valid(req->header[OCEL_HTTP_HEADER_WEBSOCKET_KEY]) ? 200 : 400;
}

static uint16_t put_handshake(const ocel_server *s, const ocel_http_request *req, ocel_wbuf *w) {
  const ocel_hasher hasher = {s->cfg.platform.hash, s->cfg.platform.ctx};
  ocel_put_str(w,
               "HTTP/1.1 101 Switching Protocols\r\nServer: ocel\r\nUpgrade: websocket\r\n"
               "Connection: Upgrade\r\nSec-WebSocket-Accept: ");
  const bool done =
      ocel_websocket_put_accept(w, &hasher, req->header[OCEL_HTTP_HEADER_WEBSOCKET_KEY]);
  ocel_put_str(w, "\r\n\r\n");
  return done ? 200 : 501;
}

static void put_multipart(ocel_wbuf *w) {
  ocel_put_str(w,
               "HTTP/1.1 200 OK\r\nServer: ocel\r\nConnection: close\r\nCache-Control: no-store\r\n"
               "Content-Type: multipart/x-mixed-replace; boundary=" OCEL__BOUNDARY
               "\r\n\r\n--" OCEL__BOUNDARY "\r\n");
}

static uint16_t put_reply(const ocel_server *s, const ocel_http_request *req,
                          ocel_push_framing framing, ocel_wbuf *w) {
  if (framing == OCEL_PUSH_WEBSOCKET) return put_handshake(s, req, w);
  put_multipart(w);
  return 200;
}

static void start(ocel_server *s, ocel__conn *c, const ocel_http_push *push) {
  static const ocel_transport TCP = {.tcp = true};
  const ocel__stream *st = &s->streams[push->stream];
  ocel__session *ss = ocel__session_begin(s, c, push->stream, s->now);
  c->role = ROLE_PUSH;
  c->push = (ocel__push){.framing = push->framing, .ping_due = s->now + PING_INTERVAL};
  for (unsigned i = 0; i < st->track_count; i++) {
    if (is_framed(push->framing, &st->track[i].format)) ocel__reader_set_up(s, ss, i, &TCP);
  }
  for (unsigned i = 0; i < st->track_count; i++) {
    if (!ss->reader[i].set_up) continue;
    ocel__reader_play(s, c, i, OCEL_START_GOP, s->now);
    ss->reader[i].report_due = OCEL_NEVER;
  }
  ss->state = OCEL_PLAYING;
  s->stats.playing++;
  ocel__event(s, OCEL_EVENT_SESSION_PLAY, c, ss->stream, 1);
}

uint16_t ocel__push_open(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                         const ocel_http_push *push) {
  const bool websocket = push->framing == OCEL_PUSH_WEBSOCKET;
  uint16_t status = websocket ? check_handshake(ask->req) : 200;
  if (status != 200) return status;
  if (push->stream >= s->stream_count) return 404;
  if (!ocel__push_serves(s, push->stream, push->framing)) return 404;
  if (s->stats.sessions >= s->cfg.max_clients) {
    s->stats.refused++;
    return 503;
  }
  ocel_wbuf w = ocel__out_room(c);
  status = put_reply(s, ask->req, push->framing, &w);
  if (status != 200) return status;
  c->out_n = (uint16_t)(c->out_n + w.n);
  start(s, c, push);
  ocel__http_sent(s, c, websocket ? 101 : 200);
  return 200;
}

// ---- the greeting ----

// The tracks that are sent; returns how many.
static size_t list_tracks(const ocel_server *s, const ocel__session *ss,
                          ocel_fmp4_track out[OCEL_TRACKS_MAX]) {
  size_t n = 0;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__track *t = ocel__track_of(s, ss, i);
    if (!ss->reader[i].set_up) continue;
    out[n++] = (ocel_fmp4_track){
        &t->format, {t->sps, t->sps_n},
         {t->pps, t->pps_n}
    };
  }
  return n;
}

// What the page needs for its SourceBuffer, and the clock that the decode times are on.
static void put_hello(ocel_wbuf *w, const ocel_server *s, const ocel_fmp4_track *tracks, size_t n) {
  uint8_t mem[HELLO_MAX];
  ocel_wbuf text = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_str(&text, "{\"codecs\":\"");
  for (size_t i = 0; i < n; i++) {
    if (i > 0) ocel_put_u8(&text, ',');
    ocel_fmp4_put_codec(&text, &tracks[i]);
  }
  ocel_put_str(&text, "\",\"now\":");
  ocel_put_uint(&text, s->now > 0 ? (uint64_t)s->now : 0);
  ocel_put_str(&text, "}");
  ocel_websocket_put_head(w, OCEL_WEBSOCKET_TEXT, true, text.n);
  ocel_put_span(w, ocel_span_make(mem, text.n));
}

// Into the scratch, which a gather uses only afterwards: empty if it cannot be made.
static ocel_span make_init(ocel_server *s, const ocel_fmp4_track *tracks, size_t n) {
  enum { HEAD = 4 };
  ocel_wbuf body = ocel_wbuf_make(s->scratch + HEAD, sizeof s->scratch - HEAD);
  ocel_wbuf head = ocel_wbuf_make(s->scratch, HEAD);
  if (ocel_fmp4_put_init(&body, tracks, n) != OCEL_OK) return ocel_span_make(NULL, 0);
  ocel_websocket_put_head(&head, OCEL_WEBSOCKET_BINARY, true, body.n);
  return ocel_span_make(s->scratch, HEAD + body.n);
}

static void greet(ocel_server *s, ocel__conn *c) {
  ocel_fmp4_track tracks[OCEL_TRACKS_MAX];
  uint8_t mem[HELLO_MAX + 4];
  ocel_wbuf hello = ocel_wbuf_make(mem, sizeof mem);
  const size_t n = list_tracks(s, &c->session, tracks);
  const ocel_span init = make_init(s, tracks, n);
  put_hello(&hello, s, tracks, n);
  if (init.n == 0 || hello.n + init.n > OCEL__OUT_MAX) {  // no browser could play that
    ocel__conn_close(s, c, OCEL_CLOSE_PROTOCOL, false, s->now);
    return;
  }
  if (hello.n + init.n > (size_t)(OCEL__OUT_MAX - (c->out_n - c->out_at))) return;  // later
  (void)ocel__out_put(s, c, ocel_span_make(mem, hello.n));
  (void)ocel__out_put(s, c, init);
  c->push.greeted = true;
  c->push.version = s->streams[c->session.stream].sdp_version;
}

// True if one of the readers stands inside of an access unit.
static bool is_halfway(const ocel__session *ss) {
  bool any = false;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) any |= ocel__is_begun(&ss->reader[i].cursor);
  return any;
}

// The next picture is of other parameter sets than the page was told.
static bool is_outdated(const ocel_server *s, const ocel__conn *c) {
  const ocel__session *ss = &c->session;
  bool any = !c->push.greeted;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    any |= ocel__push_needs_init(s, c, i, &ss->reader[i].cursor);
  }
  return any;
}

bool ocel__push_ready(ocel_server *s, ocel__conn *c) {
  if (c->role != ROLE_PUSH || c->push.framing != OCEL_PUSH_WEBSOCKET) return true;
  if (is_halfway(&c->session) || !is_outdated(s, c)) return true;
  c->push.greeted = false;
  if (s->streams[c->session.stream].ready) greet(s, c);
  return c->push.greeted;
}

// ---- what comes in ----

static void put_control(ocel_server *s, ocel__conn *c, ocel_websocket_opcode opcode,
                        ocel_span content) {
  uint8_t mem[2 + OCEL_WEBSOCKET_CONTROL_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_websocket_put_head(&w, opcode, true, content.n);
  ocel_put_span(&w, content);
  (void)ocel__out_put(s, c, ocel_span_make(mem, w.n));  // left away when there is no room
}

static void put_close(ocel_server *s, ocel__conn *c, ocel_websocket_status status) {
  uint8_t mem[CLOSE_SIZE];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_websocket_put_close(&w, status);
  (void)ocel__out_put(s, c, ocel_span_make(mem, w.n));
}

// RFC 6455 5.5.1: a close is answered with its status.
static void take_frame(ocel_server *s, ocel__conn *c, const ocel_websocket_frame *f) {
  uint8_t mem[OCEL_WEBSOCKET_CONTROL_MAX];
  ocel_wbuf content = ocel_wbuf_make(mem, sizeof mem);
  ocel_websocket_put_content(&content, f);
  if (f->opcode == OCEL_WEBSOCKET_PING) {
    put_control(s, c, OCEL_WEBSOCKET_PONG, ocel_span_make(mem, content.n));
  } else if (f->opcode == OCEL_WEBSOCKET_CLOSE) {
    const size_t n = content.n < STATUS_SIZE ? 0 : STATUS_SIZE;
    put_control(s, c, OCEL_WEBSOCKET_CLOSE, ocel_span_make(mem, n));
    c->push.closing = true;
    ocel__conn_close(s, c, OCEL_CLOSE_PEER, true, s->now);
  }
}

static void give_up(ocel_server *s, ocel__conn *c, ocel_websocket_status status) {
  put_close(s, c, status);
  c->push.closing = true;
  ocel__conn_close(s, c, OCEL_CLOSE_PROTOCOL, true, s->now);
}

ocel_err ocel__push_read(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used) {
  ocel_websocket_frame frame;
  *used = in.n;
  if (c->push.framing != OCEL_PUSH_WEBSOCKET) return OCEL_OK;
  const ocel_err rc = ocel_websocket_parse(in, OCEL_WEBSOCKET_CONTROL_MAX, &frame, used);
  if (rc == OCEL_ERR_MORE) return rc;
  if (rc != OCEL_OK) {
    give_up(s, c, rc == OCEL_ERR_SPACE ? OCEL_WEBSOCKET_TOO_BIG : OCEL_WEBSOCKET_PROTOCOL_ERROR);
    return OCEL_ERR_SYNTAX;
  }
  c->session.heard_at = s->now;
  take_frame(s, c, &frame);
  return OCEL_OK;
}

// ---- time passes ----

void ocel__push_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now) {
  if (c->push.framing != OCEL_PUSH_WEBSOCKET) {
    c->session.heard_at = c->progress_at;  // who reads is there
  } else if (now >= c->push.ping_due) {
    c->push.ping_due = now + PING_INTERVAL;
    put_control(s, c, OCEL_WEBSOCKET_PING, ocel_span_make(NULL, 0));
  }
}

void ocel__push_leave(ocel_server *s, ocel__conn *c) {
  if (c->push.framing != OCEL_PUSH_WEBSOCKET || c->push.closing || c->state != CONN_OPEN) return;
  put_close(s, c, OCEL_WEBSOCKET_GOING_AWAY);
}
