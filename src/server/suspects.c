// SPDX-License-Identifier: Apache-2.0
// Addresses that lately sent wrong passwords: a small table, whose oldest entry yields.
#include <string.h>

#include "auth.h"

enum { FAILURES_FREE = 5 };

#define FORGET (300 * OCEL_SECOND)
#define TELL_AGAIN (10 * OCEL_SECOND)

static bool remembered(const ocel__suspicion *x, ocel_us now) {
  return x->failures > 0 && now - x->last < FORGET;
}

bool ocel__suspected(const ocel_server *s, const ocel_addr *peer, ocel_us now) {
  for (size_t i = 0; i < OCEL__SUSPECTS; i++) {
    const ocel__suspicion *x = &s->suspects[i];
    if (remembered(x, now) && ocel__same_neighbour(&x->peer, peer))
      return x->failures >= FAILURES_FREE;
  }
  return false;
}

static ocel__suspicion *entry_for(ocel_server *s, const ocel_addr *peer, ocel_us now) {
  ocel__suspicion *oldest = &s->suspects[0];
  for (size_t i = 0; i < OCEL__SUSPECTS; i++) {
    ocel__suspicion *x = &s->suspects[i];
    if (remembered(x, now) && ocel__same_neighbour(&x->peer, peer)) return x;
    if (!remembered(x, now)) memset(x, 0, sizeof *x);
    if (x->failures == 0 || (oldest->failures > 0 && x->last < oldest->last)) oldest = x;
  }
  *oldest = (ocel__suspicion){.peer = *peer, .told = now - TELL_AGAIN};
  return oldest;
}

void ocel__suspect(ocel_server *s, const ocel__conn *c, ocel_us now) {
  ocel__suspicion *x = entry_for(s, &c->peer, now);
  x->failures++;
  x->last = now;
  s->stats.auth_failures++;
  if (now - x->told < TELL_AGAIN) return;
  x->told = now;
  ocel__event(s, OCEL_EVENT_AUTH_FAILED, c, x->failures, 0);
}
