// SPDX-License-Identifier: Apache-2.0
// ESP-IDF's heap and cache. Memory that the CPU has written is dirty until it is written back or
// discarded; hardware must not be given dirty memory to write to.
#ifndef FAKE_HEAP_H
#define FAKE_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t spiram_left;    ///< Bytes; what is over is refused.
  unsigned fail_after;   ///< This many more allocations succeed; then one fails. 0: none fails.
  bool fail_sync;        ///< esp_cache_msync refuses.
  unsigned allocations;  ///< Blocks that are not freed.
  size_t spiram_used;    ///< Bytes of those.
  unsigned write_backs, discards;
} fake_heap_state;

extern fake_heap_state fake_heap;

/// Everything as at the start. All blocks must have been freed.
void fake_heap_reset(void);

/// Whether [p, p + n) lies in one block from PSRAM.
bool fake_heap_is_spiram(const void *p, size_t n);

/// Whether `p` lies in an allocated block, not in the test's own memory.
bool fake_heap_is_owned(const void *p);

/// The test's own memory (a media ring) takes part as PSRAM.
void fake_heap_add_spiram(void *p, size_t n);
void fake_heap_remove_spiram(const void *p);

/// The CPU has written to [p, p + n).
void fake_cache_dirty(const void *p, size_t n);

/// Whether any line of [p, p + n) is dirty.
bool fake_cache_is_dirty(const void *p, size_t n);

/// The camera may write to the block of `p`, or not any longer.
void fake_dma_give(const void *p);
void fake_dma_take(const void *p);
bool fake_dma_owns(const void *p);

#endif
