// SPDX-License-Identifier: Apache-2.0
// A gather list: what is to be written, in order, as spans over borrowed memory. The few
// bytes that have to be made on the way (RTP, FU-A, interleaved headers) go to a scratch;
// neighbours in the scratch become one span. Media bytes are referenced, never copied.
#ifndef OCEL_GATHER_H
#define OCEL_GATHER_H

#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Owned by the caller, together with both arrays it points to.
typedef struct {
  ocel_span *spans;
  size_t n;    ///< Spans used.
  size_t max;  ///< Spans there is room for.
  uint8_t *scratch;
  size_t used;  ///< Scratch bytes used.
  size_t cap;   ///< Scratch bytes there are.
} ocel_gather;

/// A place to return to when a packet does not fit after all.
typedef struct {
  size_t n, used, last;
} ocel_gather_mark;

static inline ocel_gather ocel_gather_make(ocel_span *spans, size_t max, uint8_t *scratch,
                                           size_t cap) {
  ocel_gather g = {spans, 0, max, scratch, 0, cap};
  return g;
}

/// True if `spans` more spans and `bytes` more scratch bytes fit.
static inline bool ocel_gather_fits(const ocel_gather *g, size_t spans, size_t bytes) {
  return g->max - g->n >= spans && g->cap - g->used >= bytes;
}

/// Appends `n` (> 0) bytes of scratch and returns where to write them; NULL, with `g` unchanged,
/// if they do not fit. Valid as long as the scratch.
uint8_t *ocel_gather_make_bytes(ocel_gather *g, size_t n);

/// Appends a reference to `s`, which must live until the list has been written; false,
/// with `g` unchanged, if there is no room. An empty span is accepted and adds nothing.
bool ocel_gather_ref(ocel_gather *g, ocel_span s);

/// Remembers the list as it is; `ocel_gather_reset` goes back to it.
ocel_gather_mark ocel_gather_mark_now(const ocel_gather *g);
void ocel_gather_reset(ocel_gather *g, ocel_gather_mark m);

#ifdef __cplusplus
}
#endif
#endif
