// SPDX-License-Identifier: Apache-2.0
// How an answer goes out: its head and small bodies through `out`, a span by reference behind it,
// parts as they fit.
#include <string.h>

#include "auth.h"
#include "http.h"
#include "ocel/rtsp_headers.h"

enum {
  CHUNK_HEAD = 5,  // three hexadecimal digits and a line end
  CHUNK_END = 2,
  LAST_CHUNK = 5,
};

_Static_assert(OCEL__OUT_MAX - CHUNK_HEAD - CHUNK_END - LAST_CHUNK >= (int)OCEL_HTTP_PART_MAX,
               "an item of the largest size fits");
_Static_assert(OCEL__OUT_MAX <= 0xfff, "three digits of a chunk's size");

void ocel__http_sent(ocel_server *s, ocel__conn *c, uint16_t status) {
  s->stats.requests++;
  s->stats.errors += status >= 400;
  ocel__queue_task(s, c);
  ocel__event(s, OCEL_EVENT_HTTP_REQUEST, c, status, 0);
}

// ---- the end ----

static void release(ocel__http_answering *h) {
  void (*const fn)(void *ctx) = h->release;
  h->release = NULL;
  h->body = OCEL_HTTP_EMPTY;
  h->span = ocel_span_make(NULL, 0);
  h->part = NULL;
  if (fn != NULL) fn(h->ctx);
}

void ocel__http_abandon(ocel__conn *c) {
  if (c->role == ROLE_HTTP) release(&c->http);
}

// What was asked meanwhile has all its time from now on.
static void finish(ocel_server *s, ocel__conn *c) {
  release(&c->http);
  c->active_at = s->now;
  if (c->buffer >= 0) s->buffers[c->buffer].since = s->now;
  if (c->http.close) ocel__conn_close(s, c, (ocel_close_reason)c->http.reason, true, s->now);
}

// ---- parts ----

typedef enum { ITEMS_MORE, ITEMS_LAST, ITEMS_STUCK } items;

// As many items as fit.
static items put_items(ocel__http_answering *h, ocel_wbuf *w) {
  for (;;) {
    const ocel_http_progress progress = h->progress;
    const size_t n = w->n;
    const bool more = h->part(h->ctx, &h->progress, w);
    if (w->overflow) {
      w->overflow = false;
      w->n = n;
      h->progress = progress;
      return ITEMS_MORE;
    }
    if (!more) return ITEMS_LAST;
    const bool same = memcmp(&progress, &h->progress, sizeof progress) == 0;
    if (w->n == n && same) return ITEMS_STUCK;
  }
}

// Frames what has been written behind room for a head.
static void put_chunk(ocel__conn *c, size_t n, bool last) {
  ocel_wbuf w = ocel__out_room(c);
  if (n > 0) {
    ocel_put_hex(&w, (uint32_t)n, CHUNK_HEAD - 2);
    ocel_put_str(&w, "\r\n");
    w.n += n;
    ocel_put_str(&w, "\r\n");
  }
  if (last) ocel_put_str(&w, "0\r\n\r\n");
  c->out_n = (uint16_t)(c->out_n + w.n);
}

// Fills `out`. An item that does not even fit alone breaks the answer off.
static void put_parts(ocel_server *s, ocel__conn *c) {
  enum { FRAME = CHUNK_HEAD + CHUNK_END + LAST_CHUNK };
  ocel__http_answering *h = &c->http;
  const bool empty = c->out_n == 0;
  const ocel_wbuf room = ocel__out_room(c);
  const size_t head = h->chunked ? CHUNK_HEAD : 0, frame = h->chunked ? FRAME : 0;
  if (room.cap <= frame) return;
  ocel_wbuf w = ocel_wbuf_make(room.p + head, room.cap - frame);
  const items rc = put_items(h, &w);
  if (rc == ITEMS_STUCK || (rc == ITEMS_MORE && w.n == 0 && empty)) {
    ocel__conn_close(s, c, OCEL_CLOSE_PROTOCOL, false, s->now);
    return;
  }
  if (h->chunked) {
    put_chunk(c, w.n, rc == ITEMS_LAST);
  } else {
    c->out_n = (uint16_t)(c->out_n + w.n);
  }
  ocel__queue_task(s, c);
  if (rc == ITEMS_LAST) finish(s, c);
}

// ---- what goes on ----

ocel_span ocel__http_rest(const ocel__conn *c) {
  const bool any = c->role == ROLE_HTTP && c->http.body == OCEL_HTTP_SPAN;
  return any ? c->http.span : ocel_span_make(NULL, 0);
}

void ocel__http_advance(ocel_server *s, ocel__conn *c, size_t n) {
  if (c->http.body == OCEL_HTTP_PARTS) {
    put_parts(s, c);
    return;
  }
  (void)ocel_span_take(&c->http.span, n);
  if (c->http.span.n == 0) {
    finish(s, c);
  } else {
    ocel__queue_task(s, c);
  }
}

// ---- the beginning ----

static bool wants_close(const ocel_server *s, const ocel_http_request *req) {
  ocel_span list = req->header[OCEL_HTTP_HEADER_CONNECTION], token;
  if (req->minor == 0 || s->stopping) return true;
  while (ocel_token_next(&list, &token)) {
    if (ocel_text_eq(token, "close")) return true;
  }
  return false;
}

static bool is_read(const ocel__http_ask *ask) { return ask->call.method == OCEL_HTTP_GET; }

// True if the caller has it already (RFC 9110 13.1.2).
static bool is_known(const ocel__http_ask *ask, const ocel_http_answer *a) {
  const ocel_span list = ask->req->header[OCEL_HTTP_HEADER_IF_NONE_MATCH];
  return a->etag != NULL && list.p != NULL && ocel__http_etag_in(list, a->etag);
}

// True if a part of the span is asked for, and of this one (RFC 9110 13.1.5).
static bool wants_range(const ocel__http_ask *ask, const ocel_http_answer *a) {
  const ocel_span of = ask->req->header[OCEL_HTTP_HEADER_IF_RANGE];
  if (a->body != OCEL_HTTP_SPAN || ask->req->header[OCEL_HTTP_HEADER_RANGE].p == NULL) return false;
  return of.p == NULL || (a->etag != NULL && ocel__http_etag_in(of, a->etag));
}

// 304, 206 or 416 instead of 200.
static void apply_conditions(const ocel__http_ask *ask, ocel_http_answer *a,
                             ocel__http_head *head) {
  size_t first, n;
  if (a->status != 200 || !is_read(ask)) return;
  if (is_known(ask, a)) head->status = 304;
  if (head->status == 304 || !wants_range(ask, a)) return;
  const ocel_err rc =
      ocel__http_range(ask->req->header[OCEL_HTTP_HEADER_RANGE], a->span.n, &first, &n);
  if (rc == OCEL_ERR_UNSUPPORTED) return;
  head->total = a->span.n;
  head->status = rc == OCEL_OK ? 206 : 416;
  if (rc != OCEL_OK) return;
  head->first = first;
  a->span = ocel_span_make(a->span.p + first, n);
}

// What the head says of the body's length.
static void set_length(const ocel__http_ask *ask, const ocel_http_answer *a,
                       ocel__http_head *head) {
  const bool none = head->status == 204 || head->status == 304;
  head->length = -1;
  if (none) return;
  if (a->body == OCEL_HTTP_PARTS && a->length > 0) {
    head->length = (int64_t)a->length;
  } else if (a->body == OCEL_HTTP_PARTS) {
    head->chunked = ask->req->minor > 0;
    head->close |= !head->chunked;
  } else {
    head->length = a->body == OCEL_HTTP_SPAN ? (int64_t)a->span.n : 0;
  }
}

static bool has_body(const ocel__http_ask *ask, const ocel__http_head *head) {
  return ask->req->method != OCEL_HTTP_HEAD && head->status != 204 && head->status != 304;
}

static void begin(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                  const ocel__http_head *head, const ocel_http_answer *a) {
  ocel__http_answering *h = &c->http;
  h->body = a->body;
  h->span = a->body == OCEL_HTTP_SPAN ? a->span : ocel_span_make(NULL, 0);
  h->part = a->part;
  h->progress = a->progress;
  h->chunked = head->chunked;
  h->close = head->close;
  h->reason = (uint8_t)(ask->closes ? ask->reason : OCEL_CLOSE_ANSWERED);
  h->release = a->release;
  h->ctx = a->ctx;
  h->since = s->now;
}

// A line of text for what has no body of its own; copied, so that no span has to live.
static void put_line(ocel_wbuf *w, uint16_t status) {
  ocel_put_uint(w, status);
  ocel_put_u8(w, ' ');
  ocel_put_str(w, ocel_http_reason(status));
  ocel_put_u8(w, '\n');
}

static bool has_line(const ocel__http_head *head) { return head->status >= 400; }

static void send(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask, ocel__http_head *head,
                 ocel_http_answer *a) {
  uint8_t mem[64];
  ocel_wbuf line = ocel_wbuf_make(mem, sizeof mem), w = ocel__out_room(c);
  if (a->body == OCEL_HTTP_EMPTY && has_line(head)) {
    put_line(&line, head->status);
    a->content_type = "text/plain; charset=utf-8";
    head->length = (int64_t)line.n;
  }
  ocel__http_put_head(&w, head, a);
  if (has_body(ask, head)) ocel_put_span(&w, ocel_span_make(line.p, line.n));
  if (w.overflow) {  // a handler's texts are too long
    ocel__conn_close(s, c, OCEL_CLOSE_PROTOCOL, false, s->now);
    return;
  }
  c->out_n = (uint16_t)(c->out_n + w.n);
  ocel__http_sent(s, c, head->status);
}

static void drop_body(ocel_http_answer *a) {
  if (a->release != NULL) a->release(a->ctx);
  a->release = NULL;
  a->body = OCEL_HTTP_EMPTY;
}

static void answer_as(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                      ocel_http_answer *a) {
  ocel__http_head head = {.status = a->status, .close = ask->closes || wants_close(s, ask->req)};
  apply_conditions(ask, a, &head);
  if (head.status == 416) drop_body(a);
  set_length(ask, a, &head);
  const bool sends = has_body(ask, &head) && a->body != OCEL_HTTP_EMPTY;
  begin(s, c, ask, &head, a);
  send(s, c, ask, &head, a);
  if (c->state != CONN_OPEN) return;
  if (!sends || (a->body == OCEL_HTTP_SPAN && a->span.n == 0)) {
    finish(s, c);
  } else if (a->body == OCEL_HTTP_PARTS) {
    put_parts(s, c);
  }
}

enum { LINES_MAX = 1024 };

// A handler that refuses says how to ask again, too.
void ocel__http_answer(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                       ocel_http_answer *a) {
  uint8_t mem[LINES_MAX];
  ocel_wbuf lines = ocel_wbuf_make(mem, sizeof mem - 1);
  if (a->status == 401 && a->headers == NULL && ocel__locked(s)) {
    ocel__auth_put_challenges(s, c, true, ask->stale, &lines);
    mem[lines.n] = '\0';
    a->headers = (const char *)mem;
  }
  answer_as(s, c, ask, a);
}

void ocel__http_deny(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask) {
  uint8_t mem[LINES_MAX];
  ocel_wbuf lines = ocel_wbuf_make(mem, sizeof mem - 1);
  if (ask->status == 204 || ask->status == 405) ocel__http_put_allow(ask->route, &lines);
  if (ask->status == 426) {
    ocel_put_str(&lines,
                 "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
  }
  mem[lines.n] = '\0';
  ocel_http_answer a = {.status = ask->status};
  if (lines.n > 0) a.headers = (const char *)mem;
  ocel__http_answer(s, c, ask, &a);
}
