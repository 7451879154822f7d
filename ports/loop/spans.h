// SPDX-License-Identifier: Apache-2.0
// The engine's spans as the system's I/O vector. Include what declares `struct iovec` first.
#ifndef OCEL_LOOP_SPANS_H
#define OCEL_LOOP_SPANS_H

#include "ocel/span.h"

_Static_assert(sizeof(ocel_span) == sizeof(struct iovec), "same size");
_Static_assert(offsetof(ocel_span, p) == offsetof(struct iovec, iov_base), "same order");
_Static_assert(offsetof(ocel_span, n) == offsetof(struct iovec, iov_len), "same order");

/// The same memory, seen as what writev and sendmsg take; they only read it.
static inline struct iovec *ocel__iov(const ocel_span *spans) {
  union {
    const ocel_span *in;
    struct iovec *out;
  } u = {spans};
  return u.out;
}

#endif
