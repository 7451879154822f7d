// SPDX-License-Identifier: Apache-2.0
// Who may come in: allowed networks, and how much of the server one address can have.
#include <string.h>

#include "server_priv.h"

enum { IPV6_NETWORK = 8 };

#define TELL_AGAIN (10 * OCEL_SECOND)

// One home or one host has a whole /64 of IPv6.
bool ocel__same_neighbour(const ocel_addr *a, const ocel_addr *b) {
  const bool v4 = ocel_addr_is_ipv4(a);
  return v4 == ocel_addr_is_ipv4(b) && memcmp(a->ip, b->ip, v4 ? sizeof a->ip : IPV6_NETWORK) == 0;
}

// A flood becomes a line every ten seconds.
static void tell(ocel_server *s, ocel__tally *t, ocel_event_code code, ocel_us now) {
  t->untold++;
  if (t->told_any && now - t->told < TELL_AGAIN) return;
  ocel__event(s, code, NULL, t->untold, 0);
  *t = (ocel__tally){.told = now, .told_any = true};
}

void ocel__tell_refused(ocel_server *s, ocel_us now) {
  s->stats.refused++;
  tell(s, &s->refusals, OCEL_EVENT_REFUSED, now);
}

bool ocel__allows(const ocel_server *s, const ocel_addr *peer) {
  const size_t count = s->cfg.allowed_count;
  return count == 0 || ocel_networks_have(s->cfg.allowed, count, peer);
}

bool ocel_server_admits(ocel_server *s, const ocel_addr *peer, ocel_us now) {
  s->now = now;
  if (ocel__allows(s, peer)) return true;
  s->stats.turned_away++;
  tell(s, &s->strangers, OCEL_EVENT_TURNED_AWAY, now);
  return false;
}

// The POST of a tunnel goes with its GET.
bool ocel__holds_nothing(const ocel__conn *c) {
  const bool serves = c->role == ROLE_POST && c->tunnel.other >= 0;
  return c->state == CONN_OPEN && !ocel__has_session(c) && !serves && !ocel__is_answering(c) &&
         (c->defer_until == 0 || c->judging);
}

// Who takes long over an answer does not keep a newcomer out.
static bool can_yield(const ocel_server *s, const ocel__conn *c, ocel_us now) {
  const bool slow = ocel__is_answering(c) && now - c->http.since > s->cfg.request_timeout;
  return ocel__holds_nothing(c) || (slow && c->state == CONN_OPEN);
}

bool ocel__evict_idle(ocel_server *s, const ocel_addr *among, const ocel__conn *newcomer,
                      ocel_us now) {
  ocel__conn *oldest = NULL;
  for (int i = 0; i < s->conn_high; i++) {
    ocel__conn *c = &s->conns[i];
    if (c == newcomer || !can_yield(s, c, now)) continue;
    if (among != NULL && !ocel__same_neighbour(&c->peer, among)) continue;
    if (oldest == NULL || c->active_at < oldest->active_at) oldest = c;
  }
  if (oldest == NULL) return false;
  ocel__conn_close(s, oldest, OCEL_CLOSE_EVICTED, false, now);
  return true;
}

bool ocel__has_share(ocel_server *s, const ocel_addr *peer, ocel_us now) {
  const unsigned share = s->cfg.max_connections_per_address;
  unsigned n = 0;
  for (int i = 0; share != 0 && i < s->conn_high; i++) {
    const ocel__conn *c = &s->conns[i];
    const bool alive = c->state == CONN_OPEN || c->state == CONN_FLUSH;
    n += alive && ocel__same_neighbour(&c->peer, peer);
  }
  return share == 0 || n < share || ocel__evict_idle(s, peer, NULL, now);
}
