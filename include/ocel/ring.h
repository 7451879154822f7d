// SPDX-License-Identifier: Apache-2.0
// The media ring of one track: memory given by the caller, written by one producer (the encoder
// task), read by one consumer (the task that owns the server). Lock-free with C11 atomics;
// neither side ever waits for the other.
//
//   producer:  p = ocel_ring_reserve(ring, max);      // NULL: consumer is late, drop the picture
//              n = encode(p, max);
//              ocel_ring_commit(ring, n, &how);       // then wake the consumer
//
//   consumer:  ocel_ring_trim(ring);                  // on each wake: makes room for the producer
//              ocel_ring_get(ring, index, &au);       // oldest .. newest
//
// Access units are numbered from 0 without gaps. The consumer keeps as many of them as memory
// allows while `unit_max` bytes stay free for the producer; a unit may be read until the
// consumer's own next call to ocel_ring_trim. So the bytes of a unit that is being sent never
// change under the sender.
#ifndef OCEL_RING_H
#define OCEL_RING_H

#include "ocel/access_unit.h"
#include "ocel/err.h"
#include "ocel/format.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_ring ocel_ring;

typedef struct {
  uint32_t unit_max;  ///< Largest access unit that reserve is asked for, bytes; >= 64.
  uint32_t bytes;     ///< Media memory; at least 3 * (unit_max + OCEL_RING_OVERHEAD).
  uint16_t records;   ///< Access units kept at most: a power of two, 4..16384.
  uint16_t align;     ///< Alignment of reserved memory: a power of two, 8..256.
  ocel_codec codec;   ///< What the units are. All but H.264 is committed with OCEL_WRAP_BLOCK,
                      ///< and needs less memory beside it.

  /// Media memory of `bytes`, aligned like `mem`, which must outlive the ring; NULL: inside `mem`.
  /// For machines with memory that is large but has no atomic access: only the ring itself, of
  /// some hundred bytes and 40 for each record, needs that.
  void *media;
} ocel_ring_config;

/// Bytes beside the payload that a reserved unit may need: its table of NAL units, parameter
/// sets put before an IDR picture that has none, and alignment.
#define OCEL_RING_OVERHEAD 3072u

/// Bytes that `ocel_ring_init` needs: structure, records, and media unless they are elsewhere. 0
/// if `cfg` is out of range.
size_t ocel_ring_size(const ocel_ring_config *cfg);

/// Builds a ring inside `mem` (aligned to max(cfg->align, 64)), which must outlive it. NULL if
/// `size` is too small or `cfg` is out of range.
ocel_ring *ocel_ring_init(void *mem, size_t size, const ocel_ring_config *cfg);

// ---- producer ----

/// How the committed bytes are wrapped.
typedef enum {
  OCEL_WRAP_ANNEXB,            ///< Start codes; the whole unit is searched.
  OCEL_WRAP_ANNEXB_ONE_SLICE,  ///< Start codes, and nothing follows the first slice: searched
                               ///< only up to it (hardware encoders).
  OCEL_WRAP_AVCC,              ///< 4-byte lengths (ISO/IEC 14496-15).
  OCEL_WRAP_BLOCK,             ///< Not at all: one block of sound, or a JPEG file.
} ocel_wrap;

typedef struct {
  ocel_wrap wrap;
  ocel_us captured_at;  ///< On the consumer's clock; later than the unit before, by a tick of the
                        ///< track's clock at least.
  ocel_us encode_time;  ///< How long the encoder took; 0: not known. For statistics.
} ocel_commit;

/// Room for one access unit of up to `max` bytes (<= unit_max), contiguous and aligned. The
/// same call again before a commit gives the same memory. NULL if the consumer has not made
/// room: drop the picture; the ring then refuses units until the next key picture, since they
/// could not be decoded.
uint8_t *ocel_ring_reserve(ocel_ring *r, uint32_t max);

/// Publishes the first `size` bytes of the reserved room as one access unit.
///
/// NAL units of unspecified types (0, 24..31) are left out.
/// An IDR picture that comes without SPS and PPS gets the last ones seen (or set) in front.
/// A block of sound, or a JPEG file, is a unit as it is; each is a key: decoding can start with
/// it. A file that RTP cannot carry (jpeg.h) counts as dropped. Give a block the time of its first
/// sample: base + ceil(samples so far * 1e6 / rate), with a base that is a multiple of 10 ms; then
/// the RTP timestamps of any usual rate go up by exactly its samples.
/// @return OCEL_OK; OCEL_ERR_SYNTAX if there is no NAL unit with a slice in it, the wrapping
///         is broken or not that of the ring, or a block is empty; OCEL_ERR_UNSUPPORTED for other
///         kinds of JPEG; OCEL_ERR_SPACE with more than OCEL_UNITS_MAX units; OCEL_ERR_STATE
///         without a reservation, or while waiting for a key picture. Nothing is published then.
OCEL_MUST_USE ocel_err ocel_ring_commit(ocel_ring *r, uint32_t size, const ocel_commit *how);

/// Hands over parameter sets that are not in the stream itself (avcC extradata). NAL units
/// without start codes; copied. OCEL_ERR_SPACE if one is over 256 bytes.
OCEL_MUST_USE ocel_err ocel_ring_set_parameters(ocel_ring *r, ocel_span sps, ocel_span pps);

/// Pictures dropped by the producer because the consumer was late, and JPEG files that cannot be
/// served, modulo 2^32. Any thread.
uint32_t ocel_ring_dropped(const ocel_ring *r);

// ---- consumer ----

/// What the ring was built with.
const ocel_ring_config *ocel_ring_get_config(const ocel_ring *r);

/// Number of the access unit that will be committed next; all below have been.
uint32_t ocel_ring_head(ocel_ring *r);

/// Frees the oldest units until the producer has room for a unit of `unit_max`, and returns the
/// number of the oldest one left (== head when empty).
uint32_t ocel_ring_trim(ocel_ring *r);

/// The oldest unit that is left; what the last trim returned.
uint32_t ocel_ring_tail(const ocel_ring *r);

/// Reads unit `index`, which must be in tail..head-1 (modulo 2^32). Valid until the next trim.
void ocel_ring_get(const ocel_ring *r, uint32_t index, ocel_access_unit *out);

#ifdef __cplusplus
}
#endif
#endif
