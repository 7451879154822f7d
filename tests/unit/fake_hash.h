// SPDX-License-Identifier: Apache-2.0
// A hash function that hides nothing and runs everywhere, for tests of what is built on one.
// ports/mbedtls has the true ones and their test vectors.
#ifndef FAKE_HASH_H
#define FAKE_HASH_H

#include "ocel/hash.h"

static inline bool fake_hash(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                             uint8_t *out) {
  uint64_t state = kind == OCEL_HASH_MD5 ? 5 : 256;
  (void)ctx;
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < parts[i].n; k++) {
      state = (state ^ parts[i].p[k]) * UINT64_C(1099511628211) + 1;
    }
  }
  for (size_t i = 0; i < ocel_hash_size(kind); i++) {
    state = (state ^ state >> 29) * UINT64_C(6364136223846793005) + 1442695040888963407u;
    out[i] = (uint8_t)(state >> 56);
  }
  return true;
}

#endif
