// SPDX-License-Identifier: Apache-2.0
// The loop itself: wait, tell the engine what happened, do what it asks.
#include <errno.h>

#include "loop_state.h"

#include "../loop/turn.h"

#define FLUSH_TIME OCEL_SECOND

// The descriptor's counter is never read: edge-triggered, each write makes an event of its own.
static void ring_bell(ocel_loop *l) {
  const uint64_t one = 1;
  const int saved = errno;
  (void)!ocel__sys.write(l->eventfd, &one, sizeof one);
  errno = saved;
}

void ocel_loop_wake(ocel_loop *l) {
  if (!atomic_exchange(&l->woken, true)) ring_bell(l);
}

void ocel_loop_stop(ocel_loop *l) {
  atomic_store(&l->stop, true);
  ring_bell(l);
}

void ocel_loop_wake_at(ocel_loop *l, ocel_us when) {
  l->wake_at = ocel__earliest(l->wake_at, when);
}

static bool unfinished(const ocel_loop *l) {
  return l->todo_count > 0 || l->accept_again[0] || l->accept_again[1] || l->udp_again[0] ||
         l->udp_again[1];
}

// Microseconds to sleep at most.
static ocel_us patience(const ocel_loop *l) {
  if (unfinished(l)) return 0;
  ocel_us next = ocel_server_deadline(l->server);
  next = ocel__earliest(next, l->accept_at);
  next = ocel__earliest(next, ocel__tls_deadline(l));
  next = ocel__earliest(next, l->starved_at);
  next = ocel__earliest(next, ocel__linger_deadline(l));
  next = ocel__earliest(next, ocel__wake_deadline(l));
  if (l->stopping) next = ocel__earliest(next, l->stop_at);
  if (next == OCEL_NEVER) return OCEL_NEVER;
  const ocel_us now = ocel_loop_now();
  return next > now ? next - now : 0;
}

static void dispatch(ocel_loop *l, const struct epoll_event *e) {
  const unsigned index = (unsigned)(e->data.u64 & UINT32_MAX);
  switch ((ocel__tag)(e->data.u64 >> 32)) {
    case ON_WAKE: break;
    case ON_DOOR: l->accept_again[index] = l->accept_at == OCEL_NEVER; break;
    case ON_RTP: ocel__datagrams_event(l, OCEL_PORT_RTP, e->events); break;
    case ON_RTCP: ocel__datagrams_event(l, OCEL_PORT_RTCP, e->events); break;
    case ON_CONN: ocel__conn_event(l, index, e->events); break;
    case ON_LINGER: ocel__linger_event(l, index); break;
    case ON_HANDSHAKE: ocel__tls_event(l, index); break;
  }
}

// What was put off in the last round, and what is due now.
static void go_on(ocel_loop *l) {
  ocel__conns_read_on(l);
  for (int port = 0; port < 2; port++) {
    if (l->udp_again[port]) ocel__datagrams_read(l, (ocel_port)port);
  }
  ocel__conns_unstarve(l);
  ocel__linger_expire(l);
  ocel__tls_shake(l);
  const bool due = l->accept_at <= l->now;
  if (due) l->accept_at = OCEL_NEVER;
  for (int door = 0; door < DOOR_COUNT; door++) {
    if (due || l->accept_again[door]) ocel__accept(l, (ocel__door)door);
  }
}

static void begin_stop(ocel_loop *l) {
  l->stopping = true;
  l->stop_at = l->now + FLUSH_TIME;
  for (int door = 0; door < DOOR_COUNT; door++) {
    if (l->door[door] >= 0) (void)ocel__sys.close(l->door[door]);
    l->door[door] = -1;
    l->accept_again[door] = false;
  }
  l->accept_at = OCEL_NEVER;
  ocel_server_shutdown(l->server, l->now);
}

static bool stopped(const ocel_loop *l) {
  if (!l->stopping) return false;
  const bool flushed =
      l->open_count == 0 && l->linger_count == 0 && !l->udp_blocked[0] && !l->udp_blocked[1];
  return flushed || l->now >= l->stop_at;
}

static void turn(ocel_loop *l, int events) {
  l->now = ocel_loop_now();
  // Cleared before the rings are looked at: a commit after this wakes the loop again.
  const bool woken = atomic_exchange(&l->woken, false);
  for (int i = 0; i < events; i++) dispatch(l, &l->events[i]);
  go_on(l);
  if (!l->stopping && atomic_load_explicit(&l->stop, memory_order_relaxed)) begin_stop(l);
  ocel__call_on_wake(l, woken);
  ocel_server_tick(l->server, l->now);
  ocel__do_tasks(l);
  ocel__conns_settle(l);
  ocel__datagrams_write(l);
  ocel__do_tasks(l);  // A connection may have waited for its last datagram.
}

int ocel_loop_run(ocel_loop *l) {
  do {
    const int n = ocel__sys.epoll_wait(l->epoll, l->events, EVENTS_MAX, patience(l));
    if (n < 0 && errno != EINTR) return errno;
    turn(l, n < 0 ? 0 : n);
  } while (!stopped(l));
  return 0;
}
