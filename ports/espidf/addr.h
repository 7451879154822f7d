// SPDX-License-Identifier: Apache-2.0
// ocel_addr <-> lwIP's socket addresses.
#ifndef OCEL_ESPIDF_ADDR_H
#define OCEL_ESPIDF_ADDR_H

#include "lwip/sockets.h"
#include "ocel/addr.h"

/// An address of any family that lwIP was built with.
typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
#if LWIP_IPV6
  struct sockaddr_in6 v6;
#endif
} ocel_sockaddr;

/// Any other family gives the unspecified address.
ocel_addr ocel__addr_from(const ocel_sockaddr *s);

/// Writes the address for a socket of `family` and returns its size. An IPv6 address does not
/// fit an AF_INET socket: its last four bytes are taken.
socklen_t ocel__addr_to(const ocel_addr *a, int family, ocel_sockaddr *out);

/// Reads a numeric address such as "192.0.2.7" or, with IPv6, "2001:db8::7".
bool ocel__addr_parse(const char *text, uint16_t port, ocel_sockaddr *out);

/// Every address of the machine, of `family`.
void ocel__addr_any(int family, ocel_sockaddr *out);

void ocel__addr_set_port(ocel_sockaddr *s, uint16_t port);

/// Bytes of `s` that lwIP wants to see.
socklen_t ocel__addr_size(const ocel_sockaddr *s);

#endif
