// SPDX-License-Identifier: Apache-2.0
#include "net_udp.h"

#include <stdlib.h>
#include <string.h>

const udp_profile UDP_GOOD = {.delay = 1 * OCEL_MILLISECOND};

static void arrive(void *ctx) {
  udp_packet *p = ctx;
  p->fn(p->ctx, p);
  free(p);
}

static void send_one(sim_clock *clock, rng *r, const udp_sink *to, const udp_send_args *args) {
  udp_packet *p = malloc(sizeof *p + args->bytes.n);
  if (p == NULL) abort();
  *p = (udp_packet){to->ctx, to->fn, args->sender, args->rtcp, args->from, args->bytes.n};
  memcpy(p->data, args->bytes.p, args->bytes.n);
  const ocel_us jitter = to->profile.jitter;
  const ocel_us wait = jitter > 0 ? rng_below(r, (uint32_t)jitter) : 0;
  sim_clock_at(clock, clock->now + to->profile.delay + wait, arrive, p);
}

void udp_send(sim_clock *clock, rng *r, const udp_sink *to, const udp_send_args *args) {
  if (to->fn == NULL || rng_permille(r, to->profile.loss)) return;
  send_one(clock, r, to, args);
  if (rng_permille(r, to->profile.duplicate)) send_one(clock, r, to, args);
}
