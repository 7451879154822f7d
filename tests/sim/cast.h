// SPDX-License-Identifier: Apache-2.0
// What the scenarios are put together from.
#ifndef SIM_CAST_H
#define SIM_CAST_H

#include "hostile.h"
#include "world.h"

/// One performance: what is set before the world is made, and the world.
typedef struct {
  world w;
  world_config cfg;
  rng rng;
} play;

void play_prepare(play *p, uint64_t seed);  ///< Defaults, to be changed.
void play_open(play *p, uint64_t seed);     ///< Makes the world, starts the producers.
void play_begin(play *p, uint64_t seed);    ///< Both.
void play_add(play *p, const viewer_profile *f, unsigned ms);  ///< Enters after `ms`.
void play_end(play *p, unsigned ms);  ///< After `ms`, all leave; frees the world.

/// An honest viewer on a good link; transport, keep-alive, CSeq, channels, IP version and sizes
/// of reads and writes by chance.
viewer_profile cast_viewer(world *w, bool tcp, const char *script);

/// The same, transport by chance.
viewer_profile cast_any(world *w, const char *script);

/// A script of the world: printf into memory that lives as long as it.
const char *cast_script(world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/// Some milliseconds.
unsigned cast_ms(world *w, unsigned lo, unsigned hi);

/// Adds `n` honest viewers who watch for about `ms` and leave in various ways.
void cast_audience(world *w, unsigned n, unsigned ms);

#endif
