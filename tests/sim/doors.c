// SPDX-License-Identifier: Apache-2.0
#include "doors.h"

static bool same_bits(const uint8_t *a, const uint8_t *b, unsigned bits) {
  for (unsigned i = 0; i < bits; i++) {
    const unsigned mask = 0x80u >> i % 8;
    if ((a[i / 8] & mask) != (b[i / 8] & mask)) return false;
  }
  return true;
}

bool doors_stranger(const ocel_server_config *cfg, const ocel_addr *peer) {
  bool stranger = cfg->allowed_count > 0;
  for (unsigned i = 0; i < cfg->allowed_count; i++) {
    if (same_bits(cfg->allowed[i].ip, peer->ip, cfg->allowed[i].bits)) stranger = false;
  }
  return stranger;
}

bool doors_same_home(const ocel_addr *a, const ocel_addr *b) {
  const bool v4 = ocel_addr_is_ipv4(a);
  return v4 == ocel_addr_is_ipv4(b) && same_bits(a->ip, b->ip, v4 ? 128 : 64);
}
