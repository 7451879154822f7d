// SPDX-License-Identifier: Apache-2.0
// A fake engine behind ocel/server.h that knows no protocol: it echoes. So a test of the loop
// knows each byte that must come back, whatever the kernel was made to do in between.
//
//   stream connection  every byte is echoed; a 'Q' closes it after what came before
//   datagram           echoed; "B" N S asks for one batch of N datagrams of S * 8 bytes, which
//                      are S * 8 times their number, the last datagram one byte shorter
#ifndef FAKE_ENGINE_H
#define FAKE_ENGINE_H

#include <stdatomic.h>

#include "ocel/server.h"

enum { FAKE_CONNS = 8, FAKE_ROOM = 1 << 18, FAKE_SPAN = 1000 };

/// What the engine saw; may be read by any thread.
typedef struct {
  atomic_uint accepted, secure, refused, closed, ticks, received, strays, datagrams, sent, failed,
      blocked, turned_away;
  atomic_bool shut;       ///< Nobody is admitted.
  atomic_llong deadline;  ///< What ocel_server_deadline says; OCEL_NEVER after fake_setup.
} fake_counts;

extern fake_counts fake;

/// rig_setup, and forgets what was counted.
int fake_setup(void **state);

#endif
