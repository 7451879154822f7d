// SPDX-License-Identifier: Apache-2.0
// When each picture of a constant rate is due.
#ifndef OCELD_PACE_H
#define OCELD_PACE_H

#include "ocel/time.h"
#include "options.h"

typedef struct {
  oceld_rate rate;
  ocel_us origin;
  uint64_t count;  ///< Pictures since `origin`.
} oceld_pace;

/// Duration of `pictures` at that rate, in microseconds.
double oceld_rate_us(oceld_rate rate, uint64_t pictures);

/// True from 1 to 240 pictures per second: what a stream says of itself may be anything.
bool oceld_rate_is_sane(oceld_rate rate);

void oceld_pace_start(oceld_pace *p, oceld_rate rate, ocel_us now);

/// The instant of the next picture. Small delays are caught up with; after a stop of over a
/// second (suspend, debugger, full disk) the pace begins anew at `now`.
ocel_us oceld_pace_next(oceld_pace *p, ocel_us now);

/// For a source that can leave pictures out: does so as long as the one after the next is due,
/// too. @return How many.
uint64_t oceld_pace_skip(oceld_pace *p, ocel_us now);

#endif
