// SPDX-License-Identifier: Apache-2.0
#include "ocel/jpeg.h"

#include <string.h>

// Markers (ITU-T T.81 table B.1): the byte after 0xff.
enum {
  SOF0 = 0xc0,
  DHT = 0xc4,
  RST0 = 0xd0,
  RST7 = 0xd7,
  SOI = 0xd8,
  EOI = 0xd9,
  SOS = 0xda,
  DQT = 0xdb,
  DRI = 0xdd,
  APP0 = 0xe0,
  APP15 = 0xef,
  COM = 0xfe,
};

enum {
  TABLE = 64,  // entries of a quantisation table of 8 bits each
  TABLES = 4,
  FRAME = 15,  // bytes of a frame header of three components, without its length
  SCAN_HEAD = 10,
  CODES = 16,  // lengths of Huffman codes
  SCAN_MAX = 0xffffff,
};

// ITU-T T.81 K.3, as a DHT segment has them: class and number, how many codes of each length,
// their values.
static const uint8_t DC_LUMA[] = {
    0x00, 0x00, 0x01, 0x05, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
};

static const uint8_t DC_CHROMA[] = {
    0x01, 0x00, 0x03, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x01, 0x00, 0x00, 0x00,
    0x00, 0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,
};

static const uint8_t AC_LUMA[] = {
    0x10, 0x00, 0x02, 0x01, 0x03, 0x03, 0x02, 0x04, 0x03, 0x05, 0x05, 0x04, 0x04, 0x00, 0x00,
    0x01, 0x7d, 0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13,
    0x51, 0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xa1, 0x08, 0x23, 0x42, 0xb1, 0xc1,
    0x15, 0x52, 0xd1, 0xf0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0a, 0x16, 0x17, 0x18, 0x19,
    0x1a, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a, 0x43,
    0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59, 0x5a,
    0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78, 0x79,
    0x7a, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97,
    0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2, 0xb3, 0xb4,
    0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8, 0xc9, 0xca,
    0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe1, 0xe2, 0xe3, 0xe4, 0xe5, 0xe6,
    0xe7, 0xe8, 0xe9, 0xea, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
};

static const uint8_t AC_CHROMA[] = {
    0x11, 0x00, 0x02, 0x01, 0x02, 0x04, 0x04, 0x03, 0x04, 0x07, 0x05, 0x04, 0x04, 0x00, 0x01,
    0x02, 0x77, 0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51,
    0x07, 0x61, 0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xa1, 0xb1, 0xc1, 0x09,
    0x23, 0x33, 0x52, 0xf0, 0x15, 0x62, 0x72, 0xd1, 0x0a, 0x16, 0x24, 0x34, 0xe1, 0x25, 0xf1,
    0x17, 0x18, 0x19, 0x1a, 0x26, 0x27, 0x28, 0x29, 0x2a, 0x35, 0x36, 0x37, 0x38, 0x39, 0x3a,
    0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4a, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59,
    0x5a, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x73, 0x74, 0x75, 0x76, 0x77, 0x78,
    0x79, 0x7a, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x92, 0x93, 0x94, 0x95,
    0x96, 0x97, 0x98, 0x99, 0x9a, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa, 0xb2,
    0xb3, 0xb4, 0xb5, 0xb6, 0xb7, 0xb8, 0xb9, 0xba, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7, 0xc8,
    0xc9, 0xca, 0xd2, 0xd3, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8, 0xd9, 0xda, 0xe2, 0xe3, 0xe4, 0xe5,
    0xe6, 0xe7, 0xe8, 0xe9, 0xea, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7, 0xf8, 0xf9, 0xfa,
};

// What has been read so far.
typedef struct {
  ocel_span rest;
  ocel_span table[TABLES];
  ocel_span frame, restart;
} reader;

ocel_span ocel_jpeg_huffman(bool ac, unsigned number) {
  const ocel_span dc_table[] = {
      {DC_LUMA,   sizeof DC_LUMA  },
      {DC_CHROMA, sizeof DC_CHROMA}
  };
  const ocel_span ac_table[] = {
      {AC_LUMA,   sizeof AC_LUMA  },
      {AC_CHROMA, sizeof AC_CHROMA}
  };
  return ac ? ac_table[number] : dc_table[number];
}

// DQT (B.2.4.1): tables of 16 bits belong to pictures of 12.
static ocel_err read_tables(reader *r, ocel_span body) {
  while (body.n > 0) {
    const uint8_t head = ocel_span_take(&body, 1).p[0];
    if (head >> 4 == 1) return OCEL_ERR_UNSUPPORTED;
    if (head >= TABLES || body.n < TABLE) return OCEL_ERR_SYNTAX;
    r->table[head] = ocel_span_take(&body, TABLE);
  }
  return OCEL_OK;
}

// DHT (B.2.4.2): receivers take the tables of K.3, whatever there is (RFC 2435 4.1).
static ocel_err check_huffman(ocel_span body) {
  while (body.n > 0) {
    size_t size = 1 + CODES;
    if (body.n < size) return OCEL_ERR_SYNTAX;
    for (size_t i = 1; i <= CODES; i++) size += body.p[i];
    if (body.n < size) return OCEL_ERR_SYNTAX;
    const ocel_span table = ocel_span_take(&body, size);
    if ((table.p[0] & 0xee) != 0) return OCEL_ERR_UNSUPPORTED;
    const ocel_span usual = ocel_jpeg_huffman(table.p[0] >> 4 != 0, table.p[0] & 1);
    if (!ocel_span_eq(table, usual)) return OCEL_ERR_UNSUPPORTED;
  }
  return OCEL_OK;
}

static bool side_fits(unsigned n) { return n <= OCEL_JPEG_SIDE_MAX; }

static bool samples_fit(const uint8_t *p) { return p[0] == 8 && p[5] == 3; }

static bool sampling_fits(const uint8_t *p) {
  return (p[7] == 0x21 || p[7] == 0x22) && p[10] == 0x11 && p[13] == 0x11;
}

static bool tables_exist(const uint8_t *p) {
  return p[8] < TABLES && p[11] < TABLES && p[14] < TABLES;
}

// SOF0 (B.2.2): three components of 8 bits, the first twice as wide as the others, and once or
// twice as high (RFC 2435 4.1). A height of 0 is said by DNL behind the scan.
static ocel_err check_frame(ocel_span body) {
  if (body.n < 6) return OCEL_ERR_SYNTAX;
  const uint8_t *p = body.p;
  const unsigned height = ocel_be16(p + 1), width = ocel_be16(p + 3);
  if (!samples_fit(p) || height == 0) return OCEL_ERR_UNSUPPORTED;
  if (body.n != FRAME || width == 0) return OCEL_ERR_SYNTAX;
  if (!side_fits(width) || !side_fits(height) || !sampling_fits(p)) return OCEL_ERR_UNSUPPORTED;
  return tables_exist(p) ? OCEL_OK : OCEL_ERR_SYNTAX;
}

static ocel_err read_frame(reader *r, ocel_span body) {
  if (r->frame.n > 0) return OCEL_ERR_SYNTAX;
  r->frame = body;
  return check_frame(body);
}

static ocel_err read_restart(reader *r, ocel_span body) {
  r->restart = body;
  return body.n == 2 ? OCEL_OK : OCEL_ERR_SYNTAX;
}

// What is passed over, and what another kind of JPEG has.
static ocel_err judge(uint8_t marker) {
  if ((marker >= APP0 && marker <= APP15) || marker == COM) return OCEL_OK;
  return marker > SOF0 && marker < RST0 ? OCEL_ERR_UNSUPPORTED : OCEL_ERR_SYNTAX;
}

static ocel_err read_segment(reader *r, uint8_t marker, ocel_span body) {
  switch (marker) {
    case DQT: return read_tables(r, body);
    case DHT: return check_huffman(body);
    case DRI: return read_restart(r, body);
    case SOF0: return read_frame(r, body);
    default: return judge(marker);
  }
}

// SOS (B.2.3): all three components at once, in the order of the frame, with the tables that a
// receiver takes.
static ocel_err check_scan(const reader *r, ocel_span body) {
  static const uint8_t TABLES_OF[] = {0x00, 0x11, 0x11};
  if (r->frame.n == 0 || body.n < 1) return OCEL_ERR_SYNTAX;
  if (body.p[0] != 3) return OCEL_ERR_UNSUPPORTED;
  if (body.n != SCAN_HEAD) return OCEL_ERR_SYNTAX;
  for (size_t i = 0; i < 3; i++) {
    if (body.p[1 + 2 * i] != r->frame.p[6 + 3 * i]) return OCEL_ERR_UNSUPPORTED;
    if (body.p[2 + 2 * i] != TABLES_OF[i]) return OCEL_ERR_UNSUPPORTED;
  }
  return memcmp(body.p + 7, "\0\x3f\0", 3) == 0 ? OCEL_OK : OCEL_ERR_SYNTAX;
}

// The next segment, `marker` and what is behind its length.
static ocel_err next_segment(ocel_span *rest, uint8_t *marker, ocel_span *body) {
  if (rest->n < 4 || rest->p[0] != 0xff) return OCEL_ERR_SYNTAX;
  while (rest->n > 4 && rest->p[1] == 0xff) (void)ocel_span_take(rest, 1);  // fill bytes (B.1.1.2)
  const size_t length = ocel_be16(rest->p + 2);
  if (length < 2 || rest->n < 2 + length) return OCEL_ERR_SYNTAX;
  *marker = rest->p[1];
  *body = ocel_span_make(rest->p + 4, length - 2);
  (void)ocel_span_take(rest, 2 + length);
  return OCEL_OK;
}

static ocel_err read_to_scan(reader *r) {
  uint8_t marker;
  ocel_span body;
  ocel_err rc = OCEL_OK;
  if (r->rest.n < 2 || r->rest.p[0] != 0xff || r->rest.p[1] != SOI) return OCEL_ERR_SYNTAX;
  (void)ocel_span_take(&r->rest, 2);
  while (rc == OCEL_OK) {
    rc = next_segment(&r->rest, &marker, &body);
    if (rc != OCEL_OK) return rc;
    if (marker == SOS) return check_scan(r, body);
    rc = read_segment(r, marker, body);
  }
  return rc;
}

// The bytes before EOI. Another marker would begin a second scan.
static ocel_err take_scan(ocel_span rest, ocel_span *scan) {
  const uint8_t *at = rest.p, *end = rest.p + rest.n;
  while ((at = memchr(at, 0xff, (size_t)(end - at))) != NULL && end - at >= 2) {
    const uint8_t next = at[1];
    if (next == EOI) {
      *scan = ocel_span_make(rest.p, (size_t)(at - rest.p));
      return scan->n > 0 ? OCEL_OK : OCEL_ERR_SYNTAX;
    }
    if (next != 0 && next != 0xff && (next < RST0 || next > RST7)) return OCEL_ERR_UNSUPPORTED;
    at += next == 0xff ? 1 : 2;
  }
  return OCEL_ERR_SYNTAX;
}

static ocel_unit unit_of(const uint8_t *base, ocel_span s) {
  return (ocel_unit){(uint32_t)(s.p - base), (uint32_t)s.n};
}

ocel_err ocel_jpeg_find(const uint8_t *base, ocel_span bytes, ocel_unit units[OCEL_JPEG_PARTS],
                        uint16_t *count) {
  reader r = {.rest = bytes};
  ocel_span scan;
  ocel_err rc = read_to_scan(&r);
  if (rc == OCEL_OK) rc = take_scan(r.rest, &scan);
  if (rc != OCEL_OK) return rc;
  const ocel_span luma = r.table[r.frame.p[8]], chroma = r.table[r.frame.p[11]];
  if (luma.n == 0 || chroma.n == 0) return OCEL_ERR_SYNTAX;
  if (!ocel_span_eq(chroma, r.table[r.frame.p[14]]) || scan.n > SCAN_MAX) {
    return OCEL_ERR_UNSUPPORTED;
  }
  const bool restarts = r.restart.n > 0 && ocel_be16(r.restart.p) > 0;
  const ocel_span file = ocel_span_make(bytes.p, (size_t)(scan.p + scan.n + 2 - bytes.p));
  units[OCEL_JPEG_FILE] = unit_of(base, file);
  units[OCEL_JPEG_SCAN] = unit_of(base, scan);
  units[OCEL_JPEG_FRAME] = unit_of(base, r.frame);
  units[OCEL_JPEG_LUMA] = unit_of(base, luma);
  units[OCEL_JPEG_CHROMA] = unit_of(base, chroma);
  if (restarts) units[OCEL_JPEG_RESTART] = unit_of(base, r.restart);
  *count = restarts ? OCEL_JPEG_PARTS : OCEL_JPEG_RESTART;
  return OCEL_OK;
}

ocel_jpeg_size ocel_jpeg_size_of(const ocel_access_unit *au) {
  const uint8_t *frame = ocel_access_unit_span(au, OCEL_JPEG_FRAME).p;
  return (ocel_jpeg_size){.width = ocel_be16(frame + 3), .height = ocel_be16(frame + 1)};
}
