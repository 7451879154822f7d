// SPDX-License-Identifier: Apache-2.0
// The inverse of the packetizer, packetization-mode 1 (RFC 6184 5.6, 5.7.1, 5.8), as strict as
// the RFC is: single NAL unit packets, STAP-A and FU-A come in, NAL units go out.
#ifndef SIM_DEPACKETIZER_H
#define SIM_DEPACKETIZER_H

#include <stdbool.h>

#include "ocel/span.h"

typedef struct {
  void *ctx;
  void (*nal)(void *ctx, ocel_span nal);  ///< A whole NAL unit; borrowed for the call.
  uint8_t *mem;
  size_t n, cap;  ///< The fragmented unit so far.
  bool in_fragment;
} depacketizer;

void depack_init(depacketizer *d, void *ctx, void (*nal)(void *ctx, ocel_span nal));
void depack_free(depacketizer *d);

/// Forgets a fragmented unit whose end will not come.
void depack_reset(depacketizer *d);

/// Takes one RTP payload. Packets must come without gaps.
/// @return NULL, or what is wrong with it: a static sentence.
const char *depack_payload(depacketizer *d, ocel_span payload);

#endif
