// SPDX-License-Identifier: Apache-2.0
// What select() is to wait for, and what follows from its answer.
#include "loop_state.h"

static void add(ocel__watch *w, fd_set *set, int fd) {
  if (fd < 0) return;
  FD_SET(fd, set);
  if (fd >= w->count) w->count = fd + 1;
}

static void add_conn(ocel_loop *l, unsigned conn, ocel__watch *w) {
  ocel__conn *const c = &l->conns[conn];
  if ((c->flags & CONN_OPEN) == 0) return;
  c->turn_bytes = 0;
  if (ocel_server_room(l->server, (int)conn) > 0) {
    add(w, &w->readable, c->fd);
    w->at_once |= ocel__tls_buffered(l, c);
  }
  if ((c->flags & CONN_BLOCKED) != 0 && c->retry_at <= l->now) add(w, &w->writable, c->fd);
}

static void add_handshake(ocel_loop *l, unsigned session, ocel__watch *w) {
  bool write;
  const int fd = ocel__tls_waiting(l, session, &write);
  add(w, &w->readable, fd);
  if (write) add(w, &w->writable, fd);
}

void ocel__watch_fill(ocel_loop *l, ocel__watch *w) {
  FD_ZERO(&w->readable);
  FD_ZERO(&w->writable);
  w->count = 0;
  w->at_once = false;
  add(w, &w->readable, l->bell);
  for (int door = 0; door < DOOR_COUNT && l->accept_at <= l->now; door++) {
    add(w, &w->readable, l->door[door]);
  }
  add(w, &w->readable, l->udp[OCEL_PORT_RTP]);
  add(w, &w->readable, l->udp[OCEL_PORT_RTCP]);
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) add_conn(l, i, w);
  for (unsigned i = 0; i < LINGER_MAX; i++) {
    if (!l->linger[i].used) continue;
    add(w, &w->readable, l->linger[i].fd);
    if (l->linger[i].tls_plus_1 != 0) add(w, &w->writable, l->linger[i].fd);
  }
  for (unsigned i = 0; i < ocel__tls_sessions(l); i++) add_handshake(l, i, w);
}

static bool readable(const ocel__watch *w, int fd) { return fd >= 0 && FD_ISSET(fd, &w->readable); }

static bool ready(const ocel__watch *w, int fd) {
  return readable(w, fd) || (fd >= 0 && FD_ISSET(fd, &w->writable));
}

static void dispatch_handshakes(ocel_loop *l, const ocel__watch *w) {
  bool write;
  for (unsigned i = 0; i < ocel__tls_sessions(l); i++) {
    if (ready(w, ocel__tls_waiting(l, i, &write))) l->cfg.tls->ops->ready(l->cfg.tls, i);
  }
}

static void dispatch_conns(ocel_loop *l, const ocel__watch *w) {
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    const ocel__conn *const c = &l->conns[i];
    if ((c->flags & CONN_OPEN) == 0) continue;
    if (FD_ISSET(c->fd, &w->writable)) ocel__conn_writable(l, i);
    if (readable(w, c->fd) || ocel__tls_buffered(l, c)) ocel__conn_read(l, i);
  }
}

// Newcomers last: their sockets are in no answer, though they may have the numbers of old ones.
void ocel__watch_dispatch(ocel_loop *l, const ocel__watch *w) {
  if (readable(w, l->bell)) ocel__bell_heard(l);
  for (unsigned i = 0; i < LINGER_MAX; i++) {
    if (l->linger[i].used && ready(w, l->linger[i].fd)) ocel__linger_read(l, &l->linger[i]);
  }
  dispatch_conns(l, w);
  dispatch_handshakes(l, w);
  for (int port = 0; port < 2; port++) {
    if (readable(w, l->udp[port])) ocel__datagrams_read(l, (ocel_port)port);
  }
  for (int door = 0; door < DOOR_COUNT; door++) {
    if (readable(w, l->door[door])) ocel__accept(l, (ocel__door)door);
  }
}
