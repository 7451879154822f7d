// SPDX-License-Identifier: Apache-2.0
// Polite ends. close() on a socket with unread bytes sends a reset, which may overtake the last
// reply; so our side is shut down first and the peer's bytes are thrown away until its end comes.
#include <errno.h>

#include "loop_state.h"

enum { DRAIN_READS = 8 };

// True if nothing more can come, or so much comes that patience ends.
static bool drained(ocel_loop *l, int fd) {
  for (int i = 0; i < DRAIN_READS; i++) {
    const ssize_t n = ocel__sys.recv(fd, l->bytes, sizeof l->bytes, 0);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0 || errno != EAGAIN;
  }
  return true;
}

static void end(ocel_loop *l, ocel__linger *slot) {
  const int fd = slot->fd_plus_1 - 1;
  ocel__tls_end(l, slot->tls_plus_1);
  *slot = (ocel__linger){.fd_plus_1 = 0};
  l->linger_count--;
  ocel__close(l, fd);
}

// A free slot, or the oldest, whose socket is closed at once.
static ocel__linger *take_slot(ocel_loop *l) {
  ocel__linger *oldest = &l->linger[0];
  for (ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (s->fd_plus_1 == 0) return s;
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

static void close_both(ocel_loop *l, int fd, uint16_t tls_plus_1) {
  ocel__tls_end(l, tls_plus_1);
  ocel__close(l, fd);
}

void ocel__linger_begin(ocel_loop *l, int fd, uint16_t tls_plus_1, int op) {
  const uint16_t tls = say_end(l, fd, tls_plus_1);
  if (drained(l, fd)) {
    close_both(l, fd, tls);
    return;
  }
  ocel__linger *const slot = take_slot(l);
  const unsigned index = (unsigned)(slot - l->linger);
  const uint32_t events = EPOLLIN | EPOLLRDHUP | (tls != 0 ? EPOLLOUT : 0);
  if (!ocel__watch(l, op, fd, events, ocel__data(ON_LINGER, index))) {
    close_both(l, fd, tls);
    return;
  }
  *slot = (ocel__linger){fd + 1, tls, l->now + LINGER_TIME};
  l->linger_count++;
}

void ocel__linger_event(ocel_loop *l, unsigned index) {
  ocel__linger *const slot = &l->linger[index];
  if (slot->tls_plus_1 != 0) slot->tls_plus_1 = say_end(l, slot->fd_plus_1 - 1, slot->tls_plus_1);
  if (slot->fd_plus_1 != 0 && drained(l, slot->fd_plus_1 - 1)) end(l, slot);
}

void ocel__linger_expire(ocel_loop *l) {
  if (l->linger_count == 0) return;
  for (ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (s->fd_plus_1 != 0 && s->until <= l->now) end(l, s);
  }
}

ocel_us ocel__linger_deadline(const ocel_loop *l) {
  ocel_us next = OCEL_NEVER;
  if (l->linger_count == 0) return next;
  for (const ocel__linger *s = l->linger; s < l->linger + LINGER_MAX; s++) {
    if (s->fd_plus_1 != 0 && s->until < next) next = s->until;
  }
  return next;
}
