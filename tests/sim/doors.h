// SPDX-License-Identifier: Apache-2.0
// Who may come in and who are neighbours, told apart from the engine's own ways.
#ifndef SIM_DOORS_H
#define SIM_DOORS_H

#include "ocel/server.h"

/// True if `peer` lies in none of the networks that are allowed.
bool doors_stranger(const ocel_server_config *cfg, const ocel_addr *peer);

/// True if both share one limit: an IPv4 address, a /64 of IPv6.
bool doors_same_home(const ocel_addr *a, const ocel_addr *b);

#endif
