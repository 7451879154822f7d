// SPDX-License-Identifier: Apache-2.0
#include "rng.h"

rng rng_make(uint64_t seed) {
  rng r = {seed ^ UINT64_C(0x5851f42d4c957f2d)};
  (void)rng_next(&r);
  return r;
}

uint64_t rng_next(rng *r) {
  r->state += UINT64_C(0x9e3779b97f4a7c15);
  uint64_t z = r->state;
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

rng rng_fork(rng *r) { return rng_make(rng_next(r)); }

uint32_t rng_below(rng *r, uint32_t n) { return (uint32_t)((rng_next(r) >> 32) * n >> 32); }

uint32_t rng_between(rng *r, uint32_t lo, uint32_t hi) { return lo + rng_below(r, hi - lo + 1); }

bool rng_permille(rng *r, uint32_t p) { return rng_below(r, 1000) < p; }

void rng_fill(rng *r, uint8_t *out, size_t n) {
  for (size_t i = 0; i < n; i++) out[i] = (uint8_t)(rng_next(r) >> 56);
}
