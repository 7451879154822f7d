// SPDX-License-Identifier: Apache-2.0
#include "addr.h"

#include <arpa/inet.h>
#include <net/if.h>
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

static ocel_addr from_v6(const struct sockaddr_in6 *s) {
  ocel_addr a = {.port = ntohs(s->sin6_port), .scope = s->sin6_scope_id};
  memcpy(a.ip, &s->sin6_addr, sizeof a.ip);
  return a;
}

ocel_addr ocel__addr_from(const ocel_sockaddr *s) {
  if (s->any.sa_family == AF_INET) return from_v4(&s->v4);
  if (s->any.sa_family == AF_INET6) return from_v6(&s->v6);
  return (ocel_addr){.port = 0};
}

socklen_t ocel__addr_to(const ocel_addr *a, sa_family_t family, ocel_sockaddr *out) {
  if (family == AF_INET) {
    out->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(a->port)};
    memcpy(&out->v4.sin_addr, a->ip + MAPPED_AT, sizeof out->v4.sin_addr);
    return sizeof out->v4;
  }
  out->v6 = (struct sockaddr_in6){
      .sin6_family = AF_INET6, .sin6_port = htons(a->port), .sin6_scope_id = a->scope};
  memcpy(&out->v6.sin6_addr, a->ip, sizeof out->v6.sin6_addr);
  return sizeof out->v6;
}

static bool parse_v6(const char *text, uint16_t port, struct sockaddr_in6 *out) {
  char host[INET6_ADDRSTRLEN];
  const char *const zone = strchr(text, '%');
  const size_t n = zone != NULL ? (size_t)(zone - text) : strlen(text);
  if (n >= sizeof host) return false;

  memcpy(host, text, n);
  host[n] = '\0';
  *out = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = htons(port)};
  if (zone != NULL) out->sin6_scope_id = if_nametoindex(zone + 1);
  if (zone != NULL && out->sin6_scope_id == 0) return false;
  return inet_pton(AF_INET6, host, &out->sin6_addr) == 1;
}

bool ocel__addr_parse(const char *text, uint16_t port, ocel_sockaddr *out) {
  if (strchr(text, ':') != NULL) return parse_v6(text, port, &out->v6);
  out->v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
  return inet_pton(AF_INET, text, &out->v4.sin_addr) == 1;
}

socklen_t ocel__addr_size(const ocel_sockaddr *s) {
  return s->any.sa_family == AF_INET ? sizeof s->v4 : sizeof s->v6;
}
