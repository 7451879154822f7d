// SPDX-License-Identifier: Apache-2.0
// A network address without any operating system's headers.
#ifndef OCEL_ADDR_H
#define OCEL_ADDR_H

#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// IPv6, or IPv4 mapped into it (::ffff:a.b.c.d, RFC 4291 2.5.5.2); port in host order.
typedef struct {
  uint8_t ip[16];
  uint16_t port;
  uint32_t scope;  ///< Interface of a link-local address; else 0.
} ocel_addr;

/// Longest text of an address without port and brackets, NUL excluded.
#define OCEL_ADDR_TEXT_MAX 45u

/// The IPv4 address a.b.c.d, mapped.
ocel_addr ocel_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port);

bool ocel_addr_is_ipv4(const ocel_addr *a);

/// Same host: address and scope equal, ports aside.
bool ocel_addr_same_host(const ocel_addr *a, const ocel_addr *b);

/// Writes "192.0.2.7" or "2001:db8::7" (RFC 5952 without zone).
void ocel_put_addr(ocel_wbuf *w, const ocel_addr *a);

#ifdef __cplusplus
}
#endif
#endif
