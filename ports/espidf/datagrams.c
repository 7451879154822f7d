// SPDX-License-Identifier: Apache-2.0
// Datagrams in and out, one by one: lwIP has no call for many.
#include <errno.h>

#include "loop_state.h"

enum { READS_PER_TURN = 8 };  // Then the others have their turn.

// So long a full queue of the Wi-Fi is waited for before a datagram is given up.
#define GIVE_UP_TIME (50 * OCEL_MILLISECOND)

void ocel__datagrams_read(ocel_loop *l, ocel_port port) {
  for (int i = 0; i < READS_PER_TURN; i++) {
    ocel_sockaddr from;
    socklen_t size = sizeof from;
    ocel__addr_any(AF_UNSPEC, &from);
    const ssize_t n = ocel__sys.recvfrom(l->udp[port], l->bytes, sizeof l->bytes, &from.any, &size);
    if (n < 0) return;
    const ocel_addr peer = ocel__addr_from(&from);
    // A datagram too big to be one of ours: the engine counts an empty one as a stray.
    const size_t kept = (size_t)n < sizeof l->bytes ? (size_t)n : 0;
    ocel_server_datagram(l->server, port, &peer, ocel_span_make(l->bytes, kept), l->now);
  }
}

// lwIP chooses the source address by the route to the peer.
static int send_one(const ocel_loop *l, const ocel_datagrams *d) {
  ocel_sockaddr to;
  const socklen_t size = ocel__addr_to(&d->to, l->family, &to);
  const struct msghdr msg = {
      .msg_name = &to,
      .msg_namelen = size,
      .msg_iov = ocel__iov(d->parts),
      .msg_iovlen = d->part_count,
  };
  ssize_t sent;
  do {
    sent = ocel__sys.sendmsg(l->udp[d->port], &msg);
  } while (sent < 0 && errno == EINTR);
  return sent < 0 ? errno : 0;
}

// True if the datagram waits for a later turn.
static bool put_off(ocel_loop *l, int why) {
  if (!ocel__starved(why) && why != EAGAIN) return false;
  l->counts.datagram_starved++;
  if (l->udp_give_up_at == OCEL_NEVER) l->udp_give_up_at = l->now + GIVE_UP_TIME;
  if (l->now >= l->udp_give_up_at) {
    l->counts.datagram_given_up++;
    return false;
  }
  l->udp_retry_at = l->now + RETRY_TIME;
  return true;
}

// Sends up to `n` batches; the engine is told of those that are dealt with.
static bool send_batches(ocel_loop *l, size_t n) {
  size_t done = 0, failed = 0;
  bool waits = false;
  while (done < n && !waits) {
    const int why = send_one(l, &l->batches[done]);
    waits = why != 0 && put_off(l, why);
    if (why == 0) l->udp_give_up_at = OCEL_NEVER;
    failed += why != 0 && !waits;
    done += !waits;
  }
  ocel_server_datagrams_sent(l->server, done, failed);
  return !waits;
}

void ocel__datagrams_write(ocel_loop *l) {
  const ocel_datagram_room room = {l->batches, BATCHES_MAX, l->spans, SPANS_MAX};
  l->udp_more = false;
  if (l->udp_retry_at != OCEL_NEVER && l->now < l->udp_retry_at) return;
  l->udp_retry_at = OCEL_NEVER;
  for (size_t sent = 0; sent < TURN_DATAGRAMS;) {
    const size_t n = ocel_server_datagrams(l->server, &room, l->now);
    if (n == 0 || !send_batches(l, n)) return;
    sent += n;
  }
  l->udp_more = true;
}
