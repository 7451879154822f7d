// SPDX-License-Identifier: Apache-2.0
// The half of the port that carries out what the engine wants done.
#ifndef SIM_PORT_OUTPUT_H
#define SIM_PORT_OUTPUT_H

#include "port.h"

/// Does all tasks and sends all datagrams. True if anything was done.
bool port_write_out(port *p);

/// Whose session receives at `at`; NULL if nobody's. Two sessions of one host may name the same
/// port: then the one that knows `ssrc`, or else the first one.
observer *port_owner(const port *p, const ocel_addr *at, uint32_t ssrc);

/// The engine no longer has this connection.
void port_forget(port *p, tcp_link *l);

#endif
