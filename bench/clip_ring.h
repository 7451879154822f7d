// SPDX-License-Identifier: Apache-2.0
// A media ring on the heap that is fed from a clip, one access unit after another, in a circle.
#ifndef BENCH_CLIP_RING_H
#define BENCH_CLIP_RING_H

#include "clip.h"
#include "ocel/ring.h"

typedef struct {
  ocel_ring *ring;
  const clip *clip;
  size_t next;  ///< Unit of the clip that is committed next.
} clip_ring;

/// Ends the program if there is no memory. Never freed.
clip_ring clip_ring_make(const clip *c);

/// Copies the next unit into the ring without committing it. @return its size.
uint32_t clip_ring_fill(clip_ring *r);

/// Commits what was filled, captured at `at`.
void clip_ring_commit(clip_ring *r, uint32_t size, ocel_us at);

#endif
