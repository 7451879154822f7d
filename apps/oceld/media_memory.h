// SPDX-License-Identifier: Apache-2.0
// How large a ring has to be, and the memory it lives in.
#ifndef OCELD_MEDIA_MEMORY_H
#define OCELD_MEDIA_MEMORY_H

#include "ocel/ring.h"
#include "source.h"

/// Plans a ring that holds two groups of pictures, within 1.5 to 64 MB.
///
/// @param ring_size  What the user wants instead, bytes; 0: nothing.
/// @return False if `ring_size` is too small for the source; `why` says what is enough.
bool oceld_ring_plan(const oceld_source_traits *traits, uint32_t ring_size, ocel_ring_config *out,
                     oceld_failure *why);

/// Plans a ring of sound for ten seconds; the source has sound.
void oceld_sound_ring_plan(const oceld_source_traits *traits, ocel_ring_config *out);

/// Builds a planned ring. `free` its `*memory` when nobody uses it any more.
ocel_ring *oceld_ring_make(const ocel_ring_config *cfg, void **memory);

#endif
