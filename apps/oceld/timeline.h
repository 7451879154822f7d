// SPDX-License-Identifier: Apache-2.0
// When the pictures of a file are due as it is played over and over: its own time stamps, laid
// end to end on the clock without a gap.
#ifndef OCELD_TIMELINE_H
#define OCELD_TIMELINE_H

#include <stdbool.h>

#include "ocel/time.h"

/// A time stamp that the file does not give.
#define OCELD_NO_TIME INT64_MIN

/// One picture in the file's time, microseconds.
typedef struct {
  ocel_us dts;       ///< Decoding time, or OCELD_NO_TIME.
  ocel_us pts;       ///< Presentation time, or OCELD_NO_TIME.
  ocel_us duration;  ///< Of one picture; above 0.
} oceld_stamps;

/// The same picture on ocel_loop_now's clock.
typedef struct {
  ocel_us due;          ///< When to hand it out; never decreases.
  ocel_us captured_at;  ///< Its sampling instant; with B-pictures not in order.
} oceld_moment;

/// Fields are private.
typedef struct {
  ocel_us shift;     // Added to the file's time.
  ocel_us delay;     // Of presentation behind decoding, at the first picture.
  ocel_us last_dts;  // Of the file; meaningful after the first picture.
  ocel_us last_duration;
  bool begun;   // A picture has been seen.
  bool seamed;  // The next picture follows the last one, whatever its time stamps say.
} oceld_timeline;

void oceld_timeline_start(oceld_timeline *t);

/// Places the next picture. Jumps in the file's time (over 10 s, or backwards) are closed; after
/// a stop of over a second time goes on from `now`.
oceld_moment oceld_timeline_next(oceld_timeline *t, const oceld_stamps *s, ocel_us now);

/// What turns the file's presentation time into the clock's.
/// @return False before the first picture of a round: it is not known yet.
bool oceld_timeline_shift(const oceld_timeline *t, ocel_us *shift);

/// The file begins again with the next picture.
void oceld_timeline_loop(oceld_timeline *t);

#endif
