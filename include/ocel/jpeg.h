// SPDX-License-Identifier: Apache-2.0
// A JPEG file as RTP can carry it (ITU-T T.81; RFC 2435 3.1, 4.1): baseline, 8 bit, one scan of
// Y, Cb and Cr at 4:2:0 or 4:2:2, the Huffman tables of T.81 K.3 (said or not), sides up to 2040.
//
// Such a file is an access unit whose units are the file and its parts:
//
//   ocel_access_unit_span(&au, OCEL_JPEG_FILE)   the picture, for HTTP or a disk
#ifndef OCEL_JPEG_H
#define OCEL_JPEG_H

#include "ocel/access_unit.h"
#include "ocel/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The longest side: RFC 2435 3.1.5 has 8 bits for it, in units of 8.
#define OCEL_JPEG_SIDE_MAX 2040u

/// The units of an access unit of JPEG.
enum {
  OCEL_JPEG_FILE,     ///< All of it, SOI to EOI.
  OCEL_JPEG_SCAN,     ///< The entropy-coded bytes, RST markers included, without EOI.
  OCEL_JPEG_FRAME,    ///< What SOF0 says, behind its length: 15 bytes.
  OCEL_JPEG_LUMA,     ///< Y's quantisation table, zigzag: 64 bytes.
  OCEL_JPEG_CHROMA,   ///< That of Cb and Cr; may be the same bytes.
  OCEL_JPEG_RESTART,  ///< The restart interval, big endian: 2 bytes. Not there if it is 0.
  OCEL_JPEG_PARTS,
};

/// Finds the parts of a file.
///
/// @param base   What the offsets in `units` count from; at or before `bytes`.
/// @param bytes  The file; what follows its EOI is left out.
/// @param count  Gets the number of `units`.
/// @return OCEL_OK; OCEL_ERR_SYNTAX if it is no JPEG, or not whole; OCEL_ERR_UNSUPPORTED if it is
///         one that RTP cannot carry.
OCEL_MUST_USE ocel_err ocel_jpeg_find(const uint8_t *base, ocel_span bytes,
                                      ocel_unit units[OCEL_JPEG_PARTS], uint16_t *count);

typedef struct {
  uint16_t width, height;  ///< Pixels, 1..OCEL_JPEG_SIDE_MAX.
} ocel_jpeg_size;

/// The size of a picture whose parts were found.
ocel_jpeg_size ocel_jpeg_size_of(const ocel_access_unit *au);

/// A Huffman table of ITU-T T.81 K.3 as a DHT segment has it: class and number, 16 counts, values.
/// For files that leave them out. `number`: 0 for Y, 1 for Cb and Cr. Static.
ocel_span ocel_jpeg_huffman(bool ac, unsigned number);

#ifdef __cplusplus
}
#endif
#endif
