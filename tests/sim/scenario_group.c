// SPDX-License-Identifier: Apache-2.0
// Multicast: members come and go, lose packets, report, fall silent; others watch beside them.
#include "cast.h"
#include "check.h"
#include "scenario.h"

static void prepare(play *p, uint64_t seed) {
  play_prepare(p, seed);
  p->cfg.server.multicast = ocel_addr_ipv4(239, 1, 2, 3, 6000);
  p->cfg.server.multicast_ttl = (uint8_t)rng_between(&p->rng, 1, 255);
  if (rng_permille(&p->rng, 500)) return;
  p->cfg.stream[0].producer.keyframe_on_request = true;
  p->cfg.stream[0].producer.gop = 1000;  // no key picture comes by itself
}

static viewer_profile member(world *w, const char *script) {
  viewer_profile f = cast_viewer(w, false, script);
  f.multicast = true;
  f.ipv6 = false;
  return f;
}

static void add_members(play *p, unsigned n, const char *script, unsigned within) {
  for (unsigned i = 0; i < n; i++) {
    const viewer_profile f = member(&p->w, script);
    play_add(p, &f, cast_ms(&p->w, 0, within));
  }
}

// Beside viewers of their own; those of the other family get no group.
static void members(uint64_t seed) {
  static const char *const ENDS[] = {"teardown fin", "teardown", "fin", "reset", "bye fin"};
  play p;
  prepare(&p, seed);
  play_open(&p, seed);
  cast_audience(&p.w, 2, 9000);
  for (unsigned i = 0; i < 4; i++) {
    const char *s = cast_script(&p.w, "options describe setup play wait=%u %s",
                                cast_ms(&p.w, 1000, 9000), ENDS[rng_below(&p.w.rng, 5)]);
    add_members(&p, 1, s, 6000);
  }
  viewer_profile other = member(&p.w, "describe setup/461 fin");
  other.ipv6 = true;
  play_add(&p, &other, 1000);
  play_end(&p, 16000);
  CHECK(p.w.group.packets > 0, "nothing was sent to the group");
}

// The group stops with the last and begins again with the next, in the same sequence.
static void member_cycles(uint64_t seed) {
  play p;
  prepare(&p, seed);
  play_open(&p, seed);
  for (unsigned i = 0; i < 2; i++) {
    const char *s = cast_script(&p.w,
                                "describe setup play wait=%u pause wait=%u play wait=%u "
                                "teardown wait=300 setup play wait=%u teardown again=3",
                                cast_ms(&p.w, 100, 1500), cast_ms(&p.w, 50, 1500),
                                cast_ms(&p.w, 100, 1500), cast_ms(&p.w, 100, 1500));
    add_members(&p, 1, s, 1000);
  }
  play_end(&p, 28000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_PLAY] == 2 * 3 * 4, "not all of them played");
}

// What each lost is counted for each.
static void lossy_members(uint64_t seed) {
  play p;
  prepare(&p, seed);
  play_open(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    viewer_profile f = member(&p.w, "describe setup play wait=20000 teardown fin");
    f.keep = i == 0 ? KEEP_BOTH : KEEP_REPORTS;
    f.udp = (udp_profile){.loss = rng_below(&p.w.rng, 200),
                          .duplicate = rng_below(&p.w.rng, 50),
                          .delay = rng_below(&p.w.rng, 50000),
                          .jitter = rng_below(&p.w.rng, 40000)};
    play_add(&p, &f, cast_ms(&p.w, 0, 4000));
  }
  hostile_add(&p.w, HOSTILE_SPOOFER);
  play_end(&p, 25000);
}

// Who pulls the cable, or says nothing, has a session for a while; then the group ends.
static void silent_members(uint64_t seed) {
  play p;
  prepare(&p, seed);
  p.cfg.server.session_timeout = rng_between(&p.rng, 5, 30) * OCEL_SECOND;
  play_open(&p, seed);
  add_members(&p, 2, "describe setup play wait=2000 vanish", 2000);
  add_members(&p, 1, "describe setup play mute", 2000);
  viewer_profile f = member(&p.w, "describe setup play wait=16000 teardown fin");
  f.keep = KEEP_REPORTS;
  play_add(&p, &f, 0);
  world_run(&p.w, p.cfg.server.session_timeout + 32 * OCEL_SECOND);
  CHECK(p.w.group.count == 0, "%u still play of whom nobody heard", p.w.group.count);
  CHECK(p.w.counts.closed[OCEL_CLOSE_SESSION_TIMEOUT] == 3, "not all silent members were closed");
  play_end(&p, 0);
}

// Picture, sound, or both; two streams with groups of their own; a UDP socket that is full.
static void many_groups(uint64_t seed) {
  static const char *const WAYS[] = {
      "describe setup play wait=6000 teardown fin",
      "describe setup=1 play wait=6000 teardown fin",
      "describe setup setup=1 play wait=3000 pause wait=500 play wait=2000 teardown fin",
  };
  play p;
  prepare(&p, seed);
  p.cfg.port.socket_full = rng_permille(&p.rng, 500) ? 150 : 0;
  p.cfg.stream[0].tracks = 2;
  p.cfg.stream[0].sound = true;
  p.cfg.stream[1] = p.cfg.stream[0];
  p.cfg.stream[1].path = "/stream2";
  play_open(&p, seed);
  for (unsigned i = 0; i < 6; i++) {
    viewer_profile f = member(&p.w, WAYS[rng_below(&p.w.rng, 3)]);
    f.path = i % 2 == 0 ? "/stream" : "/stream2";
    play_add(&p, &f, cast_ms(&p.w, 0, 5000));
  }
  play_end(&p, 13000);
}

// The server stops, or all have to leave.
static void dismissed_members(uint64_t seed) {
  play p;
  prepare(&p, seed);
  play_open(&p, seed);
  add_members(&p, 4, "describe setup play wait=60000", 1000);
  world_run(&p.w, cast_ms(&p.w, 1500, 5000) * OCEL_MILLISECOND);
  CHECK(p.w.group.count == 4, "%u members instead of 4", p.w.group.count);
  (rng_permille(&p.w.rng, 500) ? port_shutdown : port_disconnect)(&p.w.port);
  world_run(&p.w, 2 * OCEL_SECOND);
  CHECK(p.w.group.count == 0, "%u members have stayed", p.w.group.count);
  play_end(&p, 0);
}

static const scenario ITEMS[] = {
    SCENARIO(members, "members of a multicast group beside other viewers"),
    SCENARIO(member_cycles, "the last member leaves, the next one comes, again and again"),
    SCENARIO(lossy_members, "members who lose packets and report it"),
    SCENARIO(silent_members, "members who vanish or say nothing"),
    SCENARIO(many_groups, "groups of two streams with picture and sound"),
    SCENARIO(dismissed_members, "all members are told to leave"),
};
const scenario_group SCENARIOS_GROUP = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
