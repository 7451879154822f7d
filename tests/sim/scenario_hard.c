// SPDX-License-Identifier: Apache-2.0
#include "cast.h"
#include "check.h"
#include "scenario.h"

// ---- bad links ----

static void slow_reader(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.report_interval = rng_between(&p.rng, 50, 5000) * OCEL_MILLISECOND;
  play_open(&p, seed);
  cast_audience(&p.w, 2, 15000);
  viewer_profile f = cast_viewer(&p.w, true, "describe setup play wait=12000 teardown fin");
  f.may_skip = true;
  f.link.buffer = rng_between(&p.w.rng, 4000, 100000);
  f.link.rate = rng_between(&p.w.rng, 15000, 90000);
  play_add(&p, &f, 0);
  play_end(&p, 30000);
}

// Comes when the group of pictures is almost over, on a link that the burst fills.
static void late_start(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.lag_max = rng_between(&p.rng, 100, 2000) * OCEL_MILLISECOND;
  p.cfg.stream[0].tracks = (uint8_t)rng_between(&p.rng, 1, 2);
  play_open(&p, seed);
  for (unsigned i = 0; i < 6; i++) {
    const char *s = cast_script(&p.w, "describe setup %s play wait=%u pause play wait=%u teardown",
                                p.cfg.stream[0].tracks == 2 ? "setup=1" : "",
                                cast_ms(&p.w, 10, 3000), cast_ms(&p.w, 10, 3000));
    viewer_profile f = cast_viewer(&p.w, true, s);
    f.may_skip = true;
    f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
    f.link.rate = rng_between(&p.w.rng, 100000, 3000000);
    play_add(&p, &f, cast_ms(&p.w, 0, 6000));
  }
  play_end(&p, 14000);
}

// May lag as far as the ring reaches, and does: reads what is overwritten next.
static void at_the_tail(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  const bool few = rng_permille(&p.rng, 500);
  p.cfg.server.lag_max = 3600 * OCEL_SECOND;
  p.cfg.stream[0].ring.bytes = few ? 4 << 20 : 330 * 1024 + rng_below(&p.rng, 100000);
  p.cfg.stream[0].ring.records = few ? 16 : 256;
  play_open(&p, seed);
  for (unsigned i = 0; i < 5; i++) {
    viewer_profile f = cast_viewer(&p.w, true, "describe setup play wait=20000 teardown");
    f.may_skip = true;
    f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
    f.link.rate = rng_between(&p.w.rng, 30000, 110000);
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  play_end(&p, 24000);
}

static void stalled_reader(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 2, 15000);
  const char *s = cast_script(&p.w, "describe setup play wait=%u stall=%u wait=20000 teardown fin",
                              cast_ms(&p.w, 0, 3000), cast_ms(&p.w, 200, 9000));
  viewer_profile f = cast_viewer(&p.w, true, s);
  f.may_skip = true;
  f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
  play_add(&p, &f, 0);
  play_end(&p, 25000);
}

// The same with sound, which goes on where the picture does.
static void stalled_listener(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].tracks = 2;
  p.cfg.stream[0].sound = true;
  play_open(&p, seed);
  const char *s =
      cast_script(&p.w, "describe setup setup=1 play wait=%u stall=%u wait=20000 teardown fin",
                  cast_ms(&p.w, 0, 3000), cast_ms(&p.w, 2500, 9000));
  for (unsigned i = 0; i < 2; i++) {
    viewer_profile f = cast_viewer(&p.w, true, s);
    f.may_skip = true;
    f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 30000);
}

// Reads no more at all: closed after stall_timeout, and nobody else notices.
static void dead_reader(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 2, 15000);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile f =
        cast_viewer(&p.w, true, "describe setup play wait=1500 stall=600000 wait=30000");
    f.may_skip = true;
    f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  world_run(&p.w, 30 * OCEL_SECOND);
  CHECK(p.w.counts.closed[OCEL_CLOSE_STALLED] == 3, "not all three stalled readers were closed");
  play_end(&p, 0);
}

static void vanished(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile f = cast_viewer(&p.w, i == 0, "describe setup play wait=2000 vanish");
    f.may_skip = i == 0;
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  world_run(&p.w, p.cfg.server.session_timeout + 16 * OCEL_SECOND);
  ocel_server_stats s;
  ocel_server_get_stats(p.w.srv, p.w.clock.now, &s);
  CHECK(s.sessions == 0, "%" PRIu32 " sessions of viewers who have vanished", s.sessions);
  play_end(&p, 0);
}

// Plays, but never says a word again.
static void mute(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.session_timeout = rng_between(&p.rng, 5, 60) * OCEL_SECOND;
  play_open(&p, seed);
  for (unsigned i = 0; i < 2; i++) {
    const viewer_profile f = cast_viewer(&p.w, i == 0, "describe setup play mute");
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  const viewer_profile g = cast_any(&p.w, "describe setup play wait=75000 teardown fin");
  play_add(&p, &g, 0);
  play_end(&p, 80000);
  CHECK(p.w.counts.closed[OCEL_CLOSE_SESSION_TIMEOUT] == 2, "the mute were not closed");
}

static void resets(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 1, 10000);
  for (unsigned i = 0; i < 3; i++) {
    const char *s = cast_script(&p.w, "connect describe setup play wait=%u %s wait=50 again=6",
                                cast_ms(&p.w, 0, 1500), i == 1 ? "fin" : "reset");
    viewer_profile f = cast_any(&p.w, s);
    f.may_skip = true;
    f.link.buffer = rng_between(&p.w.rng, 3000, 100000);
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 14000);
}

static void lossy_udp(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile f = cast_viewer(&p.w, false, "describe setup play wait=20000 teardown fin");
    f.keep = i == 0 ? KEEP_BOTH : KEEP_REPORTS;
    f.udp = (udp_profile){.loss = rng_below(&p.w.rng, 200),
                          .duplicate = rng_below(&p.w.rng, 50),
                          .delay = rng_below(&p.w.rng, 50000),
                          .jitter = rng_below(&p.w.rng, 40000)};
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 23000);
}

static void full_socket(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.port.send_failed = 20;
  p.cfg.port.socket_full = 150;
  p.cfg.server.datagram_segments = (uint16_t)rng_between(&p.rng, 1, 64);
  play_open(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f = cast_viewer(&p.w, i == 0, "describe setup play wait=8000 teardown");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 10000);
}

// A burst over UDP goes out by and by; in half of the cases the newest picture, too.
static void paced_udp(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.udp_pace = rng_between(&p.rng, 300000, 2000000);
  p.cfg.server.udp_burst = rng_below(&p.rng, 2) == 0 ? 0 : rng_between(&p.rng, 1, 30000);
  p.cfg.server.lag_max = 10 * OCEL_SECOND;
  p.cfg.server.datagram_segments = (uint16_t)rng_between(&p.rng, 1, 64);
  p.cfg.lag_max = 4 * OCEL_SECOND;
  play_open(&p, seed);
  p.w.port.idle_max = 1000;  // a step of the pace is a millisecond
  for (unsigned i = 0; i < 4; i++) {
    viewer_profile f = cast_viewer(&p.w, false, "describe setup play wait=7000 teardown fin");
    f.path = "/stream?start=gop";
    play_add(&p, &f, cast_ms(&p.w, 0, 4000));
  }
  play_end(&p, 12000);
}

static void byte_by_byte(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  producer_profile *f = &p.cfg.stream[0].producer;
  p.cfg.port.early_block = 2;
  f->interval = 200000;
  f->gop = 10;
  f->key_min = 200;
  f->key_max = 4000;
  f->delta_max = 900;
  play_open(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile v = cast_any(&p.w,
                                "options+ describe+ options setup play wait=6000 pause "
                                "play wait=1000 teardown fin");
    v.link.chunk = 1 + i * i;
    v.link.buffer = 6000;
    play_add(&p, &v, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 10000);
}

static viewer_profile tunnel_viewer(world *w, const char *script) {
  viewer_profile f = cast_viewer(w, true, script);
  f.tunnel = true;
  if (rng_permille(&w->rng, 500)) f.link.chunk = rng_between(&w->rng, 900, 3000);
  return f;
}

// RTSP over HTTP: GET and POST in any order, pieces of any size, POSTs that are replaced, and one
// whose GET takes no bytes for a while.
static void tunnels(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const char *s = cast_script(&p.w,
                                "options describe setup play wait=%u repost get wait=%u repost "
                                "pause wait=200 play wait=1000 %s",
                                cast_ms(&p.w, 0, 4000), cast_ms(&p.w, 500, 4000),
                                i == 0 ? "fin" : "teardown fin");
    viewer_profile f = tunnel_viewer(&p.w, s);
    f.keep = KEEP_GET_PARAMETER;  // a report that has to open a POST is late
    play_add(&p, &f, cast_ms(&p.w, 0, 2000));
  }
  const char *s = cast_script(&p.w, "describe setup play wait=%u stall=%u wait=9000 teardown fin",
                              cast_ms(&p.w, 0, 2000), cast_ms(&p.w, 200, 6000));
  viewer_profile f = tunnel_viewer(&p.w, s);
  f.may_skip = true;
  f.link.buffer = rng_between(&p.w.rng, 2000, 60000);
  play_add(&p, &f, 0);
  play_end(&p, 15000);
  CHECK(p.w.counts.events[OCEL_EVENT_TUNNEL] >= 10, "not all POSTs found their GETs");
}

// ---- crowds ----

static void one_too_many(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  const unsigned n = rng_between(&p.rng, 1, 6);
  p.cfg.server.max_clients = (uint16_t)n;
  play_open(&p, seed);
  for (unsigned i = 0; i < n; i++) {
    const viewer_profile f = cast_any(&p.w, "describe setup play wait=10000 teardown fin");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  const viewer_profile g = cast_any(&p.w,
                                    "options describe setup/453 setup/453 wait=10000 "
                                    "setup play wait=2000 teardown fin");
  play_add(&p, &g, 4000);
  play_end(&p, 18000);
}

static void too_many_connections(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.max_clients = 3;
  p.cfg.server.max_connections = 5;
  play_open(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f = cast_any(&p.w, "describe setup play wait=10000 teardown fin");
    play_add(&p, &f, cast_ms(&p.w, 0, 500));
  }
  world_run(&p.w, 2 * OCEL_SECOND);
  for (unsigned i = 0; i < 8; i++) hostile_add(&p.w, HOSTILE_SILENT);
  play_end(&p, 10000);
}

static void crowd(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.max_clients = p.cfg.server.max_connections = 64;
  p.cfg.stream[0].producer.key_max = 25000;
  p.cfg.stream[0].producer.delta_max = 2000;
  play_open(&p, seed);
  cast_audience(&p.w, 60, 4000);
  play_end(&p, 7000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_PLAY] == 60, "not all sixty played");
}

static void churn(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.server.max_clients = 4;
  p.cfg.server.max_connections = 6;
  play_open(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    static const char *const ENDS[] = {"fin", "reset", "teardown fin", "teardown+ fin"};
    const char *s = cast_script(&p.w, "connect describe setup play wait=%u %s wait=20 again=60",
                                cast_ms(&p.w, 0, 60), ENDS[i]);
    viewer_profile f = cast_any(&p.w, s);
    f.may_skip = true;
    play_add(&p, &f, cast_ms(&p.w, 0, 500));
  }
  play_end(&p, 15000);
}

// ---- time ----

static void far_clock(uint64_t seed) {
  static const ocel_us ORIGINS[] = {
      0,
      -5 * OCEL_SECOND,                                 // through 0
      (INT64_C(1) << 32) * OCEL_MILLISECOND - 5000000,  // 32-bit milliseconds wrap
      (INT64_C(1) << 31) * OCEL_MILLISECOND - 5000000,
      INT64_C(1) << 62,
      -(INT64_C(1) << 62),
      (INT64_C(1) << 32) / 9 * 100 - 5000000,  // 90 kHz ticks wrap
  };
  play p;
  play_prepare(&p, seed);
  p.cfg.origin = ORIGINS[rng_below(&p.rng, sizeof ORIGINS / sizeof ORIGINS[0])];
  play_open(&p, seed);
  cast_audience(&p.w, 4, 12000);
  play_end(&p, 15000);
}

static void shutdown_now(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    const viewer_profile f = cast_any(&p.w, "describe setup play wait=60000");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  world_run(&p.w, cast_ms(&p.w, 1500, 9000) * OCEL_MILLISECOND);
  port_shutdown(&p.w.port);
  world_run(&p.w, 2 * OCEL_SECOND);
  CHECK(p.w.port.open == 0, "%" PRIu32 " connections after the shutdown", p.w.port.open);
  play_end(&p, 0);
}

// All have to leave; whoever comes after that is welcome.
static void told_to_leave(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    const viewer_profile f = cast_any(&p.w, "describe setup play wait=60000");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  world_run(&p.w, cast_ms(&p.w, 1500, 9000) * OCEL_MILLISECOND);
  port_disconnect(&p.w.port);
  world_run(&p.w, 2 * OCEL_SECOND);
  CHECK(p.w.port.open == 0, "%" PRIu32 " connections stayed", p.w.port.open);
  cast_audience(&p.w, 4, 4000);
  play_end(&p, 8000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_PLAY] == 8, "newcomers could not play");
}

// ---- hostile ----

static void hostile_one(uint64_t seed, hostile_kind kind, unsigned n) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 3, 10000);
  for (unsigned i = 0; i < n; i++) hostile_add(&p.w, kind);
  play_end(&p, 13000);
}

static void garbage(uint64_t seed) { hostile_one(seed, HOSTILE_GARBAGE, 3); }
static void mutated(uint64_t seed) { hostile_one(seed, HOSTILE_MUTATED, 4); }
static void trickle(uint64_t seed) { hostile_one(seed, HOSTILE_TRICKLE, 5); }
static void flood(uint64_t seed) { hostile_one(seed, HOSTILE_FLOOD, 3); }
static void huge(uint64_t seed) { hostile_one(seed, HOSTILE_HUGE, 3); }
static void frames(uint64_t seed) { hostile_one(seed, HOSTILE_FRAMES, 3); }
static void resetting(uint64_t seed) { hostile_one(seed, HOSTILE_RESETTING, 3); }

static void cookie_thieves(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f =
        tunnel_viewer(&p.w, "options describe setup play wait=12000 teardown fin");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  for (unsigned i = 0; i < 3; i++) hostile_add(&p.w, HOSTILE_THIEF);
  world_run(&p.w, 10 * OCEL_SECOND);
  ocel_server_stats s;
  ocel_server_get_stats(p.w.srv, p.w.clock.now, &s);
  CHECK(s.playing == 3, "%" PRIu32 " of 3 tunnels play beside thieves", s.playing);
  play_end(&p, 5000);
}

static void spoofed_rtcp(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f = cast_viewer(&p.w, i == 0, "describe setup play wait=12000 teardown");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  hostile_add(&p.w, HOSTILE_SPOOFER);
  world_run(&p.w, 10 * OCEL_SECOND);
  ocel_server_stats s;
  ocel_server_get_stats(p.w.srv, p.w.clock.now, &s);
  CHECK(s.playing == 3, "%" PRIu32 " of 3 sessions play beside a spoofer", s.playing);
  CHECK(s.stray_datagrams > 10, "%" PRIu32 " stray datagrams counted", s.stray_datagrams);
  play_end(&p, 5000);
}

static void everybody(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 3, 10000);
  for (unsigned i = 0; i < HOSTILE_COUNT; i++) hostile_add(&p.w, (hostile_kind)i);
  play_end(&p, 13000);
}

static const scenario ITEMS[] = {
    SCENARIO(slow_reader, "one reads too slowly, beside others who do not"),
    SCENARIO(late_start, "a burst that does not fit before the next key picture"),
    SCENARIO(at_the_tail, "readers at the oldest picture that is left"),
    SCENARIO(stalled_reader, "one stops reading for some seconds"),
    SCENARIO(stalled_listener, "two with sound stop reading for some seconds"),
    SCENARIO(dead_reader, "three stop reading for good"),
    SCENARIO(vanished, "viewers whose cable is pulled"),
    SCENARIO(mute, "viewers who play and never say a word again"),
    SCENARIO(resets, "connections reset within a frame, and again"),
    SCENARIO(lossy_udp, "loss, doubles, delay, jitter; what the reports say is counted"),
    SCENARIO(full_socket, "the UDP socket is full, sends fail"),
    SCENARIO(paced_udp, "bursts over UDP at a given pace"),
    SCENARIO(byte_by_byte, "one byte at a time, both ways"),
    SCENARIO(tunnels, "RTSP over HTTP, in pieces, with POSTs that come and go"),
    SCENARIO(one_too_many, "max_clients + 1"),
    SCENARIO(too_many_connections, "max_connections + many"),
    SCENARIO(crowd, "sixty viewers"),
    SCENARIO(churn, "connections by the hundred"),
    SCENARIO(far_clock, "clocks near wraps and far from zero"),
    SCENARIO(shutdown_now, "the server stops while viewers play"),
    SCENARIO(told_to_leave, "all are told to leave; newcomers play"),
    SCENARIO(garbage, "random bytes beside honest viewers"),
    SCENARIO(mutated, "damaged requests beside honest viewers"),
    SCENARIO(trickle, "a byte a second beside honest viewers"),
    SCENARIO(flood, "requests whose replies nobody reads"),
    SCENARIO(huge, "requests beyond all limits"),
    SCENARIO(frames, "interleaved frames of all kinds"),
    SCENARIO(resetting, "half a request, then RST, again and again"),
    SCENARIO(cookie_thieves, "POSTs and GETs with others' cookies from elsewhere"),
    SCENARIO(spoofed_rtcp, "RTCP about others' sessions from elsewhere"),
    SCENARIO(everybody, "all hostile kinds at once"),
};
const scenario_group SCENARIOS_HARD = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
