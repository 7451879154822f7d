// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtp.h"

#include <assert.h>

enum {
  VERSION = 0xc0,
  VERSION_2 = 0x80,
  PADDING = 0x20,
  EXTENSION = 0x10,
  CSRC_COUNT = 0x0f,
  MARKER = 0x80,
  PAYLOAD_TYPE_MAX = 127,
};

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

static bool skip(ocel_span *rest, size_t n) {
  if (rest->n < n) return false;
  (void)ocel_span_take(rest, n);
  return true;
}

// The profile's number, and the length in words that follow (RFC 3550 5.3.1).
static bool skip_extension(ocel_span *rest) {
  if (rest->n < 4) return false;
  return skip(rest, 4 + (size_t)4 * ocel_be16(rest->p + 2));
}

static bool cut_padding(ocel_span *rest) {
  const size_t size = rest->n > 0 ? rest->p[rest->n - 1] : 0;
  if (size == 0 || size > rest->n) return false;
  rest->n -= size;
  return true;
}

ocel_err ocel_rtp_read(ocel_span packet, ocel_rtp_header *h, ocel_span *payload) {
  const uint8_t *const head = packet.p;
  if (!skip(&packet, OCEL_RTP_HEADER_SIZE)) return OCEL_ERR_SYNTAX;
  const uint8_t flags = head[0];
  if ((flags & VERSION) != VERSION_2) return OCEL_ERR_SYNTAX;
  if (!skip(&packet, (size_t)4 * (flags & CSRC_COUNT))) return OCEL_ERR_SYNTAX;
  if ((flags & EXTENSION) != 0 && !skip_extension(&packet)) return OCEL_ERR_SYNTAX;
  if ((flags & PADDING) != 0 && !cut_padding(&packet)) return OCEL_ERR_SYNTAX;
  *h = (ocel_rtp_header){
      .payload_type = head[1] & PAYLOAD_TYPE_MAX,
      .marker = (head[1] & MARKER) != 0,
      .sequence = ocel_be16(head + 2),
      .timestamp = ocel_be32(head + 4),
      .ssrc = ocel_be32(head + 8),
  };
  *payload = packet;
  return OCEL_OK;
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
