// SPDX-License-Identifier: Apache-2.0
// HTTP requests on the RTSP port: the two of a tunnel, and refusals for all others. A reply ends
// its connection.
#include <string.h>

#include "server_priv.h"

enum { REPLY_MAX = 256 };

static void put_line(ocel_wbuf *w, uint16_t status) {
  ocel_put_str(w, "HTTP/1.0 ");
  ocel_put_uint(w, status);
  ocel_put_u8(w, ' ');
  ocel_put_str(w, ocel_http_reason(status));
  ocel_put_str(w, "\r\nServer: ocel\r\nConnection: close\r\nCache-Control: no-store\r\n");
}

static void send(ocel_server *s, ocel__conn *c, const ocel_wbuf *w, uint16_t status) {
  s->stats.requests++;
  s->stats.errors += status >= 400;
  (void)ocel__out_put(s, c, ocel_span_make(w->p, w->n));
  ocel__event(s, OCEL_EVENT_HTTP_REQUEST, c, status, 0);
}

void ocel__http_refuse(ocel_server *s, ocel__conn *c, uint16_t status) {
  uint8_t mem[REPLY_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  put_line(&w, status);
  if (status == 405) ocel_put_str(&w, "Allow: GET, HEAD, POST\r\n");
  ocel_put_str(&w, "Content-Length: 0\r\n\r\n");
  send(s, c, &w, status);
  const bool late = status == 408;
  ocel__conn_close(s, c, late ? OCEL_CLOSE_REQUEST_TIMEOUT : OCEL_CLOSE_PROTOCOL, true, s->now);
}

// The reply's body is the way down of the tunnel; it ends with the connection.
static void send_tunnel(ocel_server *s, ocel__conn *c) {
  uint8_t mem[REPLY_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  put_line(&w, 200);
  ocel_put_str(&w, "Pragma: no-cache\r\nContent-Type: application/x-rtsp-tunnelled\r\n\r\n");
  send(s, c, &w, 200);
}

// RFC 9112 3.2: a request of HTTP/1.1 names its host.
static bool lacks_host(const ocel_http_request *req) {
  return req->minor > 0 && req->header[OCEL_HTTP_HEADER_HOST].p == NULL;
}

static uint16_t answer(ocel_server *s, ocel__conn *c, const ocel_http_request *req) {
  if (req->status != 200) return req->status;
  if (req->header[OCEL_HTTP_HEADER_SESSION_COOKIE].p != NULL) return ocel__tunnel_open(s, c, req);
  if (lacks_host(req)) return 400;
  const bool reads = req->method == OCEL_HTTP_GET || req->method == OCEL_HTTP_HEAD;
  return reads || req->method == OCEL_HTTP_POST ? 404 : 405;
}

ocel_err ocel__http(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan,
                    size_t *used) {
  ocel_http_request req;
  const ocel_err rc = ocel_http_parse(in, scan, &s->limits, &req, used);
  if (rc == OCEL_ERR_MORE && in.n < s->cfg.request_max) return rc;
  uint16_t status = rc == OCEL_ERR_MORE ? 431 : req.status;
  if (rc == OCEL_OK) status = answer(s, c, &req);
  if (status != 200) {
    ocel__http_refuse(s, c, status);
    return OCEL_ERR_SYNTAX;
  }
  c->active_at = s->now;
  if (c->role == ROLE_GET) {
    send_tunnel(s, c);
    *used = in.n;
  }
  return OCEL_OK;
}
