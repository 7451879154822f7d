// SPDX-License-Identifier: Apache-2.0
// All counters as one JSON object (RFC 8259).
#ifndef OCELD_STATS_JSON_H
#define OCELD_STATS_JSON_H

#include <stdio.h>

#include "failure.h"
#include "monitor.h"

/// Writes {"server": {...}, "streams": [{...}], "groups": [...], "clients": [...]}; streams, groups
/// and clients have "tracks". Times are in seconds, unknown ones null; rates per second.
///
/// @param streams  As many as the snapshot has, with their paths.
void oceld_stats_put(FILE *out, const oceld_stream_options *streams, const oceld_snapshot *s);

/// Replaces the file as a whole: whoever reads it finds the old object or the new one.
bool oceld_stats_write(const char *path, const oceld_stream_options *streams,
                       const oceld_snapshot *s, oceld_failure *why);

#endif
