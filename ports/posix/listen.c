// SPDX-License-Identifier: Apache-2.0
// Opens the listener and the UDP pair, or says in one sentence what stands in the way.
#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "loop_state.h"

enum { PAIR_TRIES = 64, TAKEN_NEIGHBOUR = 100, PORT_LAST = 65534 };

static bool say_bad_address(const ocel_loop *l, char *error, size_t size) {
  (void)snprintf(error, size,
                 "\"%s\" is no numeric address of this kind: 192.0.2.7, ::1 or fe80::1%%eth0; "
                 "give --bind one like these, or leave it out",
                 l->cfg.bind);
  return false;
}

// How the listeners are called, and a port that everybody may open.
static const struct {
  const char *option;
  unsigned usual;
} DOOR[DOOR_COUNT] = {
    {"--port",      8554},
    {"--tls-port",  8322},
    {"--http-port", 8080}
};

static uint16_t port_asked(const ocel_loop *l, ocel__door door) {
  const uint16_t asked[DOOR_COUNT] = {l->cfg.port, l->cfg.tls_port, l->cfg.http_port};
  return asked[door];
}

static bool say_listen(const ocel_loop *l, ocel__door door, char *error, size_t size) {
  const unsigned port = port_asked(l, door);
  const char *const option = DOOR[door].option;
  if (errno == EACCES || errno == EPERM) {
    (void)snprintf(error, size, "port %u needs root or CAP_NET_BIND_SERVICE; use %s %u", port,
                   option, DOOR[door].usual);
  } else if (errno == EADDRINUSE) {
    (void)snprintf(error, size,
                   "port %u is in use by another program; stop that one, or use another %s", port,
                   option);
  } else if (errno == EADDRNOTAVAIL && l->cfg.bind != NULL) {
    (void)snprintf(error, size,
                   "this machine has no address %s; give --bind one that it has, or leave it out",
                   l->cfg.bind);
  } else {
    (void)snprintf(error, size, "cannot listen on port %u: %s; try another %s or --bind", port,
                   strerror(errno), option);
  }
  return false;
}

static bool say_datagram(unsigned port, char *error, size_t size) {
  const char *const why = errno == EADDRINUSE ? "in use by another program" : strerror(errno);
  const unsigned even = port & ~1u;
  const unsigned other = even + TAKEN_NEIGHBOUR < PORT_LAST ? even + TAKEN_NEIGHBOUR : 5004;
  (void)snprintf(error, size, "UDP port %u: %s; use for example --rtp-port %u --rtcp-port %u", port,
                 why, other, other + 1);
  return false;
}

static int open_at(ocel_loop *l, int type, ocel_sockaddr *where, uint16_t port) {
  where->v6.sin6_port = htons(port);  // An IPv4 address has its port at the same place.
  const int fd = ocel__open_bound(type, where, l->server_cfg.stall_timeout + DEAD_PEER_EXTRA);
  if (fd < 0) return fd;
  ocel__mark(fd, l->cfg.dscp);
  if (type == SOCK_STREAM) ocel__pace(fd, l->cfg.tcp_pace);
  return fd;
}

// Every address of both families, or of IPv4 alone on a machine without IPv6.
static int listen_everywhere(ocel_loop *l, ocel_sockaddr *where, uint16_t port) {
  where->v6 = (struct sockaddr_in6){.sin6_family = AF_INET6};
  const int fd = open_at(l, SOCK_STREAM, where, port);
  if (fd >= 0 || errno == EADDRINUSE || errno == EACCES) return fd;
  where->v4 = (struct sockaddr_in){.sin_family = AF_INET};
  return open_at(l, SOCK_STREAM, where, port);
}

// The others are opened after the plain one, at the addresses that it got.
static bool open_door(ocel_loop *l, ocel__door door, ocel_sockaddr *where, char *error,
                      size_t size) {
  l->door[door] = open_at(l, SOCK_STREAM, where, port_asked(l, door));
  if (l->door[door] < 0) return say_listen(l, door, error, size);
  l->port[door] = ocel__port_of(l->door[door]);
  return true;
}

static bool open_doors(ocel_loop *l, ocel_sockaddr *where, char *error, size_t size) {
  return (l->cfg.tls == NULL || open_door(l, DOOR_TLS, where, error, size)) &&
         (l->cfg.http_port == 0 || open_door(l, DOOR_HTTP, where, error, size) ||
          l->cfg.http_port_optional);
}

// A free even port and the next one (RFC 3550 11). Leaves errno of the last failure.
static void open_free_pair(ocel_loop *l, ocel_sockaddr *where) {
  int *const rtp = &l->udp[OCEL_PORT_RTP], *const rtcp = &l->udp[OCEL_PORT_RTCP];
  for (int i = 0; i < PAIR_TRIES && *rtcp < 0; i++) {
    if (*rtp >= 0) (void)ocel__sys.close(*rtp);
    *rtp = open_at(l, SOCK_DGRAM, where, 0);
    if (*rtp < 0) return;
    const uint16_t port = ocel__port_of(*rtp);
    if (port % 2 == 0) *rtcp = open_at(l, SOCK_DGRAM, where, (uint16_t)(port + 1));
  }
}

static void join_v4(int fd, const struct in_addr *group, const struct in_addr *by) {
  const struct ip_mreq m = {.imr_multiaddr = *group, .imr_interface = *by};
  const int off = 0;
  (void)ocel__sys.setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m);
  (void)ocel__sys.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
}

static void join_v6(int fd, const struct in6_addr *group) {
  const struct ipv6_mreq m = {.ipv6mr_multiaddr = *group};
  const int off = 0;
  (void)ocel__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, &m, sizeof m);
  (void)ocel__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, &off, sizeof off);
}

// Members send their reports to the group: they are heard if it has the port of our own RTCP.
// What we send there ourselves does not come back.
static void join(const ocel_loop *l, const struct in_addr *by) {
  const ocel_addr *const group = &l->server_cfg.multicast;
  ocel_sockaddr s;
  if (group->port + 1 != l->udp_port[OCEL_PORT_RTCP]) return;
  const bool v4 = ocel_addr_is_ipv4(group);
  (void)ocel__addr_to(group, v4 ? AF_INET : AF_INET6, &s);
  if (v4) {
    join_v4(l->udp[OCEL_PORT_RTCP], &s.v4.sin_addr, by);
  } else {
    join_v6(l->udp[OCEL_PORT_RTCP], &s.v6.sin6_addr);
  }
}

// How far multicast goes, and by which interface if --bind is an IPv4 address; else the routes
// say. An IPv6 socket takes both families' options. One that the kernel refuses stays at its
// default: TTL 1.
static void set_multicast(const ocel_loop *l, const ocel_sockaddr *where) {
  const int ttl = l->server_cfg.multicast_ttl;
  const bool v4 = l->family == AF_INET;
  const struct in_addr by = {v4 ? where->v4.sin_addr.s_addr : htonl(INADDR_ANY)};
  if (l->server_cfg.multicast.port == 0) return;
  for (int i = 0; i < 2; i++) {
    (void)ocel__sys.setsockopt(l->udp[i], IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
    if (v4) {
      (void)ocel__sys.setsockopt(l->udp[i], IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by);
    } else {
      (void)ocel__sys.setsockopt(l->udp[i], IPPROTO_IPV6, IPV6_MULTICAST_HOPS, &ttl, sizeof ttl);
    }
  }
  join(l, &by);
}

static bool open_pair(ocel_loop *l, ocel_sockaddr *where, char *error, size_t size) {
  const uint16_t wanted[2] = {l->cfg.rtp_port, l->cfg.rtcp_port};
  if (wanted[0] == 0 && wanted[1] == 0) open_free_pair(l, where);
  for (int i = 0; i < 2; i++) {
    if (l->udp[i] < 0) l->udp[i] = open_at(l, SOCK_DGRAM, where, wanted[i]);
    if (l->udp[i] < 0) return say_datagram(wanted[i], error, size);
    l->udp_port[i] = ocel__port_of(l->udp[i]);
  }
  set_multicast(l, where);
  const int off = 0;  // No segment size for the whole socket: it only asks whether there is GSO.
  l->gso = ocel__sys.setsockopt(l->udp[0], SOL_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
  return true;
}

bool ocel__listen(ocel_loop *l, char *error, size_t size) {
  const char *const host = l->cfg.bind;
  ocel_sockaddr where;
  memset(&where, 0, sizeof where);

  if (host == NULL || host[0] == '\0') {
    l->door[DOOR_PLAIN] = listen_everywhere(l, &where, l->cfg.port);
  } else {
    if (!ocel__addr_parse(host, 0, &where)) return say_bad_address(l, error, size);
    l->door[DOOR_PLAIN] = open_at(l, SOCK_STREAM, &where, l->cfg.port);
  }
  if (l->door[DOOR_PLAIN] < 0) return say_listen(l, DOOR_PLAIN, error, size);
  l->port[DOOR_PLAIN] = ocel__port_of(l->door[DOOR_PLAIN]);
  l->family = where.any.sa_family;
  return open_doors(l, &where, error, size) && (l->cfg.no_udp || open_pair(l, &where, error, size));
}
