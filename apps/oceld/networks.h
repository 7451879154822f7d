// SPDX-License-Identifier: Apache-2.0
// Networks as they are written in an option: 192.168.1.0/24,fd00::/8,10.1.2.3.
#ifndef OCELD_NETWORKS_H
#define OCELD_NETWORKS_H

#include <stdint.h>

#include "failure.h"
#include "ocel/network.h"

/// Reads a list of networks, separated by commas, spaces or both; an address without a length is
/// one host.
///
/// @param out    Room for OCEL_NETWORKS_MAX.
/// @param count  0 if `text` is empty.
/// @return False with a sentence in `why` if it is anything else, or too many.
bool oceld_networks_read(const char *text, ocel_network *out, uint8_t *count, oceld_failure *why);

#endif
