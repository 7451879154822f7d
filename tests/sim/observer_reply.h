// SPDX-License-Identifier: Apache-2.0
// The half of the observer that reads RTSP replies.
#ifndef SIM_OBSERVER_REPLY_H
#define SIM_OBSERVER_REPLY_H

#include "observer.h"

/// Sink of the connection's reader; `ctx` is the observer.
void observer_reply(void *ctx, const rtsp_reply *r);

/// Forgets all tracks.
void observer_drop_tracks(observer *o);

/// Reads "A-B"; false if it is not a pair of numbers.
bool observer_pair(ocel_span s, unsigned *a, unsigned *b);

#endif
