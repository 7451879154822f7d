// SPDX-License-Identifier: Apache-2.0
// Datagrams that go out: one message per batch of a peer (GSO), many messages per call.
#include <errno.h>
#include <netinet/udp.h>
#include <string.h>

#include "loop_state.h"

static unsigned slot_of(const ocel_addr *a, uint32_t *hash) {
  uint32_t h = 2166136261u;  // FNV-1a
  for (size_t i = 0; i < sizeof a->ip; i++) h = (h ^ a->ip[i]) * 16777619u;
  *hash = h | 1;  // 0 is an empty slot.
  return h >> 16 & (NO_GSO_SLOTS - 1);
}

// Whether a batch goes as one message. The kernel refuses that on some ways: an old tunnel, a
// path whose MTU is smaller than a segment. It is remembered by peer, more or less: a forgotten
// one costs a failed call.
static bool must_split(const ocel_loop *l, const ocel_datagrams *d) {
  uint32_t hash;
  const unsigned slot = slot_of(&d->to, &hash);
  return d->size > d->segment && (!l->gso || l->no_gso[slot] == hash);
}

static void remember_split(ocel_loop *l, const ocel_datagrams *d) {
  uint32_t hash;
  const unsigned slot = slot_of(&d->to, &hash);
  l->no_gso[slot] = hash;
}

static size_t put_cmsg(uint8_t *at, int level, int type, const void *data, size_t n) {
  const struct cmsghdr head = {.cmsg_len = CMSG_LEN(n), .cmsg_level = level, .cmsg_type = type};
  memcpy(at, &head, sizeof head);
  memcpy(at + CMSG_LEN(0), data, n);
  return CMSG_SPACE(n);
}

_Static_assert(CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)) <=
                   CONTROL_BYTES,
               "source address and segment size");

// The reply has to come from the address that the client spoke to.
static size_t put_source(uint8_t *at, sa_family_t family, const ocel_addr *local) {
  ocel_sockaddr from;
  (void)ocel__addr_to(local, family, &from);
  if (family == AF_INET) {
    const struct in_pktinfo info = {.ipi_spec_dst = from.v4.sin_addr};
    return put_cmsg(at, IPPROTO_IP, IP_PKTINFO, &info, sizeof info);
  }
  const struct in6_pktinfo info = {from.v6.sin6_addr, local->scope};
  return put_cmsg(at, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof info);
}

static void build(ocel_loop *l, size_t i) {
  const ocel_datagrams *const d = &l->batches[i];
  uint8_t *const control = l->controls[i].bytes;
  size_t used = put_source(control, l->family, d->local);
  if (d->size > d->segment) {
    used += put_cmsg(control + used, SOL_UDP, UDP_SEGMENT, &d->segment, sizeof d->segment);
  }
  l->msgs[i].msg_hdr = (struct msghdr){
      .msg_name = &l->names[i],
      .msg_namelen = ocel__addr_to(&d->to, l->family, &l->names[i]),
      .msg_iov = ocel__iov(d->parts),
      .msg_iovlen = d->part_count,
      .msg_control = control,
      .msg_controllen = used,
  };
}

static void block(ocel_loop *l, ocel_port port) {
  l->udp_blocked[port] = true;
  // Not in the steady state: while EPOLLOUT is armed, the kernel calls back for every packet
  // that leaves.
  (void)ocel__watch(l, EPOLL_CTL_MOD, l->udp[port], EPOLLIN | EPOLLOUT,
                    ocel__data(port == OCEL_PORT_RTP ? ON_RTP : ON_RTCP, 0));
}

typedef struct {
  size_t done, failed;
} tally;

// What became of batch `done`, which did not go: 0 means that it was sent in pieces.
static void count_one(ocel_loop *l, tally *t, int why) {
  if (why == EAGAIN) {
    block(l, l->batches[t->done].port);
    return;
  }
  t->failed += why != 0;
  t->done++;
}

static bool refuses_gso(int why) { return why == EIO || why == EINVAL || why == EMSGSIZE; }

static void send_failed(ocel_loop *l, tally *t, int why) {
  const ocel_datagrams *const d = &l->batches[t->done];
  if (why == EINTR) return;
  if (d->size > d->segment && refuses_gso(why)) {
    remember_split(l, d);
    why = ocel__datagrams_split(l, d, &l->msgs[t->done].msg_hdr);
  }
  count_one(l, t, why);
}

// How many batches from `first` on go out by one call: those of one port that need no split.
static size_t run_length(const ocel_loop *l, size_t first, size_t n) {
  size_t end = first;
  while (end < n && l->batches[end].port == l->batches[first].port &&
         !must_split(l, &l->batches[end])) {
    end++;
  }
  return end - first;
}

static void send_some(ocel_loop *l, tally *t, size_t n) {
  const size_t run = run_length(l, t->done, n);
  if (run == 0) {
    count_one(l, t, ocel__datagrams_split(l, &l->batches[t->done], &l->msgs[t->done].msg_hdr));
    return;
  }
  const int fd = l->udp[l->batches[t->done].port];
  const int sent = ocel__sys.sendmmsg(fd, l->msgs + t->done, (unsigned)run, 0);
  if (sent > 0) {
    t->done += (size_t)sent;
  } else {
    send_failed(l, t, errno);
  }
}

static bool blocked(const ocel_loop *l) {
  return l->udp_blocked[OCEL_PORT_RTP] || l->udp_blocked[OCEL_PORT_RTCP];
}

void ocel__datagrams_write(ocel_loop *l) {
  const ocel_datagram_room room = {l->batches, BATCHES_MAX, l->spans, SPANS_MAX};
  while (!blocked(l)) {
    const size_t n = ocel_server_datagrams(l->server, &room, l->now);
    if (n == 0) return;
    for (size_t i = 0; i < n; i++) build(l, i);
    tally t = {0, 0};
    while (t.done < n && !blocked(l)) send_some(l, &t, n);
    ocel_server_datagrams_sent(l->server, t.done, t.failed);
    l->now = ocel_loop_now();
  }
}
