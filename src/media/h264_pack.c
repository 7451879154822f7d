// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_pack.h"

#include <assert.h>

#include "ocel/h264_nal.h"

enum {
  FORBIDDEN = 0x80,
  NRI = 0x60,
  TYPE = 0x1f,
  STAP_A = 24,
  FU_A = 28,
  FU_START = 0x80,
  FU_END = 0x40,
  FU_HEAD = 2,  // FU indicator and FU header
  STAP_HEAD = 1,
  STAP_LENGTH = 2,
};

// How many units from `first` on travel together; below two there is no aggregation.
static unsigned aggregable(const ocel_access_unit *au, unsigned first, size_t payload_max) {
  size_t size = STAP_HEAD;
  unsigned n = 0;
  while (n < OCEL_H264_STAP_UNITS && first + n < au->unit_count) {
    const ocel_span nal = ocel_access_unit_span(au, first + n);
    const unsigned type = ocel_nal_type_of(nal);
    size += STAP_LENGTH + nal.n;
    if (type < OCEL_NAL_SEI || type > OCEL_NAL_AUD || size > payload_max) break;
    n++;
  }
  return n;
}

// RFC 6184 5.7.1. Returns the payload's size, 0 if the list is full.
static size_t put_aggregate(ocel_gather *g, const ocel_access_unit *au, unsigned first,
                            unsigned count) {
  uint8_t *head = ocel_gather_make_bytes(g, STAP_HEAD);
  size_t size = STAP_HEAD;
  unsigned forbidden = 0, nri = 0;
  if (head == NULL) return 0;
  for (unsigned i = first; i < first + count; i++) {
    const ocel_span nal = ocel_access_unit_span(au, i);
    uint8_t *length = ocel_gather_make_bytes(g, STAP_LENGTH);
    if (length == NULL || !ocel_gather_ref(g, nal)) return 0;
    length[0] = (uint8_t)(nal.n >> 8);
    length[1] = (uint8_t)nal.n;
    size += STAP_LENGTH + nal.n;
    forbidden |= nal.p[0] & FORBIDDEN;
    if ((nal.p[0] & NRI) > nri) nri = nal.p[0] & NRI;
  }
  *head = (uint8_t)(forbidden | nri | STAP_A);
  return size;
}

// RFC 6184 5.8: fragments do not carry the NAL header; the FU indicator and the FU header
// rebuild it. Returns the payload's size, 0 if the list is full. `next` comes in as the
// beginning of the next unit.
static size_t put_fragment(ocel_gather *g, ocel_span nal, ocel_payload_pos pos, size_t payload_max,
                           ocel_payload_pos *next) {
  const bool first = pos.offset == 0;
  const size_t begin = first ? 1 : pos.offset, room = payload_max - FU_HEAD;
  const bool last = nal.n - begin <= room;
  const size_t n = last ? nal.n - begin : room;
  uint8_t *head = ocel_gather_make_bytes(g, FU_HEAD);
  if (head == NULL || !ocel_gather_ref(g, ocel_span_make(nal.p + begin, n))) return 0;
  head[0] = (uint8_t)((nal.p[0] & (FORBIDDEN | NRI)) | FU_A);
  head[1] = (uint8_t)((first ? FU_START : 0) | (last ? FU_END : 0) | (nal.p[0] & TYPE));
  if (!last) *next = (ocel_payload_pos){pos.unit, (uint32_t)(begin + n)};
  return FU_HEAD + n;
}

size_t ocel_h264_pack(const ocel_access_unit *au, ocel_payload_pos pos, size_t payload_max,
                      ocel_gather *g, ocel_payload_pos *next) {
  assert(pos.unit < au->unit_count && pos.offset < au->units[pos.unit].size);
  assert(payload_max >= OCEL_H264_PAYLOAD_MIN && payload_max <= OCEL_H264_PAYLOAD_MAX);
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  const ocel_span nal = ocel_access_unit_span(au, pos.unit);
  const unsigned together = pos.offset == 0 ? aggregable(au, pos.unit, payload_max) : 0;
  ocel_payload_pos after = {(uint16_t)(pos.unit + 1), 0};
  size_t size;

  if (together > 1) {
    size = put_aggregate(g, au, pos.unit, together);
    after.unit = (uint16_t)(pos.unit + together);
  } else if (pos.offset == 0 && nal.n <= payload_max) {
    size = ocel_gather_ref(g, nal) ? nal.n : 0;
  } else {
    size = put_fragment(g, nal, pos, payload_max, &after);
  }
  if (size == 0) {
    ocel_gather_reset(g, before);
    return 0;
  }
  *next = after;
  return size;
}
