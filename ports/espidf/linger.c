// SPDX-License-Identifier: Apache-2.0
// Polite ends. lwIP resets a connection that is closed with unread bytes, and the reset may
// overtake the last reply; so our side is shut down first and the peer's bytes are thrown away
// until its end comes.
#include <errno.h>

#include "loop_state.h"

enum { DRAIN_READS = 8 };

// True if nothing more can come, or so much comes that patience ends.
static bool drained(ocel_loop *l, int fd) {
  for (int i = 0; i < DRAIN_READS; i++) {
    const ssize_t n = ocel__sys.recvfrom(fd, l->bytes, sizeof l->bytes, NULL, NULL);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0 || errno != EAGAIN;
  }
  return true;
}

static void end(ocel_loop *l, ocel__linger *slot) {
  ocel__tls_end(l, slot->tls_plus_1);
  slot->used = false;
  l->linger_count--;
  (void)ocel__sys.close(slot->fd);
}

// A free slot, or the oldest, whose socket is closed at once.
static ocel__linger *take_slot(ocel_loop *l) {
  ocel__linger *oldest = &l->linger[0];
  for (ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (!s->used) return s;
    if (s->until < oldest->until) oldest = s;
  }
  end(l, oldest);
  return oldest;
}

// Says what a TLS session has still to say, then that nothing more is coming. @return The session
// if it has to wait with that, as a connection's `tls_plus_1`; else 0.
static uint16_t say_end(ocel_loop *l, int fd, uint16_t tls_plus_1) {
  if (tls_plus_1 != 0 && !ocel__tls_goodbye(l, tls_plus_1)) return tls_plus_1;
  ocel__tls_end(l, tls_plus_1);
  (void)ocel__sys.shutdown(fd, SHUT_WR);
  return 0;
}

void ocel__linger_begin(ocel_loop *l, int fd, uint16_t tls_plus_1) {
  const uint16_t tls = say_end(l, fd, tls_plus_1);
  if (drained(l, fd)) {
    ocel__tls_end(l, tls);
    (void)ocel__sys.close(fd);
    return;
  }
  *take_slot(l) = (ocel__linger){true, tls, fd, l->now + LINGER_TIME};
  l->linger_count++;
}

void ocel__linger_read(ocel_loop *l, ocel__linger *slot) {
  if (slot->tls_plus_1 != 0) slot->tls_plus_1 = say_end(l, slot->fd, slot->tls_plus_1);
  if (slot->used && drained(l, slot->fd)) end(l, slot);
}

void ocel__linger_expire(ocel_loop *l) {
  for (ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (s->used && s->until <= l->now) end(l, s);
  }
}

ocel_us ocel__linger_deadline(const ocel_loop *l) {
  ocel_us next = OCEL_NEVER;
  for (const ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (s->used && s->until < next) next = s->until;
  }
  return next;
}
