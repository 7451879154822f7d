// SPDX-License-Identifier: Apache-2.0
#include "addr.h"

#include <string.h>

enum { MAPPED_AT = 12 };  // RFC 4291 2.5.5.2: ten zeros, ff ff, then the IPv4 address.

static ocel_addr from_v4(const struct sockaddr_in *s) {
  ocel_addr a = {
      .ip = {[10] = 0xff, [11] = 0xff},
        .port = ntohs(s->sin_port)
  };
  memcpy(a.ip + MAPPED_AT, &s->sin_addr, sizeof s->sin_addr);
  return a;
}

ocel_addr ocel__addr_from(const ocel_sockaddr *s) {
  if (s->any.sa_family == AF_INET) return from_v4(&s->v4);
#if LWIP_IPV6
  if (s->any.sa_family == AF_INET6) {
    ocel_addr a = {.port = ntohs(s->v6.sin6_port), .scope = s->v6.sin6_scope_id};
    memcpy(a.ip, &s->v6.sin6_addr, sizeof a.ip);
    return a;
  }
#endif
  return (ocel_addr){.port = 0};
}

socklen_t ocel__addr_to(const ocel_addr *a, int family, ocel_sockaddr *out) {
  ocel__addr_any(family, out);
  ocel__addr_set_port(out, a->port);
#if LWIP_IPV6
  if (family == AF_INET6) {
    out->v6.sin6_scope_id = a->scope;
    memcpy(&out->v6.sin6_addr, a->ip, sizeof a->ip);
    return sizeof out->v6;
  }
#endif
  memcpy(&out->v4.sin_addr, a->ip + MAPPED_AT, sizeof out->v4.sin_addr);
  return sizeof out->v4;
}

bool ocel__addr_parse(const char *text, uint16_t port, ocel_sockaddr *out) {
#if LWIP_IPV6
  if (strchr(text, ':') != NULL) {
    ocel__addr_any(AF_INET6, out);
    ocel__addr_set_port(out, port);
    return lwip_inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1;
  }
#endif
  ocel__addr_any(AF_INET, out);
  ocel__addr_set_port(out, port);
  return lwip_inet_pton(AF_INET, text, &out->v4.sin_addr) == 1;
}

void ocel__addr_any(int family, ocel_sockaddr *out) {
  memset(out, 0, sizeof *out);
  out->any.sa_family = (sa_family_t)family;
}

void ocel__addr_set_port(ocel_sockaddr *s, uint16_t port) {
  s->v4.sin_port = htons(port);  // An IPv6 address has its port at the same place.
}

socklen_t ocel__addr_size(const ocel_sockaddr *s) {
#if LWIP_IPV6
  if (s->any.sa_family == AF_INET6) return sizeof s->v6;
#endif
  return sizeof s->v4;
}
