// SPDX-License-Identifier: Apache-2.0
#include "ocel/gather.h"

#include <assert.h>

// True if the last span ends with the last scratch byte, so that more scratch lengthens it.
static bool ends_in_scratch(const ocel_gather *g) {
  if (g->n == 0 || g->used == 0) return false;
  const ocel_span last = g->spans[g->n - 1];
  return last.p + last.n == g->scratch + g->used;
}

uint8_t *ocel_gather_make_bytes(ocel_gather *g, size_t n) {
  assert(n > 0);
  const bool joins = ends_in_scratch(g);
  if (!ocel_gather_fits(g, joins ? 0 : 1, n)) return NULL;
  uint8_t *at = g->scratch + g->used;
  if (joins) {
    g->spans[g->n - 1].n += n;
  } else {
    g->spans[g->n++] = ocel_span_make(at, n);
  }
  g->used += n;
  return at;
}

bool ocel_gather_ref(ocel_gather *g, ocel_span s) {
  if (s.n == 0) return true;
  if (!ocel_gather_fits(g, 1, 0)) return false;
  g->spans[g->n++] = s;
  return true;
}

ocel_gather_mark ocel_gather_mark_now(const ocel_gather *g) {
  const ocel_gather_mark m = {g->n, g->used, g->n > 0 ? g->spans[g->n - 1].n : 0};
  return m;
}

void ocel_gather_reset(ocel_gather *g, ocel_gather_mark m) {
  assert(m.n <= g->n && m.used <= g->used);
  g->n = m.n;
  g->used = m.used;
  if (m.n > 0) g->spans[m.n - 1].n = m.last;  // it may have grown since
}
