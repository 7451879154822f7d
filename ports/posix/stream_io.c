// SPDX-License-Identifier: Apache-2.0
// Stream connections: bytes in, gather lists out.
#include <errno.h>

#include "loop_state.h"

enum { READS_PER_TURN = 8 };  // Then the others have their turn.

static void look_again(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  if ((c->flags & CONN_LISTED) != 0) return;
  c->flags |= CONN_LISTED;
  l->todo[l->todo_count++] = (uint16_t)conn;
}

static void mark_ended(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  c->flags = (uint8_t)((c->flags | CONN_ENDED) & ~CONN_READABLE);
  look_again(l, conn);
}

// Forgets the connection; its number is the engine's again. It may still be in the list of
// those to look at, which then finds it closed.
static ocel__conn forget(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  const ocel__conn was = *c;
  c->flags &= CONN_LISTED;
  l->open_count--;
  return was;
}

static void end(ocel_loop *l, const ocel__conn *was) {
  ocel__tls_end(l, was->tls_plus_1);
  ocel__close(l, was->fd);
}

static ssize_t receive(ocel_loop *l, const ocel__conn *c, size_t want) {
  if (c->tls_plus_1 != 0) return ocel__tls_recv(l, c, want);
  return ocel__sys.recv(c->fd, l->bytes, want, 0);
}

// One read. @return False if nothing more is to be had now.
static bool read_once(ocel_loop *l, unsigned conn, size_t room, bool end_is_near) {
  ocel__conn *const c = &l->conns[conn];
  const size_t want = room < sizeof l->bytes ? room : sizeof l->bytes;
  const ssize_t n = receive(l, c, want);
  if (n > 0) {
    ocel_server_recv(l->server, (int)conn, ocel_span_make(l->bytes, (size_t)n), l->now);
    // Less than asked: the socket is empty, and what comes later makes an event (epoll(7)); only
    // an end that is already there would not. TLS gives less than it has.
    const bool short_read = (size_t)n < want && c->tls_plus_1 == 0;
    if (!short_read || end_is_near) return true;
  } else if (n < 0 && errno == EINTR) {
    return true;
  } else if (n == 0 || errno != EAGAIN) {
    mark_ended(l, conn);
    return false;
  }
  c->flags &= (uint8_t)~CONN_READABLE;
  return false;
}

static void read_conn(ocel_loop *l, unsigned conn, bool end_is_near) {
  for (int i = 0; i < READS_PER_TURN; i++) {
    const size_t room = ocel_server_room(l->server, (int)conn);
    if (room == 0) return;  // Goes on after a write.
    if (!read_once(l, conn, room, end_is_near)) return;
  }
  look_again(l, conn);
}

// A short write counts as blocked: the kernel has noted it and will make an EPOLLOUT event.
static void note_blocked(ocel_loop *l, unsigned conn, int why) {
  ocel__conn *const c = &l->conns[conn];
  c->flags |= CONN_BLOCKED;
  if (why == EAGAIN) return;
  if (ocel__passes(why)) {
    c->flags |= CONN_STARVED;
    l->starved_at = l->now + RETRY_TIME;
  } else {
    mark_ended(l, conn);
  }
}

// There is room again; what TLS has still to send goes first.
static void unblock(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  size_t none;
  c->flags &= (uint8_t) ~(CONN_BLOCKED | CONN_STARVED);
  const int why = c->tls_plus_1 == 0 ? 0 : ocel__tls_send(l, c, 0, &none);
  if (why != 0) {
    note_blocked(l, conn, why);
  } else {
    ocel_server_writable(l->server, (int)conn);
  }
}

void ocel__conn_event(ocel_loop *l, unsigned conn, uint32_t events) {
  ocel__conn *const c = &l->conns[conn];
  if ((c->flags & CONN_OPEN) == 0) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    mark_ended(l, conn);
    return;
  }
  if ((events & EPOLLOUT) != 0 && (c->flags & CONN_BLOCKED) != 0) unblock(l, conn);
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
    c->flags |= CONN_READABLE;
    read_conn(l, conn, (events & EPOLLRDHUP) != 0);
  }
}

// Sends the first `n` spans. @return 0: all of them; else an errno value.
static int send_spans(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went) {
  size_t total = 0;
  for (size_t i = 0; i < n; i++) total += l->spans[i].n;

  struct msghdr msg = {.msg_iov = ocel__iov(l->spans), .msg_iovlen = n};
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(c->fd, &msg, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);
  *went = sent < 0 ? 0 : (size_t)sent;
  if (sent < 0) return errno;
  return *went < total ? EAGAIN : 0;
}

void ocel__conn_write(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  const size_t n = ocel_server_gather(l->server, (int)conn, l->spans, SPANS_MAX, l->now);
  size_t went;
  const int why = c->tls_plus_1 == 0 ? send_spans(l, c, n, &went) : ocel__tls_send(l, c, n, &went);
  if (why != 0) note_blocked(l, conn, why);
  ocel_server_advance(l->server, (int)conn, went, why != 0, l->now);
  if ((c->flags & CONN_READABLE) != 0) look_again(l, conn);
}

void ocel__conn_shut(ocel_loop *l, unsigned conn) {
  const ocel__conn was = forget(l, conn);
  if ((was.flags & CONN_ENDED) != 0) {
    end(l, &was);
  } else {
    ocel__linger_begin(l, was.fd, was.tls_plus_1, EPOLL_CTL_MOD);
  }
}

void ocel__conns_read_on(ocel_loop *l) {
  const unsigned count = l->todo_count;
  for (unsigned i = 0; i < count; i++) {
    if ((l->conns[l->todo[i]].flags & CONN_READABLE) != 0) read_conn(l, l->todo[i], true);
  }
}

// True if the connection is to be read from without waiting for an event.
static bool settle(ocel_loop *l, unsigned conn) {
  const uint8_t flags = l->conns[conn].flags;
  if ((flags & CONN_ENDED) != 0) {
    ocel_server_closed(l->server, (int)conn, l->now);
    const ocel__conn was = forget(l, conn);
    end(l, &was);
    return false;
  }
  return (flags & CONN_READABLE) != 0 && ocel_server_room(l->server, (int)conn) > 0;
}

void ocel__conns_settle(ocel_loop *l) {
  unsigned keep = 0;
  for (unsigned i = 0; i < l->todo_count; i++) {
    const uint16_t conn = l->todo[i];
    if (settle(l, conn)) {
      l->todo[keep++] = conn;
    } else {
      l->conns[conn].flags &= (uint8_t)~CONN_LISTED;
    }
  }
  l->todo_count = (uint16_t)keep;
}

void ocel__conns_unstarve(ocel_loop *l) {
  if (l->now < l->starved_at) return;
  l->starved_at = OCEL_NEVER;
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    if ((l->conns[i].flags & CONN_STARVED) != 0) unblock(l, i);
  }
}
