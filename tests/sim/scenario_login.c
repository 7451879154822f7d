// SPDX-License-Identifier: Apache-2.0
// A server that asks for a password: those who have it, and those who guess.
#include <string.h>

#include "cast.h"
#include "check.h"
#include "scenario.h"
#include "viewer_login.h"

enum { GUESSERS = 3, QUICK_GUESSES = 5 };

// A tunnel's cookie stays: who comes again would meet the old one.
static viewer_profile knowing(world *w, const char *script) {
  viewer_profile p = cast_any(w, script);
  p.tunnel = p.tcp && strstr(script, "connect") == NULL && rng_permille(&w->rng, 300);
  p.password = LOGIN_PASSWORD;
  p.scheme = rng_permille(&w->rng, 500) ? LOGIN_MD5 : LOGIN_SHA256;
  p.link.secure = p.tcp && rng_permille(&w->rng, 300);
  if (p.link.secure && rng_permille(&w->rng, 500)) p.scheme = LOGIN_BASIC;
  return p;
}

static ocel_server_stats stats_of(const play *p) {
  ocel_server_stats s;
  ocel_server_get_stats(p->w.srv, p->w.clock.now, &s);
  return s;
}

static void open_locked(play *p, uint64_t seed) {
  play_prepare(p, seed);
  p->cfg.password = true;
  play_open(p, seed);
}

// Also again, with the nonce of an earlier connection.
static void passwords(uint64_t seed) {
  static const char *const WAYS[] = {
      "options describe setup play wait=4000 pause wait=500 play wait=2000 teardown fin",
      "describe setup play wait=2000 teardown fin wait=200 connect describe setup play wait=3000 "
      "fin",
      "describe setup play wait=2000 reset wait=200 connect options setup play wait=3000 teardown "
      "fin",
  };
  play p;
  open_locked(&p, seed);
  for (unsigned i = 0; i < 5; i++) {
    const viewer_profile f = knowing(&p.w, WAYS[rng_below(&p.w.rng, 3)]);
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  world_run(&p.w, 12 * OCEL_SECOND);
  CHECK(stats_of(&p).auth_failures == 0, "a right password was called wrong");
  play_end(&p, 1000);
}

// Basic shows the password to whoever listens: inside TLS, or where it is allowed.
static void basic(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.password = true;
  p.cfg.allow_basic = rng_permille(&p.rng, 500);
  play_open(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    viewer_profile f = knowing(&p.w, "options describe setup play wait=4000 teardown fin");
    f.scheme = LOGIN_BASIC;
    f.link.secure = f.tcp && i % 2 == 0;
    if (!p.cfg.allow_basic && !f.link.secure) f.script = "options describe/401 setup/401 fin";
    play_add(&p, &f, cast_ms(&p.w, 0, 2000));
  }
  const viewer_profile f = knowing(&p.w, "options describe setup play wait=4000 teardown fin");
  play_add(&p, &f, 500);
  viewer_profile wrong = cast_viewer(&p.w, true, "options describe/401 setup/401 fin");
  wrong.password = "guess";
  wrong.scheme = LOGIN_BASIC;
  wrong.link.secure = true;
  play_add(&p, &wrong, 500);
  play_end(&p, 8000);
}

// Whoever listens on the network learns nothing that would let him in.
static void replays(uint64_t seed) {
  play p;
  open_locked(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile f = knowing(&p.w,
                               "options describe setup play wait=3000 pause wait=1000 play "
                               "wait=4000 get teardown fin");
    f.tunnel = false;
    if (f.scheme == LOGIN_BASIC) f.scheme = LOGIN_MD5;
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  for (unsigned i = 0; i < 3; i++) hostile_add(&p.w, HOSTILE_REPLAYER);
  world_run(&p.w, 6 * OCEL_SECOND);
  CHECK(stats_of(&p).playing == 3, "not all three play beside those who listen");
  play_end(&p, 6000);
}

static viewer *add_at(play *p, const viewer_profile *f, uint8_t host, unsigned ms) {
  viewer *v = viewer_make(&p->w, f, p->w.clock.now + ms * OCEL_MILLISECOND);
  v->addr = ocel_addr_ipv4(10, 66, 0, host, 0);
  return v;
}

static viewer_profile guesser(world *w) {
  viewer_profile p = cast_viewer(
      w, true, "options describe/401 setup/401 steal play/401 teardown/401 forget again=500");
  p.ipv6 = false;
  p.password = "guess";
  p.link = TCP_GOOD;
  return p;
}

static void check_guesses(const play *p, unsigned seconds) {
  const uint32_t n = stats_of(p).auth_failures;
  const uint32_t told = p->w.counts.events[OCEL_EVENT_AUTH_FAILED];
  CHECK(n >= GUESSERS * QUICK_GUESSES, "only %" PRIu32 " guesses were seen", n);
  CHECK(n <= GUESSERS * (QUICK_GUESSES + seconds / 2 + 1),
        "%" PRIu32 " guesses in %u s, by %d who guess", n, seconds, GUESSERS);
  CHECK(told >= GUESSERS && told <= GUESSERS * (1 + seconds / 10),
        "%" PRIu32 " guesses were told of in %u s", told, seconds);
}

// Viewers lose nothing, newcomers get in at once, and the owner does behind a guesser's address.
static void guessers(uint64_t seed) {
  static const char *const WATCH = "describe setup play wait=20000 teardown fin";
  play p;
  open_locked(&p, seed);
  for (unsigned i = 0; i < 2; i++) {
    const viewer_profile f = knowing(&p.w, WATCH);
    play_add(&p, &f, 100);
  }
  const viewer_profile bad = guesser(&p.w);
  for (unsigned i = 0; i < GUESSERS; i++) (void)add_at(&p, &bad, (uint8_t)i, 1000);
  world_run(&p.w, 3 * OCEL_SECOND);
  check_guesses(&p, 2);
  const viewer_profile newcomer = knowing(&p.w, WATCH);
  play_add(&p, &newcomer, 0);
  world_run(&p.w, OCEL_SECOND);
  CHECK(stats_of(&p).playing == 3, "who knows the password waits because others guess");
  viewer_profile owner = knowing(&p.w, WATCH);
  owner.ipv6 = false;
  (void)add_at(&p, &owner, 0, 0);
  world_run(&p.w, 3 * OCEL_SECOND);
  CHECK(stats_of(&p).playing == 4, "the owner does not get in beside a guesser");
  world_run(&p.w, 5 * OCEL_SECOND);
  check_guesses(&p, 11);
  play_end(&p, 12000);
}

static const scenario ITEMS[] = {
    SCENARIO(passwords, "viewers with the password, and with old nonces"),
    SCENARIO(basic, "Basic inside TLS, outside, and where it is not taken"),
    SCENARIO(replays, "others' logins are sent again, as they were and for other requests"),
    SCENARIO(guessers, "some guess the password beside viewers who know it"),
};
const scenario_group SCENARIOS_LOGIN = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
