// SPDX-License-Identifier: Apache-2.0
// The routes of the live page.
#include "ocel/live.h"

#include "../page/page.h"
#include "auth.h"
#include "http.h"
#include "ocel/http_target.h"
#include "push.h"
#include "stats_fields.h"

enum { SECTION };  // of the progress of /api/live: 0, then the number of a stream and one

// ---- the page ----

// Scripts and styles only from files of our own; frames of other sites show nothing.
#define POLICY                                                                         \
  "Content-Encoding: gzip\r\n"                                                         \
  "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; " \
  "img-src 'self' data:; media-src blob:; connect-src 'self'; base-uri 'none'; "       \
  "form-action 'none'; frame-ancestors 'self'\r\n"                                     \
  "Referrer-Policy: no-referrer\r\n"

static void answer_page(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  for (unsigned i = 0; i < OCEL__PAGE_FILES; i++) {
    const ocel__page_file *f = &OCEL__PAGE[i];
    if (!ocel_span_eq(call->path, ocel_span_str(f->path))) continue;
    answer->content_type = f->type;
    answer->etag = f->etag;
    answer->cache_control = "no-cache";
    answer->headers = POLICY;
    answer->body = OCEL_HTTP_SPAN;
    answer->span = f->gzip;
  }
}

// ---- what there is ----

static void put_member(ocel_wbuf *w, const char *name, bool yes) {
  ocel_put_str(w, name);
  ocel_put_str(w, yes ? "true" : "false");
}

static void put_stream(const ocel_server *s, unsigned stream, ocel_wbuf *w) {
  const ocel__stream *st = &s->streams[stream];
  ocel_put_str(w, stream == 0 ? "{\"path\":\"" : ",{\"path\":\"");
  ocel__put_escaped(w, st->path);
  ocel_put_str(w, "\",\"codecs\":[");
  for (unsigned i = 0; i < st->track_count; i++) {
    ocel_put_str(w, i == 0 ? "\"" : ",\"");
    ocel_put_str(w, ocel_format_name(&st->track[i].format));
    ocel_put_u8(w, '"');
  }
  put_member(w, "],\"live\":", ocel__push_serves(s, stream, OCEL_PUSH_WEBSOCKET));
  put_member(w, ",\"mjpeg\":", ocel__push_serves(s, stream, OCEL_PUSH_MULTIPART));
  ocel_put_str(w, "}");
}

static void put_place(const ocel_live *live, ocel_wbuf *w) {
  ocel_put_str(w, "{\"title\":\"");
  ocel__put_escaped(w, live->title == NULL ? "" : live->title);
  ocel_put_str(w, "\",\"rtsp\":");
  ocel_put_uint(w, live->rtsp_port);
  ocel_put_str(w, ",\"rtsps\":");
  ocel_put_uint(w, live->rtsps_port);
  ocel_put_str(w, ",\"streams\":[");
}

static bool put_live(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  const ocel_live *live = ctx;
  const ocel_server *s = live->server;
  const uint32_t section = p->at[SECTION]++;
  if (section == 0) {
    put_place(live, w);
  } else if (section <= s->stream_count) {
    put_stream(s, section - 1, w);
  } else {
    ocel_put_str(w, "]}\n");
    return false;
  }
  return true;
}

static void answer_live(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)call;
  answer->ctx = ctx;
  answer->content_type = "application/json";
  answer->body = OCEL_HTTP_PARTS;
  answer->part = put_live;
}

// ---- tickets ----

static bool put_ticket(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  (void)p;
  const ocel__ticket *t = ctx;
  ocel_put_str(w, "{\"ticket\":\"");
  ocel_put_span(w, ocel_span_make(t->text, sizeof t->text));
  ocel_put_str(w, "\"}\n");
  return false;
}

static void answer_ticket(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  ocel_server *s = call->server;
  uint8_t random[OCEL__TICKET_SIZE / 2];
  (void)ctx;
  s->cfg.platform.random(s->cfg.platform.ctx, random, sizeof random);
  ocel__ticket *t = ocel__ticket_make(s->tickets, call->peer, random, call->now);
  answer->ctx = t;
  answer->content_type = "application/json";
  answer->body = OCEL_HTTP_PARTS;
  answer->part = put_ticket;
}

static bool has_ticket(const ocel_http_call *call) {
  uint8_t mem[OCEL__TICKET_SIZE];
  ocel_wbuf text = ocel_wbuf_make(mem, sizeof mem);
  if (!ocel_http_query(call->query, "ticket", &text)) return false;
  return ocel__ticket_take(call->server->tickets, call->peer, ocel_span_make(mem, text.n),
                           call->now);
}

// ---- streams ----

// The path of the stream is behind that of the route, with the '/' that ends it.
static void answer_push(const ocel_http_call *call, ocel_push_framing framing,
                        ocel_http_answer *answer) {
  const ocel_span path = ocel_span_make(call->rest.p - 1, call->rest.n + 1);
  const int stream = ocel__stream_find(call->server, path);
  if (stream < 0) {
    answer->status = 404;
    return;
  }
  answer->body = OCEL_HTTP_PUSH;
  answer->push = (ocel_http_push){(uint8_t)stream, framing};
}

static void answer_websocket(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  answer_push(call, OCEL_PUSH_WEBSOCKET, answer);
}

static void answer_multipart(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  answer_push(call, OCEL_PUSH_MULTIPART, answer);
}

static void answer_with_ticket(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  if (ocel__locked(call->server) && !has_ticket(call)) {
    answer->status = 403;
  } else {
    answer_websocket(ctx, call, answer);
  }
}

ocel_err ocel_server_add_live_routes(ocel_server *s, ocel_live *live) {
#define ROUTE(path, prefix, methods, role, handler) \
  { path, prefix, false, OCEL_HTTP_##methods, OCEL_ROLE_##role, handler, NULL }
  const ocel_http_route routes[OCEL_LIVE_ROUTES] = {
      ROUTE("/api/live", false, GETS, VIEWER, answer_live),
      ROUTE("/", false, GETS, VIEWER, answer_page),
      ROUTE("/live.css", false, GETS, VIEWER, answer_page),
      ROUTE("/live.js", false, GETS, VIEWER, answer_page),
      ROUTE("/api/ticket", false, POSTS, VIEWER, answer_ticket),
      ROUTE("/live/", true, GETS, VIEWER, answer_websocket),
      ROUTE("/ticket/live/", true, GETS, NONE, answer_with_ticket),
      ROUTE("/mjpeg/", true, GETS, VIEWER, answer_multipart),
  };
  live->server = s;
  for (unsigned i = 0; i < OCEL_LIVE_ROUTES; i++) {
    live->routes[i] = routes[i];
    live->routes[i].ctx = live;
    const ocel_err rc = ocel_server_add_route(s, &live->routes[i]);
    if (rc != OCEL_OK) return rc;
  }
  return OCEL_OK;
}
