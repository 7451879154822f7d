// SPDX-License-Identifier: Apache-2.0
// The order in which the pictures of a raw H.264 file are shown, which with B-pictures is not the
// order in which they come: picture order count of type 0 (ITU-T H.264 8.2.1.1), frames only.
#ifndef OCELD_PICTURE_ORDER_H
#define OCELD_PICTURE_ORDER_H

#include "ocel/h264_params.h"

/// Fields are private; zero it at the beginning of the file.
typedef struct {
  ocel_h264_order sps;
  bool known;        // A parameter set has been seen.
  int64_t previous;  // Count of the last reference picture.
} oceld_picture_order;

/// Reads the next picture's count: larger is shown later, and an IDR picture begins anew at 0.
///
/// @param head  The access unit in Annex B form, or its beginning up to the first slice's header.
/// @return False if it cannot be told.
bool oceld_picture_order_next(oceld_picture_order *o, ocel_span head, int64_t *count);

#endif
