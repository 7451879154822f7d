// SPDX-License-Identifier: Apache-2.0
// The virtual clock: a heap of events. Nothing sleeps; time is what the next event says.
#ifndef SIM_CLOCK_H
#define SIM_CLOCK_H

#include <stdbool.h>
#include <stddef.h>

#include "ocel/time.h"

typedef void (*sim_event_fn)(void *ctx);

typedef struct {
  ocel_us at;
  uint64_t order;  ///< Events of one instant run in the order they were made.
  sim_event_fn fn;
  void *ctx;
} sim_event;

typedef struct {
  ocel_us now;
  ocel_us origin;  ///< Where it began.
  sim_event *heap;
  size_t n, cap;
  uint64_t order;
} sim_clock;

void sim_clock_init(sim_clock *c, ocel_us origin);
void sim_clock_free(sim_clock *c);

/// Calls `fn(ctx)` at `at`, at once if that has passed. `ctx` must live until then.
void sim_clock_at(sim_clock *c, ocel_us at, sim_event_fn fn, void *ctx);

/// Runs the next event if it is not after `until`; else sets the clock to `until` and returns
/// false.
bool sim_clock_step(sim_clock *c, ocel_us until);

/// Runs everything up to `until`, inclusive.
void sim_clock_run(sim_clock *c, ocel_us until);

/// The wall clock at a virtual instant: some day in 2033 at the origin.
ocel_ntp sim_clock_ntp(const sim_clock *c, ocel_us at);

/// The inverse, rounded to the nearest microsecond.
ocel_us sim_clock_from_ntp(const sim_clock *c, ocel_ntp ntp);

#endif
