// SPDX-License-Identifier: Apache-2.0
// The live status line on a terminal, and what the log says of a stream now and then.
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

/// Writes "/sub: 640x480, 1 client, 30.0 fps, 512 kbit/s in, 512 out, 0 dropped, 0 skipped, lag 1,
/// 2.1 ms to encode".
void oceld_stream_line(const char *path, const ocel_stream_stats *s, char *out, size_t size);

#endif
