// SPDX-License-Identifier: Apache-2.0
// Writes sequence parameter sets (ITU-T H.264 7.3.2.1.1) for the test of their reader.
#ifndef H264_SPS_WRITER_H
#define H264_SPS_WRITER_H

#include "ocel_test.h"

typedef struct {
  uint8_t rbsp[512];
  size_t n;       // bits written
  size_t needed;  // bits that the reader needs
} bit_writer;

static inline void put_u(bit_writer *w, unsigned bits, uint32_t v) {
  for (; bits-- > 0; w->n++) {
    assert_true(w->n / 8 < sizeof w->rbsp);
    if ((v >> bits & 1) != 0) w->rbsp[w->n / 8] |= (uint8_t)(0x80 >> w->n % 8);
  }
}

static inline void put_ue(bit_writer *w, uint32_t v) {
  unsigned zeros = 0;
  while (((uint64_t)v + 1) >> (zeros + 1) != 0) zeros++;
  put_u(w, zeros, 0);
  put_u(w, 1, 1);
  put_u(w, zeros, v + 1);
}

static inline void put_se(bit_writer *w, int32_t v) {
  put_ue(w, v > 0 ? (uint32_t)v * 2 - 1 : (uint32_t)-v * 2);
}

// Everything a set says that matters to its reader; zeros are a legal choice everywhere but in
// `mbs`, which counts macroblocks (or map units) from 1.
typedef struct {
  uint8_t profile, flags, level;
  uint32_t id;
  uint32_t chroma_format, luma_depth, chroma_depth;
  bool separate_planes;
  uint32_t scaling_lists;  // bit i: list i is there
  uint32_t scaling_seed;   // of their values
  uint32_t log2_frame_num, poc_type, log2_poc_lsb;
  int32_t poc_offset;
  uint32_t poc_cycle, ref_frames;
  uint32_t mbs[2];
  bool fields, cropped, vui;
  uint32_t crop[4];
  bool aspect, extended_aspect, overscan, video_signal, colour, chroma_location, timing;
  uint32_t chroma_type[2];  // top, bottom field
  uint32_t tick, scale;
} fields;

// A random list, now and then cut by a next_scale of 0.
static inline void put_scaling_list(bit_writer *w, unsigned size, uint32_t *seed) {
  int last = 8, next = 8;
  for (unsigned i = 0; i < size && next != 0; i++) {
    int want = next_random(seed) % 20 == 0 ? 0 : (int)(1 + next_random(seed) % 255);
    int delta = want - last;
    if (delta > 127) delta -= 256;
    if (delta < -128) delta += 256;
    put_se(w, delta);
    next = want;
    if (next != 0) last = next;
  }
}

static inline void put_chroma(bit_writer *w, const fields *f) {
  uint32_t seed = f->scaling_seed + 1;
  put_ue(w, f->chroma_format);
  if (f->chroma_format == 3) put_u(w, 1, f->separate_planes);
  put_ue(w, f->luma_depth);
  put_ue(w, f->chroma_depth);
  put_u(w, 1, 0);
  put_u(w, 1, f->scaling_lists != 0);
  for (unsigned i = 0; f->scaling_lists != 0 && i < (f->chroma_format == 3 ? 12 : 8); i++) {
    put_u(w, 1, f->scaling_lists >> i & 1);
    if ((f->scaling_lists >> i & 1) != 0) put_scaling_list(w, i < 6 ? 16 : 64, &seed);
  }
}

static inline void put_picture_order(bit_writer *w, const fields *f) {
  put_ue(w, f->poc_type);
  if (f->poc_type == 0) put_ue(w, f->log2_poc_lsb);
  if (f->poc_type != 1) return;
  put_u(w, 1, 0);
  put_se(w, f->poc_offset);
  put_se(w, -f->poc_offset);
  put_ue(w, f->poc_cycle);
  for (uint32_t i = 0; i < f->poc_cycle; i++) put_se(w, (int32_t)i - 1);
}

static inline void put_vui(bit_writer *w, const fields *f) {
  put_u(w, 1, f->aspect);
  if (f->aspect) put_u(w, 8, f->extended_aspect ? 255 : 254);
  if (f->aspect && f->extended_aspect) put_u(w, 32, 0x00400021);
  put_u(w, 1, f->overscan);
  if (f->overscan) put_u(w, 1, 1);
  put_u(w, 1, f->video_signal);
  if (f->video_signal) put_u(w, 5, 0x0au | f->colour);
  if (f->video_signal && f->colour) put_u(w, 24, 0x010203);
  put_u(w, 1, f->chroma_location);
  if (f->chroma_location) put_ue(w, f->chroma_type[0]);
  if (f->chroma_location) put_ue(w, f->chroma_type[1]);
  put_u(w, 1, f->timing);
  if (!f->timing) return;
  put_u(w, 32, f->tick);
  put_u(w, 32, f->scale);
}

static inline void put_sps(bit_writer *w, const fields *f, bool high) {
  put_u(w, 8, 0x67);
  put_u(w, 8, f->profile);
  put_u(w, 8, f->flags);
  put_u(w, 8, f->level);
  put_ue(w, f->id);
  if (high) put_chroma(w, f);
  put_ue(w, f->log2_frame_num);
  put_picture_order(w, f);
  put_ue(w, f->ref_frames);
  put_u(w, 1, 0);
  put_ue(w, f->mbs[0] - 1);
  put_ue(w, f->mbs[1] - 1);
  put_u(w, 1, !f->fields);
  if (f->fields) put_u(w, 1, 1);
  put_u(w, 1, 1);
  put_u(w, 1, f->cropped);
  for (size_t i = 0; f->cropped && i < 4; i++) put_ue(w, f->crop[i]);
  put_u(w, 1, f->vui);
  if (f->vui) put_vui(w, f);
  w->needed = w->n;
  if (f->vui && f->timing) put_u(w, 1, 0);  // fixed_frame_rate_flag
  if (f->vui) put_u(w, 4, 0);               // no HRD, pic_struct or bitstream_restriction
  put_u(w, 1, 1);                           // rbsp_stop_one_bit
}

// Inserts emulation prevention bytes (ITU-T H.264 7.4.1.1). Returns the NAL unit's size.
static inline size_t escape(const uint8_t *rbsp, size_t n, uint8_t *out) {
  size_t size = 0, zeros = 0;
  for (size_t i = 0; i < n; i++) {
    if (zeros >= 2 && rbsp[i] <= 3) {
      out[size++] = 3;
      zeros = 0;
    }
    zeros = rbsp[i] == 0 ? zeros + 1 : 0;
    out[size++] = rbsp[i];
  }
  return size;
}

#endif
