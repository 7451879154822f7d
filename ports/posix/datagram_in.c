// SPDX-License-Identifier: Apache-2.0
// Datagrams that came in on the two UDP ports.
#include <errno.h>
#include <string.h>

#include "loop_state.h"

enum { TURN_BATCHES = 8 };  // Then the others have their turn.

// @return Datagrams received, or -1 with errno.
static int read_batch(ocel_loop *l, ocel_port port) {
  struct mmsghdr msgs[DATAGRAMS_MAX];
  struct iovec iov[DATAGRAMS_MAX];
  ocel_sockaddr from[DATAGRAMS_MAX];
  memset(msgs, 0, sizeof msgs);
  memset(from, 0, sizeof from);
  for (unsigned i = 0; i < DATAGRAMS_MAX; i++) {
    iov[i] = (struct iovec){l->bytes + (size_t)i * DATAGRAM_BYTES, DATAGRAM_BYTES};
    msgs[i].msg_hdr = (struct msghdr){
        .msg_name = &from[i], .msg_namelen = sizeof from[i], .msg_iov = &iov[i], .msg_iovlen = 1};
  }
  const int n = ocel__sys.recvmmsg(l->udp[port], msgs, DATAGRAMS_MAX, MSG_DONTWAIT);
  for (int i = 0; i < n; i++) {
    const bool cut = (msgs[i].msg_hdr.msg_flags & MSG_TRUNC) != 0;
    const ocel_addr peer = ocel__addr_from(&from[i]);
    // A datagram too big to be one of ours: the engine counts an empty one as a stray.
    const ocel_span bytes = ocel_span_make(iov[i].iov_base, cut ? 0 : msgs[i].msg_len);
    ocel_server_datagram(l->server, port, &peer, bytes, l->now);
  }
  return n;
}

// An error may be an old one of the socket, which is told once: the datagrams behind it are
// worth another look, but not endless ones.
void ocel__datagrams_read(ocel_loop *l, ocel_port port) {
  int n = 0;
  l->udp_again[port] = false;
  for (int i = 0; i < TURN_BATCHES; i++) {
    n = read_batch(l, port);
    if (n < 0 ? errno == EAGAIN : n < DATAGRAMS_MAX) return;
  }
  l->udp_again[port] = n == DATAGRAMS_MAX;
}

void ocel__datagrams_event(ocel_loop *l, ocel_port port, uint32_t events) {
  if ((events & EPOLLOUT) != 0 && l->udp_blocked[port]) {
    l->udp_blocked[port] = false;
    (void)ocel__watch(l, EPOLL_CTL_MOD, l->udp[port], EPOLLIN,
                      ocel__data(port == OCEL_PORT_RTP ? ON_RTP : ON_RTCP, 0));
  }
  if ((events & (EPOLLIN | EPOLLERR)) != 0) ocel__datagrams_read(l, port);
}
