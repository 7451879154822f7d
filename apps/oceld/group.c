// SPDX-License-Identifier: Apache-2.0
#include "group.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { PORT_LAST = 65500, TTL_USUAL = 1, TTL_LAST = 255 };

static bool read_v4(const char *text, ocel_addr *out) {
  struct in_addr a;
  if (inet_pton(AF_INET, text, &a) != 1) return false;
  const uint8_t *const b = (const uint8_t *)&a;
  *out = ocel_addr_ipv4(b[0], b[1], b[2], b[3], 0);
  return b[0] >> 4 == 0xe;
}

static bool read_v6(const char *text, ocel_addr *out) {
  *out = (ocel_addr){.port = 0};
  return inet_pton(AF_INET6, text, out->ip) == 1 && out->ip[0] == 0xff;
}

// The group, without brackets; what follows it is left in `*rest`.
static bool take_group(const char *text, ocel_addr *out, const char **rest) {
  char host[INET6_ADDRSTRLEN];
  const bool v6 = text[0] == '[';
  if (v6) text++;
  const size_t n = strcspn(text, v6 ? "]" : ":");
  if (n >= sizeof host || (v6 && text[n] == '\0')) return false;
  memcpy(host, text, n);
  host[n] = '\0';
  *rest = text + n + (v6 ? 1 : 0);
  return v6 ? read_v6(host, out) : read_v4(host, out);
}

// ":N", 1..`last`, if there is one.
static bool take_number(const char **rest, unsigned long last, unsigned long *out) {
  if (**rest == '\0') return true;
  if (**rest != ':' || (*rest)[1] < '0' || (*rest)[1] > '9') return false;
  char *end;
  *out = strtoul(*rest + 1, &end, 10);
  *rest = end;
  return *out >= 1 && *out <= last;
}

bool oceld_group_read(const char *text, ocel_addr *group, uint8_t *ttl, oceld_failure *why) {
  unsigned long port = 0, hops = TTL_USUAL;
  const char *rest;
  if (!take_group(text, group, &rest) || !take_number(&rest, PORT_LAST, &port) ||
      !take_number(&rest, TTL_LAST, &hops) || *rest != '\0' || port % 2 != 0) {
    return oceld_fail(why,
                      "\"%.100s\" is not allowed; give a multicast group with an even port and a "
                      "TTL, for example 239.255.12.42:5006:1 or [ff15::12]:5006",
                      text);
  }
  group->port = (uint16_t)port;
  *ttl = (uint8_t)hops;
  return true;
}
