// SPDX-License-Identifier: Apache-2.0
// Pictures that the sensor does not give: a part of its picture, smaller, or turned by a quarter.
//
// A band of whole lines needs no copy, since lines follow one another in the encoder's layout.
// Anything else is one pass of the PPA (driver/ppa.h), which scales by eighths when it writes
// YUV 4:2:0 and leaves fractions of a pixel out.
#ifndef OCEL_P4_RESHAPE_H
#define OCEL_P4_RESHAPE_H

#include "frame_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What is made of a picture. All zero: nothing.
typedef struct {
  uint16_t block_width, block_height;  ///< In the middle of the sensor's picture, pixels, even; 0:
                                       ///< all of it.
  uint8_t eighths;                     ///< The scale, 1..8 eighths; 0: 8.
  uint16_t turn;                       ///< Degrees clockwise: 0, 90 or 270.
} ocel_reshape;

/// Plain data; one task.
typedef struct {
  ocel_reshape how;        // without zeros
  ocel_frame_format from;  // what comes in
  uint16_t left, top;      // of the block
  bool copies;  ///< Whether pictures are copied; false: `ocel_reshape_run` moves a pointer.
  void *ppa;
  uint8_t *made;
  size_t made_size;
} ocel_reshaper;

/// Prepares for pictures of `from`, and says in `to` what comes out; they may be the same.
/// Memory of the last time is kept if it suffices.
/// @return OK, NO_MEMORY, or UNSUPPORTED if the block does not fit or a side would be odd.
ocel_source_result ocel_reshape_prepare(ocel_reshaper *r, const ocel_reshape *how,
                                        const ocel_frame_format *from, ocel_frame_format *to);

/// Makes of `frame` what is wanted. With `copies`, its old bytes are not needed after that, and
/// the new ones are good until the next call.
bool ocel_reshape_run(ocel_reshaper *r, ocel_frame *frame);

/// Frees what `prepare` took. Allowed before it, on zeros.
void ocel_reshape_end(ocel_reshaper *r);

/// One picture in the encoder's layout to be copied by the PPA.
typedef struct {
  const uint8_t *from;
  uint16_t width, height;  ///< Of the picture at `from`.
  uint16_t left, top;      ///< Of the block; even.
  ocel_reshape how;        ///< Without zeros.
  uint8_t *to;             ///< Whole cache lines, apart from the input.
  size_t to_size;          ///< Bytes, whole cache lines.
  ocel_pixels pixels;      ///< What is written.
} ocel_picture_job;

/// Copies and waits for the end; `ppa` is from ocel_convert_ppa_open.
bool ocel_picture_copy(void *ppa, const ocel_picture_job *job);

#ifdef __cplusplus
}
#endif
#endif
