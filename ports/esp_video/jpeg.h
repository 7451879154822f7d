// SPDX-License-Identifier: Apache-2.0
// One JPEG picture, by the chip's JPEG encoder.
#ifndef OCEL_P4_JPEG_H
#define OCEL_P4_JPEG_H

#include "shared_camera.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct {
  uint8_t *data;  ///< To be freed by ocel_jpeg_free; NULL if there is none.
  size_t size;    ///< Bytes.
} ocel_jpeg;

/// Encodes `picture`, 4:2:2, and waits for the end: some tens of milliseconds. Any one task.
/// @param quality 1..100; other values are brought into that range
/// @return OK; UNSUPPORTED if its sides are not multiples of 16 and 8; NO_MEMORY; FAILED
ocel_source_result ocel_jpeg_encode(const ocel_rgb_picture *picture, uint8_t quality,
                                    ocel_jpeg *out);

/// Frees what is in it. Allowed on zeros.
void ocel_jpeg_free(ocel_jpeg *jpeg);

#ifdef __cplusplus
}
#endif
#endif
