// SPDX-License-Identifier: Apache-2.0
// The seam to TLS (ocel/tls.h). A plain connection passes it by.
#include "loop_state.h"

static ptrdiff_t send_bytes(int fd, const void *bytes, size_t n) {
  const ocel_span span = ocel_span_make(bytes, n);
  const struct msghdr msg = {.msg_iov = ocel__iov(&span), .msg_iovlen = 1};
  return ocel__sys.sendmsg(fd, &msg, MSG_NOSIGNAL);
}

static ptrdiff_t recv_bytes(int fd, void *bytes, size_t n) {
  return ocel__sys.recv(fd, bytes, n, 0);
}

const ocel_tls_socket ocel__tls_socket = {.send = send_bytes, .recv = recv_bytes};

static unsigned session_of(uint16_t tls_plus_1) { return tls_plus_1 - 1u; }

void ocel__tls_end(ocel_loop *l, uint16_t tls_plus_1) {
  if (tls_plus_1 != 0) l->cfg.tls->ops->end(l->cfg.tls, session_of(tls_plus_1));
}

void ocel__tls_arrive(ocel_loop *l, int fd, const ocel_addr *peer) {
  ocel_tls *const tls = l->cfg.tls;
  int yielded;
  const int session = tls->ops->begin(tls, fd, peer, l->now, &yielded);
  if (yielded >= 0) ocel__close(l, yielded);
  const bool watched =
      session >= 0 && ocel__watch(l, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP,
                                  ocel__data(ON_HANDSHAKE, (unsigned)session));
  if (watched) return;
  ocel__tls_end(l, (uint16_t)(session + 1));
  ocel__close(l, fd);
}

// A session of that number may be another one by now: it finds that nothing is there for it.
void ocel__tls_event(ocel_loop *l, unsigned session) {
  l->cfg.tls->ops->ready(l->cfg.tls, session);
}

void ocel__tls_shake(ocel_loop *l) {
  ocel_tls *const tls = l->cfg.tls;
  if (tls == NULL) return;
  const ocel_tls_outcome o = tls->ops->shake(tls, l->now);
  const uint16_t tls_plus_1 = (uint16_t)(o.session + 1);
  if (o.progress == OCEL_TLS_DONE) {
    const ocel__conn newcomer = {o.fd, CONN_OPEN, tls_plus_1, o.peer};
    ocel__admit(l, &newcomer, EPOLL_CTL_MOD);
  } else if (o.progress == OCEL_TLS_FAILED) {
    ocel__tls_end(l, tls_plus_1);
    ocel__linger_begin(l, o.fd, 0, EPOLL_CTL_MOD);
  }
}

ocel_us ocel__tls_deadline(const ocel_loop *l) {
  return l->cfg.tls != NULL ? l->cfg.tls->ops->deadline(l->cfg.tls) : OCEL_NEVER;
}

void ocel__tls_give_up(ocel_loop *l) {
  ocel_tls *const tls = l->cfg.tls;
  bool write;
  for (unsigned i = 0; tls != NULL && i < tls->sessions; i++) {
    const int fd = tls->ops->waiting(tls, i, &write);
    if (fd < 0) continue;
    tls->ops->end(tls, i);
    (void)ocel__sys.close(fd);
  }
}

ssize_t ocel__tls_recv(ocel_loop *l, const ocel__conn *c, size_t n) {
  return l->cfg.tls->ops->read(l->cfg.tls, session_of(c->tls_plus_1), l->bytes, n);
}

int ocel__tls_send(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went) {
  return l->cfg.tls->ops->write(l->cfg.tls, session_of(c->tls_plus_1), l->spans, n, went);
}

bool ocel__tls_goodbye(ocel_loop *l, uint16_t tls_plus_1) {
  return !ocel__passes(l->cfg.tls->ops->close(l->cfg.tls, session_of(tls_plus_1)));
}
