// SPDX-License-Identifier: Apache-2.0
#include "clock.h"

#include <stdlib.h>

#include "check.h"

// Seconds from 1900 to a day in 2033; well before the NTP era ends in 2036, so that 60 days fit.
#define NTP_AT_ORIGIN (UINT64_C(4200000000) << 32)

void sim_clock_init(sim_clock *c, ocel_us origin) {
  *c = (sim_clock){.now = origin, .origin = origin};
}

void sim_clock_free(sim_clock *c) {
  free(c->heap);
  c->heap = NULL;
}

static bool before(const sim_event *a, const sim_event *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void swap(sim_event *a, sim_event *b) {
  const sim_event t = *a;
  *a = *b;
  *b = t;
}

void sim_clock_at(sim_clock *c, ocel_us at, sim_event_fn fn, void *ctx) {
  if (c->n == c->cap) {
    c->cap = c->cap == 0 ? 256 : c->cap * 2;
    c->heap = realloc(c->heap, c->cap * sizeof *c->heap);
    if (c->heap == NULL) abort();
  }
  size_t i = c->n++;
  c->heap[i] = (sim_event){at > c->now ? at : c->now, c->order++, fn, ctx};
  for (; i > 0 && before(&c->heap[i], &c->heap[(i - 1) / 2]); i = (i - 1) / 2) {
    swap(&c->heap[i], &c->heap[(i - 1) / 2]);
  }
}

static sim_event take_first(sim_clock *c) {
  const sim_event first = c->heap[0];
  c->heap[0] = c->heap[--c->n];
  for (size_t i = 0;;) {
    size_t least = i;
    for (size_t child = 2 * i + 1; child <= 2 * i + 2 && child < c->n; child++) {
      if (before(&c->heap[child], &c->heap[least])) least = child;
    }
    if (least == i) return first;
    swap(&c->heap[i], &c->heap[least]);
    i = least;
  }
}

bool sim_clock_step(sim_clock *c, ocel_us until) {
  if (c->n == 0 || c->heap[0].at > until) {
    c->now = until;
    return false;
  }
  const sim_event e = take_first(c);
  c->now = e.at;
  e.fn(e.ctx);
  return true;
}

void sim_clock_run(sim_clock *c, ocel_us until) {
  while (sim_clock_step(c, until)) continue;
}

ocel_ntp sim_clock_ntp(const sim_clock *c, ocel_us at) {
  const uint64_t us = (uint64_t)(at - c->origin);
  const uint64_t second = us / 1000000;
  const uint64_t rest = us % 1000000;
  return NTP_AT_ORIGIN + (second << 32) + (rest << 32) / 1000000;
}

ocel_us sim_clock_from_ntp(const sim_clock *c, ocel_ntp ntp) {
  const uint64_t since = ntp - NTP_AT_ORIGIN;
  const uint64_t rest = ((since & UINT32_MAX) * 1000000 + (UINT64_C(1) << 31)) >> 32;
  return c->origin + (ocel_us)((since >> 32) * 1000000 + rest);
}
