// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_params.h"

#include <string.h>

#include "ocel/h264_nal.h"

// Bits of an RBSP, most significant first. Emulation prevention bytes (00 00 03 -> 00 00,
// ITU-T H.264 7.4.1.1) are left out on the way. Once `bad`, every read gives 0.
typedef struct {
  ocel_span rest;
  unsigned zeros;  // zero bytes just passed
  unsigned byte;   // being read
  unsigned left;   // of its bits
  bool bad;
} bits;

static void next_byte(bits *b) {
  if (b->zeros >= 2 && b->rest.n > 0 && b->rest.p[0] == 3) {
    (void)ocel_span_take(&b->rest, 1);
    b->zeros = 0;
  }
  if (b->rest.n == 0) {
    b->bad = true;
    b->byte = 0;
  } else {
    b->byte = ocel_span_take(&b->rest, 1).p[0];
  }
  b->zeros = b->byte == 0 ? b->zeros + 1 : 0;
  b->left = 8;
}

static unsigned bit(bits *b) {
  if (b->left == 0) next_byte(b);
  return b->byte >> --b->left & 1;
}

// u(n), n <= 32.
static uint32_t u(bits *b, unsigned n) {
  uint32_t v = 0;
  while (n-- > 0) v = v << 1 | bit(b);
  return v;
}

// ue(v) (9.1); larger than `max` is bad.
static uint32_t ue(bits *b, uint32_t max) {
  unsigned zeros = 0;
  while (!b->bad && bit(b) == 0) zeros++;
  if (zeros > 31) b->bad = true;
  if (b->bad) return 0;
  const uint32_t v = (UINT32_C(1) << zeros) - 1 + u(b, zeros);
  if (v <= max) return v;
  b->bad = true;
  return 0;
}

// se(v) has the same length as ue(v).
static void skip_se(bits *b) { (void)ue(b, UINT32_MAX); }

// Scaling list (7.3.2.1.1.1): its length depends on its values.
static void skip_scaling_list(bits *b, unsigned size) {
  unsigned scale = 8;
  for (unsigned i = 0; i < size && scale != 0; i++) {
    const unsigned k = ue(b, 256);  // delta_scale, se(v): 0, 1, -1, 2, -2 ... -128
    const unsigned delta = k % 2 != 0 ? (k + 1) / 2 : 256 - k / 2;
    scale = (scale + delta) % 256;
  }
}

// Profiles whose SPS says more about chroma.
static bool is_high(uint8_t profile_idc) {
  static const uint8_t HIGH[] = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135};
  return memchr(HIGH, profile_idc, sizeof HIGH) != NULL;
}

// Reads what the high profiles add and returns chroma_format_idc.
static unsigned read_chroma(bits *b, ocel_h264_order *order) {
  const unsigned format = ue(b, 3);
  order->separate_planes = format == 3 && bit(b) != 0;
  (void)ue(b, 6);  // bit_depth_luma_minus8
  (void)ue(b, 6);  // bit_depth_chroma_minus8
  (void)bit(b);    // qpprime_y_zero_transform_bypass_flag
  if (bit(b) != 0) {
    for (unsigned i = 0; i < (format == 3 ? 12u : 8u); i++) {
      if (bit(b) != 0) skip_scaling_list(b, i < 6 ? 16 : 64);
    }
  }
  return format;
}

static void read_picture_order(bits *b, ocel_h264_order *order) {
  order->type = (uint8_t)ue(b, 2);
  if (order->type == 0) order->lsb_bits = (uint8_t)(ue(b, 12) + 4);
  if (order->type != 1) return;
  (void)bit(b);  // delta_pic_order_always_zero_flag
  skip_se(b);    // offset_for_non_ref_pic
  skip_se(b);    // offset_for_top_to_bottom_field
  for (uint32_t n = ue(b, 255); n > 0; n--) skip_se(b);
}

// Luma samples left of `size` when `before` and `after` crop units go; 0 if none are.
static uint32_t cropped(uint32_t size, uint64_t before, uint64_t after, unsigned crop_unit) {
  const uint64_t cut = (before + after) * crop_unit;
  return cut < size ? size - (uint32_t)cut : 0;
}

static void read_size(bits *b, unsigned chroma_format, ocel_h264_order *order, ocel_h264_sps *out) {
  enum { MACROBLOCK = 16, MACROBLOCKS_MAX = 1055, LUMA_MAX = 16384 };  // level 6.2 (A.3.1)
  // Table 6-1. Separate colour planes count as monochrome, which crops like 4:4:4.
  static const uint8_t CROP_X[] = {1, 2, 2, 1}, CROP_Y[] = {1, 2, 1, 1};
  uint32_t width = (ue(b, MACROBLOCKS_MAX - 1) + 1) * MACROBLOCK;
  uint32_t height = (ue(b, MACROBLOCKS_MAX - 1) + 1) * MACROBLOCK;
  const bool fields = bit(b) == 0;
  if (fields) (void)bit(b);  // mb_adaptive_frame_field_flag
  (void)bit(b);              // direct_8x8_inference_flag
  if (fields) height *= 2;   // they came in units of fields
  order->fields = fields;
  if (bit(b) != 0) {
    const uint32_t left = ue(b, UINT32_MAX), right = ue(b, UINT32_MAX);
    const uint32_t top = ue(b, UINT32_MAX), bottom = ue(b, UINT32_MAX);
    width = cropped(width, left, right, CROP_X[chroma_format]);
    height = cropped(height, top, bottom, CROP_Y[chroma_format] * (fields ? 2u : 1u));
  }
  if (width == 0 || height == 0 || width > LUMA_MAX || height > LUMA_MAX) b->bad = true;
  out->width = (uint16_t)width;
  out->height = (uint16_t)height;
}

// Frames per second in lowest terms; a tick is half a frame (E.2.1).
static void set_frame_rate(ocel_h264_sps *out, uint64_t ticks, uint64_t scale) {
  uint64_t divisor = scale, rest = 2 * ticks;
  while (rest != 0) {  // Euclid
    const uint64_t r = divisor % rest;
    divisor = rest;
    rest = r;
  }
  if (ticks == 0 || scale == 0 || 2 * ticks / divisor > UINT32_MAX) return;
  out->fps_numerator = (uint32_t)(scale / divisor);
  out->fps_denominator = (uint32_t)(2 * ticks / divisor);
}

// The VUI (E.1.1) up to its timing.
static void read_timing(bits *b, ocel_h264_sps *out) {
  enum { EXTENDED_SAR = 255 };
  if (bit(b) != 0 && u(b, 8) == EXTENDED_SAR) (void)u(b, 32);  // aspect_ratio_info
  if (bit(b) != 0) (void)bit(b);                               // overscan_info
  if (bit(b) != 0) {                                           // video_signal_type
    (void)u(b, 4);
    if (bit(b) != 0) (void)u(b, 24);  // colour_description
  }
  if (bit(b) != 0) {  // chroma_loc_info
    (void)ue(b, 5);
    (void)ue(b, 5);
  }
  if (bit(b) == 0) return;  // timing_info
  const uint32_t num_units_in_tick = u(b, 32), time_scale = u(b, 32);
  set_frame_rate(out, num_units_in_tick, time_scale);
}

static ocel_err parse(ocel_span nal, ocel_h264_sps *sps, ocel_h264_order *order) {
  enum { FORBIDDEN = 0x80 };
  if (ocel_nal_type_of(nal) != OCEL_NAL_SPS || (nal.p[0] & FORBIDDEN) != 0) return OCEL_ERR_SYNTAX;
  bits b = {.rest = nal};
  (void)u(&b, 8);  // the NAL header
  sps->profile_idc = (uint8_t)u(&b, 8);
  sps->constraint_flags = (uint8_t)u(&b, 8);
  sps->level_idc = (uint8_t)u(&b, 8);
  (void)ue(&b, 31);  // seq_parameter_set_id
  const unsigned chroma_format = is_high(sps->profile_idc) ? read_chroma(&b, order) : 1;
  order->frame_num_bits = (uint8_t)(ue(&b, 12) + 4);
  read_picture_order(&b, order);
  (void)ue(&b, 16);  // max_num_ref_frames
  (void)bit(&b);     // gaps_in_frame_num_value_allowed_flag
  read_size(&b, chroma_format, order, sps);
  if (bit(&b) != 0) read_timing(&b, sps);
  return b.bad ? OCEL_ERR_SYNTAX : OCEL_OK;
}

ocel_err ocel_h264_sps_parse(ocel_span nal, ocel_h264_sps *out) {
  ocel_h264_sps sps = {.fps_denominator = 1};
  ocel_h264_order order = {0};
  const ocel_err rc = parse(nal, &sps, &order);
  if (rc == OCEL_OK) *out = sps;
  return rc;
}

ocel_err ocel_h264_sps_order(ocel_span nal, ocel_h264_order *out) {
  ocel_h264_sps sps = {.fps_denominator = 1};
  ocel_h264_order order = {0};
  const ocel_err rc = parse(nal, &sps, &order);
  if (rc == OCEL_OK) *out = order;
  return rc;
}
