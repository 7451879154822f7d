// SPDX-License-Identifier: Apache-2.0
// HTTP requests as they come in: head, body, and what is refused before anybody is asked. The two
// of a tunnel go their own way.
#include "http.h"

#include <string.h>

#include "ocel/rtsp_headers.h"

static const char CONTINUE[] = "HTTP/1.1 100 Continue\r\n\r\n";

static void become_http(ocel_server *s, ocel__conn *c) {
  if (c->role == ROLE_HTTP) return;
  ocel__tunnel_leave(s, c, s->now);
  c->role = ROLE_HTTP;
  memset(&c->http, 0, sizeof c->http);
}

void ocel__http_refuse(ocel_server *s, ocel__conn *c, uint16_t status) {
  const ocel_http_request none = {.method = OCEL_HTTP_METHOD_COUNT};
  const ocel__http_ask ask = {
      .req = &none,
      .status = status,
      .closes = true,
      .reason = status == 408 ? OCEL_CLOSE_REQUEST_TIMEOUT : OCEL_CLOSE_PROTOCOL,
  };
  become_http(s, c);
  ocel__http_deny(s, c, &ask);
}

static ocel_err give_up(ocel_server *s, ocel__conn *c, uint16_t status) {
  ocel__http_refuse(s, c, status);
  return OCEL_ERR_SYNTAX;
}

// The reply's body is the way down of the tunnel; it ends with the connection.
static void send_tunnel(ocel_server *s, ocel__conn *c) {
  ocel_wbuf w = ocel__out_room(c);
  ocel_put_str(&w,
               "HTTP/1.0 200 OK\r\nServer: ocel\r\nConnection: close\r\nCache-Control: no-store\r\n"
               "Pragma: no-cache\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n");
  c->out_n = (uint16_t)(c->out_n + w.n);
  ocel__http_sent(s, c, 200);
}

static ocel_err open_tunnel(ocel_server *s, ocel__conn *c, const ocel_http_request *req,
                            ocel_span in, size_t *used) {
  const uint16_t status = req->status == 200 ? ocel__tunnel_open(s, c, req) : req->status;
  if (status != 200) return give_up(s, c, status);
  c->active_at = s->now;
  if (c->role == ROLE_GET) {
    send_tunnel(s, c);
    *used = in.n;
  }
  return OCEL_OK;
}

// What is wrong with the message itself, so that nothing behind it can be read; 200 if nothing.
static uint16_t check_form(const ocel_http_request *req) {
  const bool sized = req->header[OCEL_HTTP_HEADER_CONTENT_LENGTH].p != NULL;
  if (req->status == 505) return 505;
  // RFC 9112 3.2: one host, from HTTP/1.1 on. 6.1: two lengths are an attack.
  if (req->hosts > 1 || (req->minor > 0 && req->hosts == 0)) return 400;
  if (req->chunked && (sized || req->minor == 0)) return 400;
  const ocel_span expect = req->header[OCEL_HTTP_HEADER_EXPECT];
  return expect.p == NULL || ocel_text_eq(expect, "100-continue") ? 200 : 417;
}

// ---- the body ----

// `rest` is what there is behind the head. OK: `*body` is whole and takes `*size` bytes of it.
// MORE: at least `*size` bytes are needed.
static ocel_err take_sized(const ocel_http_request *req, ocel_span rest, ocel_span *body,
                           size_t *size) {
  *size = req->content_length > 0 ? (size_t)req->content_length : 0;
  if (rest.n < *size) return OCEL_ERR_MORE;
  *body = ocel_span_take(&rest, *size);
  return OCEL_OK;
}

// Into the scratch, which nobody uses while bytes come in.
static ocel_err take_chunks(ocel_server *s, ocel_span rest, ocel_span *body, size_t *size) {
  ocel_http_chunks k = {0};
  ocel_wbuf whole = ocel_wbuf_make(s->scratch, sizeof s->scratch);
  const size_t n = rest.n;
  while (rest.n > 0 && !ocel_http_chunks_ended(&k)) {
    ocel_span data;
    if (ocel_http_chunks_next(&k, &rest, &data) != OCEL_OK) return OCEL_ERR_SYNTAX;
    ocel_put_span(&whole, data);
    if (whole.overflow) return OCEL_ERR_SPACE;
  }
  *size = n + 1;
  if (!ocel_http_chunks_ended(&k)) return OCEL_ERR_MORE;
  *size = n - rest.n;
  *body = ocel_span_make(whole.p, whole.n);
  return OCEL_OK;
}

static bool expects_continue(const ocel_http_request *req) {
  return req->minor > 0 && req->header[OCEL_HTTP_HEADER_EXPECT].p != NULL;
}

// Whoever would be refused is told before sending the body (RFC 9110 10.1.1).
static ocel_err wait_for_body(ocel_server *s, ocel__conn *c, const ocel_http_request *req) {
  ocel__http_ask ask;
  if (!expects_continue(req) || c->http.continued) return OCEL_ERR_MORE;
  const ocel_err rc = ocel__http_admit(s, c, req, &ask);
  if (rc != OCEL_OK) {
    c->http.want = 0;
    return rc;
  }
  if (ask.status != 200) {
    ask.closes = true;
    ask.reason = OCEL_CLOSE_ANSWERED;
    ocel__http_deny(s, c, &ask);
    return OCEL_ERR_SYNTAX;
  }
  c->http.continued = true;
  (void)ocel__out_put(s, c, ocel_span_str(CONTINUE));
  return OCEL_ERR_MORE;
}

static ocel_err serve(ocel_server *s, ocel__conn *c, const ocel_http_request *req, ocel_span body) {
  ocel__http_ask ask;
  ocel_err rc = ocel__http_admit(s, c, req, &ask);
  if (rc != OCEL_OK) return rc;
  ask.call.body = body;
  c->http.want = 0;
  return ocel__http_serve(s, c, &ask);
}

static ocel_err take_body(ocel_server *s, ocel__conn *c, const ocel_http_request *req, ocel_span in,
                          size_t *used) {
  const size_t head = *used;
  const ocel_span rest = ocel_span_make(in.p + head, in.n - head);
  ocel_span body = ocel_span_make(NULL, 0);
  size_t size = 0;
  const ocel_err rc =
      req->chunked ? take_chunks(s, rest, &body, &size) : take_sized(req, rest, &body, &size);
  if (rc == OCEL_ERR_SYNTAX) return give_up(s, c, 400);
  if (rc == OCEL_ERR_SPACE || size > s->cfg.request_max - head) return give_up(s, c, 413);
  if (rc == OCEL_ERR_MORE) {
    c->http.want = (uint32_t)(head + size);
    return wait_for_body(s, c, req);
  }
  *used = head + size;
  return serve(s, c, req, body);
}

// ---- the head ----

static ocel_err take_request(ocel_server *s, ocel__conn *c, const ocel_http_request *req,
                             ocel_span in, size_t *used) {
  const bool taken = ocel__is_tunnel(c) || ocel__has_session(c);
  const uint16_t status = taken ? 400 : check_form(req);
  if (status != 200) return give_up(s, c, status);
  become_http(s, c);
  c->active_at = s->now;
  return take_body(s, c, req, in, used);
}

ocel_err ocel__http(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan,
                    size_t *used) {
  ocel_http_request req;
  if (c->role == ROLE_HTTP && in.n < c->http.want) return OCEL_ERR_MORE;
  ocel_err rc = ocel_http_parse(in, scan, &s->limits, &req, used);
  if (rc == OCEL_ERR_MORE && in.n < s->cfg.request_max) return rc;
  if (rc != OCEL_OK) return give_up(s, c, rc == OCEL_ERR_MORE ? 431 : req.status);
  const bool tunnel = req.header[OCEL_HTTP_HEADER_SESSION_COOKIE].p != NULL;
  return tunnel ? open_tunnel(s, c, &req, in, used) : take_request(s, c, &req, in, used);
}
