// SPDX-License-Identifier: Apache-2.0
// The streams of `streams:` (YAML) and --stream: their options, what they inherit, and the one
// stream that there is without them.
#ifndef OCELD_STREAM_OPTIONS_H
#define OCELD_STREAM_OPTIONS_H

#include "options.h"

/// Their options, as in oceld_option_table; offsets are in oceld_stream_options.
const oceld_option *oceld_stream_option_table(size_t *count);

/// Reads one option of a stream; `why` names it on failure.
bool oceld_stream_set(oceld_stream_options *s, const char *name, const char *value,
                      oceld_failure *why);

/// Begins the next stream; NULL with `why` if there are too many.
oceld_stream_options *oceld_stream_add(oceld_options *o, oceld_failure *why);

/// Adds a stream written as "path=/sub,resolution=640x480".
bool oceld_stream_read(oceld_options *o, const char *text, oceld_failure *why);

/// Fills in what each stream inherits from the options beside; the first one's size is the
/// source's.
///
/// @param out  Room for OCELD_STREAMS_MAX.
/// @return How many there are: 1 without `streams`.
unsigned oceld_streams_resolve(const oceld_options *o, oceld_stream_options *out);

/// Checks them against one another.
bool oceld_streams_check(const oceld_options *o, oceld_failure *why);

/// Takes over what a running program can change, as oceld_settings_apply_live.
bool oceld_streams_apply_live(oceld_options *running, const oceld_options *next);

#endif
