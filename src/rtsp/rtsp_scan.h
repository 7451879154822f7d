// SPDX-License-Identifier: Apache-2.0
// The grammar of a request's head (RFC 2326 4.2, 6, 15.1) as an automaton over bytes.
#ifndef OCEL_RTSP_SCAN_H
#define OCEL_RTSP_SCAN_H

#include "ocel/rtsp_msg.h"

/// What there is to say about a request; all but FINE are refusals.
typedef enum {
  OCEL__FINE,
  OCEL__BAD,
  OCEL__TOO_MUCH,
  OCEL__URL_TOO_LONG,
  OCEL__BODY_TOO_LONG,
  OCEL__LENGTH_WANTED,
  OCEL__HTTP,  // no refusal: the request is HTTP, of which the first letter has been read
} ocel__verdict;

/// Reads on from `scan->at` until the head is whole, `in` is used up, or a byte is refused; stops
/// once at the version of an HTTP request, and goes on with its head when called again.
ocel__verdict ocel__scan_head(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits);

/// True once the empty line has been read; `scan->at` is then the size of the head.
bool ocel__scan_is_whole(const ocel_rtsp_scan *scan);

#endif
