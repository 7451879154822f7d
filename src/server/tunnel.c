// SPDX-License-Identifier: Apache-2.0
// RTSP over HTTP. A GET opens the way down, on which replies and media go out as they are; a POST
// with the same x-sessioncookie, from the same host, is the way up, whose body is base64. A cookie
// means nothing to any other host. Each GET has one POST at a time; when that has closed, another
// may come. The POST is never answered, unless to refuse it.
#include <string.h>

#include "ocel/rtsp_headers.h"
#include "server_priv.h"

enum { PIECE = 256 };  // bytes that are decoded at once

static ocel__conn *other_of(const ocel_server *s, const ocel__conn *c) {
  return ocel__is_tunnel(c) && c->tunnel.other >= 0 ? &s->conns[c->tunnel.other] : NULL;
}

static ocel_span cookie_of(const ocel__conn *c) {
  return ocel_span_make(c->tunnel.cookie, c->tunnel.cookie_n);
}

// What is said inside TLS does not go on outside.
static bool belongs_together(const ocel__conn *a, const ocel__conn *b) {
  return ocel_addr_same_host(&a->peer, &b->peer) && a->secure == b->secure;
}

// The GET that a cookie means when it comes from `c`'s host; NULL if there is none.
static ocel__conn *find_get(const ocel_server *s, const ocel__conn *c, ocel_span cookie) {
  for (int i = 0; i < s->conn_high; i++) {
    ocel__conn *get = &s->conns[i];
    if (get->state != CONN_OPEN || get->role != ROLE_GET) continue;
    if (belongs_together(get, c) && ocel_span_eq(cookie_of(get), cookie)) return get;
  }
  return NULL;
}

static bool admits_tunnel(ocel_span accept) {
  ocel_span token;
  while (ocel_token_next(&accept, &token)) {
    if (ocel_text_eq(token, "application/x-rtsp-tunnelled")) return true;
  }
  return false;
}

static void become(ocel_server *s, ocel__conn *c, ocel__role role, ocel_span cookie) {
  c->role = role;
  c->tunnel = (ocel__tunnel){.other = -1, .cookie_n = (uint8_t)cookie.n, .since = s->now};
  memcpy(c->tunnel.cookie, cookie.p, cookie.n);
}

// True if the POST now has its GET. One whose GET still has another POST waits for its end: the
// close of the old connection may be seen after the opening of the one that replaces it.
static bool join(ocel_server *s, ocel__conn *post) {
  ocel__conn *get = find_get(s, post, cookie_of(post));
  if (get == NULL || get->tunnel.other >= 0) return false;
  get->tunnel.other = (int16_t)ocel__number(s, post);
  post->tunnel.other = (int16_t)ocel__number(s, get);
  ocel__event(s, OCEL_EVENT_TUNNEL, get, (uint32_t)ocel__number(s, post), 0);
  return true;
}

uint16_t ocel__tunnel_open(ocel_server *s, ocel__conn *c, const ocel_http_request *req) {
  const ocel_span cookie = req->header[OCEL_HTTP_HEADER_SESSION_COOKIE];
  if (req->method != OCEL_HTTP_GET && req->method != OCEL_HTTP_POST) return 405;
  if (ocel__is_tunnel(c) || ocel__has_session(c)) return 400;
  if (cookie.n == 0 || cookie.n > OCEL__COOKIE_MAX) return 400;
  if (req->method == OCEL_HTTP_GET) {
    if (!admits_tunnel(req->header[OCEL_HTTP_HEADER_ACCEPT])) return 406;
    if (find_get(s, c, cookie) != NULL) return 409;
    become(s, c, ROLE_GET, cookie);
    return 200;
  }
  become(s, c, ROLE_POST, cookie);
  c->tunnel.chunked = req->chunked;
  (void)join(s, c);
  return 200;
}

// Takes the next piece of the body off `*in`. Content-Length says nothing: players send one that
// has no end, and exceed it.
static ocel_err take_text(ocel__tunnel *t, ocel_span *in, ocel_span *text) {
  if (t->chunked) return ocel_http_chunks_next(&t->chunks, in, text);
  *text = ocel_span_take(in, in->n);
  return OCEL_OK;
}

// Hands a piece of base64 to the GET; false if the tunnel has to end: it is none, or the client
// asks on and on without reading its replies.
static bool pass_on(ocel_server *s, ocel__conn *post, ocel_span text) {
  uint8_t mem[PIECE];
  while (text.n > 0) {
    ocel_wbuf bytes = ocel_wbuf_make(mem, sizeof mem);
    ocel__conn *get = other_of(s, post);
    if (post->state != CONN_OPEN || get == NULL) return true;  // closed meanwhile
    if (ocel_base64_decode(&post->tunnel.text, &text, &bytes) != OCEL_OK) return false;
    if (!ocel__input(s, get, ocel_span_make(mem, bytes.n), s->now)) return false;
  }
  return true;
}

ocel_err ocel__tunnel_read(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used) {
  ocel__conn *get = other_of(s, c);
  if (get == NULL) {
    if (in.n < s->cfg.request_max) return OCEL_ERR_STATE;
    ocel__http_refuse(s, c, 413);
    return OCEL_ERR_SYNTAX;
  }
  *used = in.n;
  while (in.n > 0 && c->state == CONN_OPEN) {
    ocel_span text;
    if (take_text(&c->tunnel, &in, &text) == OCEL_OK && pass_on(s, c, text)) continue;
    ocel__conn_close(s, get, OCEL_CLOSE_PROTOCOL, true, s->now);
    return OCEL_ERR_SYNTAX;
  }
  return OCEL_OK;
}

void ocel__tunnel_leave(ocel_server *s, ocel__conn *c, ocel_us now) {
  ocel__conn *other = other_of(s, c);
  if (other == NULL) return;
  c->tunnel.other = other->tunnel.other = -1;
  other->tunnel.since = now;
  if (c->role == ROLE_GET) ocel__conn_close(s, other, c->reason, false, now);
}

static bool waits_too_long(const ocel__conn *c, ocel_us now) {
  return now - c->tunnel.since > OCEL__TUNNEL_WAIT;
}

void ocel__tunnel_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now) {
  if (c->state != CONN_OPEN || !ocel__is_tunnel(c) || c->tunnel.other >= 0) return;
  if (c->role == ROLE_POST && join(s, c)) {
    ocel__input_resume(s, c, now);
  } else if (c->role == ROLE_POST && waits_too_long(c, now)) {
    ocel__http_refuse(s, c, 404);
  } else if (waits_too_long(c, now) && !ocel__has_session(c)) {
    ocel__conn_close(s, c, OCEL_CLOSE_IDLE_TIMEOUT, true, now);
  }
}
