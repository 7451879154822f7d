// SPDX-License-Identifier: Apache-2.0
#include "interface.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAC_SIZE = 6, LINE_MAX_LENGTH = 256 };

static ocel_addr of_ipv4(const struct in_addr *in) {
  uint8_t b[4];
  memcpy(b, in, sizeof b);
  return ocel_addr_ipv4(b[0], b[1], b[2], b[3], 0);
}

// The IPv4 address of an entry, or its mask.
static bool read_ipv4(const struct sockaddr *from, ocel_addr *out) {
  struct sockaddr_in in = {0};
  if (from == NULL || from->sa_family != AF_INET) return false;
  memcpy(&in, from, sizeof in);
  *out = of_ipv4(&in.sin_addr);
  return true;
}

static bool read_mac(const struct ifaddrs *i, uint8_t *out) {
  static const uint8_t NONE[MAC_SIZE] = {0};
  struct sockaddr_ll ll;
  if (i->ifa_addr == NULL || i->ifa_addr->sa_family != AF_PACKET) return false;
  memcpy(&ll, i->ifa_addr, sizeof ll);
  if (ll.sll_halen != MAC_SIZE || memcmp(ll.sll_addr, NONE, MAC_SIZE) == 0) return false;
  memcpy(out, ll.sll_addr, MAC_SIZE);
  return true;
}

// The entry of the interface `name` (NULL: the first that is up) with a hardware address.
static const struct ifaddrs *find_mac(const struct ifaddrs *all, const char *name, uint8_t *mac) {
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
    const bool named = name == NULL ? (i->ifa_flags & IFF_UP) != 0 : strcmp(i->ifa_name, name) == 0;
    if (named && read_mac(i, mac)) return i;
  }
  return NULL;
}

static const char *name_of(const struct ifaddrs *all, const ocel_addr *local) {
  ocel_addr address;
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
    if (read_ipv4(i->ifa_addr, &address) && ocel_addr_same_host(&address, local)) {
      return i->ifa_name;
    }
  }
  return NULL;
}

static void describe_address(const struct ifaddrs *all, ocel_onvif_network *out) {
  ocel_addr mask;
  for (const struct ifaddrs *i = all; i != NULL; i = i->ifa_next) {
    if (i->ifa_name == NULL || strcmp(i->ifa_name, out->name) != 0 ||
        !read_ipv4(i->ifa_addr, &out->address))
      continue;
    if (!read_ipv4(i->ifa_netmask, &mask)) return;
    for (uint32_t bits = ocel_be32(mask.ip + 12); bits != 0; bits <<= 1) out->prefix++;
    return;
  }
}

// "eth0 00000000 0102A8C0 ...": the addresses are as the processor reads them.
static bool read_route(const char *line, const char *interface, ocel_addr *gateway) {
  const size_t n = strcspn(line, "\t ");
  char *rest;
  if (strncmp(line, interface, n) != 0 || interface[n] != '\0') return false;
  const unsigned long to = strtoul(line + n, &rest, 16), through = strtoul(rest, &rest, 16);
  const struct in_addr in = {(in_addr_t)through};
  *gateway = of_ipv4(&in);
  return to == 0 && through != 0;
}

static void describe_gateway(ocel_onvif_network *out) {
  FILE *file = fopen("/proc/net/route", "re");
  char line[LINE_MAX_LENGTH];
  ocel_addr gateway;
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL) {
    if (read_route(line, out->name, &gateway)) out->gateway = gateway;
  }
  (void)fclose(file);
}

static void describe_dns(ocel_onvif_network *out) {
  static const char KEY[] = "nameserver ";
  FILE *file = fopen("/etc/resolv.conf", "re");
  char line[LINE_MAX_LENGTH];
  struct in_addr in;
  if (file == NULL) return;
  while (fgets(line, sizeof line, file) != NULL && !ocel_addr_is_ipv4(&out->dns)) {
    if (strncmp(line, KEY, sizeof KEY - 1) != 0) continue;
    char *const host = line + sizeof KEY - 1;
    host[strcspn(host, " \t\r\n#")] = '\0';
    if (inet_pton(AF_INET, host, &in) == 1) out->dns = of_ipv4(&in);
  }
  (void)fclose(file);
}

static bool describe(const struct ifaddrs *all, const ocel_addr *local, ocel_onvif_network *out) {
  const char *const name = name_of(all, local);
  const struct ifaddrs *i = name == NULL ? NULL : find_mac(all, name, out->mac);
  if (i == NULL) i = find_mac(all, NULL, out->mac);
  if (i == NULL) return false;
  (void)snprintf(out->name, sizeof out->name, "%s", i->ifa_name);
  describe_address(all, out);
  return true;
}

bool oceld_interface_of(const ocel_addr *local, ocel_onvif_network *out) {
  struct ifaddrs *all;
  memset(out, 0, sizeof *out);
  if (getifaddrs(&all) != 0) return false;
  const bool known = describe(all, local, out);
  freeifaddrs(all);
  if (!known) return false;
  describe_gateway(out);
  describe_dns(out);
  (void)gethostname(out->hostname, sizeof out->hostname - 1);
  return true;
}
