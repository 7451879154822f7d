// SPDX-License-Identifier: Apache-2.0
// ocel_addr <-> the kernel's socket addresses.
#ifndef OCEL_POSIX_ADDR_H
#define OCEL_POSIX_ADDR_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "ocel/addr.h"

/// An address of either family, large enough for both.
typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} ocel_sockaddr;

/// Any family but AF_INET and AF_INET6 gives the unspecified address.
ocel_addr ocel__addr_from(const ocel_sockaddr *s);

/// Writes the address for a socket of `family` and returns its size. An IPv6 address does not
/// fit an AF_INET socket: its last four bytes are taken.
socklen_t ocel__addr_to(const ocel_addr *a, sa_family_t family, ocel_sockaddr *out);

/// Reads a numeric address such as "192.0.2.7", "::1" or "fe80::1%eth0"; false if it is none.
bool ocel__addr_parse(const char *text, uint16_t port, ocel_sockaddr *out);

/// Bytes of `s` that the kernel wants to see.
socklen_t ocel__addr_size(const ocel_sockaddr *s);

#endif
