// SPDX-License-Identifier: Apache-2.0
// Cutting the text of header values and URLs into pieces; nothing is copied.
#ifndef OCEL_RTSP_TEXT_H
#define OCEL_RTSP_TEXT_H

#include "ocel/span.h"

/// Linear white space (RFC 2326 2.1); CR and LF because folded values are kept as they stand.
static inline bool ocel__is_space(uint8_t c) {
  return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static inline bool ocel__is_digit(uint8_t c) { return c >= '0' && c <= '9'; }

static inline bool ocel__is_letter(uint8_t c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }

/// What a hexadecimal digit stands for; -1 for any other byte.
static inline int ocel__hex_digit(uint8_t c) {
  if (ocel__is_digit(c)) return c - '0';
  const uint8_t letter = c | 0x20;
  return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

/// `s` without white space at either end.
ocel_span ocel__trim(ocel_span s);

/// `s`, trimmed, without one pair of double quotes around it.
ocel_span ocel__unquote(ocel_span s);

/// What lies before the first `c`, and behind it in `*after`; without `c` all of `s`, and
/// `after->p` is NULL.
ocel_span ocel__cut(ocel_span s, uint8_t c, ocel_span *after);

/// Takes what lies before the next `sep` outside double quotes, trimmed, off the list together
/// with `sep`; false when the list is used up.
bool ocel__split(ocel_span *list, uint8_t sep, ocel_span *part);

#endif
