// SPDX-License-Identifier: Apache-2.0
#include "clip_ring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_MAX = 512 << 10, RECORDS = 512, MEDIA_ALIGN = 64 };

clip_ring clip_ring_make(const clip *c) {
  const ocel_ring_config cfg = {
      .unit_max = UNIT_MAX, .bytes = 16u << 20, .records = RECORDS, .align = MEDIA_ALIGN};
  const size_t size = ocel_ring_size(&cfg);
  void *mem = aligned_alloc(MEDIA_ALIGN, (size + MEDIA_ALIGN - 1) / MEDIA_ALIGN * MEDIA_ALIGN);
  const clip_ring r = {.ring = ocel_ring_init(mem, size, &cfg), .clip = c};
  if (r.ring == NULL) {
    fprintf(stderr, "no memory for the ring\n");
    exit(1);
  }
  return r;
}

uint32_t clip_ring_fill(clip_ring *r) {
  const clip_unit *u = &r->clip->unit[r->next];
  uint8_t *room = ocel_ring_reserve(r->ring, (uint32_t)u->size);
  if (room == NULL) {
    fprintf(stderr, "the ring is full\n");
    exit(1);
  }
  memcpy(room, r->clip->file + u->data, u->size);
  r->next = (r->next + 1) % r->clip->unit_count;
  return (uint32_t)u->size;
}

void clip_ring_commit(clip_ring *r, uint32_t size, ocel_us at) {
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = at};
  if (ocel_ring_commit(r->ring, size, &how) == OCEL_OK) return;
  fprintf(stderr, "the ring refuses a unit\n");
  exit(1);
}
