// SPDX-License-Identifier: Apache-2.0
// Packets that are sent again (RFC 4588): who is offered it, what was asked for, what is made of
// it.
#ifndef OCEL_AGAIN_H
#define OCEL_AGAIN_H

#include "server_priv.h"

/// Payload type of a track's retransmissions.
static inline uint8_t ocel__again_type(unsigned track) { return (uint8_t)(98 + track); }
/// A viewer says what it misses.
void ocel__again_ask(ocel_server *s, ocel__conn *c, unsigned track, const ocel_nack *nack);
/// The next packet that was asked for, or NULL; it stays there.
const ocel__missing *ocel__again_first(const ocel_server *s);
void ocel__again_drop(ocel_server *s);
/// Appends that packet and books it in `p`; false if there is nothing to be had (any more).
bool ocel__again_emit(ocel_server *s, const ocel__missing *m, ocel_gather *g, ocel__plan *p);
/// Media of so many octets have been sent: more may be sent again.
void ocel__again_earn(ocel__session *ss, uint64_t octets);
/// True if this DESCRIBE's answer offers retransmission.
bool ocel__again_offers(const ocel_server *s, const ocel__conn *c, ocel_span user_agent);

#endif
