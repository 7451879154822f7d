// SPDX-License-Identifier: Apache-2.0
#include "ocel/base64.h"

enum { PADDING_DUE = 4 };

static bool is_space(uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

// The six bits that `c` stands for; -1 if it stands for none.
static int sextet_of(uint8_t c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

static bool take_padding(ocel_base64 *b) {
  if (b->held < 2) return false;
  b->held = b->held == 2 ? PADDING_DUE : 0;
  return true;
}

static bool take_sextet(ocel_base64 *b, int sextet, ocel_wbuf *out) {
  if (sextet < 0 || b->held == PADDING_DUE) return false;
  b->bits = (uint16_t)(b->bits << 6 | sextet);
  b->held = (b->held + 1) & 3;
  // The second, third and fourth character of a group leave 4, 2 and 0 bits for the next byte.
  const unsigned left = b->held == 0 ? 0 : 8u - 2u * b->held;
  if (b->held != 1) ocel_put_u8(out, (uint8_t)(b->bits >> left));
  return true;
}

ocel_err ocel_base64_decode(ocel_base64 *state, ocel_span *in, ocel_wbuf *out) {
  for (; in->n > 0 && out->n < out->cap; (void)ocel_span_take(in, 1)) {
    const uint8_t c = in->p[0];
    if (is_space(c)) continue;
    const bool ok = c == '=' ? take_padding(state) : take_sextet(state, sextet_of(c), out);
    if (!ok) return OCEL_ERR_SYNTAX;
  }
  return OCEL_OK;
}
