// SPDX-License-Identifier: Apache-2.0
#include "memory.h"

#include "esp_cache.h"
#include "esp_heap_caps.h"

void *ocel_p4_dma_alloc(size_t *size) {
  *size = ocel_p4_round_up(*size, OCEL_P4_CACHE_LINE);
  void *p = heap_caps_aligned_calloc(OCEL_P4_CACHE_LINE, 1, *size, MALLOC_CAP_SPIRAM);
  if (p == NULL) return NULL;
  if (esp_cache_msync(p, *size, ESP_CACHE_MSYNC_FLAG_DIR_C2M) == ESP_OK) return p;
  heap_caps_free(p);
  return NULL;
}

void ocel_p4_dma_free(void *p) { heap_caps_free(p); }

bool ocel_p4_discard(void *p, size_t n) {
  return esp_cache_msync(p, n, ESP_CACHE_MSYNC_FLAG_DIR_M2C) == ESP_OK;
}
