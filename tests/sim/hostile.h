// SPDX-License-Identifier: Apache-2.0
// Peers that mean no good, or know no better.
#ifndef SIM_HOSTILE_H
#define SIM_HOSTILE_H

#include "world.h"

typedef enum {
  HOSTILE_GARBAGE,    ///< Random bytes.
  HOSTILE_MUTATED,    ///< Requests with some bytes changed.
  HOSTILE_TRICKLE,    ///< A request, a byte a second.
  HOSTILE_FLOOD,      ///< Requests without an end whose replies nobody reads.
  HOSTILE_HUGE,       ///< URLs, headers and bodies beyond all limits.
  HOSTILE_FRAMES,     ///< Interleaved frames of any channel and size.
  HOSTILE_SILENT,     ///< Connects and says nothing.
  HOSTILE_RESETTING,  ///< Connects, sends half a request, resets, and again.
  HOSTILE_SPOOFER,    ///< RTCP about other people's sessions, from elsewhere.
  HOSTILE_THIEF,      ///< Other people's tunnels, by their cookies.
  HOSTILE_SETUPS,     ///< Sets sessions up and plays, and leaves in the middle of it.
  HOSTILE_IMPOSTOR,   ///< Requests with other people's session ids.
  HOSTILE_REPLAYER,   ///< Other people's Authorization headers.
  HOSTILE_COUNT,
} hostile_kind;

/// Adds one that acts until the end of the run.
void hostile_add(world *w, hostile_kind kind);

/// The same, from this address.
void hostile_add_at(world *w, hostile_kind kind, const ocel_addr *from);

#endif
