// SPDX-License-Identifier: Apache-2.0
// New connections: to the engine, or refused when there is no room.
#include <errno.h>

#include "bind.h"
#include "loop_state.h"

enum { ACCEPT_BATCH = 4 };

#define ACCEPT_PAUSE (100 * OCEL_MILLISECOND)

static void refuse(ocel_loop *l, int fd) {
  const ocel_span reply = ocel_server_refusal();
  const struct msghdr msg = {.msg_iov = ocel__iov(&reply), .msg_iovlen = 1};
  l->counts.refused++;
  (void)ocel__sys.sendmsg(fd, &msg);
  ocel__linger_begin(l, fd);
}

static void admit(ocel_loop *l, int fd, const ocel_addr *peer) {
  const ocel_addr local = ocel__local_of(fd);
  if (local.port == 0 || !ocel__prepare_accepted(fd)) {
    l->counts.accept_failed++;
    (void)ocel__sys.close(fd);
    return;
  }
  l->arriving = peer;
  const int conn = ocel_server_accept(l->server, peer, &local, false, l->now);
  l->arriving = NULL;
  if (conn < 0) {
    refuse(l, fd);
    return;
  }
  l->conns[conn] = (ocel__conn){.fd = fd, .flags = CONN_OPEN, .peer = *peer};
  l->open_count++;
}

static bool newcomers_own_trouble(int why) {
  return why == ECONNABORTED || why == ECONNRESET || why == EINTR;
}

// Without a socket left, lwIP has reset the newcomer by itself.
void ocel__accept(ocel_loop *l) {
  for (int i = 0; i < ACCEPT_BATCH; i++) {
    ocel_sockaddr s;
    socklen_t n = sizeof s;
    ocel__addr_any(AF_UNSPEC, &s);
    const int fd = ocel__sys.accept(l->listener, &s.any, &n);
    if (fd >= 0) {
      const ocel_addr peer = ocel__addr_from(&s);
      admit(l, fd, &peer);
      continue;
    }
    if (errno == EAGAIN) return;
    l->counts.accept_failed++;
    if (newcomers_own_trouble(errno)) continue;
    l->accept_at = l->now + ACCEPT_PAUSE;
    return;
  }
}
