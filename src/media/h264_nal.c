// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_nal.h"

#include <string.h>

// The search runs over every byte of every picture, so it goes a machine word at a time: only
// where two neighbouring bytes are both zero can a start code begin, and that is rare.
enum { WORD = sizeof(size_t) };

static bool has_zero_byte(size_t v) {
  const size_t ones = SIZE_MAX / 0xff;  // 0x01 in every byte
  return ((v - ones) & ~v & ones << 7) != 0;
}

// Reads WORD + 1 bytes.
static bool has_zero_pair(const uint8_t *p) {
  size_t here, next;
  memcpy(&here, p, sizeof here);
  memcpy(&next, p + 1, sizeof next);
  return has_zero_byte(here | next);
}

// Index of the next 00 00 01; `s.n` if there is none.
static size_t find_code(ocel_span s, size_t i) {
  for (; i < s.n; i++) {
    while (s.n - i > WORD && !has_zero_pair(s.p + i)) i += WORD;
    const uint8_t *p = s.p + i;
    if (s.n - i >= 3 && p[0] == 0 && p[1] == 0 && p[2] == 1) return i;
  }
  return s.n;
}

size_t ocel_annexb_find(ocel_span s, size_t from) {
  const size_t at = find_code(s, from);
  return at < s.n && at > from && s.p[at - 1] == 0 ? at - 1 : at;
}

bool ocel_annexb_next(ocel_span *rest, ocel_span *nal) {
  for (;;) {
    const size_t at = find_code(*rest, 0);
    if (at == rest->n) break;
    (void)ocel_span_take(rest, at + 3);
    ocel_span unit = ocel_span_take(rest, find_code(*rest, 0));
    while (unit.n > 0 && unit.p[unit.n - 1] == 0) unit.n--;  // trailing_zero_8bits, zero_byte
    if (unit.n == 0) continue;
    *nal = unit;
    return true;
  }
  (void)ocel_span_take(rest, rest->n);
  return false;
}

ocel_err ocel_avcc_next(ocel_span *rest, unsigned length_size, ocel_span *nal) {
  if (length_size != 1 && length_size != 2 && length_size != 4) return OCEL_ERR_SYNTAX;
  while (rest->n > 0) {
    if (rest->n < length_size) return OCEL_ERR_SYNTAX;
    uint32_t n = 0;
    for (unsigned i = 0; i < length_size; i++) n = n << 8 | rest->p[i];
    if (n > rest->n - length_size) return OCEL_ERR_SYNTAX;
    (void)ocel_span_take(rest, length_size);
    if (n == 0) continue;
    *nal = ocel_span_take(rest, n);
    return OCEL_OK;
  }
  return OCEL_ERR_MORE;
}

// What a NAL unit type says about the access unit when it comes after a slice
// (ITU-T H.264 7.4.1.2.3, 7.4.1.2.4).
enum { GOES_ON, BEGINS, BEGINS_IF_FIRST };

static const uint8_t AFTER_VCL[32] = {
    [OCEL_NAL_SLICE] = BEGINS_IF_FIRST,
    [2] = BEGINS_IF_FIRST,  // slice data partition A
    [OCEL_NAL_IDR] = BEGINS_IF_FIRST,
    [OCEL_NAL_SEI] = BEGINS,
    [OCEL_NAL_SPS] = BEGINS,
    [OCEL_NAL_PPS] = BEGINS,
    [OCEL_NAL_AUD] = BEGINS,
    [14] = BEGINS,
    [15] = BEGINS,
    [16] = BEGINS,
    [17] = BEGINS,
    [18] = BEGINS,
};

bool ocel_nal_begins_access_unit(ocel_span nal, bool after_vcl) {
  const uint8_t rule = AFTER_VCL[ocel_nal_type_of(nal)];
  if (!after_vcl || rule == GOES_ON) return false;
  // first_mb_in_slice is the first syntax element; ue(v) 0 is a single 1 bit.
  return rule == BEGINS || (nal.n > 1 && (nal.p[1] & 0x80) != 0);
}
