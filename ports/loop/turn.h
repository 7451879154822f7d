// SPDX-License-Identifier: Apache-2.0
// What every port's loop does with its engine, whatever it waits with. Each port includes this
// after its own loop_state.h, which declares `struct ocel_loop`, `ocel__conn`, CONN_OPEN and
// TASKS_PER_CLOCK.
#ifndef OCEL_LOOP_TURN_H
#define OCEL_LOOP_TURN_H

#include "ocel/loop.h"

/// `on_wake` is called at least so often.
#define OCEL_LOOP_WAKE_INTERVAL OCEL_SECOND

static inline ocel_us ocel__earliest(ocel_us a, ocel_us b) { return a < b ? a : b; }

/// When `on_wake` is due even if nobody wakes the loop.
static inline ocel_us ocel__wake_deadline(const ocel_loop *l) {
  return l->cfg.on_wake != NULL ? ocel__earliest(l->wake_at, l->next_wake) : OCEL_NEVER;
}

/// Writes to and closes connections as long as the engine asks for it.
static inline void ocel__do_tasks(ocel_loop *l) {
  ocel_task task;
  unsigned left = TASKS_PER_CLOCK;
  while (ocel_server_next_task(l->server, &task)) {
    if (--left == 0) {
      l->now = ocel_loop_now();
      left = TASKS_PER_CLOCK;
    }
    if (task.kind == OCEL_TASK_WRITE) {
      ocel__conn_write(l, (unsigned)task.conn);
    } else {
      ocel__conn_shut(l, (unsigned)task.conn);
    }
  }
}

/// Calls `on_wake` if somebody woke the loop, asked to be called now, or was not for long.
static inline void ocel__call_on_wake(ocel_loop *l, bool woken) {
  const bool asked = l->wake_at <= l->now;
  if (l->cfg.on_wake == NULL || !(woken || asked || l->next_wake <= l->now)) return;
  if (asked) l->wake_at = OCEL_NEVER;
  l->next_wake = l->now + OCEL_LOOP_WAKE_INTERVAL;
  l->cfg.on_wake(l->cfg.ctx, l->now);
}

/// Whom an event is about. A number that is not open yet is the newcomer's; one that is not open
/// any more keeps its peer. NULL: nobody.
static inline const ocel_addr *ocel__peer_of(const ocel_loop *l, int conn) {
  if (conn < 0 || conn >= l->server_cfg.max_connections) return l->arriving;
  const ocel__conn *const c = &l->conns[conn];
  return l->arriving != NULL && (c->flags & CONN_OPEN) == 0 ? l->arriving : &c->peer;
}

/// ocel_platform.event: passes it on with the peer's address.
static inline void ocel__pass_event(void *loop, const ocel_event *e) {
  const ocel_loop *const l = loop;
  l->cfg.on_event(l->cfg.ctx, e, ocel__peer_of(l, e->conn));
}

#endif
