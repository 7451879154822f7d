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
static int forget(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  const int fd = c->fd;
  c->flags &= CONN_LISTED;
  l->open_count--;
  return fd;
}

// One read. @return False if nothing more is to be had now.
static bool read_once(ocel_loop *l, unsigned conn, size_t room, bool end_is_near) {
  ocel__conn *const c = &l->conns[conn];
  const size_t want = room < sizeof l->bytes ? room : sizeof l->bytes;
  const ssize_t n = ocel__sys.recv(c->fd, l->bytes, want, 0);
  if (n > 0) {
    ocel_server_recv(l->server, (int)conn, ocel_span_make(l->bytes, (size_t)n), l->now);
    // Less than asked: the socket is empty, and what comes later makes an event (epoll(7)); only
    // an end that is already there would not.
    if ((size_t)n == want || end_is_near) return true;
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

void ocel__conn_event(ocel_loop *l, unsigned conn, uint32_t events) {
  ocel__conn *const c = &l->conns[conn];
  if ((c->flags & CONN_OPEN) == 0) return;
  if ((events & (EPOLLERR | EPOLLHUP)) != 0) {
    mark_ended(l, conn);
    return;
  }
  if ((events & EPOLLOUT) != 0 && (c->flags & CONN_BLOCKED) != 0) {
    c->flags &= (uint8_t) ~(CONN_BLOCKED | CONN_STARVED);
    ocel_server_writable(l->server, (int)conn);
  }
  if ((events & (EPOLLIN | EPOLLRDHUP)) != 0) {
    c->flags |= CONN_READABLE;
    read_conn(l, conn, (events & EPOLLRDHUP) != 0);
  }
}

// A short write counts as blocked: the kernel has noted it and will make an EPOLLOUT event.
static void note_blocked(ocel_loop *l, unsigned conn, ssize_t sent) {
  ocel__conn *const c = &l->conns[conn];
  c->flags |= CONN_BLOCKED;
  if (sent >= 0 || errno == EAGAIN) return;
  if (errno == ENOMEM || errno == ENOBUFS) {
    c->flags |= CONN_STARVED;
    l->starved_at = l->now + RETRY_TIME;
  } else {
    mark_ended(l, conn);
  }
}

void ocel__conn_write(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  const size_t n = ocel_server_gather(l->server, (int)conn, l->spans, SPANS_MAX, l->now);
  size_t total = 0;
  for (size_t i = 0; i < n; i++) total += l->spans[i].n;

  struct msghdr msg = {.msg_iov = ocel__iov(l->spans), .msg_iovlen = n};
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(c->fd, &msg, MSG_NOSIGNAL);
  } while (sent < 0 && errno == EINTR);

  const size_t went = sent < 0 ? 0 : (size_t)sent;
  if (went < total) note_blocked(l, conn, sent);
  ocel_server_advance(l->server, (int)conn, went, went < total, l->now);
  if ((c->flags & CONN_READABLE) != 0) look_again(l, conn);
}

void ocel__conn_shut(ocel_loop *l, unsigned conn) {
  const bool ended = (l->conns[conn].flags & CONN_ENDED) != 0;
  const int fd = forget(l, conn);
  if (ended) {
    ocel__close(l, fd);
  } else {
    ocel__linger_begin(l, fd, EPOLL_CTL_MOD);
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
    ocel__close(l, forget(l, conn));
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
    ocel__conn *const c = &l->conns[i];
    if ((c->flags & CONN_STARVED) == 0) continue;
    c->flags &= (uint8_t) ~(CONN_STARVED | CONN_BLOCKED);
    ocel_server_writable(l->server, (int)i);
  }
}
