// SPDX-License-Identifier: Apache-2.0
// Heads of answers, and the conditions that requests set. There is no Date: a camera often does not
// know it (RFC 9110 6.6.1).
#include "../rtsp/text.h"
#include "http.h"
#include "ocel/rtsp_headers.h"

static void put_text(ocel_wbuf *w, const char *before, const char *text, const char *after) {
  if (text == NULL) return;
  ocel_put_str(w, before);
  ocel_put_str(w, text);
  ocel_put_str(w, after);
}

static void put_number(ocel_wbuf *w, const char *before, uint64_t n) {
  ocel_put_str(w, before);
  ocel_put_uint(w, n);
}

static void put_range(ocel_wbuf *w, const ocel__http_head *h) {
  if (h->status == 206) {
    put_number(w, "Content-Range: bytes ", h->first);
    put_number(w, "-", h->first + (uint64_t)h->length - 1);
    put_number(w, "/", h->total);
    ocel_put_str(w, "\r\n");
  } else if (h->status == 416) {
    put_number(w, "Content-Range: bytes */", h->total);
    ocel_put_str(w, "\r\n");
  }
}

void ocel__http_put_head(ocel_wbuf *w, const ocel__http_head *h, const ocel_http_answer *a) {
  put_number(w, "HTTP/1.1 ", h->status);
  put_text(w, " ", ocel_http_reason(h->status), "\r\nServer: ocel\r\n");
  put_text(w, "Content-Type: ", a->content_type, "\r\nX-Content-Type-Options: nosniff\r\n");
  put_text(w, "ETag: \"", a->etag, "\"\r\n");
  put_text(w, "Cache-Control: ", a->cache_control == NULL ? "no-store" : a->cache_control, "\r\n");
  put_text(w, "", a->headers, "");
  put_range(w, h);
  if (h->length >= 0) {
    put_number(w, "Content-Length: ", (uint64_t)h->length);
    ocel_put_str(w, "\r\n");
  }
  if (h->chunked) ocel_put_str(w, "Transfer-Encoding: chunked\r\n");
  if (h->close) ocel_put_str(w, "Connection: close\r\n");
  ocel_put_str(w, "\r\n");
}

bool ocel__http_etag_in(ocel_span list, const char *etag) {
  const ocel_span want = ocel_span_str(etag);
  ocel_span tag;
  while (ocel_token_next(&list, &tag)) {
    if (ocel_span_eq(tag, ocel_span_str("*"))) return true;
    if (tag.n > 2 && tag.p[0] == 'W' && tag.p[1] == '/') (void)ocel_span_take(&tag, 2);
    if (tag.n < 2 || tag.p[0] != '"' || tag.p[tag.n - 1] != '"') continue;
    if (ocel_span_eq(ocel_span_make(tag.p + 1, tag.n - 2), want)) return true;
  }
  return false;
}

// A number, or `otherwise` for no text.
static bool take_number(ocel_span text, size_t otherwise, size_t *n) {
  uint32_t value = 0;
  const bool ok = text.n == 0 || ocel_text_uint(text, UINT32_MAX, &value);
  *n = text.n == 0 ? otherwise : value;
  return ok;
}

// What is in front of the dash and behind it; false if it is no range of bytes.
static bool split_range(ocel_span text, ocel_span *from, ocel_span *to) {
  static const char UNIT[] = "bytes=";
  if (text.n < sizeof UNIT) return false;
  if (!ocel_text_eq(ocel_span_take(&text, sizeof UNIT - 1), UNIT)) return false;
  *from = ocel__cut(text, '-', to);
  return to->p != NULL && from->n + to->n > 0;
}

// "500-": from there on; "-500": the last bytes; "0-499".
ocel_err ocel__http_range(ocel_span text, size_t size, size_t *first, size_t *n) {
  ocel_span from, to;
  size_t last;
  if (!split_range(text, &from, &to)) return OCEL_ERR_UNSUPPORTED;
  if (!take_number(to, SIZE_MAX, &last) || !take_number(from, size, first)) {
    return OCEL_ERR_UNSUPPORTED;
  }
  if (from.n == 0) {  // `last` says how many
    *first = last < size ? size - last : 0;
    last = SIZE_MAX;
  } else if (last < *first) {
    return OCEL_ERR_UNSUPPORTED;
  }
  if (*first >= size) return OCEL_ERR_SPACE;
  *n = last < size ? last - *first + 1 : size - *first;
  return OCEL_OK;
}
