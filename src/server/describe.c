// SPDX-License-Identifier: Apache-2.0
// DESCRIBE (RFC 2326 10.2).
#include "again.h"
#include "backchannel.h"
#include "request.h"

enum { SDP_MAX = 1024 };

// The stream's parameter sets are not known yet: wait for them, but not for ever.
static ocel_err wait_or_give_up(const ocel_server *s, ocel__conn *c, const ocel__ask *ask,
                                ocel_wbuf *w) {
  if (c->defer_until == 0) c->defer_until = ask->now + s->cfg.describe_wait;
  if (ask->now < c->defer_until) return OCEL_ERR_MORE;
  c->defer_until = 0;
  return ocel__reply_status(w, ask->req, 503);
}

// The request's own URL without credentials, so that it holds through NAT and host names.
static void put_content_base(ocel_wbuf *w, const ocel__ask *ask) {
  ocel_span url = ask->req->url;
  size_t host = 0;
  for (size_t i = 0; i < ask->url.base.n; i++) {
    if (url.p[i] == '@') host = i + 1;
  }
  if (host > 0) {
    size_t scheme = 0;
    while (url.p[scheme] != '/') scheme++;
    ocel_put_span(w, ocel_span_make(url.p, scheme + 2));
    (void)ocel_span_take(&url, host);
  }
  ocel_put_span(w, url);
  if (url.n == 0 || url.p[url.n - 1] != '/') ocel_put_u8(w, '/');
}

ocel_err ocel__describe(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  uint8_t mem[SDP_MAX];
  ocel_wbuf sdp = ocel_wbuf_make(mem, sizeof mem);
  const int stream = ocel__stream_find_served(s, ask->url.path);
  if (stream < 0 || ask->url.control.n > 0) return ocel__reply_status(w, ask->req, 404);
  if (!ocel_accepts_sdp(ask->req->header[OCEL_HEADER_ACCEPT])) {
    return ocel__reply_status(w, ask->req, 406);
  }
  if (!s->streams[stream].ready) return wait_or_give_up(s, c, ask, w);
  c->defer_until = 0;

  const bool again = ocel__again_offers(s, c, ask->req->header[OCEL_HEADER_USER_AGENT]);
  ocel__stream_put_sdp(&s->streams[stream], &c->local, again, &sdp);
  if (ask->req->header[OCEL_HEADER_REQUIRE].n > 0) ocel__talk_put_sdp(&s->streams[stream], &sdp);
  if (sdp.overflow) return ocel__reply_status(w, ask->req, 500);
  ocel__reply_begin(w, ask->req, 200);
  ocel_put_str(w, "Content-Base: ");
  put_content_base(w, ask);
  ocel_put_str(w, "\r\nContent-Type: application/sdp\r\nContent-Length: ");
  ocel_put_uint(w, sdp.n);
  ocel_put_str(w, "\r\n\r\n");
  ocel_put_span(w, ocel_span_make(mem, sdp.n));
  return OCEL_OK;
}
