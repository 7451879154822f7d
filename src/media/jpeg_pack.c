// SPDX-License-Identifier: Apache-2.0
#include "ocel/jpeg_pack.h"

#include <assert.h>

enum {
  MAIN_HEAD = 8,
  RESTART_HEAD = 4,
  TABLES_HEAD = 4,
  TABLES = 128,
  RESTART_TYPES = 64,    // added to the type of a file with a restart interval (3.1.3)
  TABLES_IN_BAND = 255,  // Q: other tables may come with every picture (3.1.8)
  SAMPLING_OF_Y = 7,     // within the frame header
  SAMPLED_2_BY_1 = 0x21,
};

// RFC 2435 3.1. The fragment offset has 24 bits.
static void put_main(ocel_wbuf *w, const ocel_access_unit *au, uint32_t offset, bool restarts) {
  const ocel_jpeg_size size = ocel_jpeg_size_of(au);
  const uint8_t sampling = ocel_access_unit_span(au, OCEL_JPEG_FRAME).p[SAMPLING_OF_Y];
  const unsigned type = sampling == SAMPLED_2_BY_1 ? 0 : 1;
  ocel_put_be32(w, offset);
  ocel_put_u8(w, (uint8_t)(type + (restarts ? RESTART_TYPES : 0u)));
  ocel_put_u8(w, TABLES_IN_BAND);
  ocel_put_u8(w, (uint8_t)((size.width + 7u) / 8));
  ocel_put_u8(w, (uint8_t)((size.height + 7u) / 8));
}

// 3.1.7: F, L and a count of all ones: packets do not begin and end with restart intervals.
static void put_restart(ocel_wbuf *w, const ocel_access_unit *au) {
  ocel_put_span(w, ocel_access_unit_span(au, OCEL_JPEG_RESTART));
  ocel_put_be16(w, 0xffff);
}

// 3.1.8: two tables of 8 bits.
static void put_tables(ocel_wbuf *w) {
  ocel_put_be16(w, 0);
  ocel_put_be16(w, TABLES);
}

static bool put_heads(const ocel_access_unit *au, uint32_t offset, ocel_gather *g) {
  const bool restarts = au->unit_count > OCEL_JPEG_RESTART, first = offset == 0;
  const size_t n = MAIN_HEAD + (restarts ? RESTART_HEAD : 0u) + (first ? TABLES_HEAD : 0u);
  uint8_t *head = ocel_gather_make_bytes(g, n);
  if (head == NULL) return false;
  ocel_wbuf w = ocel_wbuf_make(head, n);
  put_main(&w, au, offset, restarts);
  if (restarts) put_restart(&w, au);
  if (!first) return true;
  put_tables(&w);
  return ocel_gather_ref(g, ocel_access_unit_span(au, OCEL_JPEG_LUMA)) &&
         ocel_gather_ref(g, ocel_access_unit_span(au, OCEL_JPEG_CHROMA));
}

static size_t heads_size(const ocel_access_unit *au, uint32_t offset) {
  const bool restarts = au->unit_count > OCEL_JPEG_RESTART;
  return MAIN_HEAD + (restarts ? RESTART_HEAD : 0u) + (offset == 0 ? TABLES_HEAD + TABLES : 0u);
}

size_t ocel_jpeg_pack(const ocel_access_unit *au, size_t payload_max, ocel_gather *g,
                      ocel_payload_pos *pos) {
  const ocel_span scan = ocel_access_unit_span(au, OCEL_JPEG_SCAN);
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  const size_t heads = heads_size(au, pos->offset), left = scan.n - pos->offset;
  assert(pos->unit == 0 && pos->offset < scan.n && payload_max >= OCEL_JPEG_PAYLOAD_MIN);
  const bool last = left <= payload_max - heads;
  const size_t n = last ? left : payload_max - heads;
  if (!put_heads(au, pos->offset, g) ||
      !ocel_gather_ref(g, ocel_span_make(scan.p + pos->offset, n))) {
    ocel_gather_reset(g, before);
    return 0;
  }
  *pos = last ? (ocel_payload_pos){au->unit_count, 0}
              : (ocel_payload_pos){0, pos->offset + (uint32_t)n};
  return heads + n;
}
