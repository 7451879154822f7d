// SPDX-License-Identifier: Apache-2.0
// The loop itself: wait, tell the engine what happened, do what it asks.
#include <errno.h>

#include "loop_state.h"

#include "../loop/turn.h"

#define FLUSH_TIME OCEL_SECOND
#define PAUSE (10 * OCEL_MILLISECOND)

void ocel_loop_wake_at(ocel_loop *l, ocel_us when) {
  l->wake_at = ocel__earliest(l->wake_at, when);
}

// Microseconds to sleep; never for ever, since a wake may have been lost for want of memory.
static ocel_us patience(const ocel_loop *l, const ocel__watch *w) {
  if (w->at_once || l->udp_more || atomic_load(&l->woken) || atomic_load(&l->stop) != l->stopping)
    return 0;
  const ocel_us now = ocel_loop_now();
  ocel_us next = ocel__earliest(now + OCEL_LOOP_WAKE_INTERVAL, ocel_server_deadline(l->server));
  if (l->accept_at > l->now) next = ocel__earliest(next, l->accept_at);
  next = ocel__earliest(next, ocel__conns_deadline(l));
  next = ocel__earliest(next, ocel__tls_deadline(l));
  next = ocel__earliest(next, l->udp_retry_at);
  next = ocel__earliest(next, ocel__linger_deadline(l));
  next = ocel__earliest(next, ocel__wake_deadline(l));
  if (l->stopping) next = ocel__earliest(next, l->stop_at);
  return next > now ? next - now : 0;
}

static void begin_stop(ocel_loop *l) {
  l->stopping = true;
  l->stop_at = l->now + FLUSH_TIME;
  for (int door = 0; door < DOOR_COUNT; door++) {
    if (l->door[door] >= 0) (void)ocel__sys.close(l->door[door]);
    l->door[door] = -1;
  }
  ocel_server_shutdown(l->server, l->now);
}

static bool stopped(const ocel_loop *l) {
  if (!l->stopping) return false;
  const bool waits = l->udp_more || l->udp_retry_at != OCEL_NEVER;
  return (l->open_count == 0 && l->linger_count == 0 && !waits) || l->now >= l->stop_at;
}

static void turn(ocel_loop *l, const ocel__watch *found) {
  l->now = ocel_loop_now();
  if (found != NULL) ocel__watch_dispatch(l, found);
  ocel__tls_shake(l);
  ocel__linger_expire(l);
  if (!l->stopping && atomic_load(&l->stop)) begin_stop(l);
  // Cleared before the rings are looked at: a commit after this wakes the loop again.
  ocel__call_on_wake(l, atomic_exchange(&l->woken, false));
  ocel_server_tick(l->server, l->now);
  ocel__do_tasks(l);
  ocel__conns_settle(l);
  ocel__datagrams_write(l);
  ocel__do_tasks(l);  // A connection may have waited for its last datagram.
}

int ocel_loop_run(ocel_loop *l) {
  ocel__watch watch;
  do {
    l->now = ocel_loop_now();
    ocel__watch_fill(l, &watch);
    const int n =
        ocel__sys.select(watch.count, &watch.readable, &watch.writable, patience(l, &watch));
    if (n < 0 && ocel__starved(errno)) {
      ocel__sys.pause(PAUSE);
    } else if (n < 0 && errno != EINTR) {
      return errno;
    }
    turn(l, n > 0 || (n == 0 && watch.at_once) ? &watch : NULL);
  } while (!stopped(l));
  return 0;
}
