// SPDX-License-Identifier: Apache-2.0
// H.264 NAL units in their two wrappings: Annex B start codes (ITU-T H.264 B.1) and length
// prefixes (ISO/IEC 14496-15 5.3). Pure functions over borrowed bytes.
#ifndef OCEL_H264_NAL_H
#define OCEL_H264_NAL_H

#include "ocel/err.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// nal_unit_type values (ITU-T H.264 table 7-1) that the library treats by name.
typedef enum {
  OCEL_NAL_SLICE = 1,
  OCEL_NAL_IDR = 5,
  OCEL_NAL_SEI = 6,
  OCEL_NAL_SPS = 7,
  OCEL_NAL_PPS = 8,
  OCEL_NAL_AUD = 9,
} ocel_nal_type;

/// nal_unit_type of a unit; 0 (unspecified) for an empty one.
static inline unsigned ocel_nal_type_of(ocel_span nal) { return nal.n > 0 ? nal.p[0] & 0x1fu : 0; }

/// True for the coded slices, types 1..5 (VCL NAL units).
static inline bool ocel_nal_is_vcl(unsigned type) { return type >= 1 && type <= 5; }

/// Takes the next NAL unit from a whole Annex B byte string.
///
/// @param rest  The bytes not yet visited; advanced. Leading zeros, trailing zeros and
///              3- or 4-byte start codes are no part of any unit. Bytes before the first
///              start code are skipped.
/// @param nal   Gets the unit, never empty; points into the caller's bytes.
/// @return false when there is no further unit.
bool ocel_annexb_next(ocel_span *rest, ocel_span *nal);

/// Takes the next NAL unit from length-prefixed bytes.
///
/// @param length_size  Bytes of the prefix: 1, 2 or 4.
/// @return OCEL_OK and a non-empty unit (empty ones are skipped); OCEL_ERR_MORE at the
///         clean end; OCEL_ERR_SYNTAX, with `rest` at the bad length, if that points past the
///         end or is cut short, or for any other `length_size`.
OCEL_MUST_USE ocel_err ocel_avcc_next(ocel_span *rest, unsigned length_size, ocel_span *nal);

/// The first byte of the start code (00 00 01, or 00 00 00 01 with its leading zero) at or
/// after `from`; `s.n` if there is none.
size_t ocel_annexb_find(ocel_span s, size_t from);

/// True if `nal`, coming after a unit of the same stream, begins a new access unit
/// (ITU-T H.264 7.4.1.2.3): AUD, SPS, PPS, SEI or types 14..18 after a slice, or a slice with
/// first_mb_in_slice 0 after a slice.
///
/// @param after_vcl  Whether the current access unit already has a slice.
bool ocel_nal_begins_access_unit(ocel_span nal, bool after_vcl);

#ifdef __cplusplus
}
#endif
#endif
