// SPDX-License-Identifier: Apache-2.0
// What the test source sounds like: a beep at the beginning of each second of the wall clock,
// while the picture has a bright square.
#ifndef OCELD_TONE_H
#define OCELD_TONE_H

#include <libavutil/frame.h>
#include <stdbool.h>

#include "ocel/time.h"

#define OCELD_TONE_RATE 48000
#define OCELD_TONE_FRAME (20 * OCEL_MILLISECOND)  ///< Duration of what oceld_tone_make makes.

/// True for the first 100 ms of each second. `wall`: microseconds of wall-clock time.
bool oceld_tone_is_on(ocel_us wall);

/// Makes a frame of sound that begins at `wall`. @return 0, or FFmpeg's error.
int oceld_tone_make(AVFrame *frame, ocel_us wall);

#endif
