// SPDX-License-Identifier: Apache-2.0
// Pictures for GET /snapshot: a thread makes them of what lies in the rings.
#ifndef OCELD_SNAPSHOT_H
#define OCELD_SNAPSHOT_H

#include "failure.h"
#include "ocel/snapshot.h"

typedef struct oceld_snapshots oceld_snapshots;

/// Adds the route to `srv`, and starts the thread.
///
/// @param wake  Called with `ctx` in that thread: call oceld_snapshots_collect in the server's.
oceld_snapshots *oceld_snapshots_open(ocel_server *srv, void (*wake)(void *ctx), void *ctx,
                                      oceld_failure *why);

/// A picture is wanted (OCEL_EVENT_SNAPSHOT_WANTED) of the stream that lies in `ring`. In the
/// server's thread.
/// @return False if there is no picture in it, or none of late.
bool oceld_snapshots_want(oceld_snapshots *s, const ocel_event *event, ocel_ring *ring);

/// Hands finished ones to the server. In its thread.
void oceld_snapshots_collect(oceld_snapshots *s, ocel_us now);

/// After the server has ended. NULL is fine.
void oceld_snapshots_close(oceld_snapshots *s);

#endif
