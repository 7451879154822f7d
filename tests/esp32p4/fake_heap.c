// SPDX-License-Identifier: Apache-2.0
#include "fake_heap.h"

#include <stdlib.h>
#include <string.h>

#include "esp_cache.h"
#include "esp_heap_caps.h"
#include "fake_rules.h"
#include "memory.h"

enum { BLOCKS = 64 };

typedef struct {
  uint8_t *at;
  size_t size;
  bool *dirty;  // one for each cache line
  bool owned;
  bool given;  // to the camera
} block;

fake_heap_state fake_heap;
static block blocks[BLOCKS];

void fake_heap_reset(void) {
  RULE("heap: everything is freed", fake_heap.allocations == 0);
  fake_heap = (fake_heap_state){.spiram_left = SIZE_MAX};
}

static block *block_of(const void *p, size_t n) {
  const uint8_t *at = p;
  for (block *b = blocks; b < blocks + BLOCKS; b++) {
    if (b->at != NULL && at >= b->at && at + n <= b->at + b->size) return b;
  }
  return NULL;
}

static size_t lines(size_t n) { return (n + OCEL_P4_CACHE_LINE - 1) / OCEL_P4_CACHE_LINE; }

// The block that `p` lies in; a broken rule if it lies in none.
static block *known_block(const void *p) {
  block *b = block_of(p, 1);
  RULE("heap: the memory is known", b != NULL);
  return b != NULL ? b : blocks;
}

static block *add_block(void *p, size_t n, bool owned) {
  block *b = blocks;
  while (b < blocks + BLOCKS && b->at != NULL) b++;
  RULE("heap: the fake has a block left", b < blocks + BLOCKS);
  *b = (block){.at = p, .size = n, .dirty = calloc(lines(n), sizeof(bool)), .owned = owned};
  return b;
}

void fake_heap_add_spiram(void *p, size_t n) { (void)add_block(p, n, false); }

static void drop(block *b) {
  free(b->dirty);
  *b = (block){0};
}

void fake_heap_remove_spiram(const void *p) { drop(known_block(p)); }

bool fake_heap_is_spiram(const void *p, size_t n) { return block_of(p, n) != NULL; }

bool fake_heap_is_owned(const void *p) {
  const block *b = block_of(p, 1);
  return b != NULL && b->owned;
}

static void mark(block *b, const void *p, size_t n, bool dirty) {
  const size_t from = (size_t)((const uint8_t *)p - b->at);
  for (size_t l = from / OCEL_P4_CACHE_LINE; l < lines(from + n); l++) b->dirty[l] = dirty;
}

void fake_cache_dirty(const void *p, size_t n) {
  block *b = block_of(p, n);
  if (b != NULL && n > 0) mark(b, p, n, true);
}

bool fake_cache_is_dirty(const void *p, size_t n) {
  const block *b = block_of(p, n);
  if (b == NULL) return false;
  const size_t from = (size_t)((const uint8_t *)p - b->at);
  for (size_t l = from / OCEL_P4_CACHE_LINE; l < lines(from + n); l++) {
    if (b->dirty[l]) return true;
  }
  return false;
}

static bool refused(size_t n) {
  if (fake_heap.fail_after > 0 && --fake_heap.fail_after == 0) return true;
  return n > fake_heap.spiram_left;
}

void *heap_caps_aligned_calloc(size_t alignment, size_t n, size_t size, uint32_t caps) {
  RULE("heap: pictures go to PSRAM", caps == MALLOC_CAP_SPIRAM);
  RULE("heap: the alignment is a power of two", (alignment & (alignment - 1)) == 0);
  if (refused(n * size)) return NULL;
  void *p = NULL;
  if (posix_memalign(&p, alignment, n * size) != 0) return NULL;
  memset(p, 0, n * size);
  block *b = add_block(p, n * size, true);
  mark(b, p, b->size, true);
  fake_heap.spiram_left -= b->size;
  fake_heap.spiram_used += b->size;
  fake_heap.allocations++;
  return p;
}

void heap_caps_free(void *ptr) {
  if (ptr == NULL) return;
  block *b = block_of(ptr, 1);
  RULE("heap: what is freed was allocated", b != NULL && b->at == ptr && b->owned);
  RULE("heap: the camera does not own what is freed", !b->given);
  fake_heap.spiram_left += b->size;
  fake_heap.spiram_used -= b->size;
  fake_heap.allocations--;
  drop(b);
  free(ptr);
}

esp_err_t esp_cache_msync(void *addr, size_t size, int flags) {
  const bool discards = (flags & ESP_CACHE_MSYNC_FLAG_DIR_M2C) != 0;
  const bool unaligned = (flags & ESP_CACHE_MSYNC_FLAG_UNALIGNED) != 0;
  RULE("cache: one direction", discards != ((flags & ESP_CACHE_MSYNC_FLAG_DIR_C2M) != 0));
  RULE("cache: discarding is never unaligned", !discards || !unaligned);
  RULE("cache: whole lines", unaligned || ocel_p4_is_aligned(addr, size));
  if (fake_heap.fail_sync) return ESP_ERR_INVALID_ARG;
  block *b = block_of(addr, size);
  RULE("cache: the memory is PSRAM", b != NULL);
  if (b == NULL) return ESP_ERR_INVALID_ARG;
  mark(b, addr, size, false);
  if (discards) fake_heap.discards++;
  if (!discards) fake_heap.write_backs++;
  return ESP_OK;
}

void fake_dma_give(const void *p) { known_block(p)->given = true; }

void fake_dma_take(const void *p) { known_block(p)->given = false; }

bool fake_dma_owns(const void *p) {
  const block *b = block_of(p, 1);
  return b != NULL && b->given;
}
