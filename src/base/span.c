// SPDX-License-Identifier: Apache-2.0
#include "ocel/span.h"

#include <assert.h>
#include <string.h>

ocel_span ocel_span_str(const char *s) { return ocel_span_make(s, strlen(s)); }

bool ocel_span_eq(ocel_span a, ocel_span b) {
  return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

ocel_span ocel_span_take(ocel_span *s, size_t n) {
  assert(n <= s->n);
  const ocel_span front = {s->p, n};
  if (n > 0) s->p += n;  // not even 0 may be added to NULL
  s->n -= n;
  return front;
}

// Reserves `n` > 0 bytes, or returns NULL and latches the overflow.
static uint8_t *take(ocel_wbuf *w, size_t n) {
  if (w->overflow || n > w->cap - w->n) {
    w->overflow = true;
    return NULL;
  }
  uint8_t *at = w->p + w->n;
  w->n += n;
  return at;
}

void ocel_put_u8(ocel_wbuf *w, uint8_t v) {
  uint8_t *at = take(w, 1);
  if (at != NULL) at[0] = v;
}

void ocel_put_be16(ocel_wbuf *w, uint16_t v) {
  uint8_t *at = take(w, 2);
  if (at == NULL) return;
  at[0] = (uint8_t)(v >> 8);
  at[1] = (uint8_t)v;
}

void ocel_put_be32(ocel_wbuf *w, uint32_t v) {
  uint8_t *at = take(w, 4);
  if (at == NULL) return;
  at[0] = (uint8_t)(v >> 24);
  at[1] = (uint8_t)(v >> 16);
  at[2] = (uint8_t)(v >> 8);
  at[3] = (uint8_t)v;
}

void ocel_put_span(ocel_wbuf *w, ocel_span s) {
  if (s.n == 0) return;
  uint8_t *at = take(w, s.n);
  if (at != NULL) memcpy(at, s.p, s.n);
}

void ocel_put_str(ocel_wbuf *w, const char *s) { ocel_put_span(w, ocel_span_str(s)); }

void ocel_put_uint(ocel_wbuf *w, uint64_t v) {
  uint8_t text[20];  // 2^64-1 has 20 digits
  size_t first = sizeof text;
  do {
    text[--first] = (uint8_t)('0' + v % 10);
    v /= 10;
  } while (v != 0);
  ocel_put_span(w, ocel_span_make(text + first, sizeof text - first));
}

void ocel_put_hex(ocel_wbuf *w, uint32_t v, unsigned digits) {
  assert(digits >= 1 && digits <= 8);
  uint8_t *at = take(w, digits);
  if (at == NULL) return;
  for (unsigned i = digits; i-- > 0; v >>= 4) at[i] = (uint8_t) "0123456789ABCDEF"[v & 0xf];
}

// The four characters that stand for the low 24 bits of `v`.
static void put_sextets(uint8_t *at, uint32_t v) {
  static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (unsigned i = 4; i-- > 0; v >>= 6) at[i] = (uint8_t)ALPHABET[v & 0x3f];
}

void ocel_put_base64(ocel_wbuf *w, ocel_span s) {
  const size_t groups = s.n / 3 + (s.n % 3 != 0);
  if (groups == 0) return;
  uint8_t *at = take(w, groups <= w->cap / 4 ? groups * 4 : SIZE_MAX);
  if (at == NULL) return;
  for (; s.n >= 3; at += 4) {
    const ocel_span three = ocel_span_take(&s, 3);
    put_sextets(at, (uint32_t)three.p[0] << 16 | (uint32_t)three.p[1] << 8 | three.p[2]);
  }
  if (s.n == 0) return;
  put_sextets(at, (uint32_t)s.p[0] << 16 | (s.n == 2 ? (uint32_t)s.p[1] << 8 : 0));
  at[3] = '=';
  if (s.n == 1) at[2] = '=';
}
