// SPDX-License-Identifier: Apache-2.0
// An access unit of JPEG -> RTP payloads (RFC 2435): the scan behind main headers, with the
// quantisation tables in the first packet of every picture (Q 255) and a restart header if the
// file has a restart interval. Used as ocel_h264_pack is.
#ifndef OCEL_JPEG_PACK_H
#define OCEL_JPEG_PACK_H

#include "ocel/access_unit.h"
#include "ocel/gather.h"
#include "ocel/jpeg.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The smallest payload that holds all headers and one byte.
#define OCEL_JPEG_PAYLOAD_MIN 145u

/// What one payload takes of a gather list at most.
#define OCEL_JPEG_SPANS_MAX 4u
#define OCEL_JPEG_SCRATCH_MAX 16u

/// Appends the payload that begins at `pos` to `g`, and moves `pos` behind it. Not a byte of the
/// file is copied. All payloads of a picture but its last have `payload_max` bytes.
///
/// @param au           With the parts that ocel_jpeg_find found; borrowed until `g` is written.
/// @param payload_max  Largest payload in bytes, >= OCEL_JPEG_PAYLOAD_MIN.
/// @return The payload's size in bytes; 0, with `g` and `pos` unchanged, if the list has no room
///         for it.
size_t ocel_jpeg_pack(const ocel_access_unit *au, size_t payload_max, ocel_gather *g,
                      ocel_payload_pos *pos);

#ifdef __cplusplus
}
#endif
#endif
