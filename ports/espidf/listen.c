// SPDX-License-Identifier: Apache-2.0
// Opens the listener and the UDP pair, or says in one sentence what stands in the way.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "loop_state.h"

enum { PAIR_TRIES = 32 };

static bool no_socket_left(int why) { return why == ENFILE || why == EMFILE || why == ENOBUFS; }

// Without those of handshakes.
static unsigned sockets_needed(const ocel_loop *l) {
  const unsigned doors = (l->cfg.tls != NULL ? 1u : 0u) + (l->cfg.http_port != 0 ? 1u : 0u);
  return l->server_cfg.max_connections + OTHER_SOCKETS + doors;
}

static bool say(const ocel_loop *l, const char *what, unsigned port, char *error, size_t size) {
  if (no_socket_left(errno)) {
    (void)snprintf(error, size,
                   "no socket left for %s port %u; this server needs %u: raise "
                   "CONFIG_LWIP_MAX_SOCKETS (%d)",
                   what, port, sockets_needed(l), CONFIG_LWIP_MAX_SOCKETS);
  } else if (errno == EADDRINUSE) {
    (void)snprintf(error, size,
                   "%s port %u is in use by another part of the firmware; give one of them "
                   "another port",
                   what, port);
  } else if (errno == EADDRNOTAVAIL && l->cfg.bind != NULL) {
    (void)snprintf(error, size,
                   "this device has no address %s; bind to one that it has, or to none",
                   l->cfg.bind);
  } else {
    (void)snprintf(error, size, "cannot open %s port %u: %s; try another port", what, port,
                   strerror(errno));
  }
  return false;
}

static int open_at(int type, ocel_sockaddr *where, uint16_t port) {
  ocel__addr_set_port(where, port);
  return ocel__open_bound(type, where);
}

// Every address of both families, or of IPv4 alone where lwIP has no IPv6.
static int listen_everywhere(ocel_loop *l, ocel_sockaddr *where) {
#if LWIP_IPV6
  ocel__addr_any(AF_INET6, where);
  const int fd = open_at(SOCK_STREAM, where, l->cfg.port);
  if (fd >= 0 || errno == EADDRINUSE || no_socket_left(errno)) return fd;
#endif
  ocel__addr_any(AF_INET, where);
  return open_at(SOCK_STREAM, where, l->cfg.port);
}

// A free even port and the next one (RFC 3550 11). Leaves errno of the last failure.
static void open_free_pair(ocel_loop *l, ocel_sockaddr *where) {
  int *const rtp = &l->udp[OCEL_PORT_RTP], *const rtcp = &l->udp[OCEL_PORT_RTCP];
  for (int i = 0; i < PAIR_TRIES && *rtcp < 0; i++) {
    if (*rtp >= 0) (void)ocel__sys.close(*rtp);
    *rtp = open_at(SOCK_DGRAM, where, 0);
    if (*rtp < 0) return;
    const uint16_t port = ocel__local_of(*rtp).port;
    if (port % 2 == 0) *rtcp = open_at(SOCK_DGRAM, where, (uint16_t)(port + 1));
  }
}

// Members send their reports to the group: they are heard if it has the port of our own RTCP.
// IPv4 by all interfaces (IGMP), IPv6 by the first one (MLD); lwIP takes the options of either
// family on an IPv6 socket, and those for what is sent as one byte. None is vital.
static void join(const ocel_loop *l) {
  const ocel_addr *const group = &l->server_cfg.multicast;
  const int fd = l->udp[OCEL_PORT_RTCP];
  ocel_sockaddr s;
  if (group->port == 0 || group->port + 1 != l->udp_port[OCEL_PORT_RTCP]) return;
  if (ocel_addr_is_ipv4(group)) {
    const uint8_t off = 0;  // What we send there ourselves does not come back.
    (void)ocel__addr_to(group, AF_INET, &s);
    const struct ip_mreq m = {.imr_multiaddr = s.v4.sin_addr};
    (void)ocel__sys.setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m);
    (void)ocel__sys.setsockopt(fd, IPPROTO_IP, IP_MULTICAST_LOOP, &off, sizeof off);
    return;
  }
#if LWIP_IPV6
  (void)ocel__addr_to(group, AF_INET6, &s);
  const struct ipv6_mreq m = {.ipv6mr_multiaddr = s.v6.sin6_addr};
  (void)ocel__sys.setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m);
#endif
}

static bool open_pair(ocel_loop *l, ocel_sockaddr *where, char *error, size_t size) {
  const uint16_t wanted[2] = {l->cfg.rtp_port, l->cfg.rtcp_port};
  if (wanted[0] == 0 && wanted[1] == 0) open_free_pair(l, where);
  for (int i = 0; i < 2; i++) {
    if (l->udp[i] < 0) l->udp[i] = open_at(SOCK_DGRAM, where, wanted[i]);
    if (l->udp[i] < 0) return say(l, "UDP", wanted[i], error, size);
    ocel__mark(l->udp[i], l->cfg.dscp);
    l->udp_port[i] = ocel__local_of(l->udp[i]).port;
    // lwIP takes one byte here, for both families; without the option it is 1.
    const uint8_t ttl = l->server_cfg.multicast_ttl;
    (void)ocel__sys.setsockopt(l->udp[i], IPPROTO_IP, IP_MULTICAST_TTL, &ttl, sizeof ttl);
  }
  join(l);
  return true;
}

static bool open_door(ocel_loop *l, ocel__door door, ocel_sockaddr *where, char *error,
                      size_t size) {
  const uint16_t wanted = door == DOOR_TLS ? l->cfg.tls_port : l->cfg.http_port;
  l->door[door] = open_at(SOCK_STREAM, where, wanted);
  if (l->door[door] < 0) return say(l, "TCP", wanted, error, size);
  l->port[door] = ocel__local_of(l->door[door]).port;
  return true;
}

// The others are opened after the plain one, at the addresses that it got.
static bool open_doors(ocel_loop *l, ocel_sockaddr *where, char *error, size_t size) {
  return (l->cfg.tls == NULL || open_door(l, DOOR_TLS, where, error, size)) &&
         (l->cfg.http_port == 0 || open_door(l, DOOR_HTTP, where, error, size) ||
          l->cfg.http_port_optional);
}

bool ocel__listen(ocel_loop *l, char *error, size_t size) {
  const char *const host = l->cfg.bind;
  ocel_sockaddr where;
  if (host == NULL || host[0] == '\0') {
    l->door[DOOR_PLAIN] = listen_everywhere(l, &where);
  } else if (ocel__addr_parse(host, 0, &where)) {
    l->door[DOOR_PLAIN] = open_at(SOCK_STREAM, &where, l->cfg.port);
  } else {
    (void)snprintf(error, size,
                   "\"%s\" is no numeric address such as 192.0.2.7; bind to one like that, or to "
                   "none",
                   host);
    return false;
  }
  if (l->door[DOOR_PLAIN] < 0) return say(l, "TCP", l->cfg.port, error, size);
  l->port[DOOR_PLAIN] = ocel__local_of(l->door[DOOR_PLAIN]).port;
  l->family = where.any.sa_family;
  return open_doors(l, &where, error, size) && (l->cfg.no_udp || open_pair(l, &where, error, size));
}
