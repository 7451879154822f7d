// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtp.h"

#include <assert.h>

enum { VERSION_2 = 0x80, MARKER = 0x80, PAYLOAD_TYPE_MAX = 127 };

static void put_be32(uint8_t *at, uint32_t v) {
  at[0] = (uint8_t)(v >> 24);
  at[1] = (uint8_t)(v >> 16);
  at[2] = (uint8_t)(v >> 8);
  at[3] = (uint8_t)v;
}

void ocel_rtp_write(uint8_t *out, const ocel_rtp_header *h) {
  assert(h->payload_type <= PAYLOAD_TYPE_MAX);
  out[0] = VERSION_2;
  out[1] = (uint8_t)((h->marker ? MARKER : 0) | h->payload_type);
  out[2] = (uint8_t)(h->sequence >> 8);
  out[3] = (uint8_t)h->sequence;
  put_be32(out + 4, h->timestamp);
  put_be32(out + 8, h->ssrc);
}

// Whole seconds and the rest are counted apart: the first product only has to be right modulo
// 2^32, the second is below 2^40.
uint32_t ocel_rtp_ticks(ocel_us elapsed, uint32_t clock_hz) {
  ocel_us seconds = elapsed / OCEL_SECOND, rest = elapsed % OCEL_SECOND;
  if (rest < 0) {
    rest += OCEL_SECOND;
    seconds--;
  }
  return (uint32_t)seconds * clock_hz + (uint32_t)((uint64_t)rest * clock_hz / OCEL_SECOND);
}
