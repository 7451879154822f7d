// SPDX-License-Identifier: Apache-2.0
#include "addresses.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const oceld_place *place;
  void (*tell)(void *ctx, const char *url);
  void *ctx;
} listing;

static void tell_host(const listing *l, const char *host) {
  char url[192];
  const bool brackets = strchr(host, ':') != NULL;
  (void)snprintf(url, sizeof url, "%s://%s%s%s:%u%s", l->place->scheme, brackets ? "[" : "", host,
                 brackets ? "]" : "", l->place->port, l->place->path);
  l->tell(l->ctx, url);
}

// The text of an address that others can use; false for all else.
static bool host_of(const struct ifaddrs *i, char *out, socklen_t size) {
  const unsigned wanted = IFF_UP, unwanted = IFF_LOOPBACK;
  if (i->ifa_addr == NULL || (i->ifa_flags & (wanted | unwanted)) != wanted) return false;
  if (i->ifa_addr->sa_family == AF_INET) {
    struct sockaddr_in in;
    memcpy(&in, i->ifa_addr, sizeof in);
    return inet_ntop(AF_INET, &in.sin_addr, out, size) != NULL;
  }
  if (i->ifa_addr->sa_family == AF_INET6) {
    struct sockaddr_in6 in6;
    memcpy(&in6, i->ifa_addr, sizeof in6);
    return !IN6_IS_ADDR_LINKLOCAL(&in6.sin6_addr) &&
           inet_ntop(AF_INET6, &in6.sin6_addr, out, size) != NULL;
  }
  return false;
}

static void tell_interfaces(const listing *l) {
  struct ifaddrs *all;
  if (getifaddrs(&all) != 0) return;
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
    char host[INET6_ADDRSTRLEN];
    if (host_of(i, host, sizeof host)) tell_host(l, host);
  }
  freeifaddrs(all);
}

void oceld_addresses_tell(const char *bind, const oceld_place *place,
                          void (*tell)(void *ctx, const char *url), void *ctx) {
  const listing l = {place, tell, ctx};
  const bool every = bind[0] == '\0' || strcmp(bind, "0.0.0.0") == 0 || strcmp(bind, "::") == 0;
  tell_host(&l, every ? "127.0.0.1" : bind);
  if (every) tell_interfaces(&l);
}
