// SPDX-License-Identifier: Apache-2.0
// The socket of WS-Discovery (ocel/discovery.h) on Linux: UDP port 3702 of all IPv4 interfaces, in
// the group. It has a thread of its own, which the program starts.
#ifndef OCEL_POSIX_DISCOVERY_SOCKET_H
#define OCEL_POSIX_DISCOVERY_SOCKET_H

#include "ocel/discovery.h"

typedef struct ocel_discovery_socket ocel_discovery_socket;

/// Opens the port, which others on this computer may have open, too.
///
/// @param cfg   Copied; its `random` is filled in. What the camera's functions tell has to be fine
///              in the thread that runs this.
/// @param bind  Only the interface with this address; "": all.
/// @param error  Gets a sentence.
/// @return NULL if that fails.
ocel_discovery_socket *ocel_discovery_open(const ocel_discovery_config *cfg, const char *bind,
                                           char *error, size_t error_size);

/// Serves until ocel_discovery_stop: Hello when an interface is there, Bye at the end, both also
/// when the camera's `discoverable` changes.
void ocel_discovery_run(ocel_discovery_socket *s);

/// From any thread: something may have changed; or it is to end.
void ocel_discovery_wake(ocel_discovery_socket *s);
void ocel_discovery_stop(ocel_discovery_socket *s);

/// After ocel_discovery_run has returned. NULL is fine.
void ocel_discovery_close(ocel_discovery_socket *s);

#endif
