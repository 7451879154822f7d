// SPDX-License-Identifier: Apache-2.0
#include "text.h"

#include <string.h>

#include "ocel/rtsp_headers.h"

enum { CSEQ_DIGITS_MAX = 10, SESSION_ID_MAX = 64 };

ocel_span ocel__trim(ocel_span s) {
  while (s.n > 0 && ocel__is_space(s.p[0])) (void)ocel_span_take(&s, 1);
  while (s.n > 0 && ocel__is_space(s.p[s.n - 1])) s.n--;
  return s;
}

ocel_span ocel__unquote(ocel_span s) {
  s = ocel__trim(s);
  if (s.n < 2 || s.p[0] != '"' || s.p[s.n - 1] != '"') return s;
  return ocel__trim(ocel_span_make(s.p + 1, s.n - 2));
}

ocel_span ocel__cut(ocel_span s, uint8_t c, ocel_span *after) {
  size_t n = 0;
  while (n < s.n && s.p[n] != c) n++;
  *after = n < s.n ? ocel_span_make(s.p + n + 1, s.n - n - 1) : ocel_span_make(NULL, 0);
  return ocel_span_make(s.p, n);
}

bool ocel__split(ocel_span *list, uint8_t sep, ocel_span *part) {
  bool quoted = false;
  size_t n = 0;
  if (list->n == 0) return false;
  for (; n < list->n && (quoted || list->p[n] != sep); n++) {
    if (list->p[n] == '"') quoted = !quoted;
  }
  *part = ocel__trim(ocel_span_take(list, n));
  if (list->n > 0) (void)ocel_span_take(list, 1);
  return true;
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

bool ocel_text_eq(ocel_span a, const char *b) {
  size_t i = 0;
  while (i < a.n && b[i] != '\0' && lower(a.p[i]) == lower((uint8_t)b[i])) i++;
  return i == a.n && b[i] == '\0';
}

bool ocel_text_uint(ocel_span s, uint32_t max, uint32_t *out) {
  uint64_t v = 0;
  if (s.n == 0) return false;
  for (size_t i = 0; i < s.n; i++) {
    if (!ocel__is_digit(s.p[i])) return false;
    v = v * 10 + (uint64_t)(s.p[i] - '0');
    if (v > max) return false;
  }
  *out = (uint32_t)v;
  return true;
}

bool ocel_cseq(ocel_span value, uint32_t *out) {
  return value.n <= CSEQ_DIGITS_MAX && ocel_text_uint(value, UINT32_MAX, out);
}

// RFC 2326 3.4 with 15.1's `safe`.
static bool is_session_byte(uint8_t c) {
  return ocel__is_letter(c) || ocel__is_digit(c) || (c != '\0' && strchr("$-_.+", c) != NULL);
}

ocel_span ocel_session_id(ocel_span value) {
  ocel_span parameters;
  const ocel_span id = ocel__trim(ocel__cut(value, ';', &parameters));
  size_t n = 0;
  while (n < id.n && is_session_byte(id.p[n])) n++;
  return n == id.n && n <= SESSION_ID_MAX ? id : ocel_span_make(NULL, 0);
}

bool ocel_token_next(ocel_span *list, ocel_span *token) {
  ocel_span part, parameters;
  while (ocel__split(list, ',', &part)) {
    *token = ocel__trim(ocel__cut(part, ';', &parameters));
    if (token->n > 0) return true;
  }
  return false;
}

bool ocel_accepts_sdp(ocel_span accept) {
  static const char ADMITS[][16] = {"application/sdp", "application/*", "*/*"};
  ocel_span token;
  if (accept.n == 0) return true;
  while (ocel_token_next(&accept, &token)) {
    for (size_t i = 0; i < sizeof ADMITS / sizeof ADMITS[0]; i++) {
      if (ocel_text_eq(token, ADMITS[i])) return true;
    }
  }
  return false;
}
