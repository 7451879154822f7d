// SPDX-License-Identifier: Apache-2.0
// New connections: to the engine, or refused when there is no room or no descriptor left.
#include <errno.h>
#include <string.h>

#include "loop_state.h"

enum { ACCEPT_BATCH = 64 };

#define ACCEPT_PAUSE (100 * OCEL_MILLISECOND)

static void refuse(ocel_loop *l, int fd) {
  ocel_span reply = ocel_server_refusal();
  struct iovec iov;
  memcpy(&iov, &reply, sizeof iov);
  const struct msghdr msg = {.msg_iov = &iov, .msg_iovlen = 1};
  (void)ocel__sys.sendmsg(fd, &msg, MSG_NOSIGNAL);
  ocel__linger_begin(l, fd, EPOLL_CTL_ADD);
}

static int ask_engine(ocel_loop *l, int fd, const ocel_addr *peer) {
  ocel_sockaddr s;
  socklen_t n = sizeof s;
  memset(&s, 0, sizeof s);
  if (ocel__sys.getsockname(fd, &s.any, &n) < 0) return -1;
  const ocel_addr local = ocel__addr_from(&s);
  l->arriving = peer;
  const int conn = ocel_server_accept(l->server, peer, &local, false, l->now);
  l->arriving = NULL;
  return conn;
}

// The spare descriptor is gone when the process has no other left: whoever comes then is
// refused rather than left waiting.
static void admit(ocel_loop *l, int fd, const ocel_addr *peer) {
  const int conn = l->spare < 0 ? -1 : ask_engine(l, fd, peer);
  if (conn < 0) {
    refuse(l, fd);
    return;
  }
  if (!ocel__watch(l, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP,
                   ocel__data(ON_CONN, (unsigned)conn))) {
    ocel_server_closed(l->server, conn, l->now);
    ocel__close(l, fd);
    return;
  }
  l->conns[conn] = (ocel__conn){.fd = fd, .flags = CONN_OPEN, .peer = *peer};
  l->open_count++;
}

// True if another try makes sense at once.
static bool go_on(ocel_loop *l, int why) {
  if (why == ENOMEM || why == ENOBUFS) return false;
  if (why != EMFILE && why != ENFILE) return true;  // The newcomer's own trouble (accept(2)).
  if (l->spare < 0) return false;
  (void)ocel__sys.close(l->spare);
  l->spare = -1;
  return true;
}

void ocel__accept(ocel_loop *l) {
  l->accept_again = false;
  l->accept_at = OCEL_NEVER;
  if (l->spare < 0) l->spare = ocel__sys.spare();
  int fd = 0;
  for (int i = 0; i < ACCEPT_BATCH; i++) {
    ocel_sockaddr s;
    socklen_t n = sizeof s;
    memset(&s, 0, sizeof s);
    fd = ocel__sys.accept4(l->listener, &s.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN) return;
    if (fd < 0 && !go_on(l, errno)) break;
    if (fd < 0) continue;
    const ocel_addr peer = ocel__addr_from(&s);
    admit(l, fd, &peer);
  }
  l->accept_again = fd >= 0;
  if (fd < 0) l->accept_at = l->now + ACCEPT_PAUSE;
}
