// SPDX-License-Identifier: Apache-2.0
// The half of the port that carries out what the engine wants done.
#ifndef SIM_PORT_OUTPUT_H
#define SIM_PORT_OUTPUT_H

#include "port.h"

/// Does all tasks and sends all datagrams. True if anything was done.
bool port_write_out(port *p);

/// The engine no longer has this connection.
void port_forget(port *p, tcp_link *l);

#endif
