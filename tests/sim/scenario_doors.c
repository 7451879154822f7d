// SPDX-License-Identifier: Apache-2.0
// Who must stay outside, or gets no more than a share, and what the others notice of it: nothing.
#include <string.h>

#include "cast.h"
#include "check.h"
#include "scenario.h"

static const char *const WATCH = "describe setup play wait=10000 teardown fin";

static void add_honest(play *p, unsigned n) {
  for (unsigned i = 0; i < n; i++) {
    viewer_profile f = cast_any(&p->w, WATCH);
    f.ipv6 = false;
    play_add(p, &f, cast_ms(&p->w, 0, 1000));
  }
}

static void check_playing(const play *p, uint32_t n, const char *beside) {
  ocel_server_stats s;
  ocel_server_get_stats(p->w.srv, p->w.clock.now, &s);
  CHECK(s.playing == n, "%" PRIu32 " of %" PRIu32 " sessions play beside %s", s.playing, n, beside);
}

// All kinds of them, from networks next to those that are allowed.
static void strangers(uint64_t seed) {
  static const hostile_kind KINDS[] = {HOSTILE_SILENT,    HOSTILE_FLOOD,  HOSTILE_GARBAGE,
                                       HOSTILE_RESETTING, HOSTILE_SETUPS, HOSTILE_TRICKLE};
  play p;
  play_prepare(&p, seed);
  const uint8_t bits = (uint8_t)rng_between(&p.rng, 96 + 17, 96 + 28);
  const ocel_addr viewers = ocel_addr_ipv4(10, 1, 0, 0, 0);
  memcpy(p.cfg.server.allowed[0].ip, viewers.ip, sizeof viewers.ip);
  p.cfg.server.allowed[0].bits = bits;
  p.cfg.server.allowed[1] = (ocel_network){{0xfd}, 16};
  p.cfg.server.allowed_count = 2;
  play_open(&p, seed);
  cast_audience(&p.w, 3, 9000);
  for (unsigned i = 0; i < 6; i++) {
    ocel_addr next = ocel_addr_ipv4(10, 1, 0, 7, 0);
    next.ip[(bits - 1) / 8] ^= (uint8_t)(0x80u >> (bits - 1) % 8);  // the last bit that counts
    if (rng_permille(&p.w.rng, 300)) next = ocel_addr_ipv4(10, 66, 1, 1, 0);
    hostile_add_at(&p.w, KINDS[i], &next);
  }
  play_end(&p, 14000);
  CHECK(p.w.port.turned_away > 50, "%" PRIu32 " strangers", p.w.port.turned_away);
  CHECK(p.w.counts.events[OCEL_EVENT_TURNED_AWAY] <= 5, "strangers fill the log");
}

// One address wants everything; who watches from there keeps it, and others get in.
static void one_address(uint64_t seed) {
  static const hostile_kind KINDS[] = {HOSTILE_SILENT, HOSTILE_SILENT, HOSTILE_TRICKLE,
                                       HOSTILE_FLOOD,  HOSTILE_SETUPS, HOSTILE_RESETTING};
  const ocel_addr from = ocel_addr_ipv4(10, 66, 0, 1, 0);
  play p;
  play_prepare(&p, seed);
  p.cfg.server.max_connections_per_address = (uint16_t)rng_between(&p.rng, 2, 5);
  play_open(&p, seed);
  add_honest(&p, 2);
  viewer_profile near = cast_any(&p.w, WATCH);
  near.ipv6 = false;
  viewer_make(&p.w, &near, p.w.clock.now)->addr = from;
  world_run(&p.w, 2 * OCEL_SECOND);
  for (unsigned i = 0; i < 8; i++) hostile_add_at(&p.w, KINDS[i % 6], &from);
  world_run(&p.w, 2 * OCEL_SECOND);
  add_honest(&p, 2);
  world_run(&p.w, 3 * OCEL_SECOND);
  ocel_server_stats s;
  ocel_server_get_stats(p.w.srv, p.w.clock.now, &s);
  CHECK(s.playing >= 5, "%" PRIu32 " play, 5 have come who may", s.playing);
  CHECK(s.refused > 0 || p.w.counts.closed[OCEL_CLOSE_EVICTED] > 0, "one address had no limit");
  play_end(&p, 9000);
}

// More sessions than there are, again and again: those who are there keep theirs.
static void session_flood(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  add_honest(&p, 3);
  world_run(&p.w, 2 * OCEL_SECOND);
  for (unsigned i = 0; i < 6; i++) hostile_add(&p.w, HOSTILE_SETUPS);
  play_end(&p, 9000);
}

static void reset_storm(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  add_honest(&p, 3);
  world_run(&p.w, 2 * OCEL_SECOND);
  for (unsigned i = 0; i < 20; i++) hostile_add(&p.w, HOSTILE_RESETTING);
  play_end(&p, 8000);
}

// Requests that do not end: each is cut off in time, and newcomers get in between them.
static void slowloris(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 20; i++) {
    hostile_add(&p.w, i % 2 == 0 ? HOSTILE_TRICKLE : HOSTILE_SILENT);
  }
  world_run(&p.w, 3 * OCEL_SECOND);
  add_honest(&p, 3);
  world_run(&p.w, 4 * OCEL_SECOND);
  check_playing(&p, 3, "those who speak slowly");
  play_end(&p, 45000);
}

static void impostors(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  add_honest(&p, 3);
  for (unsigned i = 0; i < 3; i++) hostile_add(&p.w, HOSTILE_IMPOSTOR);
  hostile_add(&p.w, HOSTILE_SPOOFER);
  world_run(&p.w, 8 * OCEL_SECOND);
  check_playing(&p, 3, "impostors");
  play_end(&p, 6000);
}

static const scenario ITEMS[] = {
    SCENARIO(strangers, "clients outside the allowed networks"),
    SCENARIO(one_address, "one address wants more than its share"),
    SCENARIO(session_flood, "sessions set up without end"),
    SCENARIO(reset_storm, "many connect, say something and reset"),
    SCENARIO(slowloris, "many requests that come too slowly, or never"),
    SCENARIO(impostors, "requests and RTCP for others' sessions"),
};
const scenario_group SCENARIOS_DOORS = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
