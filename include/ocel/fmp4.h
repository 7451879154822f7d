// SPDX-License-Identifier: Apache-2.0
// Fragmented MP4 (ISO/IEC 14496-12 8.8, 14496-15 5, 14496-14 5.6; Opus in ISOBMFF 4.3) as Media
// Source Extensions take it: one initialisation segment, then one fragment (moof + mdat) for each
// access unit. Pure; the media bytes are referenced, never copied.
//
//   ocel_fmp4_put_init(&w, tracks, n);
//   ocel_payload_pos pos = OCEL_PAYLOAD_START;
//   while (!ocel_payload_at_end(&au, pos)) {
//     size_t n = ocel_fmp4_pack(&fragment, &au, piece_max, &gather, &pos);
//     if (n == 0) break;  // gather list full: write it, then go on from the same `pos`
//   }
#ifndef OCEL_FMP4_H
#define OCEL_FMP4_H

#include "ocel/access_unit.h"
#include "ocel/err.h"
#include "ocel/format.h"
#include "ocel/gather.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One track of an initialisation segment. Borrowed for the call.
typedef struct {
  const ocel_format *format;  ///< H.264, AAC or Opus.
  ocel_span sps, pps;         ///< H.264: NAL units without start codes.
} ocel_fmp4_track;

/// True if a track of that format can be carried.
bool ocel_fmp4_carries(const ocel_format *f);

/// Bytes of an initialisation segment with one track of pictures and one of sound, but for the
/// parameter sets.
#define OCEL_FMP4_INIT_MAX 1280u

/// Puts `ftyp` and `moov` for `n` tracks, whose numbers are 1..n. A track is on the time scale of
/// its format: 90 kHz, or its sampling rate.
///
/// @return OCEL_OK; OCEL_ERR_UNSUPPORTED for another format; OCEL_ERR_SYNTAX if an SPS cannot be
///         read or a set is over 65535 bytes; OCEL_ERR_SPACE. What is in `w` is then unusable.
OCEL_MUST_USE ocel_err ocel_fmp4_put_init(ocel_wbuf *w, const ocel_fmp4_track *tracks, size_t n);

/// Puts the track's name in a `codecs` parameter (RFC 6381 3.3): "avc1.42C01F", "mp4a.40.2",
/// "opus". Nothing for an SPS of less than 4 bytes.
void ocel_fmp4_put_codec(ocel_wbuf *w, const ocel_fmp4_track *track);

/// What a fragment says besides its media.
typedef struct {
  const ocel_format *format;  ///< Of the track.
  uint32_t track;             ///< Its number, 1..n.
  uint32_t sequence;          ///< Of the fragment; players do not look at it.
  uint32_t duration;          ///< Of the picture, in ticks of 90 kHz. Sound knows its own.
} ocel_fmp4_fragment;

/// `moof`, and the head of `mdat`: the beginning of every fragment.
#define OCEL_FMP4_HEAD_SIZE 108u

/// The smallest piece that may be asked for.
#define OCEL_FMP4_PIECE_MIN 128u

/// What one piece takes of a gather list at most.
#define OCEL_FMP4_UNITS 4u  ///< NAL units of one piece.
#define OCEL_FMP4_SPANS_MAX (2u * OCEL_FMP4_UNITS)
#define OCEL_FMP4_SCRATCH_MAX (OCEL_FMP4_HEAD_SIZE + 4u * OCEL_FMP4_UNITS)

/// Size in bytes of the piece that ocel_fmp4_pack gives for the same arguments.
size_t ocel_fmp4_piece(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t piece_max,
                       ocel_payload_pos pos);

/// Appends the piece of the fragment that begins at `pos` to `g`, and moves `pos` behind it. The
/// first piece begins with the fragment's head: the decode time is the capture time, in ticks
/// since the clock showed 0 (not below 0). NAL units are behind lengths of 4 bytes; parameter sets
/// are left out, for they are in the initialisation segment.
///
/// @param piece_max  Largest piece in bytes, >= OCEL_FMP4_PIECE_MIN; the same for a whole unit.
/// @return The piece's size in bytes; 0, with `g` and `pos` unchanged, if the list has no room
///         for it.
size_t ocel_fmp4_pack(const ocel_fmp4_fragment *f, const ocel_access_unit *au, size_t piece_max,
                      ocel_gather *g, ocel_payload_pos *pos);

#ifdef __cplusplus
}
#endif
#endif
