// SPDX-License-Identifier: Apache-2.0
// Rates of a track over a sliding window.
#ifndef OCEL_METER_H
#define OCEL_METER_H

#include "ocel/stats.h"

enum { OCEL__MARKS = 8 };

// What a track's counters were when the unit captured at `at` had been counted.
typedef struct {
  ocel_us at;
  uint64_t units, bytes, sent, encode_us;
} ocel__mark;

// Zero it first.
typedef struct {
  ocel__mark last;                // the newest unit
  ocel__mark marks[OCEL__MARKS];  // of the last OCEL_STATS_WINDOW; the oldest is overwritten
  uint32_t n;                     // made so far
} ocel__meter;

/// A unit has been counted, and these are the counters.
void ocel__meter_see(ocel__meter *m, const ocel__mark *counters);

/// Fills in the rates.
void ocel__meter_read(const ocel__meter *m, ocel_us now, ocel_track_stats *out);

#endif
