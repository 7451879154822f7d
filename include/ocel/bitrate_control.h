// SPDX-License-Identifier: Apache-2.0
// How many bits per second an encoder may make, by what its viewers' networks carry: down at once
// when one of them is in trouble, up slowly and carefully. One owner steps it about once a second
// and tells the encoder.
//
//   ocel_bitrate_control c;
//   ocel_bitrate_control_init(&c, 300000, 2000000);
//   if (ocel_bitrate_control_step(&c, &signs, now)) tune(encoder, c.bitrate);
#ifndef OCEL_BITRATE_CONTROL_H
#define OCEL_BITRATE_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What all viewers of a stream show together, as ocel_client_stats has it.
typedef struct {
  uint32_t viewers;
  uint32_t skipped;       ///< Sum over all, ever; less than before if one has left.
  uint8_t fraction_lost;  ///< Of 256; the worst.
  ocel_us behind;         ///< The worst.
  ocel_us round_trip;     ///< The longest; -1 when unknown.
} ocel_bitrate_signs;

/// `bitrate` may be read; the rest is private.
typedef struct {
  uint32_t bitrate;  ///< Bits per second now, floor..ceiling.
  uint32_t floor, ceiling;
  uint32_t trouble;  // The rate at which there was trouble last; 0: none known.
  uint32_t skipped;
  ocel_us round_trip_least;  // -1: none known.
  ocel_us lowered_at, raised_at, calm_since;
  ocel_us patience;  // Before it goes again to where there was trouble.
} ocel_bitrate_control;

/// Begins at `ceiling`, in calm. `floor` <= `ceiling`, both above 0.
void ocel_bitrate_control_init(ocel_bitrate_control *c, uint32_t floor, uint32_t ceiling);

/// Looks at the viewers.
/// @return True if `bitrate` has changed.
bool ocel_bitrate_control_step(ocel_bitrate_control *c, const ocel_bitrate_signs *signs,
                               ocel_us now);

#ifdef __cplusplus
}
#endif
#endif
