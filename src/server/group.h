// SPDX-License-Identifier: Apache-2.0
// The group of a stream: one copy for all who watch it by multicast.
#ifndef OCEL_GROUP_H
#define OCEL_GROUP_H

#include "server_priv.h"

/// The pseudo connection of a stream; there must be multicast.
ocel__conn *ocel__group_of(const ocel_server *s, unsigned stream);
/// Readies the group of a stream that has been added; nothing without multicast.
void ocel__group_init(ocel_server *s, unsigned stream, unsigned tracks);
/// True for the pseudo connections, whose numbers are not the port's.
bool ocel__is_group(const ocel_server *s, const ocel__conn *c);
/// True if multicast can be offered on this connection.
bool ocel__group_serves(const ocel_server *s, const ocel__conn *c);
/// Sets a track of a session up as member of its stream's group.
void ocel__group_admit(const ocel_server *s, ocel__session *ss, unsigned track);
/// Somebody began or ceased to play: the group runs for as long as it has members who do.
void ocel__group_update(ocel_server *s, unsigned stream, ocel_us now);
/// The same, for a newcomer, who needs a key picture.
void ocel__group_join(ocel_server *s, unsigned stream, ocel_us now);
/// The next group that plays, from number `*stream` on; NULL if there is none.
ocel__conn *ocel__group_next(const ocel_server *s, unsigned *stream);

#endif
