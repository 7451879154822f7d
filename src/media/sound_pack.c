// SPDX-License-Identifier: Apache-2.0
#include "ocel/sound_pack.h"

#include <assert.h>

enum {
  AAC_HEAD = 4,          // AU-headers-length and one AU header
  AAC_HEADER_BITS = 16,  // sizelength=13, indexlength=3
  AAC_INDEX_BITS = 3,
};

static size_t put_samples(const ocel_format *f, ocel_span rest, size_t payload_max,
                          ocel_gather *g) {
  const size_t most = payload_max - payload_max % ocel_format_sample_size(f);
  const size_t n = rest.n < most ? rest.n : most;
  return ocel_gather_ref(g, ocel_span_make(rest.p, n)) ? n : 0;
}

// RFC 3640 3.2.1: the AU header of a fragment holds the size of the whole access unit.
static size_t put_aac(uint32_t unit_size, ocel_span rest, size_t payload_max, ocel_gather *g) {
  const size_t most = payload_max - AAC_HEAD;
  const size_t n = rest.n < most ? rest.n : most;
  uint8_t *head = ocel_gather_make_bytes(g, AAC_HEAD);
  if (head == NULL || !ocel_gather_ref(g, ocel_span_make(rest.p, n))) return 0;
  const uint32_t header = unit_size << AAC_INDEX_BITS;
  head[0] = 0;
  head[1] = AAC_HEADER_BITS;
  head[2] = (uint8_t)(header >> 8);
  head[3] = (uint8_t)header;
  return n;
}

size_t ocel_sound_pack(const ocel_format *f, const ocel_access_unit *au, size_t payload_max,
                       ocel_gather *g, ocel_payload_pos *pos) {
  assert(pos->unit == 0 && pos->offset < au->units[0].size);
  const ocel_gather_mark before = ocel_gather_mark_now(g);
  const ocel_span block = ocel_access_unit_span(au, 0);
  const ocel_span rest = ocel_span_make(block.p + pos->offset, block.n - pos->offset);
  const bool aac = f->codec == OCEL_CODEC_AAC;
  size_t n;
  if (aac) {
    n = put_aac(au->units[0].size, rest, payload_max, g);
  } else if (f->codec == OCEL_CODEC_OPUS) {
    n = ocel_gather_ref(g, rest) ? rest.n : 0;
  } else {
    n = put_samples(f, rest, payload_max, g);
  }
  if (n == 0) {
    ocel_gather_reset(g, before);
    return 0;
  }
  pos->unit = n == rest.n;
  pos->offset = n == rest.n ? 0 : pos->offset + (uint32_t)n;
  return n + (aac ? AAC_HEAD : 0u);
}

uint32_t ocel_sound_ticks(const ocel_format *f, ocel_payload_pos pos) {
  const size_t size = ocel_format_sample_size(f);
  return size == 0 ? 0 : (uint32_t)(pos.offset / size);
}

bool ocel_sound_marker(const ocel_format *f, const ocel_access_unit *au, ocel_payload_pos next) {
  return f->codec == OCEL_CODEC_AAC && ocel_payload_at_end(au, next);
}
