// SPDX-License-Identifier: Apache-2.0
#include "ocel/http_target.h"

#include "../rtsp/text.h"
#include "ocel/rtsp_headers.h"

static bool begins(ocel_span s, const char *prefix) {
  const ocel_span p = ocel_span_str(prefix);
  return s.n >= p.n && ocel_text_eq(ocel_span_make(s.p, p.n), prefix);
}

// Without scheme and authority (RFC 9112 3.2.2).
static bool strip_origin(ocel_span *text) {
  const char *const scheme = begins(*text, "http://") ? "http://" : "https://";
  if (!begins(*text, scheme)) return false;
  (void)ocel_span_take(text, ocel_span_str(scheme).n);
  if (text->n == 0 || text->p[0] == '/' || text->p[0] == '?') return false;
  while (text->n > 0 && text->p[0] != '/' && text->p[0] != '?') (void)ocel_span_take(text, 1);
  return true;
}

ocel_err ocel_http_target_parse(ocel_span text, ocel_http_target *out) {
  *out = (ocel_http_target){0};
  if (ocel_span_eq(text, ocel_span_str("*"))) {
    out->path = text;
    return OCEL_OK;
  }
  if ((text.n == 0 || text.p[0] != '/') && !strip_origin(&text)) return OCEL_ERR_SYNTAX;
  out->path = ocel__cut(text, '?', &out->query);
  if (out->path.n == 0) out->path = ocel_span_str("/");
  return OCEL_OK;
}

// The next byte of text with percent-encoding (RFC 3986 2.1); -1 if it has none.
static int next_byte(ocel_span *s) {
  const uint8_t c = ocel_span_take(s, 1).p[0];
  if (c != '%') return c;
  if (s->n < 2) return -1;
  const int high = ocel__hex_digit(s->p[0]), low = ocel__hex_digit(s->p[1]);
  (void)ocel_span_take(s, 2);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

static bool has_dots(ocel_span path) {
  ocel_span rest = path;
  while (rest.p != NULL) {
    const ocel_span segment = ocel__cut(rest, '/', &rest);
    if (ocel_span_eq(segment, ocel_span_str(".")) || ocel_span_eq(segment, ocel_span_str(".."))) {
      return true;
    }
  }
  return false;
}

ocel_err ocel_http_path_decode(ocel_span path, ocel_wbuf *out) {
  while (path.n > 0) {
    const int c = next_byte(&path);
    if (c < ' ' || c == 0x7f) return OCEL_ERR_SYNTAX;
    ocel_put_u8(out, (uint8_t)c);
  }
  if (out->overflow) return OCEL_ERR_SPACE;
  return has_dots(ocel_span_make(out->p, out->n)) ? OCEL_ERR_SYNTAX : OCEL_OK;
}

// Text of a form, where '+' stands for a space.
static bool decode(ocel_span text, ocel_wbuf *out) {
  while (text.n > 0) {
    const bool plus = text.p[0] == '+';
    const int c = next_byte(&text);
    if (c < 0) return false;
    ocel_put_u8(out, plus ? ' ' : (uint8_t)c);
  }
  return !out->overflow;
}

bool ocel_http_query(ocel_span query, const char *name, ocel_wbuf *value) {
  const size_t before = value->n;
  while (query.p != NULL) {
    ocel_span text;
    const ocel_span field = ocel__cut(query, '&', &query);
    if (!ocel_span_eq(ocel__cut(field, '=', &text), ocel_span_str(name))) continue;
    if (decode(text, value)) return true;
    value->n = before;
    return false;
  }
  return false;
}
