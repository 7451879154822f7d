// SPDX-License-Identifier: Apache-2.0
// The bits inside the synthetic encoder's NAL units.
#include <stdlib.h>
#include <string.h>

#include "producer.h"

// A prime, so that no error by a round number of bytes meets the same bytes again.
#define TABLE_SIZE 99991u

// ---- the table: random bytes as a slice may hold them, emulation prevention included ----

static uint8_t TABLE[TABLE_SIZE];

static const uint8_t *table(void) {
  static bool made;
  if (made) return TABLE;
  rng r = rng_make(20);
  for (size_t i = 0; i < TABLE_SIZE; i++) {
    const bool zero = rng_permille(&r, 120);
    TABLE[i] = zero ? 0 : (uint8_t)(rng_next(&r) >> 56);
    if (i >= 2 && TABLE[i - 1] == 0 && TABLE[i - 2] == 0) TABLE[i] = 3;
  }
  TABLE[0] = TABLE[1] = TABLE[TABLE_SIZE - 1] = 0x5a;
  made = true;
  return TABLE;
}

static size_t table_start(const producer *p, const producer_au *au, unsigned unit) {
  const uint64_t mixed = (uint64_t)au->number * 2654435761u + unit * 40503u + p->id * 911u;
  return (size_t)(mixed % TABLE_SIZE);
}

// ---- parameter sets ----

typedef struct {
  uint8_t *p;
  size_t bits;
} bit_writer;

static void put_bit(bit_writer *w, unsigned v) {
  uint8_t *byte = &w->p[w->bits / 8];
  if (w->bits % 8 == 0) *byte = 0;
  *byte = (uint8_t)(*byte | v << (7 - w->bits % 8));
  w->bits++;
}

static void put_bits(bit_writer *w, uint32_t v, unsigned n) {
  for (unsigned i = n; i > 0; i--) put_bit(w, v >> (i - 1) & 1);
}

static void put_ue(bit_writer *w, uint32_t v) {
  unsigned n = 0;
  while ((v + 1) >> (n + 1) != 0) n++;
  put_bits(w, 0, n);
  put_bits(w, v + 1, n + 1);
}

static size_t escape(const uint8_t *in, size_t n, uint8_t *out) {
  size_t m = 0;
  for (size_t i = 0; i < n; i++) {
    if (m >= 2 && out[m - 1] == 0 && out[m - 2] == 0 && in[i] <= 3) out[m++] = 3;
    out[m++] = in[i];
  }
  return m;
}

// ITU-T H.264 7.3.2.1.1, Constrained Baseline, level 4.0; sizes are multiples of 16.
static size_t make_sps(uint16_t width, uint16_t height, uint8_t out[64]) {
  static const uint8_t HEAD[4] = {0x67, 66, 0xc0, 40};
  uint8_t raw[64] = {0};
  bit_writer w = {raw, 32};
  memcpy(raw, HEAD, sizeof HEAD);
  put_ue(&w, 0);  // seq_parameter_set_id
  put_ue(&w, 4);  // log2_max_frame_num - 4
  put_ue(&w, 2);  // pic_order_cnt_type
  put_ue(&w, 1);  // max_num_ref_frames
  put_bit(&w, 0);
  put_ue(&w, width / 16u - 1);
  put_ue(&w, height / 16u - 1);
  put_bit(&w, 1);  // frame_mbs_only_flag
  put_bit(&w, 1);  // direct_8x8_inference_flag
  put_bit(&w, 0);  // frame_cropping_flag
  put_bit(&w, 0);  // vui_parameters_present_flag
  put_bit(&w, 1);  // rbsp_stop_one_bit
  return escape(raw, (w.bits + 7) / 8, out);
}

size_t producer_sps(const producer *p, uint8_t out[64]) {
  return make_sps(p->width, p->height, out);
}

size_t producer_old_sps(const producer *p, uint8_t out[64]) {
  return make_sps(p->old_width, p->old_height, out);
}

size_t producer_pps(const producer *p, uint8_t out[64]) {
  static const uint8_t PPS[4] = {0x68, 0xce, 0x3c, 0x80};
  (void)p;
  memcpy(out, PPS, sizeof PPS);
  return sizeof PPS;
}

// ---- units ----

static void slice_head(const producer *p, const producer_au *au, unsigned unit,
                       uint8_t out[PRODUCER_SLICE_HEAD]) {
  const producer_unit *u = &au->unit[unit];
  out[0] = u->type == OCEL_NAL_IDR ? 0x65 : 0x41;
  out[1] = u->index == 0 ? 0x88 : 0x42;  // first_mb_in_slice is 0, or is not
  out[2] = (uint8_t)(0x80 | p->id);
  for (unsigned i = 0; i < 5; i++) out[3 + i] = (uint8_t)(0x80 | (au->number >> (7 * i) & 0x7f));
  out[8] = (uint8_t)(0x80 | u->index);
}

bool producer_read_slice(ocel_span nal, uint8_t *id, uint32_t *number) {
  if (nal.n <= PRODUCER_SLICE_HEAD || !ocel_nal_is_vcl(ocel_nal_type_of(nal))) return false;
  uint64_t n = 0;
  for (unsigned i = 0; i < 5; i++) n |= (uint64_t)(nal.p[3 + i] & 0x7f) << (7 * i);
  *id = nal.p[2] & 0x7f;
  *number = (uint32_t)n;
  return true;
}

// Size of what is no table bytes at the beginning of a unit.
static size_t unit_head(const producer *p, const producer_au *au, unsigned unit, uint8_t out[64]) {
  switch (au->unit[unit].type) {
    case OCEL_NAL_SPS: return make_sps(au->width, au->height, out);
    case OCEL_NAL_PPS: return producer_pps(p, out);
    case OCEL_NAL_AUD: memcpy(out, "\x09\xf0", 2); return 2;
    case OCEL_NAL_SEI: memcpy(out, "\x06\x05", 2); return 2;
    default: slice_head(p, au, unit, out); return PRODUCER_SLICE_HEAD;
  }
}

size_t producer_make_unit(const producer *p, const producer_au *au, unsigned unit, uint8_t *out) {
  const size_t size = au->unit[unit].size;
  uint8_t head[64];
  size_t n = unit_head(p, au, unit, head);
  memcpy(out, head, n);
  size_t at = table_start(p, au, unit);
  const bool filled = n < size;
  while (n < size) {
    const size_t piece = size - n < TABLE_SIZE - at ? size - n : TABLE_SIZE - at;
    memcpy(out + n, table() + at, piece);
    n += piece;
    at = 0;
  }
  if (filled) out[size - 1] = 0x80;  // rbsp_trailing_bits; a unit never ends in 00
  return size;
}

bool producer_unit_is(const producer *p, const producer_au *au, unsigned unit, ocel_span nal) {
  const size_t size = au->unit[unit].size;
  uint8_t head[64];
  size_t n = unit_head(p, au, unit, head);
  if (nal.n != size || memcmp(nal.p, head, n) != 0) return false;
  if (n == size) return true;
  size_t at = table_start(p, au, unit);
  while (n < size - 1) {
    const size_t piece = size - 1 - n < TABLE_SIZE - at ? size - 1 - n : TABLE_SIZE - at;
    if (memcmp(nal.p + n, table() + at, piece) != 0) return false;
    n += piece;
    at = 0;
  }
  return nal.p[size - 1] == 0x80;
}
