// SPDX-License-Identifier: Apache-2.0
#include "discovery_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ocel/loop.h"

enum { INTERFACES_MAX = 8, CONTROL_BYTES = 64 };

#define LOOK_INTERVAL (10 * OCEL_SECOND)  // for interfaces that came

typedef struct {
  unsigned index;
  ocel_addr local;
} interface;

struct ocel_discovery_socket {
  ocel_discovery discovery;
  const ocel_onvif_camera *camera;
  char bind[INET_ADDRSTRLEN];
  int fd, bell;
  atomic_bool stop;
  bool shown;  // Hello was said.
  ocel_us look_at;
  unsigned count;
  interface interfaces[INTERFACES_MAX];
  uint8_t bytes[OCEL_DISCOVERY_MAX];
};

static void make_random(void *ctx, uint8_t *out, size_t n) {
  (void)ctx;
  if (getrandom(out, n, 0) != (ssize_t)n) memset(out, 0, n);
}

static ocel_addr of_in(const struct sockaddr_in *in) {
  const uint8_t *const b = (const uint8_t *)&in->sin_addr;
  return ocel_addr_ipv4(b[0], b[1], b[2], b[3], ntohs(in->sin_port));
}

static struct sockaddr_in to_in(const ocel_addr *a) {
  struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(a->port)};
  memcpy(&in.sin_addr, a->ip + 12, sizeof in.sin_addr);
  return in;
}

// ---- interfaces ----

static bool is_shown(const ocel_discovery_socket *s) {
  return s->camera->discoverable == NULL || s->camera->discoverable(s->camera->ctx);
}

static bool is_wanted(const ocel_discovery_socket *s, const struct ifaddrs *i,
                      const struct sockaddr_in *in) {
  const unsigned all = IFF_UP | IFF_MULTICAST | IFF_LOOPBACK;
  char text[INET_ADDRSTRLEN];
  if ((i->ifa_flags & all) != (IFF_UP | IFF_MULTICAST)) return false;
  if (s->bind[0] == '\0') return true;
  return inet_ntop(AF_INET, &in->sin_addr, text, sizeof text) != NULL && strcmp(text, s->bind) == 0;
}

// Joins the group, unless that has been done.
static void join(ocel_discovery_socket *s, const struct ifaddrs *i, const struct sockaddr_in *in,
                 ocel_us now) {
  const ocel_addr local = of_in(in), group = ocel_discovery_group();
  const interface it = {if_nametoindex(i->ifa_name), local};
  for (unsigned k = 0; k < s->count; k++) {
    if (s->interfaces[k].index == it.index) return;
  }
  if (s->count == INTERFACES_MAX || it.index == 0) return;
  const struct ip_mreqn request = {.imr_multiaddr = to_in(&group).sin_addr,
                                   .imr_ifindex = (int)it.index};
  const int rc = setsockopt(s->fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &request, sizeof request);
  if (rc != 0 && errno != EADDRINUSE) return;
  s->interfaces[s->count++] = it;
  if (s->shown) ocel_discovery_announce(&s->discovery, &local, now);
}

static void look_around(ocel_discovery_socket *s, ocel_us now) {
  struct ifaddrs *all;
  if (now < s->look_at) return;
  s->look_at = now + LOOK_INTERVAL;
  if (getifaddrs(&all) != 0) return;
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
    struct sockaddr_in in;
    if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_INET) continue;
    memcpy(&in, i->ifa_addr, sizeof in);
    if (is_wanted(s, i, &in)) join(s, i, &in, now);
  }
  freeifaddrs(all);
}

static const interface *find(const ocel_discovery_socket *s, unsigned index) {
  for (unsigned k = 0; k < s->count; k++) {
    if (s->interfaces[k].index == index) return &s->interfaces[k];
  }
  return NULL;
}

// ---- datagrams ----

typedef struct {
  _Alignas(struct cmsghdr) uint8_t bytes[CONTROL_BYTES];
} control;

// The interface that a datagram came in on; NULL: none of ours.
static const interface *arrival(const ocel_discovery_socket *s, struct msghdr *m) {
  for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL; c = CMSG_NXTHDR(m, c)) {
    struct in_pktinfo info;
    if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO) continue;
    memcpy(&info, CMSG_DATA(c), sizeof info);
    return find(s, (unsigned)info.ipi_ifindex);
  }
  return NULL;
}

static void receive(ocel_discovery_socket *s, ocel_us now) {
  struct sockaddr_in from;
  control room;
  struct iovec iov = {s->bytes, sizeof s->bytes};
  struct msghdr m = {.msg_name = &from,
                     .msg_namelen = sizeof from,
                     .msg_iov = &iov,
                     .msg_iovlen = 1,
                     .msg_control = &room,
                     .msg_controllen = sizeof room};
  const ssize_t n = recvmsg(s->fd, &m, MSG_DONTWAIT);
  const interface *at = n < 0 ? NULL : arrival(s, &m);
  if (at == NULL || (m.msg_flags & MSG_TRUNC) != 0) return;
  const ocel_addr peer = of_in(&from);
  ocel_discovery_datagram(&s->discovery, &peer, &at->local, ocel_span_make(s->bytes, (size_t)n),
                          now);
}

// From our address on that interface, which the group's members are reached through.
static void transmit(ocel_discovery_socket *s, const ocel_discovery_way *way, size_t n) {
  struct sockaddr_in to = to_in(&way->to);
  const struct in_pktinfo info = {.ipi_spec_dst = to_in(&way->local).sin_addr};
  const struct ip_mreqn through = {.imr_address = info.ipi_spec_dst};
  control room;
  struct iovec iov = {s->bytes, n};
  struct msghdr m = {.msg_name = &to,
                     .msg_namelen = sizeof to,
                     .msg_iov = &iov,
                     .msg_iovlen = 1,
                     .msg_control = &room,
                     .msg_controllen = CMSG_SPACE(sizeof info)};
  memset(&room, 0, sizeof room);
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = IPPROTO_IP;
  c->cmsg_type = IP_PKTINFO;
  c->cmsg_len = CMSG_LEN(sizeof info);
  memcpy(CMSG_DATA(c), &info, sizeof info);
  (void)setsockopt(s->fd, IPPROTO_IP, IP_MULTICAST_IF, &through, sizeof through);
  (void)sendmsg(s->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);  // Lost ones are asked for again.
}

static void transmit_due(ocel_discovery_socket *s, ocel_us now) {
  ocel_discovery_way way;
  ocel_wbuf w = ocel_wbuf_make(s->bytes, sizeof s->bytes);
  while (ocel_discovery_next(&s->discovery, now, &w, &way)) {
    if (w.n > 0) transmit(s, &way, w.n);
    w = ocel_wbuf_make(s->bytes, sizeof s->bytes);
  }
}

static void say_bye(ocel_discovery_socket *s) {
  for (unsigned k = 0; k < s->count; k++) {
    const ocel_discovery_way way = {ocel_discovery_group(), s->interfaces[k].local};
    ocel_wbuf w = ocel_wbuf_make(s->bytes, sizeof s->bytes);
    ocel_discovery_bye(&s->discovery, &way.local, &w);
    if (w.n > 0) transmit(s, &way, w.n);
  }
}

// ---- the loop ----

static void follow(ocel_discovery_socket *s, ocel_us now) {
  const bool shown = is_shown(s);
  if (shown && !s->shown) {
    for (unsigned k = 0; k < s->count; k++) {
      ocel_discovery_announce(&s->discovery, &s->interfaces[k].local, now);
    }
  }
  if (!shown && s->shown) say_bye(s);
  s->shown = shown;
}

static int patience(const ocel_discovery_socket *s, ocel_us now) {
  const ocel_us due = ocel_discovery_deadline(&s->discovery);
  const ocel_us next = due < s->look_at ? due : s->look_at;
  return next <= now ? 0 : (int)((next - now) / OCEL_MILLISECOND) + 1;
}

void ocel_discovery_run(ocel_discovery_socket *s) {
  while (!atomic_load(&s->stop)) {
    struct pollfd fds[2] = {
        {.fd = s->fd, .events = POLLIN}
    };
    fds[1] = (struct pollfd){.fd = s->bell, .events = POLLIN};
    ocel_us now = ocel_loop_now();
    look_around(s, now);
    follow(s, now);
    if (poll(fds, 2, patience(s, now)) < 0 && errno != EINTR) break;
    now = ocel_loop_now();
    uint64_t rung;
    if ((fds[1].revents & POLLIN) != 0) (void)!read(s->bell, &rung, sizeof rung);
    if ((fds[0].revents & POLLIN) != 0) receive(s, now);
    transmit_due(s, now);
  }
  if (s->shown) say_bye(s);
}

void ocel_discovery_wake(ocel_discovery_socket *s) {
  const uint64_t one = 1;
  (void)!write(s->bell, &one, sizeof one);
}

void ocel_discovery_stop(ocel_discovery_socket *s) {
  atomic_store(&s->stop, true);
  ocel_discovery_wake(s);
}

// ---- opening and closing ----

static bool open_port(ocel_discovery_socket *s) {
  const int on = 1;
  const struct sockaddr_in any = {.sin_family = AF_INET, .sin_port = htons(OCEL_DISCOVERY_PORT)};
  s->bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  s->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  // Home Assistant on the same computer wants the port, too.
  return s->bell >= 0 && s->fd >= 0 &&
         setsockopt(s->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
         setsockopt(s->fd, IPPROTO_IP, IP_PKTINFO, &on, sizeof on) == 0 &&
         bind(s->fd, (const struct sockaddr *)&any, sizeof any) == 0;
}

ocel_discovery_socket *ocel_discovery_open(const ocel_discovery_config *cfg, const char *bind,
                                           char *error, size_t error_size) {
  ocel_discovery_socket *const s = calloc(1, sizeof *s);
  ocel_discovery_config own = *cfg;
  if (s == NULL) {
    (void)snprintf(error, error_size, "out of memory");
    return NULL;
  }
  s->fd = s->bell = -1;
  if (!open_port(s)) {
    (void)snprintf(error, error_size, "UDP port %u: %s", OCEL_DISCOVERY_PORT, strerror(errno));
    ocel_discovery_close(s);
    return NULL;
  }
  own.random = make_random;
  s->camera = cfg->camera;
  if (strchr(bind, ':') == NULL && strcmp(bind, "0.0.0.0") != 0) {
    (void)snprintf(s->bind, sizeof s->bind, "%s", bind);
  }
  ocel_discovery_init(&s->discovery, &own, ocel_loop_now());
  return s;
}

void ocel_discovery_close(ocel_discovery_socket *s) {
  if (s == NULL) return;
  if (s->fd >= 0) (void)close(s->fd);
  if (s->bell >= 0) (void)close(s->bell);
  free(s);
}
