// SPDX-License-Identifier: Apache-2.0
#include "cast.h"

#include <stdarg.h>
#include <stdio.h>

#include "check.h"

void play_prepare(play *p, uint64_t seed) {
  p->rng = rng_make(seed + 1);
  world_defaults(&p->cfg, &p->rng);
}

void play_open(play *p, uint64_t seed) {
  world_init(&p->w, &p->cfg, seed);
  world_start_producers(&p->w);
}

void play_begin(play *p, uint64_t seed) {
  play_prepare(p, seed);
  play_open(p, seed);
}

void play_add(play *p, const viewer_profile *f, unsigned ms) {
  (void)viewer_make(&p->w, f, p->w.clock.now + ms * OCEL_MILLISECOND);
}

void play_end(play *p, unsigned ms) {
  world_run(&p->w, ms * OCEL_MILLISECOND);
  world_finish(&p->w);
  world_free(&p->w);
}

unsigned cast_ms(world *w, unsigned lo, unsigned hi) { return rng_between(&w->rng, lo, hi); }

const char *cast_script(world *w, const char *format, ...) {
  enum { SIZE = 400 };
  char *text = world_alloc(w, SIZE);
  va_list args;
  va_start(args, format);
  const int n = vsnprintf(text, SIZE, format, args);
  va_end(args);
  CHECK(n < SIZE, "a script is too long");
  return text;
}

viewer_profile cast_viewer(world *w, bool tcp, const char *script) {
  static const uint32_t CSEQS[] = {0, 1, 2, 4000, 4294967000u};
  rng *r = &w->rng;
  viewer_profile p = {
      .script = script,
      .path = rng_permille(r, 800) ? "/stream" : "/stream?start=gop",
      .tcp = tcp,
      .ipv6 = rng_permille(r, 100),
      .keep = (viewer_keep)rng_between(r, KEEP_OPTIONS, KEEP_BOTH),
      .first_cseq = CSEQS[rng_below(r, 5)],
      .channel = (uint8_t)(rng_permille(r, 700) ? 0 : 2 * rng_below(r, 126)),
      .link = TCP_GOOD,
      .udp = UDP_GOOD,
  };
  p.keep_interval = w->cfg.server.session_timeout / 2;
  p.link.latency = rng_below(r, 3000);
  if (rng_permille(r, 300)) p.link.chunk = rng_between(r, 1400, 8000);
  if (rng_permille(r, 300)) p.udp.jitter = rng_below(r, 30000);
  return p;
}

viewer_profile cast_any(world *w, const char *script) {
  return cast_viewer(w, rng_permille(&w->rng, 500), script);
}

void cast_audience(world *w, unsigned n, unsigned ms) {
  static const char *const ENDS[] = {"teardown fin", "teardown", "fin", "reset", "bye fin"};
  for (unsigned i = 0; i < n; i++) {
    const char *script = cast_script(
        w, "%s describe setup play wait=%u %s", rng_permille(&w->rng, 700) ? "options" : "",
        cast_ms(w, ms / 2, ms), ENDS[rng_below(&w->rng, sizeof ENDS / sizeof ENDS[0])]);
    const viewer_profile p = cast_any(w, script);
    (void)viewer_make(w, &p, w->clock.now + cast_ms(w, 0, 3000) * OCEL_MILLISECOND);
  }
}
