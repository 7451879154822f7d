// SPDX-License-Identifier: Apache-2.0
// The live status line on a terminal.
#ifndef OCELD_STATUS_H
#define OCELD_STATUS_H

#include "monitor.h"

/// Of the last line, to tell rates from; zero it first.
typedef struct {
  ocel_us at;
  uint64_t sent, made, pictures;
} oceld_status;

/// Writes "2 clients | 30.0 fps | 2012 kbit/s in, 4024 out | 0 skipped | up 0:12:31".
/// @return False if `s` is older than the last line.
bool oceld_status_line(oceld_status *last, const oceld_snapshot *s, char *out, size_t size);

#endif
