// SPDX-License-Identifier: Apache-2.0
// Stream connections: bytes in, gather lists out.
#include <errno.h>

#include "loop_state.h"

enum { READS_PER_TURN = 4 };  // Then the others have their turn.

bool ocel__starved(int why) { return why == ENOMEM || why == ENOBUFS; }

static ssize_t receive(ocel_loop *l, const ocel__conn *c, size_t want) {
  if (c->tls_plus_1 != 0) return ocel__tls_recv(l, c, want);
  return ocel__sys.recvfrom(c->fd, l->bytes, want, NULL, NULL);
}

// One read. @return False if nothing more is to be had now.
static bool read_once(ocel_loop *l, unsigned conn, size_t room) {
  ocel__conn *const c = &l->conns[conn];
  const size_t want = room < sizeof l->bytes ? room : sizeof l->bytes;
  const ssize_t n = receive(l, c, want);
  if (n > 0) {
    ocel_server_recv(l->server, (int)conn, ocel_span_make(l->bytes, (size_t)n), l->now);
    return (size_t)n == want || c->tls_plus_1 != 0;  // TLS gives less than it has.
  }
  if (n < 0 && errno == EINTR) return true;
  if (n == 0 || errno != EAGAIN) c->flags |= CONN_ENDED;
  return false;
}

void ocel__conn_read(ocel_loop *l, unsigned conn) {
  for (int i = 0; i < READS_PER_TURN; i++) {
    const size_t room = ocel_server_room(l->server, (int)conn);
    if (room == 0 || !read_once(l, conn, room)) return;
  }
}

// Why a write did not take all. A connection that took nothing is left alone for a moment:
// select() may say again and again that it is writable.
static void note_blocked(ocel_loop *l, ocel__conn *c, bool some, int why) {
  c->flags |= CONN_BLOCKED;
  c->retry_at = some ? 0 : l->now + RETRY_TIME;
  if (why == 0 || why == EAGAIN || why == EINPROGRESS) return;
  if (ocel__starved(why)) {
    l->counts.stream_starved++;
  } else {
    c->flags |= CONN_ENDED;
  }
}

// There is room again; what TLS has still to send goes first.
void ocel__conn_writable(ocel_loop *l, unsigned conn) {
  ocel__conn *const c = &l->conns[conn];
  size_t none;
  const int why = c->tls_plus_1 == 0 ? 0 : ocel__tls_send(l, c, 0, &none);
  c->flags &= (uint8_t)~CONN_BLOCKED;
  if (why != 0) {
    note_blocked(l, c, false, why);
  } else {
    ocel_server_writable(l->server, (int)conn);
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

// Sends the first `n` spans. @return 0 if they, or some of them, went; else an errno value.
static int write_spans(ocel_loop *l, const ocel__conn *c, size_t n, size_t *went) {
  if (c->tls_plus_1 != 0) return ocel__tls_send(l, c, n, went);
  const struct msghdr msg = {.msg_iov = ocel__iov(l->spans), .msg_iovlen = (int)n};
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(c->fd, &msg);
  } while (sent < 0 && errno == EINTR);
  *went = sent < 0 ? 0 : (size_t)sent;
  return sent < 0 ? errno : 0;
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
  size_t went;
  const int why = write_spans(l, c, n, &went);
  c->turn_bytes += (uint32_t)went;
  const bool turn_over = c->turn_bytes >= TURN_BYTES;
  if (went < total || why != 0 || turn_over) note_blocked(l, c, went > 0, why);
  l->spans[n - 1] = last;  // The engine wants to see its list again.
  ocel_server_advance(l->server, (int)conn, went, (c->flags & CONN_BLOCKED) != 0, l->now);
}

// Forgets the connection; its number is the engine's again.
static ocel__conn forget(ocel_loop *l, unsigned conn) {
  const ocel__conn was = l->conns[conn];
  l->conns[conn].flags = 0;
  l->open_count--;
  return was;
}

static void end(ocel_loop *l, const ocel__conn *was) {
  ocel__tls_end(l, was->tls_plus_1);
  (void)ocel__sys.close(was->fd);
}

void ocel__conn_shut(ocel_loop *l, unsigned conn) {
  const ocel__conn was = forget(l, conn);
  if ((was.flags & CONN_ENDED) != 0) {
    end(l, &was);
  } else {
    ocel__linger_begin(l, was.fd, was.tls_plus_1);
  }
}

void ocel__conns_settle(ocel_loop *l) {
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    if ((l->conns[i].flags & CONN_ENDED) == 0) continue;
    ocel_server_closed(l->server, (int)i, l->now);
    const ocel__conn was = forget(l, i);
    end(l, &was);
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
