// SPDX-License-Identifier: Apache-2.0
// The only source of chance in the simulator (splitmix64): a run is a function of its seed.
#ifndef SIM_RNG_H
#define SIM_RNG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  uint64_t state;
} rng;

rng rng_make(uint64_t seed);

/// A generator of its own for one actor, so that actors do not shift each other's chances.
rng rng_fork(rng *r);

uint64_t rng_next(rng *r);
uint32_t rng_below(rng *r, uint32_t n);                  ///< 0..n-1; n > 0.
uint32_t rng_between(rng *r, uint32_t lo, uint32_t hi);  ///< Both inclusive.
bool rng_permille(rng *r, uint32_t p);                   ///< True p times of 1000.
void rng_fill(rng *r, uint8_t *out, size_t n);

#endif
