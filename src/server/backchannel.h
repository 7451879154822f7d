// SPDX-License-Identifier: Apache-2.0
// The backchannel as the other parts of the engine see it.
#ifndef OCEL_SERVER_BACKCHANNEL_H
#define OCEL_SERVER_BACKCHANNEL_H

#include "server_priv.h"

/// The number of a stream's backchannel among the tracks of its SDP.
static inline unsigned ocel__talk_number(const ocel__stream *st) { return st->track_count; }
/// A packet on the RTP channel, or from the RTP port, of a session's backchannel.
void ocel__talk_take(ocel_server *s, ocel__conn *c, ocel_span packet);
/// The same, if it is the RTP port of some session's backchannel that the datagram is from.
void ocel__talk_datagram(ocel_server *s, const ocel_addr *from, ocel_span packet);
/// Takes the backchannel away.
void ocel__talk_end(ocel_server *s, ocel__conn *c);
void ocel__talk_put_sdp(const ocel__stream *st, ocel_wbuf *w);

#endif
