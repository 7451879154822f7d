// SPDX-License-Identifier: Apache-2.0
// An access unit of H.264 -> RTP payloads, packetization-mode 1 (RFC 6184 5.6, 5.7.1, 5.8):
// runs of small non-VCL NAL units (types 6..9: SEI, SPS, PPS, AUD) travel as one STAP-A,
// a NAL unit that fits as a single NAL unit packet, any other as FU-A fragments.
//
//   ocel_payload_pos pos = OCEL_PAYLOAD_START;
//   while (!ocel_payload_at_end(&au, pos)) {
//     size_t n = ocel_h264_pack(&au, pos, payload_max, &gather, &pos);
//     if (n == 0) break;  // gather list full: write it, then go on from the same `pos`
//   }
//
// The position is a plain value: the same position and `payload_max` give the same payload
// again. No video byte is copied. The units must be of types 1..23: from 24 on, the numbers
// name payload structures (RFC 6184 5.2), and receivers would take the units for such.
#ifndef OCEL_H264_PACK_H
#define OCEL_H264_PACK_H

#include "ocel/access_unit.h"
#include "ocel/gather.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The smallest payload that still carries one byte of video in an FU-A.
#define OCEL_H264_PAYLOAD_MIN 3u

/// The largest payload: STAP-A has 16-bit lengths.
#define OCEL_H264_PAYLOAD_MAX 65535u

/// Most NAL units in one STAP-A. The bound keeps every payload within OCEL_H264_SPANS_MAX
/// spans and OCEL_H264_SCRATCH_MAX bytes of scratch, so a list of that room is never too small.
#define OCEL_H264_STAP_UNITS 4u
#define OCEL_H264_SPANS_MAX (2u * OCEL_H264_STAP_UNITS)
#define OCEL_H264_SCRATCH_MAX (1u + 2u * OCEL_H264_STAP_UNITS)

/// Appends the payload that begins at `pos` to `g`. All fragments of a unit but its last have
/// payload_max bytes. What lies in the scratch right before (RTP, interleaved headers) shares
/// the payload's first span unless that is a single NAL unit packet.
///
/// @param pos          Not at the end.
/// @param payload_max  Largest payload in bytes, RTP header excluded; OCEL_H264_PAYLOAD_MIN
///                     to OCEL_H264_PAYLOAD_MAX. Keep it the same within an access unit.
/// @param next         Gets the position behind this payload; untouched if 0 is returned.
/// @return The payload's size in bytes, 1..payload_max; 0, with `g` unchanged, if the
///         gather list has no room for it.
size_t ocel_h264_pack(const ocel_access_unit *au, ocel_payload_pos pos, size_t payload_max,
                      ocel_gather *g, ocel_payload_pos *next);

#ifdef __cplusplus
}
#endif
#endif
