// SPDX-License-Identifier: Apache-2.0
#include "networks.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

static const char SEPARATORS[] = ", ";

static bool read_address(const char *text, ocel_network *out, unsigned *mapped) {
  struct in_addr v4;
  *mapped = 0;
  memset(out, 0, sizeof *out);
  if (inet_pton(AF_INET6, text, out->ip) == 1) return true;
  if (inet_pton(AF_INET, text, &v4) != 1) return false;
  const uint8_t *const b = (const uint8_t *)&v4;
  memcpy(out->ip, ocel_addr_ipv4(b[0], b[1], b[2], b[3], 0).ip, sizeof out->ip);
  *mapped = 96;
  return true;
}

static bool read_one(const char *text, size_t n, ocel_network *out) {
  char host[INET6_ADDRSTRLEN + 4];
  unsigned mapped;
  if (n >= sizeof host) return false;
  memcpy(host, text, n);
  host[n] = '\0';
  char *const slash = strchr(host, '/');
  if (slash != NULL) *slash = '\0';
  if (!read_address(host, out, &mapped)) return false;
  out->bits = 128;
  if (slash == NULL) return true;
  char *end;
  const unsigned long bits = strtoul(slash + 1, &end, 10);
  if (slash[1] < '0' || slash[1] > '9' || *end != '\0' || bits > 128 - mapped) return false;
  out->bits = (uint8_t)(mapped + bits);
  return true;
}

bool oceld_networks_read(const char *text, ocel_network *out, uint8_t *count, oceld_failure *why) {
  *count = 0;
  for (const char *s = text + strspn(text, SEPARATORS); *s != '\0';) {
    const size_t n = strcspn(s, SEPARATORS);
    if (*count == OCEL_NETWORKS_MAX) {
      return oceld_fail(why, "more than %u networks; join some of them", OCEL_NETWORKS_MAX);
    }
    if (!read_one(s, n, &out[*count])) {
      return oceld_fail(why,
                        "\"%.*s\" is no network; give for example 192.168.1.0/24 or fd00::/8, "
                        "several with commas between",
                        (int)(n < 100 ? n : 100), s);
    }
    ++*count;
    s += n + strspn(s + n, SEPARATORS);
  }
  return true;
}
