// SPDX-License-Identifier: Apache-2.0
// The receiver of RFC 2435: payloads of one picture -> a JPEG file (3.1, 4.1, appendix B).
#ifndef JPEG_UNPACK_H
#define JPEG_UNPACK_H

#include "jpeg_file.h"

typedef struct {
  ocel_wbuf out;
  uint32_t offset;  // the next payload's
} jpeg_unpacker;

// Appendix B, MakeHeaders.
static inline void jpeg_put_heads(ocel_wbuf *w, ocel_span main, uint16_t restart,
                                  ocel_span tables) {
  const jpeg_file f = {
      .width = (uint16_t)(main.p[6] * 8),
      .height = (uint16_t)(main.p[7] * 8),
      .sampling = (main.p[4] & 63) == 0 ? 0x21 : 0x22,
  };
  ocel_put_be16(w, 0xffd8);
  for (uint8_t i = 0; i < 2; i++) {
    jpeg_put_segment(w, 0xdb, 65);
    ocel_put_u8(w, i);
    ocel_put_span(w, ocel_span_take(&tables, 64));
  }
  if (main.p[4] >= 64) {
    jpeg_put_segment(w, 0xdd, 2);
    ocel_put_be16(w, restart);
  }
  jpeg_put_frame(w, &f);
  jpeg_put_huffman(w);
  jpeg_put_scan(w, 0);
}

// The tables of the first payload; false if they are not 128 bytes in band.
static inline bool jpeg_take_tables(ocel_span *payload, uint8_t q, ocel_span *tables) {
  if (q < 128 || payload->n < 132) return false;
  const ocel_span head = ocel_span_take(payload, 4);
  *tables = ocel_span_take(payload, 128);
  return head.p[0] == 0 && head.p[1] == 0 && ocel_be16(head.p + 2) == 128;
}

// False if the payload is not the one that goes on, or is not RFC 2435.
static inline bool jpeg_unpack(jpeg_unpacker *u, ocel_span payload, bool marker) {
  uint16_t restart = 0;
  ocel_span tables;
  if (payload.n < 8) return false;
  const ocel_span main = ocel_span_take(&payload, 8);
  const uint8_t type = main.p[4];
  if (main.p[0] != 0 || ocel_be32(main.p) != u->offset || (type & 63) > 1 || type > 127) {
    return false;
  }
  if (type >= 64) {
    if (payload.n < 4) return false;
    const ocel_span head = ocel_span_take(&payload, 4);
    restart = ocel_be16(head.p);
    if (restart == 0 || ocel_be16(head.p + 2) != 0xffff) return false;
  }
  if (u->offset == 0) {
    if (!jpeg_take_tables(&payload, main.p[5], &tables)) return false;
    jpeg_put_heads(&u->out, main, restart, tables);
  }
  ocel_put_span(&u->out, payload);
  u->offset += (uint32_t)payload.n;
  if (marker) ocel_put_be16(&u->out, 0xffd9);
  return payload.n > 0;
}

#endif
