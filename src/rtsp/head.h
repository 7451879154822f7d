// SPDX-License-Identifier: Apache-2.0
// The lines of a message head that the grammar (rtsp_scan.h) has let pass, of RTSP or HTTP.
#ifndef OCEL_RTSP_HEAD_H
#define OCEL_RTSP_HEAD_H

#include "ocel/span.h"

/// What Content-Length said: a number, or one of these.
enum { OCEL__LENGTH_ABSENT = -1, OCEL__LENGTH_BAD = -2 };

/// Takes the request line, trimmed, with the empty lines before it; false if it is not whole.
bool ocel__take_request_line(ocel_span *rest, ocel_span *line);

/// Takes one header with the lines folded into it, both parts trimmed; false at the empty line
/// or the end.
bool ocel__take_header(ocel_span *rest, ocel_span *name, ocel_span *value);

/// Takes one value of Content-Length into `*length`, which begins as OCEL__LENGTH_ABSENT: a
/// second one must agree.
void ocel__take_length(ocel_span value, int64_t *length);

#endif
