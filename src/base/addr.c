// SPDX-License-Identifier: Apache-2.0
#include "ocel/addr.h"

#include <string.h>

enum { GROUPS = 8 };

static const uint8_t MAPPED[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

ocel_addr ocel_addr_ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port) {
  const ocel_addr addr = {
      {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d},
      port, 0
  };
  return addr;
}

bool ocel_addr_is_ipv4(const ocel_addr *a) { return memcmp(a->ip, MAPPED, sizeof MAPPED) == 0; }

bool ocel_addr_same_host(const ocel_addr *a, const ocel_addr *b) {
  return memcmp(a->ip, b->ip, sizeof a->ip) == 0 && a->scope == b->scope;
}

static void put_ipv4(ocel_wbuf *w, const uint8_t *ip) {
  for (size_t i = 0; i < 4; i++) {
    if (i > 0) ocel_put_u8(w, '.');
    ocel_put_uint(w, ip[i]);
  }
}

static uint16_t group(const ocel_addr *a, size_t i) { return ocel_be16(a->ip + 2 * i); }

// RFC 5952 4.1, 4.3: no leading zeros, lower case.
static void put_group(ocel_wbuf *w, uint16_t v) {
  unsigned shift = 12;
  while (shift > 0 && v >> shift == 0) shift -= 4;
  for (;; shift -= 4) {
    ocel_put_u8(w, (uint8_t) "0123456789abcdef"[v >> shift & 0xf]);
    if (shift == 0) return;
  }
}

static size_t zeros_from(const ocel_addr *a, size_t i) {
  size_t n = 0;
  while (i + n < GROUPS && group(a, i + n) == 0) n++;
  return n;
}

// RFC 5952 4.2: the longest run of zero groups, the first of equal ones; a single group is none.
// Returns where it begins, GROUPS if nowhere.
static size_t longest_zeros(const ocel_addr *a, size_t *length) {
  size_t at = GROUPS, best = 1;
  for (size_t i = 0; i < GROUPS; i++) {
    const size_t n = zeros_from(a, i);
    if (n <= best) continue;
    best = n;
    at = i;
  }
  *length = best;
  return at;
}

static void put_ipv6(ocel_wbuf *w, const ocel_addr *a) {
  size_t length = 0;
  const size_t gap = longest_zeros(a, &length);
  for (size_t i = 0; i < GROUPS; i++) {
    if (i == gap) {
      ocel_put_str(w, "::");
      i += length - 1;
      continue;
    }
    if (i > 0 && i != gap + length) ocel_put_u8(w, ':');
    put_group(w, group(a, i));
  }
}

void ocel_put_addr(ocel_wbuf *w, const ocel_addr *a) {
  uint8_t mem[OCEL_ADDR_TEXT_MAX];  // all or nothing goes to `w`
  ocel_wbuf text = ocel_wbuf_make(mem, sizeof mem);
  if (ocel_addr_is_ipv4(a)) {
    put_ipv4(&text, a->ip + sizeof MAPPED);
  } else {
    put_ipv6(&text, a);
  }
  ocel_put_span(w, ocel_span_make(mem, text.n));
}
