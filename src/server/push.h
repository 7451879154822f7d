// SPDX-License-Identifier: Apache-2.0
// What the engine asks of a connection that is a push.
#ifndef OCEL_SERVER_PUSH_H
#define OCEL_SERVER_PUSH_H

#include "server_priv.h"

#define OCEL__BOUNDARY "ocel-part"

// ---- push.c ----
/// True if the stream can be sent that way: its picture, if it has one, or else its sound.
bool ocel__push_serves(const ocel_server *s, unsigned stream, ocel_push_framing framing);
/// True if media may be sent: the viewer knows the parameter sets of the next picture, which are
/// otherwise put to `out` when there is room. True for what is no push.
bool ocel__push_ready(ocel_server *s, ocel__conn *c);
void ocel__push_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now);
/// The session ends: says goodbye.
void ocel__push_leave(ocel_server *s, ocel__conn *c);

// ---- push_emit.c ----
/// True if `at` stands before a picture whose parameter sets the viewer has not been told.
bool ocel__push_needs_init(const ocel_server *s, const ocel__conn *c, unsigned track,
                           const ocel__cursor *at);
/// Like ocel__reader_emit. What it books has no RTP packets.
bool ocel__push_emit(const ocel_server *s, const ocel__conn *c, ocel__cursor *at, ocel_gather *g,
                     ocel__plan *p);

#endif
