// SPDX-License-Identifier: Apache-2.0
// Borrowed views of bytes, and a cursor that writes them. A span never owns memory;
// whoever made it says, in the doc comment of the function that returned it, how long
// it stays valid.
#ifndef OCEL_SPAN_H
#define OCEL_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A read-only view. `{NULL, 0}` is the empty span.
typedef struct {
  const uint8_t *p;
  size_t n;
} ocel_span;

/// A write cursor over caller-owned memory. Writing past the end writes nothing
/// and latches `overflow`; check it once, after the last put.
typedef struct {
  uint8_t *p;
  size_t cap;
  size_t n;  ///< Bytes written; never more than `cap`.
  bool overflow;
} ocel_wbuf;

static inline ocel_span ocel_span_make(const void *p, size_t n) {
  ocel_span s = {(const uint8_t *)p, n};
  return s;
}

static inline ocel_wbuf ocel_wbuf_make(void *mem, size_t cap) {
  ocel_wbuf w = {(uint8_t *)mem, cap, 0, false};
  return w;
}

/// A view of a NUL-terminated string, without its NUL; lives as long as `s`.
ocel_span ocel_span_str(const char *s);

/// Byte equality; two empty spans are equal.
bool ocel_span_eq(ocel_span a, ocel_span b);

/// Removes the first `n` bytes of `*s` and returns them; `n` must be <= `s->n`.
ocel_span ocel_span_take(ocel_span *s, size_t n);

void ocel_put_u8(ocel_wbuf *w, uint8_t v);
void ocel_put_be16(ocel_wbuf *w, uint16_t v);
void ocel_put_be32(ocel_wbuf *w, uint32_t v);
void ocel_put_span(ocel_wbuf *w, ocel_span s);
void ocel_put_str(ocel_wbuf *w, const char *s);                ///< Without its NUL.
void ocel_put_uint(ocel_wbuf *w, uint64_t v);                  ///< Decimal, no padding.
void ocel_put_hex(ocel_wbuf *w, uint32_t v, unsigned digits);  ///< Upper case, the low 1..8 digits.
void ocel_put_base64(ocel_wbuf *w, ocel_span s);               ///< RFC 4648 4, with padding.

/// Big-endian reads; the caller has checked that the bytes are there.
static inline uint16_t ocel_be16(const uint8_t *p) { return (uint16_t)(p[0] << 8 | p[1]); }
static inline uint32_t ocel_be32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#ifdef __cplusplus
}
#endif
#endif
