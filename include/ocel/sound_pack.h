// SPDX-License-Identifier: Apache-2.0
// A block of sound -> RTP payloads.
//
//   PCMU, PCMA, L16  samples, cut between samples (RFC 3551 4.2, 4.5)
//   AAC              one access unit behind its AU header; fragments if it is larger than a
//                    packet (RFC 3640 3.2, 3.3.6)
//   Opus             one Opus packet, never cut (RFC 7587 4.2)
//
// Used as ocel_h264_pack is; the block is the access unit's only unit.
#ifndef OCEL_SOUND_PACK_H
#define OCEL_SOUND_PACK_H

#include "ocel/access_unit.h"
#include "ocel/format.h"
#include "ocel/gather.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The largest AAC access unit: sizelength=13 (RFC 3640 3.3.6).
#define OCEL_AAC_UNIT_MAX 8191u

/// The largest Opus packet for one frame of 20 ms (RFC 6716 3.4); senders here use no other.
#define OCEL_OPUS_UNIT_MAX 1275u

/// What one payload takes of a gather list at most.
#define OCEL_SOUND_SPANS_MAX 2u
#define OCEL_SOUND_SCRATCH_MAX 4u

/// Appends the payload that begins at `pos` to `g`, and moves `pos` behind it.
///
/// @param payload_max  Largest payload in bytes, >= 16; Opus: >= the size of the block.
/// @return The payload's size in bytes; 0, with `g` and `pos` unchanged, if the list has no room
///         for it.
size_t ocel_sound_pack(const ocel_format *f, const ocel_access_unit *au, size_t payload_max,
                       ocel_gather *g, ocel_payload_pos *pos);

/// Clock ticks from the block's beginning to `pos`: a packet of samples has the time of its first
/// one. 0 for AAC and Opus, whose packets all have the time of the block.
uint32_t ocel_sound_ticks(const ocel_format *f, ocel_payload_pos pos);

/// Whether the packet before `next` has the marker bit: the last of an AAC access unit
/// (RFC 3640 3.1); never one of the others, since there are no pauses (RFC 3551 4.1).
bool ocel_sound_marker(const ocel_format *f, const ocel_access_unit *au, ocel_payload_pos next);

#ifdef __cplusplus
}
#endif
#endif
