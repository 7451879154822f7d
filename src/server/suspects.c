// SPDX-License-Identifier: Apache-2.0
// Addresses that lately sent wrong passwords: a small table, whose oldest entry yields.
#include <string.h>

#include "auth.h"

enum { FAILURES_FREE = 5, IPV6_NETWORK = 8 };

#define FORGET (300 * OCEL_SECOND)
#define TELL_AGAIN (10 * OCEL_SECOND)

// One home or one host has a whole /64 of IPv6.
static bool same_neighbour(const ocel_addr *a, const ocel_addr *b) {
  const bool v4 = ocel_addr_is_ipv4(a);
  return v4 == ocel_addr_is_ipv4(b) && memcmp(a->ip, b->ip, v4 ? sizeof a->ip : IPV6_NETWORK) == 0;
}

static bool remembered(const ocel__suspicion *x, ocel_us now) {
  return x->failures > 0 && now - x->last < FORGET;
}

bool ocel__suspected(const ocel_server *s, const ocel_addr *peer, ocel_us now) {
  for (size_t i = 0; i < OCEL__SUSPECTS; i++) {
    const ocel__suspicion *x = &s->suspects[i];
    if (remembered(x, now) && same_neighbour(&x->peer, peer)) return x->failures >= FAILURES_FREE;
  }
  return false;
}

static ocel__suspicion *entry_for(ocel_server *s, const ocel_addr *peer, ocel_us now) {
  ocel__suspicion *oldest = &s->suspects[0];
  for (size_t i = 0; i < OCEL__SUSPECTS; i++) {
    ocel__suspicion *x = &s->suspects[i];
    if (remembered(x, now) && same_neighbour(&x->peer, peer)) return x;
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
