// SPDX-License-Identifier: Apache-2.0
// The sequence parameter set, as far as SDP and statistics need it (ITU-T H.264 7.3.2.1.1).
#ifndef OCEL_H264_PARAMS_H
#define OCEL_H264_PARAMS_H

#include "ocel/err.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t profile_idc;
  uint8_t constraint_flags;  ///< The byte after profile_idc, as it stands.
  uint8_t level_idc;
  uint16_t width, height;    ///< Luma samples after cropping; 1..16384.
  uint32_t fps_numerator;    ///< Frames per second as a fraction from the VUI timing;
  uint32_t fps_denominator;  ///< in lowest terms; 0/1 when the stream does not say.
} ocel_h264_sps;

/// Reads a sequence parameter set as far as the VUI's timing; what follows is not looked at.
///
/// @param nal  The NAL unit with its header byte, emulation prevention bytes included.
/// @return OCEL_OK; OCEL_ERR_SYNTAX if it is no SPS, is cut short, or names an impossible
///         size. `out` is written only on OCEL_OK.
OCEL_MUST_USE ocel_err ocel_h264_sps_parse(ocel_span nal, ocel_h264_sps *out);

/// What it takes to read a slice header up to the picture's place in the order of output (7.3.3).
typedef struct {
  uint8_t frame_num_bits;  ///< Of frame_num, 4..16.
  uint8_t type;            ///< pic_order_cnt_type, 0..2.
  uint8_t lsb_bits;        ///< Of pic_order_cnt_lsb, 4..16; 0 unless `type` is 0.
  bool fields;             ///< A slice says whether it is of a frame or of a field.
  bool separate_planes;    ///< A slice names its colour plane.
} ocel_h264_order;

/// Reads that from a sequence parameter set; accepts and refuses what ocel_h264_sps_parse does.
/// `out` is written only on OCEL_OK.
OCEL_MUST_USE ocel_err ocel_h264_sps_order(ocel_span nal, ocel_h264_order *out);

#ifdef __cplusplus
}
#endif
#endif
