// SPDX-License-Identifier: Apache-2.0
// Sockets that are bound to an address, with the options this port wants on them.
#ifndef OCEL_ESPIDF_BIND_H
#define OCEL_ESPIDF_BIND_H

#include "addr.h"

/// Opens a bound, non-blocking socket; a stream socket listens. IPv6 sockets take IPv4 as well.
///
/// @param type  SOCK_STREAM or SOCK_DGRAM.
/// @return The descriptor, or -1 with the reason in errno.
int ocel__open_bound(int type, const ocel_sockaddr *where);

/// Makes an accepted socket ready: lwIP lets it inherit neither options nor non-blocking mode.
/// @return False if it cannot be used.
bool ocel__prepare_accepted(int fd);

/// Marks what the socket sends (RFC 2474); lwIP takes it for IPv6, too.
void ocel__mark(int fd, uint8_t dscp);

/// Where a socket is bound to; the unspecified address if lwIP does not say.
ocel_addr ocel__local_of(int fd);

#endif
