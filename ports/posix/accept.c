// SPDX-License-Identifier: Apache-2.0
// New connections: to the engine, or refused when there is no room or no descriptor left.
#include <errno.h>
#include <string.h>

#include "loop_state.h"

enum { ACCEPT_BATCH = 64 };

#define ACCEPT_PAUSE (100 * OCEL_MILLISECOND)

static void refuse(ocel_loop *l, const ocel__conn *newcomer, int op) {
  size_t went;
  l->spans[0] = ocel_server_refusal();
  if (newcomer->tls_plus_1 != 0) {
    (void)ocel__tls_send(l, newcomer, 1, &went);
  } else {
    const struct msghdr msg = {.msg_iov = ocel__iov(l->spans), .msg_iovlen = 1};
    (void)ocel__sys.sendmsg(newcomer->fd, &msg, MSG_NOSIGNAL);
  }
  ocel__linger_begin(l, newcomer->fd, newcomer->tls_plus_1, op);
}

static int ask_engine(ocel_loop *l, const ocel__conn *newcomer) {
  ocel_sockaddr s;
  socklen_t n = sizeof s;
  memset(&s, 0, sizeof s);
  if (ocel__sys.getsockname(newcomer->fd, &s.any, &n) < 0) return -1;
  const ocel_addr local = ocel__addr_from(&s);
  const bool secure = newcomer->tls_plus_1 != 0;
  l->arriving = &newcomer->peer;
  const int conn = ocel_server_accept(l->server, &newcomer->peer, &local, secure, l->now);
  l->arriving = NULL;
  return conn;
}

// The spare descriptor is gone when the process has no other left: whoever comes then is
// refused rather than left waiting.
void ocel__admit(ocel_loop *l, const ocel__conn *newcomer, int op) {
  const int conn = l->spare < 0 ? -1 : ask_engine(l, newcomer);
  if (conn < 0) {
    refuse(l, newcomer, op);
    return;
  }
  if (!ocel__watch(l, op, newcomer->fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP,
                   ocel__data(ON_CONN, (unsigned)conn))) {
    ocel_server_closed(l->server, conn, l->now);
    ocel__tls_end(l, newcomer->tls_plus_1);
    ocel__close(l, newcomer->fd);
    return;
  }
  l->conns[conn] = *newcomer;
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

static bool admits(ocel_loop *l, const ocel_addr *peer) {
  l->arriving = peer;
  const bool yes = ocel_server_admits(l->server, peer, l->now);
  l->arriving = NULL;
  return yes;
}

static void arrive(ocel_loop *l, ocel__door door, int fd, const ocel_sockaddr *from) {
  const ocel__conn newcomer = {.fd = fd, .flags = CONN_OPEN, .peer = ocel__addr_from(from)};
  if (!admits(l, &newcomer.peer)) {
    ocel__close(l, fd);
  } else if (door == DOOR_TLS) {
    ocel__tls_arrive(l, fd, &newcomer.peer);
  } else {
    ocel__admit(l, &newcomer, EPOLL_CTL_ADD);
  }
}

// True if the next one can be looked at: not when the last slot has been taken, so that somebody
// idle yields first.
static bool deal_with(ocel_loop *l, ocel__door door, int fd, const ocel_sockaddr *from) {
  if (fd < 0) return go_on(l, errno);
  arrive(l, door, fd, from);
  return l->open_count < l->server_cfg.max_connections;
}

void ocel__accept(ocel_loop *l, ocel__door door) {
  l->accept_again[door] = false;
  if (l->door[door] < 0) return;
  if (l->spare < 0) l->spare = ocel__sys.spare();
  int fd = 0;
  for (int i = 0; i < ACCEPT_BATCH; i++) {
    ocel_sockaddr s;
    socklen_t n = sizeof s;
    memset(&s, 0, sizeof s);
    fd = ocel__sys.accept4(l->door[door], &s.any, &n, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN) return;
    if (!deal_with(l, door, fd, &s)) break;
  }
  l->accept_again[door] = fd >= 0;
  if (fd < 0) l->accept_at = l->now + ACCEPT_PAUSE;
}
