// SPDX-License-Identifier: Apache-2.0
// The streams that are served: their rings, their place in the server, and which of them rest.
#ifndef OCELD_STREAMS_H
#define OCELD_STREAMS_H

#include <stdatomic.h>

#include "ocel/bitrate_control.h"
#include "ocel/server.h"
#include "source.h"
#include "stream_options.h"

/// Zero it, then call oceld_streams_choose.
typedef struct {
  unsigned count;
  oceld_stream_options items[OCELD_STREAMS_MAX];  ///< Resolved.
  // Private from here on.
  uint32_t ring_size;
  bool adapts;
  uint32_t floor;        // Bits per second.
  uint16_t connections;  // Numbers of connections that may be viewers.
  atomic_uint_least32_t ceiling[OCELD_STREAMS_MAX];
  ocel_bitrate_control control[OCELD_STREAMS_MAX];  // The loop's thread only.
  oceld_source *source;
  ocel_ring *ring[OCELD_STREAMS_MAX];  // Of the pictures.
  void *memory[OCELD_STREAMS_MAX][OCEL_TRACKS_MAX];
  ocel_us watched_at[OCELD_STREAMS_MAX];  // When somebody was last seen to watch.
  ocel_us looked_at;
} oceld_streams;

/// Takes over what the options say.
void oceld_streams_choose(oceld_streams *s, const oceld_options *o);

/// Tells a source what streams to make.
void oceld_streams_ask(const oceld_streams *s, oceld_source_config *cfg);

/// Makes rings for the opened source, and adds the streams to the server in their order.
///
/// @param traits  Of each stream, from the source.
bool oceld_streams_add(oceld_streams *s, ocel_server *server, oceld_source *source,
                       const oceld_source_traits *traits, oceld_failure *why);

/// The ring of a stream's pictures; the first one's is for oceld_source_start.
ocel_ring *oceld_streams_ring(const oceld_streams *s, unsigned stream);

/// The server asks for a key picture; in the loop's thread.
void oceld_streams_want_key(oceld_streams *s, unsigned stream, ocel_us now);

/// Lets the streams rest that nobody has watched for ten seconds, if they may, and adapts bit rates
/// to the viewers' networks, if they are to be; in the loop's thread, as often as it wakes.
void oceld_streams_look(oceld_streams *s, const ocel_server *server, ocel_us now);

/// Tells the source's encoders what the options say they are to aim at now. Any thread.
void oceld_streams_tune(oceld_streams *s, const oceld_options *o);

/// Changes what one encoder aims at, until the options are chosen anew.
void oceld_streams_set(oceld_streams *s, unsigned stream, uint32_t bitrate, uint32_t gop);

/// After the server's end.
void oceld_streams_free(oceld_streams *s);

#endif
