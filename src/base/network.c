// SPDX-License-Identifier: Apache-2.0
#include "ocel/network.h"

#include <string.h>

bool ocel_network_has(const ocel_network *n, const ocel_addr *a) {
  const size_t whole = n->bits / 8u;
  const unsigned rest = n->bits % 8u;
  if (n->bits > 8 * sizeof n->ip || memcmp(n->ip, a->ip, whole) != 0) return false;
  return rest == 0 || ((n->ip[whole] ^ a->ip[whole]) >> (8u - rest)) == 0;
}

bool ocel_networks_have(const ocel_network *list, size_t count, const ocel_addr *a) {
  for (size_t i = 0; i < count; i++) {
    if (ocel_network_has(&list[i], a)) return true;
  }
  return false;
}
