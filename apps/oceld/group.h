// SPDX-License-Identifier: Apache-2.0
// A multicast group as it is written in an option: GROUP[:PORT[:TTL]].
#ifndef OCELD_GROUP_H
#define OCELD_GROUP_H

#include "failure.h"
#include "ocel/addr.h"

/// Reads "239.1.2.3", "239.1.2.3:6000", "239.1.2.3:6000:4" or, with an IPv6 group in brackets,
/// "[ff15::1]:6000:4".
///
/// @param group  Gets the group and its even RTP port, 0 if none is given.
/// @param ttl    1 if none is given.
/// @return False with a sentence in `why` if it is anything else.
bool oceld_group_read(const char *text, ocel_addr *group, uint8_t *ttl, oceld_failure *why);

#endif
