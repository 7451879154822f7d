// SPDX-License-Identifier: Apache-2.0
// Memory that hardware reads and writes: in PSRAM, whole cache lines, and no line of it dirty.
#ifndef OCEL_P4_MEMORY_H
#define OCEL_P4_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sdkconfig.h"

/// Cache line of PSRAM, bytes: the L2 line, since the L1 line is never longer.
#ifdef CONFIG_CACHE_L2_CACHE_LINE_SIZE
#define OCEL_P4_CACHE_LINE ((size_t)CONFIG_CACHE_L2_CACHE_LINE_SIZE)
#else
#define OCEL_P4_CACHE_LINE ((size_t)128)
#endif

/// `n` rounded up to a multiple of the power of two `to`.
static inline size_t ocel_p4_round_up(size_t n, size_t to) { return (n + to - 1) & ~(to - 1); }

/// Whether hardware may use [p, p + n): both ends on a cache line.
static inline bool ocel_p4_is_aligned(const void *p, size_t n) {
  return (uintptr_t)p % OCEL_P4_CACHE_LINE == 0 && n % OCEL_P4_CACHE_LINE == 0;
}

/// Bytes of a picture in the encoder's layout with both sides rounded up to macroblocks, in
/// whole cache lines: what must be allocated for one.
static inline size_t ocel_p4_picture_bytes(uint16_t width, uint16_t height) {
  return ocel_p4_round_up(ocel_p4_round_up(width, 16) * ocel_p4_round_up(height, 16) / 2 * 3,
                          OCEL_P4_CACHE_LINE);
}

/// For drivers that only read, but say so nowhere.
static inline void *ocel_p4_unconst(const void *p) {
  const union {
    const void *in;
    void *out;
  } u = {.in = p};
  return u.out;
}

/// Zeroed PSRAM for hardware, `*size` rounded up to whole cache lines; NULL if there is none. The
/// zeros have been written back, so no later eviction can fall into what hardware writes.
void *ocel_p4_dma_alloc(size_t *size);

/// Frees it; NULL is allowed.
void ocel_p4_dma_free(void *p);

/// Forgets whatever the cache holds of [p, p + n) (aligned), before hardware writes there: a
/// dirty line that were evicted later would overwrite what the hardware wrote.
bool ocel_p4_discard(void *p, size_t n);

#endif
