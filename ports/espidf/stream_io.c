// SPDX-License-Identifier: Apache-2.0
// Stream connections: bytes in, gather lists out.
#include <errno.h>

#include "loop_state.h"

enum { READS_PER_TURN = 4 };  // Then the others have their turn.

bool ocel__starved(int why) { return why == ENOMEM || why == ENOBUFS; }

void ocel__conn_read(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  for (int i = 0; i < READS_PER_TURN; i++) {
    const size_t room = ocel_server_room(l->server, (int)conn);
    if (room == 0) return;
    const size_t want = room < sizeof l->bytes ? room : sizeof l->bytes;
    const ssize_t n = ocel__sys.recvfrom(c->fd, l->bytes, want, NULL, NULL);
    if (n > 0) {
      ocel_server_recv(l->server, (int)conn, ocel_span_make(l->bytes, (size_t)n), l->now);
      if ((size_t)n < want) return;
    } else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
      c->flags |= CONN_ENDED;
      return;
    } else if (errno == EAGAIN) {
      return;
    }
  }
}

void ocel__conn_writable(ocel_loop *l, unsigned conn) {
  l->conns[conn].flags &= (uint8_t)~CONN_BLOCKED;
  ocel_server_writable(l->server, (int)conn);
}

// Why a write did not take all. A connection that took nothing is left alone for a moment:
// select() may say again and again that it is writable.
static void note_blocked(ocel_loop *l, ocel__conn *c, ssize_t sent) {
  c->flags |= CONN_BLOCKED;
  c->retry_at = sent > 0 ? 0 : l->now + RETRY_TIME;
  if (sent >= 0 || errno == EAGAIN || errno == EINPROGRESS) return;
  if (ocel__starved(errno)) {
    l->counts.stream_starved++;
  } else {
    c->flags |= CONN_ENDED;
  }
}

// Cuts a list of `n` spans after `most` bytes. @return Spans left, and their bytes in `total`.
static size_t cut(ocel_span *spans, size_t n, size_t most, size_t *total) {
  *total = 0;
  for (size_t i = 0; i < n; i++) {
    if (spans[i].n > most - *total) spans[i].n = most - *total;
    *total += spans[i].n;
    if (*total == most) return i + 1;
  }
  return n;
}

static ssize_t write_spans(const ocel__conn *c, const ocel_span *spans, size_t n) {
  const struct msghdr msg = {.msg_iov = ocel__iov(spans), .msg_iovlen = (int)n};
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(c->fd, &msg);
  } while (sent < 0 && errno == EINTR);
  return sent;
}

void ocel__conn_write(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  const size_t all = ocel_server_gather(l->server, (int)conn, l->spans, SPANS_MAX, l->now);
  const size_t most = TURN_BYTES - c->turn_bytes;
  ocel_span last = {NULL, 0};
  size_t total, n = 0;
  for (size_t bytes = 0; n < all && bytes < most; n++) bytes += l->spans[n].n;
  if (n > 0) last = l->spans[n - 1];
  n = cut(l->spans, n, most, &total);

  if (n == 0) {  // lwIP takes no empty list.
    ocel_server_advance(l->server, (int)conn, 0, false, l->now);
    return;
  }
  const ssize_t sent = write_spans(c, l->spans, n);
  const size_t went = sent < 0 ? 0 : (size_t)sent;
  c->turn_bytes += (uint32_t)went;
  const bool turn_over = c->turn_bytes >= TURN_BYTES;
  if (went < total || turn_over) note_blocked(l, c, sent);
  l->spans[n - 1] = last;  // The engine wants to see its list again.
  ocel_server_advance(l->server, (int)conn, went, (c->flags & CONN_BLOCKED) != 0, l->now);
}

// Forgets the connection; its number is the engine's again.
static int forget(ocel_loop *l, unsigned conn) {
  l->conns[conn].flags = 0;
  l->open_count--;
  return l->conns[conn].fd;
}

void ocel__conn_shut(ocel_loop *l, unsigned conn) {
  const bool ended = (l->conns[conn].flags & CONN_ENDED) != 0;
  const int fd = forget(l, conn);
  if (ended) {
    (void)ocel__sys.close(fd);
  } else {
    ocel__linger_begin(l, fd);
  }
}

void ocel__conns_settle(ocel_loop *l) {
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    if ((l->conns[i].flags & CONN_ENDED) == 0) continue;
    ocel_server_closed(l->server, (int)i, l->now);
    (void)ocel__sys.close(forget(l, i));
  }
}

ocel_us ocel__conns_deadline(const ocel_loop *l) {
  ocel_us next = OCEL_NEVER;
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    const ocel__conn *const c = &l->conns[i];
    const bool put_off = (c->flags & CONN_BLOCKED) != 0 && c->retry_at > l->now;
    if (put_off && c->retry_at < next) next = c->retry_at;
  }
  return next;
}
