// SPDX-License-Identifier: Apache-2.0
// A media ring in the fake PSRAM, and who reads it.
#ifndef MEDIA_H
#define MEDIA_H

#include "ocel/ring.h"

typedef struct {
  ocel_ring *ring;
  void *memory;
  uint32_t read;  ///< Access units that were looked at.
} media;

/// `unit_max` bytes a picture, room for a few.
media media_open(uint32_t unit_max, uint16_t align);
void media_close(media *m);

/// The next access unit; false if there is none. Checks that it has a slice and, if it is a key
/// picture, both parameter sets.
bool media_next(media *m, ocel_access_unit *au);

#endif
