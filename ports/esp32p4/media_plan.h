// SPDX-License-Identifier: Apache-2.0
// How large a media ring a stream needs: by its bit rate and its group of pictures, whatever the
// size of the picture.
#ifndef OCEL_P4_MEDIA_PLAN_H
#define OCEL_P4_MEDIA_PLAN_H

#include "ocel/ring.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A ring that keeps the newest group of pictures, of up to two seconds and with a quarter more
/// than `bitrate`, while one picture is being written. The largest picture is half a second's
/// worth, 64 to 512 KB; what is larger makes the encoder coarser (encoder.h).
///
/// @param bitrate  Bits per second, the most that the encoder will be told.
/// @param gop      Pictures from one key picture to the next.
/// @param fps      Pictures per second; 0 counts as 30.
/// @return Valid for ocel_ring_init, `media` NULL. `align` and `unit_max` save the encoder a copy.
ocel_ring_config ocel_media_plan(uint32_t bitrate, uint8_t gop, uint8_t fps);

#ifdef __cplusplus
}
#endif
#endif
