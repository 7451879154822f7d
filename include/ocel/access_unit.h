// SPDX-License-Identifier: Apache-2.0
// One access unit as it lies in a media ring: a picture, or a block of sound.
#ifndef OCEL_ACCESS_UNIT_H
#define OCEL_ACCESS_UNIT_H

#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The most NAL units that one access unit may have; a bigger one is refused at commit.
#define OCEL_UNITS_MAX 255u

/// One NAL unit (without start code or length) of an access unit; the whole block of a sound; a
/// JPEG file, then its parts (jpeg.h).
typedef struct {
  uint32_t offset;  ///< From `ocel_access_unit.data`.
  uint32_t size;    ///< Bytes; never 0.
} ocel_unit;

/// A borrowed view; whoever returns it says how long it stays valid.
typedef struct {
  const uint8_t *data;
  const ocel_unit *units;
  uint16_t unit_count;  ///< 1..OCEL_UNITS_MAX.
  bool key;             ///< Decoding can start here (H.264: an IDR picture; else always).
  uint32_t size;        ///< Of the NAL units together, the block, or the file; bytes.
  ocel_us captured_at;  ///< Sampling instant; the RTP timestamp comes from it.
  uint32_t encode_us;   ///< How long encoding took; 0: not known.
} ocel_access_unit;

static inline ocel_span ocel_access_unit_span(const ocel_access_unit *au, size_t unit) {
  return ocel_span_make(au->data + au->units[unit].offset, au->units[unit].size);
}

/// Where the next RTP payload of an access unit begins. A plain value: the same position gives
/// the same payload again.
typedef struct {
  uint16_t unit;    ///< Index into the units; `unit_count` at the end.
  uint32_t offset;  ///< Bytes of that unit already sent (H.264: its NAL header included).
} ocel_payload_pos;

#define OCEL_PAYLOAD_START ((ocel_payload_pos){0, 0})

/// True when the payload before `pos` was the access unit's last.
static inline bool ocel_payload_at_end(const ocel_access_unit *au, ocel_payload_pos pos) {
  return pos.unit >= au->unit_count;
}

#ifdef __cplusplus
}
#endif
#endif
