// SPDX-License-Identifier: Apache-2.0
// One engine with one synthetic stream, its virtual clock, and the far ends of its connections.
#ifndef OCEL_PEERS_WORLD_H
#define OCEL_PEERS_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocel/server.h"

enum { WORLD_CONNECTIONS = 4, WORLD_RECEIVED_MAX = 1 << 20, WORLD_STEP_MS = 40 };

/// The client's end of a stream connection.
typedef struct {
  bool open;        ///< Neither end has closed it.
  int number;       ///< The engine's.
  size_t received;  ///< Bytes in `bytes`, not read yet.
  uint8_t bytes[WORLD_RECEIVED_MAX];
} world_conn;

typedef struct {
  ocel_server *server;
  ocel_ring *ring;
  ocel_us now;
  unsigned pictures;      ///< Committed so far.
  unsigned datagrams[2];  ///< Arrived, by ocel_port, since the program last spoke.
  uint64_t random;
  world_conn conn[WORLD_CONNECTIONS];
} world;

/// A server with the stream "/stream", 25 pictures per second, an IDR picture each second, of
/// which the first two seconds have passed.
void world_open(world *w);
void world_close(world *w);

/// One picture's time passes, and all that waits is carried.
void world_step(world *w);

/// Opens connection `i`; false if the engine refuses it.
bool world_connect(world *w, int i);
void world_hang_up(world *w, int i);

/// Hands bytes to the engine, at most `piece` at once.
void world_send(world *w, int i, ocel_span bytes, size_t piece);

/// A datagram from 127.0.0.1 comes to one of the server's ports.
void world_datagram(world *w, ocel_port to, uint16_t from, ocel_span bytes);

#endif
