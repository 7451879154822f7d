// SPDX-License-Identifier: Apache-2.0
// The inverse of ocel_h264_pack, for tests and fuzz targets: RTP payloads -> NAL units, strict
// about RFC 6184. Not a receiver for the wild: no loss, no reordering.
#ifndef H264_UNPACK_H
#define H264_UNPACK_H

#include "ocel/span.h"

/// NAL units end up in `out`, each behind its 4-byte length. Zero-initialise the rest.
typedef struct {
  ocel_wbuf out;
  bool in_unit;       // between the first and the last fragment
  size_t unit_at;     // where its length stands in `out`
  size_t room;        // bytes of its first fragment
  uint8_t indicator;  // its FU indicator
  uint8_t type;       // its nal_unit_type
} h264_unpacker;

static inline void unpack_unit(h264_unpacker *u, ocel_span nal) {
  ocel_put_be32(&u->out, (uint32_t)nal.n);
  ocel_put_span(&u->out, nal);
}

// RFC 6184 5.7.1: at least one unit, F is the OR and NRI the maximum of the parts', no rest.
static inline bool unpack_aggregate(h264_unpacker *u, ocel_span payload) {
  const uint8_t head = ocel_span_take(&payload, 1).p[0];
  unsigned forbidden = 0, nri = 0, units = 0;
  for (; payload.n > 0; units++) {
    if (payload.n < 2) return false;
    const size_t n = ocel_be16(ocel_span_take(&payload, 2).p);
    if (n == 0 || n > payload.n) return false;
    const ocel_span nal = ocel_span_take(&payload, n);
    forbidden |= nal.p[0] & 0x80u;
    if ((nal.p[0] & 0x60u) > nri) nri = nal.p[0] & 0x60u;
    unpack_unit(u, nal);
  }
  return units > 0 && head == (forbidden | nri | 24u);
}

static inline void unpack_first_fragment(h264_unpacker *u, const uint8_t *head, size_t room) {
  u->in_unit = true;
  u->unit_at = u->out.n;
  u->indicator = head[0];
  u->type = head[1] & 0x1f;
  u->room = room;
  ocel_put_be32(&u->out, 0);
  ocel_put_u8(&u->out, (uint8_t)((head[0] & 0xe0) | u->type));
}

static inline void unpack_last_fragment(h264_unpacker *u) {
  u->in_unit = false;
  if (u->out.overflow) return;
  ocel_wbuf length = ocel_wbuf_make(u->out.p + u->unit_at, 4);
  ocel_put_be32(&length, (uint32_t)(u->out.n - u->unit_at - 4));
}

// RFC 6184 5.8: S only on the first fragment, E only on the last, never both; R is 0. And as
// ocel_h264_pack promises, all fragments but the last are of one size.
static inline bool unpack_fragment(h264_unpacker *u, ocel_span payload) {
  if (payload.n < 3) return false;
  const uint8_t *head = ocel_span_take(&payload, 2).p;
  const bool first = (head[1] & 0x80) != 0, last = (head[1] & 0x40) != 0;
  if (first == u->in_unit || (first && last) || (head[1] & 0x20) != 0) return false;
  if (first) unpack_first_fragment(u, head, payload.n);
  if (head[0] != u->indicator || (head[1] & 0x1f) != u->type) return false;
  if (last ? payload.n > u->room : payload.n != u->room) return false;
  ocel_put_span(&u->out, payload);
  if (last) unpack_last_fragment(u);
  return true;
}

/// False if the payload breaks a rule or does not fit.
static inline bool h264_unpack(h264_unpacker *u, ocel_span payload) {
  if (payload.n == 0) return false;
  const unsigned type = payload.p[0] & 0x1f;
  bool good = true;
  if (type == 28) {
    good = unpack_fragment(u, payload);
  } else if (u->in_unit) {
    good = false;
  } else if (type == 24) {
    good = unpack_aggregate(u, payload);
  } else {
    unpack_unit(u, payload);
  }
  return good && !u->out.overflow;
}

#endif
