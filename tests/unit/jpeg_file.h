// SPDX-License-Identifier: Apache-2.0
// JPEG files for tests: markers as RTP can carry them, each of which can be made wrong, and bytes
// that look like a scan. No decoder would show a picture.
#ifndef JPEG_FILE_H
#define JPEG_FILE_H

#include "ocel/jpeg.h"

typedef struct {
  uint16_t width, height;
  uint16_t restart;  // DRI; 0: without
  uint32_t scan;     // bytes of the scan
  uint8_t sampling;  // of Y
  bool huffman;      // with the tables of ITU-T T.81 K.3
} jpeg_file;

static inline void jpeg_put_segment(ocel_wbuf *w, uint8_t marker, size_t body) {
  ocel_put_u8(w, 0xff);
  ocel_put_u8(w, marker);
  ocel_put_be16(w, (uint16_t)(body + 2));
}

static inline void jpeg_put_table(ocel_wbuf *w, uint8_t number) {
  jpeg_put_segment(w, 0xdb, 65);
  ocel_put_u8(w, number);
  for (unsigned i = 0; i < 64; i++) ocel_put_u8(w, (uint8_t)(1 + i + 100u * number));
}

static inline void jpeg_put_huffman(ocel_wbuf *w) {
  for (unsigned i = 0; i < 4; i++) {
    const ocel_span table = ocel_jpeg_huffman(i >= 2, i & 1);
    jpeg_put_segment(w, 0xc4, table.n);
    ocel_put_span(w, table);
  }
}

static inline void jpeg_put_frame(ocel_wbuf *w, const jpeg_file *f) {
  jpeg_put_segment(w, 0xc0, 15);
  ocel_put_u8(w, 8);
  ocel_put_be16(w, f->height);
  ocel_put_be16(w, f->width);
  ocel_put_u8(w, 3);
  for (uint8_t i = 1; i <= 3; i++) {
    ocel_put_u8(w, i);
    ocel_put_u8(w, i == 1 ? f->sampling : 0x11);
    ocel_put_u8(w, i > 1);
  }
}

static inline void jpeg_put_scan(ocel_wbuf *w, uint32_t n) {
  jpeg_put_segment(w, 0xda, 10);
  ocel_put_span(w, ocel_span_make("\3\1\0\2\x11\3\x11\0\x3f\0", 10));
  for (uint32_t i = 0; i < n; i++) {
    const uint8_t byte = (uint8_t)(i * 31 + i / 256);
    const bool stuffed = i > 0 && i % 64 == 1;
    ocel_put_u8(w, i % 64 == 0 && i + 1 < n ? 0xff : stuffed ? 0 : byte & 0x7f);
  }
}

static inline void jpeg_file_put(ocel_wbuf *w, const jpeg_file *f) {
  ocel_put_be16(w, 0xffd8);
  jpeg_put_table(w, 0);
  jpeg_put_table(w, 1);
  if (f->restart > 0) {
    jpeg_put_segment(w, 0xdd, 2);
    ocel_put_be16(w, f->restart);
  }
  if (f->huffman) jpeg_put_huffman(w);
  jpeg_put_frame(w, f);
  jpeg_put_scan(w, f->scan);
  ocel_put_be16(w, 0xffd9);
}

#endif
