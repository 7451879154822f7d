// SPDX-License-Identifier: Apache-2.0
// A network of addresses: the first bits that they have in common (CIDR, RFC 4632, RFC 4291 2.3).
#ifndef OCEL_NETWORK_H
#define OCEL_NETWORK_H

#include "ocel/addr.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Networks that one list can hold.
#define OCEL_NETWORKS_MAX 16u

/// 192.0.2.0/24 is {::ffff:192.0.2.0, 120}: IPv4 lies behind the 96 bits of its mapping. With 0
/// bits it is every address of both families; 0.0.0.0/0 is {::ffff:0.0.0.0, 96}.
typedef struct {
  uint8_t ip[16];
  uint8_t bits;  ///< 0..128. What `ip` has behind them is not looked at.
} ocel_network;

/// True if `a` lies in `n`; its scope and port do not count.
bool ocel_network_has(const ocel_network *n, const ocel_addr *a);

/// True if `a` lies in one of `count` networks.
bool ocel_networks_have(const ocel_network *list, size_t count, const ocel_addr *a);

#ifdef __cplusplus
}
#endif
#endif
