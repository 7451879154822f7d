// SPDX-License-Identifier: Apache-2.0
// New connections: to the engine, or refused when there is no room.
#include <errno.h>

#include "bind.h"
#include "loop_state.h"

enum { ACCEPT_BATCH = 4 };

#define ACCEPT_PAUSE (100 * OCEL_MILLISECOND)

static void refuse(ocel_loop *l, const ocel__conn *newcomer) {
  size_t went;
  l->spans[0] = ocel_server_refusal();
  l->counts.refused++;
  if (newcomer->tls_plus_1 != 0) {
    (void)ocel__tls_send(l, newcomer, 1, &went);
  } else {
    const struct msghdr msg = {.msg_iov = ocel__iov(l->spans), .msg_iovlen = 1};
    (void)ocel__sys.sendmsg(newcomer->fd, &msg);
  }
  ocel__linger_begin(l, newcomer->fd, newcomer->tls_plus_1);
}

void ocel__admit(ocel_loop *l, const ocel__conn *newcomer) {
  const ocel_addr local = ocel__local_of(newcomer->fd);
  const bool secure = newcomer->tls_plus_1 != 0;
  if (local.port == 0) {
    l->counts.accept_failed++;
    ocel__tls_end(l, newcomer->tls_plus_1);
    (void)ocel__sys.close(newcomer->fd);
    return;
  }
  l->arriving = &newcomer->peer;
  const int conn = ocel_server_accept(l->server, &newcomer->peer, &local, secure, l->now);
  l->arriving = NULL;
  if (conn < 0) {
    refuse(l, newcomer);
    return;
  }
  l->conns[conn] = *newcomer;
  l->open_count++;
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
    (void)ocel__sys.close(fd);
    return;
  }
  if (!ocel__prepare_accepted(fd)) {
    l->counts.accept_failed++;
    (void)ocel__sys.close(fd);
    return;
  }
  ocel__mark(fd, l->cfg.dscp);
  if (door == DOOR_TLS) {
    ocel__tls_arrive(l, fd, &newcomer.peer);
  } else {
    ocel__admit(l, &newcomer);
  }
}

static bool newcomers_own_trouble(int why) {
  return why == ECONNABORTED || why == ECONNRESET || why == EINTR;
}

// Without a socket left, lwIP has reset the newcomer by itself.
void ocel__accept(ocel_loop *l, ocel__door door) {
  for (int i = 0; i < ACCEPT_BATCH; i++) {
    ocel_sockaddr s;
    socklen_t n = sizeof s;
    ocel__addr_any(AF_UNSPEC, &s);
    const int fd = ocel__sys.accept(l->door[door], &s.any, &n);
    if (fd >= 0) {
      arrive(l, door, fd, &s);
      continue;
    }
    if (errno == EAGAIN) return;
    l->counts.accept_failed++;
    if (newcomers_own_trouble(errno)) continue;
    l->accept_at = l->now + ACCEPT_PAUSE;
    return;
  }
}
