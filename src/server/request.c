// SPDX-License-Identifier: Apache-2.0
// One request -> one reply: what every method has in common, and the table of handlers.
#include "backchannel.h"
#include "request.h"

#include <string.h>

#include "auth.h"

typedef ocel_err (*handler)(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);

#define PUBLIC "OPTIONS, DESCRIBE, SETUP, PLAY, PAUSE, TEARDOWN, GET_PARAMETER, SET_PARAMETER"

void ocel__reply_begin(ocel_wbuf *w, const ocel_rtsp_request *req, uint16_t status) {
  uint32_t cseq;
  w->n = 0;
  w->overflow = false;
  ocel_put_str(w, "RTSP/1.0 ");
  ocel_put_uint(w, status);
  ocel_put_u8(w, ' ');
  ocel_put_str(w, ocel_rtsp_reason(status));
  ocel_put_str(w, "\r\n");
  if (req != NULL && ocel_cseq(req->header[OCEL_HEADER_CSEQ], &cseq)) {
    ocel_put_str(w, "CSeq: ");
    ocel_put_span(w, req->header[OCEL_HEADER_CSEQ]);
    ocel_put_str(w, "\r\n");
  }
  ocel_put_str(w, "Server: ocel\r\n");
}

void ocel__reply_end(ocel_wbuf *w) { ocel_put_str(w, "Content-Length: 0\r\n\r\n"); }

void ocel__put_session(ocel_wbuf *w, const ocel__session *ss) {
  ocel_put_hex(w, (uint32_t)(ss->id >> 32), 8);
  ocel_put_hex(w, (uint32_t)ss->id, 8);
}

void ocel__reply_session(ocel_wbuf *w, const ocel__session *ss) {
  ocel_put_str(w, "Session: ");
  ocel__put_session(w, ss);
  ocel_put_str(w, "\r\n");
}

ocel_err ocel__reply_status(ocel_wbuf *w, const ocel_rtsp_request *req, uint16_t status) {
  ocel__reply_begin(w, req, status);
  switch (status) {
    case 405: ocel_put_str(w, "Allow: " PUBLIC "\r\n"); break;
    case 501: ocel_put_str(w, "Public: " PUBLIC "\r\n"); break;
    case 503: ocel_put_str(w, "Retry-After: 1\r\n"); break;
    default: break;
  }
  ocel__reply_end(w);
  return OCEL_OK;
}

static ocel_err options(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  (void)s;
  ocel__reply_begin(w, ask->req, 200);
  ocel_put_str(w, "Public: " PUBLIC "\r\n");
  if (ask->has_session_header) ocel__reply_session(w, &c->session);
  ocel__reply_end(w);
  return OCEL_OK;
}

// Both directions of parameters: an empty one is a keep-alive, and none has a name that we know.
static ocel_err parameter(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  (void)s;
  if (ask->req->body.n > 0) return ocel__reply_status(w, ask->req, 451);
  ocel__reply_begin(w, ask->req, 200);
  if (ask->has_session_header) ocel__reply_session(w, &c->session);
  ocel__reply_end(w);
  return OCEL_OK;
}

// Indexed by method; the methods that ocel_rtsp_step_for never allows have none.
static const handler HANDLER[OCEL_METHOD_COUNT] = {
    [OCEL_METHOD_OPTIONS] = options,         [OCEL_METHOD_DESCRIBE] = ocel__describe,
    [OCEL_METHOD_SETUP] = ocel__setup,       [OCEL_METHOD_PLAY] = ocel__play,
    [OCEL_METHOD_PAUSE] = ocel__pause,       [OCEL_METHOD_TEARDOWN] = ocel__teardown,
    [OCEL_METHOD_GET_PARAMETER] = parameter, [OCEL_METHOD_SET_PARAMETER] = parameter,
};

// True if the header names this connection's session.
static bool names_session(const ocel__conn *c, ocel_span header) {
  uint8_t text[16];
  ocel_wbuf w = ocel_wbuf_make(text, sizeof text);
  ocel__put_session(&w, &c->session);
  return ocel__has_session(c) && ocel_span_eq(ocel_session_id(header), ocel_span_make(text, w.n));
}

static bool needs_session(ocel_rtsp_method m) {
  return m == OCEL_METHOD_PLAY || m == OCEL_METHOD_PAUSE || m == OCEL_METHOD_TEARDOWN;
}

// A SETUP that names no session asks for a new one, whatever became of the old.
static ocel_rtsp_state state_for(const ocel__conn *c, const ocel__ask *ask) {
  const bool fresh = ask->req->method == OCEL_METHOD_SETUP && !ask->has_session_header;
  return fresh ? OCEL_INIT : c->session.state;
}

// The refusals for which it does not matter who asks; 200 if there is none.
static uint16_t check_form(const ocel_rtsp_request *req) {
  uint32_t cseq;
  return ocel_cseq(req->header[OCEL_HEADER_CSEQ], &cseq) ? req->status : 400;
}

// Those that do not depend on the method's own handler.
static uint16_t check(const ocel__conn *c, ocel__ask *ask) {
  const ocel_rtsp_request *req = ask->req;
  const ocel_span session = req->header[OCEL_HEADER_SESSION];
  if (ocel_rtsp_url_parse(req->url, &ask->url) != OCEL_OK) return 400;
  ask->has_session_header = session.p != NULL;
  if (ask->has_session_header && !names_session(c, session)) return 454;
  if (needs_session(req->method) && !ask->has_session_header) return 454;
  return ocel_rtsp_step_for(req->method, state_for(c, ask)).status;
}

// The one option that there is, where the stream has it.
static bool has_options(const ocel_server *s, const ocel__ask *ask, ocel_span list) {
  const int stream = ocel__stream_find(s, ask->url.path);
  ocel_span option;
  if (stream < 0 || s->streams[stream].loudspeaker.fn == NULL) return false;
  while (ocel_token_next(&list, &option)) {
    if (!ocel_text_eq(option, "www.onvif.org/ver20/backchannel")) return false;
  }
  return true;
}

// RFC 2326 12.32: what we cannot do is named back.
static bool refuse_options(const ocel_server *s, const ocel__ask *ask, ocel_wbuf *w) {
  const ocel_rtsp_request *req = ask->req;
  ocel_span list = req->header[OCEL_HEADER_REQUIRE];
  const bool required = list.n > 0;
  if (!required) list = req->header[OCEL_HEADER_PROXY_REQUIRE];
  if (list.n == 0 || (required && has_options(s, ask, list))) return false;
  ocel__reply_begin(w, req, 551);
  ocel_put_str(w, "Unsupported: ");
  ocel_put_span(w, list);
  ocel_put_str(w, "\r\n");
  ocel__reply_end(w);
  return true;
}

static ocel__auth_verdict check_password(ocel_server *s, ocel__conn *c, const ocel__ask *ask) {
  const ocel_rtsp_request *req = ask->req;
  ocel__claim claim = {
      .method = req->method_text,
      .target = req->url,
      .authorization = req->header[OCEL_HEADER_AUTHORIZATION],
  };
  if (!ocel__locked(s) || req->method == OCEL_METHOD_OPTIONS) return AUTH_GRANTED;
  return ocel__auth_check(s, c, &claim, ask->now);
}

static ocel_err ask_password(ocel_server *s, ocel__conn *c, const ocel__ask *ask, bool stale,
                             ocel_wbuf *w) {
  ocel__reply_begin(w, ask->req, 401);
  ocel__auth_put_challenges(s, c, false, stale, w);
  ocel__reply_end(w);
  return OCEL_OK;
}

static ocel_err answer(ocel_server *s, ocel__conn *c, ocel__ask *ask, ocel_wbuf *w) {
  uint16_t status = check_form(ask->req);
  if (status != 200) return ocel__reply_status(w, ask->req, status);
  const ocel__auth_verdict v = check_password(s, c, ask);
  if (v == AUTH_WAIT) return OCEL_ERR_MORE;
  if (v != AUTH_GRANTED) return ask_password(s, c, ask, v == AUTH_STALE, w);
  status = check(c, ask);
  if (status != 200) return ocel__reply_status(w, ask->req, status);
  if (refuse_options(s, ask, w)) return OCEL_OK;
  return HANDLER[ask->req->method](s, c, ask, w);
}

static uint16_t status_of(const ocel_wbuf *w) {
  return (uint16_t)((w->p[9] - '0') * 100 + (w->p[10] - '0') * 10 + (w->p[11] - '0'));
}

static void send_reply(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, ocel_wbuf *w) {
  if (w->overflow) {  // only a URL that is echoed can be that long
    (void)ocel__reply_status(w, req, 414);
    if (w->overflow) (void)ocel__reply_status(w, NULL, 400);
  }
  const uint16_t status = status_of(w);
  s->stats.requests++;
  s->stats.errors += status >= 400;
  (void)ocel__out_put(s, c, ocel_span_make(w->p, w->n));
  ocel__event(s, OCEL_EVENT_REQUEST, c, req == NULL ? OCEL_METHOD_COUNT : req->method, status);
}

ocel_err ocel__request(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, ocel_us now) {
  uint8_t mem[OCEL__OUT_MAX - OCEL__BYE_ROOM];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel__ask ask = {.req = req, .now = now};
  if (ocel__has_session(c)) c->session.heard_at = now;
  const ocel_err rc = answer(s, c, &ask, &w);
  if (rc == OCEL_OK) send_reply(s, c, req, &w);
  return rc;
}

void ocel__refuse(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, uint16_t status) {
  uint8_t mem[256];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  (void)ocel__reply_status(&w, req, status);
  send_reply(s, c, req, &w);
}
