// SPDX-License-Identifier: Apache-2.0
#include "picture_order.h"

#include <string.h>

#include "ocel/h264_nal.h"

enum { SLICE_HEAD = 32 };  // Bytes; what is read takes at most 24.

// The beginning of a slice without its NAL header and emulation prevention bytes (7.4.1).
typedef struct {
  uint8_t bytes[SLICE_HEAD];
  size_t bits, at;
} bits;

static bits unescape(ocel_span nal) {
  bits b = {.bits = 0};
  unsigned zeros = 0;
  for (size_t i = 1; i < nal.n && b.bits < 8 * sizeof b.bytes; i++) {
    const bool prevention = zeros >= 2 && nal.p[i] == 3;
    zeros = nal.p[i] == 0 ? zeros + 1 : 0;
    if (prevention) continue;
    b.bytes[b.bits / 8] = nal.p[i];
    b.bits += 8;
  }
  return b;
}

// Past the end there are ones, so that every code ends.
static unsigned bit(bits *b) {
  const size_t at = b->at++;
  if (at >= b->bits) return 1;
  const unsigned byte = b->bytes[at / 8];
  return byte >> (7 - at % 8) & 1;
}

static uint32_t u(bits *b, unsigned n) {
  uint32_t v = 0;
  while (n-- > 0) v = v << 1 | bit(b);
  return v;
}

static void skip_ue(bits *b) {
  unsigned zeros = 0;
  while (bit(b) == 0) zeros++;
  b->at += zeros;
}

// Reads pic_order_cnt_lsb (7.3.3). False for a field, or a slice that is cut short.
static bool read_lsb(const ocel_h264_order *sps, ocel_span nal, uint32_t *lsb) {
  bits b = unescape(nal);
  skip_ue(&b);                                             // first_mb_in_slice
  skip_ue(&b);                                             // slice_type
  skip_ue(&b);                                             // pic_parameter_set_id
  if (sps->separate_planes) (void)u(&b, 2);                // colour_plane_id
  (void)u(&b, sps->frame_num_bits);                        // frame_num
  if (sps->fields && bit(&b) != 0) return false;           // field_pic_flag
  if (ocel_nal_type_of(nal) == OCEL_NAL_IDR) skip_ue(&b);  // idr_pic_id
  *lsb = u(&b, sps->lsb_bits);
  return b.at <= b.bits;
}

// The count whose low bits are `lsb` and that lies nearest to the last reference picture's.
static int64_t extend(int64_t previous, uint32_t lsb, unsigned lsb_bits) {
  const int64_t range = INT64_C(1) << lsb_bits;
  const int64_t last = previous & (range - 1);
  int64_t count = previous - last + lsb;
  if (lsb < last && last - lsb >= range / 2) count += range;
  if (lsb > last && lsb - last > range / 2) count -= range;
  return count;
}

static bool find_slice(oceld_picture_order *o, ocel_span head, ocel_span *slice) {
  while (ocel_annexb_next(&head, slice)) {
    const unsigned type = ocel_nal_type_of(*slice);
    if (ocel_nal_is_vcl(type)) return true;
    if (type == OCEL_NAL_SPS) o->known = ocel_h264_sps_order(*slice, &o->sps) == OCEL_OK;
  }
  return false;
}

bool oceld_picture_order_next(oceld_picture_order *o, ocel_span head, int64_t *count) {
  ocel_span slice;
  uint32_t lsb;
  if (!find_slice(o, head, &slice) || !o->known || o->sps.type != 0) return false;
  if (!read_lsb(&o->sps, slice, &lsb)) return false;
  if (ocel_nal_type_of(slice) == OCEL_NAL_IDR) o->previous = 0;
  *count = extend(o->previous, lsb, o->sps.lsb_bits);
  const bool reference = (slice.p[0] & 0x60) != 0;
  if (reference) o->previous = *count;
  return true;
}
