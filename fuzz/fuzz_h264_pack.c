// SPDX-License-Identifier: Apache-2.0
// Packing an access unit, now and then into a list that is too small, and unpacking it again.
// Input: payload_max (2 bytes), seed of the small rooms (1), then units behind 1-byte lengths.
#include <stdlib.h>
#include <string.h>

#include "../tests/unit/h264_unpack.h"
#include "ocel/h264_nal.h"
#include "ocel/h264_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

// Types from 24 on name payload structures (RFC 6184 5.2): not for units.
static uint16_t find_units(ocel_span bytes, ocel_unit *units) {
  const uint8_t *start = bytes.p;
  uint16_t n = 0;
  ocel_span nal;
  while (n < OCEL_UNITS_MAX && ocel_avcc_next(&bytes, 1, &nal) == OCEL_OK) {
    if (ocel_nal_type_of(nal) >= 24) continue;
    units[n++] = (ocel_unit){(uint32_t)(nal.p - start), (uint32_t)nal.n};
  }
  return n;
}

static size_t flatten(const ocel_gather *g, uint8_t *out, size_t cap) {
  ocel_wbuf w = ocel_wbuf_make(out, cap);
  for (size_t i = 0; i < g->n; i++) ocel_put_span(&w, g->spans[i]);
  require(!w.overflow);
  return w.n;
}

// A list of little room either refuses and stays as it was, or gives the same payload.
static void try_small_room(const ocel_access_unit *au, ocel_payload_pos pos, size_t payload_max,
                           ocel_span want, unsigned room) {
  ocel_span spans[OCEL_H264_SPANS_MAX];
  uint8_t scratch[16], flat[1500];
  ocel_gather g = ocel_gather_make(spans, room % 9, scratch, room / 9 % 16);
  const ocel_gather before = g;
  ocel_payload_pos next = pos;
  if (ocel_h264_pack(au, pos, payload_max, &g, &next) == 0) {
    require(g.n == before.n && g.used == before.used);
    require(next.unit == pos.unit && next.offset == pos.offset);
    return;
  }
  require(flatten(&g, flat, sizeof flat) == want.n && memcmp(flat, want.p, want.n) == 0);
}

static void check(const ocel_access_unit *au, size_t payload_max, unsigned room, ocel_wbuf *back) {
  h264_unpacker u = {.out = *back};
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  for (; !ocel_payload_at_end(au, pos); room = room * 5 + 1) {
    ocel_span spans[OCEL_H264_SPANS_MAX];
    uint8_t scratch[OCEL_H264_SCRATCH_MAX], flat[1500];
    ocel_gather g = ocel_gather_make(spans, OCEL_H264_SPANS_MAX, scratch, sizeof scratch);
    const ocel_payload_pos from = pos;
    const size_t n = ocel_h264_pack(au, from, payload_max, &g, &pos);
    require(n >= 1 && n <= payload_max);
    require(flatten(&g, flat, sizeof flat) == n);
    require(h264_unpack(&u, ocel_span_make(flat, n)));
    try_small_room(au, from, payload_max, ocel_span_make(flat, n), room);
  }
  require(!u.in_unit);
  *back = u.out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 3) return 0;
  const size_t range = 1400 - OCEL_H264_PAYLOAD_MIN + 1;
  const size_t payload_max = OCEL_H264_PAYLOAD_MIN + ocel_be16(data) % range;
  ocel_unit units[OCEL_UNITS_MAX];
  const uint16_t count = find_units(ocel_span_make(data + 3, size - 3), units);
  const ocel_access_unit au = {.data = data + 3, .units = units, .unit_count = count};

  uint8_t *mem = malloc(5 * size);
  require(mem != NULL);
  ocel_wbuf back = ocel_wbuf_make(mem, 5 * size);
  check(&au, payload_max, data[2], &back);
  ocel_span rest = ocel_span_make(mem, back.n), nal;
  for (size_t i = 0; i < count; i++) {
    require(ocel_avcc_next(&rest, 4, &nal) == OCEL_OK);
    require(ocel_span_eq(nal, ocel_access_unit_span(&au, i)));
  }
  require(rest.n == 0);
  free(mem);
  return 0;
}
