// SPDX-License-Identifier: Apache-2.0
// Frames of WebSocket clients, and fragments of MP4: in pieces of any size, now and then into a
// list that is too small, they are the whole. Input: piece_max (2 bytes), limit of a frame (1),
// then the frame, and the same bytes as units behind 1-byte lengths.
#include <stdlib.h>
#include <string.h>

#include "ocel/fmp4.h"
#include "ocel/h264_nal.h"
#include "ocel/websocket.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_frame(ocel_span in, size_t limit) {
  ocel_websocket_frame frame, early;
  size_t used = 0, n = 0;
  const ocel_err rc = ocel_websocket_parse(in, limit, &frame, &used);
  ocel_err late = OCEL_ERR_MORE;
  for (; n <= in.n && late == OCEL_ERR_MORE; n++) {
    late = ocel_websocket_parse(ocel_span_make(in.p, n), limit, &early, &used);
  }
  require(late == rc);
  if (rc != OCEL_OK) return;
  require(used == n - 1 && frame.masked.n <= limit);
  require(frame.masked.p + frame.masked.n == in.p + used);
}

static uint16_t find_units(ocel_span bytes, ocel_unit *units) {
  const uint8_t *start = bytes.p;
  uint16_t n = 0;
  ocel_span nal;
  while (n < OCEL_UNITS_MAX && ocel_avcc_next(&bytes, 1, &nal) == OCEL_OK) {
    units[n++] = (ocel_unit){(uint32_t)(nal.p - start), (uint32_t)nal.n};
  }
  return n;
}

static void put_piece(ocel_wbuf *w, const ocel_gather *g, size_t n) {
  const size_t before = w->n;
  for (size_t i = 0; i < g->n; i++) ocel_put_span(w, g->spans[i]);
  require(!w->overflow && w->n - before == n);
}

static void pack(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t piece_max,
                 ocel_wbuf *out) {
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  for (unsigned room = 1; !ocel_payload_at_end(au, pos); room = room * 5 + 1) {
    ocel_span spans[OCEL_FMP4_SPANS_MAX];
    uint8_t scratch[OCEL_FMP4_SCRATCH_MAX];
    const ocel_payload_pos from = pos;
    ocel_gather g = ocel_gather_make(spans, room % OCEL_FMP4_SPANS_MAX, scratch, sizeof scratch);
    size_t n = ocel_fmp4_pack(f, au, piece_max, &g, &pos);
    if (n == 0) {
      require(g.n == 0 && g.used == 0 && pos.unit == from.unit && pos.offset == from.offset);
      g = ocel_gather_make(spans, OCEL_FMP4_SPANS_MAX, scratch, sizeof scratch);
      n = ocel_fmp4_pack(f, au, piece_max, &g, &pos);
    }
    require(n >= 1 && n <= piece_max && n == ocel_fmp4_piece(f, au, piece_max, from));
    put_piece(out, &g, n);
  }
}

// The units behind the head are those that are no parameter sets, in order.
static void check_fragment(const ocel_access_unit *au, ocel_span fragment) {
  ocel_span nal;
  require(fragment.n >= OCEL_FMP4_HEAD_SIZE);
  const ocel_span head = ocel_span_take(&fragment, OCEL_FMP4_HEAD_SIZE);
  require(ocel_be32(head.p) == OCEL_FMP4_HEAD_SIZE - 8);
  require(ocel_be32(head.p + OCEL_FMP4_HEAD_SIZE - 8) == fragment.n + 8);
  for (unsigned i = 0; i < au->unit_count; i++) {
    const unsigned type = ocel_nal_type_of(ocel_access_unit_span(au, i));
    if (type == OCEL_NAL_SPS || type == OCEL_NAL_PPS) continue;
    require(ocel_avcc_next(&fragment, 4, &nal) == OCEL_OK);
    require(ocel_span_eq(nal, ocel_access_unit_span(au, i)));
  }
  require(fragment.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3) return 0;
  const ocel_span in = ocel_span_make(data + 3, size - 3);
  check_frame(in, data[2]);

  ocel_unit units[OCEL_UNITS_MAX];
  const ocel_access_unit au = {.data = in.p, .units = units, .unit_count = find_units(in, units)};
  if (au.unit_count == 0) return 0;
  const ocel_format format = {.codec = OCEL_CODEC_H264};
  const ocel_fmp4_fragment f = {.format = &format, .track = 1};
  const size_t piece_max = OCEL_FMP4_PIECE_MIN + ocel_be16(data) % 1400;
  const size_t cap = OCEL_FMP4_HEAD_SIZE + 5 * size;
  uint8_t *mem = malloc(cap);
  require(mem != NULL);
  ocel_wbuf out = ocel_wbuf_make(mem, cap);
  pack(&f, &au, piece_max, &out);
  check_fragment(&au, ocel_span_make(mem, out.n));
  free(mem);
  return 0;
}
