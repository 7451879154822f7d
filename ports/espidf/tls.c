// SPDX-License-Identifier: Apache-2.0
// The seam to TLS (ocel/tls.h). A plain connection passes it by.
#include "loop_state.h"

static ptrdiff_t send_bytes(int fd, const void *bytes, size_t n) {
  const ocel_span span = ocel_span_make(bytes, n);
  const struct msghdr msg = {.msg_iov = ocel__iov(&span), .msg_iovlen = 1};
  const ssize_t sent = ocel__sys.sendmsg(fd, &msg);
  if (sent < 0 && errno == EINPROGRESS) errno = EAGAIN;
  return sent;
}

static ptrdiff_t recv_bytes(int fd, void *bytes, size_t n) {
  return ocel__sys.recvfrom(fd, bytes, n, NULL, NULL);
}

const ocel_tls_socket ocel__tls_socket = {.send = send_bytes, .recv = recv_bytes};

static unsigned session_of(const ocel__conn *c) { return c->tls_plus_1 - 1u; }

void ocel__tls_end(ocel_loop *l, uint16_t tls_plus_1) {
  if (tls_plus_1 != 0) l->cfg.tls->ops->end(l->cfg.tls, tls_plus_1 - 1u);
}

void ocel__tls_arrive(ocel_loop *l, int fd, const ocel_addr *peer) {
  ocel_tls *const tls = l->cfg.tls;
  int yielded;
  const int session = tls->ops->begin(tls, fd, peer, l->now, &yielded);
  if (yielded >= 0) (void)ocel__sys.close(yielded);
  if (session >= 0) return;
  l->counts.refused++;
  (void)ocel__sys.close(fd);
}

void ocel__tls_shake(ocel_loop *l) {
  ocel_tls *const tls = l->cfg.tls;
  if (tls == NULL) return;
  const ocel_tls_outcome o = tls->ops->shake(tls, l->now);
  const uint16_t tls_plus_1 = (uint16_t)(o.session + 1);
  if (o.progress == OCEL_TLS_DONE) {
    ocel__admit(
        l, &(ocel__conn){.fd = o.fd, .flags = CONN_OPEN, .tls_plus_1 = tls_plus_1, .peer = o.peer});
  } else if (o.progress == OCEL_TLS_FAILED) {
    ocel__tls_end(l, tls_plus_1);
    ocel__linger_begin(l, o.fd, 0);
  }
}

ocel_us ocel__tls_deadline(const ocel_loop *l) {
  return l->cfg.tls != NULL ? l->cfg.tls->ops->deadline(l->cfg.tls) : OCEL_NEVER;
}

unsigned ocel__tls_sessions(const ocel_loop *l) {
  return l->cfg.tls != NULL ? l->cfg.tls->sessions : 0;
}

int ocel__tls_waiting(const ocel_loop *l, unsigned session, bool *write) {
  return l->cfg.tls->ops->waiting(l->cfg.tls, session, write);
}

ssize_t ocel__tls_recv(ocel_loop *l, const ocel__conn *c, size_t n) {
  return l->cfg.tls->ops->read(l->cfg.tls, session_of(c), l->bytes, n);
}

bool ocel__tls_buffered(const ocel_loop *l, const ocel__conn *c) {
  return c->tls_plus_1 != 0 && l->cfg.tls->ops->buffered(l->cfg.tls, session_of(c));
}

int ocel__tls_send(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went) {
  return l->cfg.tls->ops->write(l->cfg.tls, session_of(c), l->spans, n, went);
}

bool ocel__tls_goodbye(ocel_loop *l, uint16_t tls_plus_1) {
  const int why = l->cfg.tls->ops->close(l->cfg.tls, tls_plus_1 - 1u);
  return why != EAGAIN && !ocel__starved(why);
}
