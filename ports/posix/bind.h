// SPDX-License-Identifier: Apache-2.0
// Sockets that are bound to an address, with the options this port wants on them.
#ifndef OCEL_POSIX_BIND_H
#define OCEL_POSIX_BIND_H

#include "addr.h"
#include "ocel/time.h"

/// Opens a bound, non-blocking socket; a stream socket listens, and what it accepts inherits its
/// options. IPv6 sockets take IPv4 as well.
///
/// @param type      SOCK_STREAM or SOCK_DGRAM.
/// @param patience  How long the kernel tries to get bytes to a peer that has vanished.
/// @return The descriptor, or -1 with the reason in errno.
int ocel__open_bound(int type, const ocel_sockaddr *where, ocel_us patience);

/// Marks what the socket sends, in both families that it may have (RFC 2474).
void ocel__mark(int fd, uint8_t dscp);

/// What the socket accepts sends so many bytes per second at most, spread evenly; 0: no limit.
void ocel__pace(int fd, uint32_t rate);

/// The port that a socket is bound to; 0 if the kernel does not say.
uint16_t ocel__port_of(int fd);

#endif
