// SPDX-License-Identifier: Apache-2.0
// Packets of H.264 or JPEG as they are, from libavformat to the feed.
#ifndef OCELD_PASSTHROUGH_H
#define OCELD_PASSTHROUGH_H

#include <libavcodec/bsf.h>

#include "libav.h"
#include "ocel/span.h"

/// Fields are private; zero it first.
typedef struct {
  ocel_wrap wrap;
  AVBSFContext *filter;  // Makes Annex B of what the ring does not read itself; NULL: not needed.
  ocel_span sps, pps;    // From the container; empty if they are in the stream. Owned by `par`.
} oceld_passthrough;

/// Finds out how the packets of such a stream are wrapped.
/// @param par  Must outlive the object.
bool oceld_passthrough_open(oceld_passthrough *p, const AVCodecParameters *par,
                            AVRational time_base, oceld_failure *why);

/// Hands the container's parameter sets to the feed.
void oceld_passthrough_begin(const oceld_passthrough *p, oceld_feed *feed);

/// Brings a packet into the form that `put` takes; consumes and replaces its contents.
bool oceld_passthrough_prepare(oceld_passthrough *p, AVPacket *packet, oceld_failure *why);

/// True if decoding can start at the prepared packet: an IDR picture, or a JPEG that RTP can carry.
bool oceld_passthrough_is_key(const oceld_passthrough *p, const AVPacket *packet);

/// Publishes a prepared packet.
void oceld_passthrough_put(const oceld_passthrough *p, const AVPacket *packet, ocel_us captured_at,
                           oceld_feed *feed);

void oceld_passthrough_close(oceld_passthrough *p);

#endif
