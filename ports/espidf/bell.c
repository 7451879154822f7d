// SPDX-License-Identifier: Apache-2.0
// How another task wakes the one that waits in select: a datagram to a socket that is connected
// to itself at 127.0.0.1. ESP-IDF's eventfd would save a socket, but lies in the virtual file
// system, whose select() a firmware may have left out (ESPHome does), and lwIP's own select()
// does not know it.
#include <errno.h>

#include "bind.h"
#include "loop_state.h"

enum { RINGS_MAX = 8 };

bool ocel__bell_open(ocel_loop *l) {
  ocel_sockaddr self;
  if (!ocel__addr_parse("127.0.0.1", 0, &self)) return false;
  l->bell = ocel__open_bound(SOCK_DGRAM, &self);
  if (l->bell < 0) return false;
  ocel__addr_set_port(&self, ocel__local_of(l->bell).port);
  return ocel__sys.connect(l->bell, &self.any, ocel__addr_size(&self)) == 0;
}

static void ring(ocel_loop *l) {
  uint8_t byte = 1;
  struct iovec iov = {&byte, sizeof byte};
  const struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
  const int saved = errno;
  if (ocel__sys.sendmsg(l->bell, &msg) < 0) {
    (void)atomic_fetch_add(&l->wake_failed, 1);
    atomic_store(&l->rung, false);  // The next wake tries again.
  }
  errno = saved;
}

void ocel_loop_wake(ocel_loop *l) {
  atomic_store(&l->woken, true);
  if (!atomic_exchange(&l->rung, true)) ring(l);
}

void ocel_loop_stop(ocel_loop *l) {
  atomic_store(&l->stop, true);
  ring(l);
}

// Cleared before the rings are looked at: a commit after this rings again.
void ocel__bell_heard(ocel_loop *l) {
  for (int i = 0; i < RINGS_MAX; i++) {
    if (ocel__sys.recvfrom(l->bell, l->bytes, sizeof l->bytes, NULL, NULL) < 0) break;
  }
  atomic_store(&l->rung, false);
}
