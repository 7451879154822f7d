// SPDX-License-Identifier: Apache-2.0
// This program as ONVIF clients see it.
#ifndef OCELD_ONVIF_H
#define OCELD_ONVIF_H

#include <pthread.h>
#include <stdatomic.h>

#include "ocel/loop.h"
#include "ocel/onvif.h"
#include "streams.h"

#include "../../ports/posix/discovery_socket.h"

/// The first three are the caller's, the rest is zero. Not to be moved while it is open.
typedef struct {
  const oceld_options *options;
  oceld_streams *streams;
  ocel_loop *loop;
  // Private from here on.
  ocel_onvif onvif;
  ocel_onvif_camera camera;
  char serial[13];
  char snapshot[OCELD_STREAMS_MAX][80];  // paths
  ocel_format sound;
  ocel_discovery_socket *discovery;  // NULL: none
  pthread_t discovery_thread;
  atomic_bool found;  // As clients set it.
  bool encodes;       // The source can be told what to aim at.
} oceld_onvif;

/// Adds the services to the loop's server. All that is given must outlive it.
///
/// @param traits  Of the first stream.
bool oceld_onvif_open(oceld_onvif *o, const oceld_source_traits *traits, oceld_failure *why);

/// Says Bye, and ends what runs beside the loop, which has ended.
void oceld_onvif_close(oceld_onvif *o);

#endif
