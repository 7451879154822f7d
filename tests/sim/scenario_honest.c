// SPDX-License-Identifier: Apache-2.0
#include "scenario.h"

#include "cast.h"
#include "check.h"

// ---- viewers who mean well ----

static void one(uint64_t seed, bool tcp) {
  play p;
  play_begin(&p, seed);
  const char *s = cast_script(&p.w, "options describe setup play wait=%u teardown fin",
                              cast_ms(&p.w, 2000, 15000));
  const viewer_profile f = cast_viewer(&p.w, tcp, s);
  play_add(&p, &f, cast_ms(&p.w, 0, 5000));
  play_end(&p, 20000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_PLAY] == 1, "nobody played");
}

static void one_tcp(uint64_t seed) { one(seed, true); }
static void one_udp(uint64_t seed) { one(seed, false); }

static void five_mixed(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 5, 12000);
  play_end(&p, 15000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_PLAY] == 5, "not all five played");
}

static void pause_cycles(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  const unsigned ms = cast_ms(&p.w, 100, 3000);
  const char *s = cast_script(&p.w,
                              "describe setup play wait=%u pause wait=%u play wait=%u pause "
                              "play wait=%u play wait=500 pause+ play wait=2000 teardown fin",
                              ms, cast_ms(&p.w, 10, 4000), ms, ms);
  for (unsigned i = 0; i < 2; i++) {
    const viewer_profile f = cast_viewer(&p.w, i == 0, s);
    play_add(&p, &f, cast_ms(&p.w, 0, 2000));
  }
  play_end(&p, 20000);
}

// FFmpeg after a silent UDP: PAUSE, SETUP without Session on the same connection, PLAY.
static void fall_back(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  viewer_profile f = cast_viewer(&p.w, false,
                                 "options describe setup play wait=4000 pause tcp "
                                 "forget setup play wait=5000 teardown fin");
  f.udp.loss = 1000;
  play_add(&p, &f, 0);
  cast_audience(&p.w, 2, 8000);
  play_end(&p, 15000);
}

static void two_tracks(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].tracks = 2;
  play_open(&p, seed);
  const char *s = cast_script(&p.w,
                              "describe setup setup=1 play wait=%u teardown=1 wait=3000 "
                              "teardown fin",
                              cast_ms(&p.w, 500, 6000));
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f = cast_any(&p.w, s);
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  play_end(&p, 14000);
}

// With sound: from the first picture on, through pauses, and alone.
static void sound(uint64_t seed) {
  static const char *const WAYS[] = {
      "describe setup setup=1 play wait=4000 pause wait=700 play wait=3000 teardown fin",
      "describe setup=1 setup play wait=2500 teardown=0 wait=2000 teardown fin",
      "describe setup=1 play wait=6000 teardown fin",
  };
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].tracks = 2;
  p.cfg.stream[0].sound = true;
  p.cfg.stream[0].start = (ocel_start)rng_below(&p.rng, 4);
  play_open(&p, seed);
  for (unsigned i = 0; i < 5; i++) {
    const viewer_profile f = cast_any(&p.w, WAYS[i % 3]);
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  play_end(&p, 17000);
}

static void two_streams(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[1] = p.cfg.stream[0];
  p.cfg.stream[1].path = "/low/stream";
  p.cfg.stream[1].producer.key_max = 30000;
  play_open(&p, seed);
  cast_audience(&p.w, 2, 9000);
  for (unsigned i = 0; i < 2; i++) {
    viewer_profile f = cast_any(&p.w, "describe setup play wait=6000 teardown fin");
    f.path = "/low/stream";
    play_add(&p, &f, cast_ms(&p.w, 0, 3000));
  }
  play_end(&p, 12000);
}

static void start_modes(uint64_t seed) {
  static const char *const PATHS[] = {"/stream?start=gop", "/stream?start=idr",
                                      "/stream?start=live", "/stream", "/stream/?start=idr"};
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].start = (ocel_start)rng_below(&p.rng, 4);
  p.cfg.stream[0].producer.keyframe_on_request = rng_permille(&p.rng, 500);
  play_open(&p, seed);
  for (unsigned i = 0; i < 5; i++) {
    const char *s = cast_script(&p.w, "describe setup play wait=%u pause wait=100 play wait=3000",
                                cast_ms(&p.w, 10, 6000));
    viewer_profile f = cast_any(&p.w, s);
    f.path = PATHS[i];
    play_add(&p, &f, cast_ms(&p.w, 0, 4000));
  }
  play_end(&p, 12000);
}

static void pipelined(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    const viewer_profile f = cast_any(&p.w,
                                      "options+ options+ describe+ get+ options frame=9 "
                                      "describe+ describe+ frame=20000 describe+ describe setup "
                                      "get+ play+ get+ options wait=3000 get+ pause+ play+ get+ "
                                      "pause wait=500 play wait=1000 get+ teardown fin");
    play_add(&p, &f, cast_ms(&p.w, 0, 1000));
  }
  play_end(&p, 9000);
}

static void refusals(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  viewer_profile f = cast_any(&p.w,
                              "play/454 pause/454 teardown/454 announce/405 record/405 "
                              "describe setup=9/404 setup set play wait=1000 setup/455 "
                              "wait=1000 teardown play/454 fin");
  play_add(&p, &f, 0);
  f = cast_any(&p.w, "options describe/404 setup/404 fin");
  f.path = "/nothing";
  play_add(&p, &f, 0);
  cast_audience(&p.w, 2, 5000);
  play_end(&p, 8000);
}

static void foreign_session(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 2, 10000);
  const viewer_profile f = cast_any(&p.w,
                                    "wait=4000 describe steal play/454 pause/454 "
                                    "teardown/454 setup/454 forget setup play wait=2000 steal "
                                    "pause/454 teardown/454 wait=1000 fin");
  play_add(&p, &f, 0);
  play_end(&p, 14000);
}

// ---- the encoder ----

static void encoder_stall(uint64_t seed) {
  play p;
  play_begin(&p, seed);
  cast_audience(&p.w, 3, 30000);
  world_run(&p.w, cast_ms(&p.w, 2000, 6000) * OCEL_MILLISECOND);
  producer_stop(p.w.producers[0]);
  world_run(&p.w, cast_ms(&p.w, 500, 15000) * OCEL_MILLISECOND);
  producer_start(p.w.producers[0], p.w.clock.now);
  play_end(&p, 10000);
}

static void other_parameters(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].producer.parameters_apart = rng_permille(&p.rng, 500);
  p.cfg.stream[0].producer.aud = false;
  play_open(&p, seed);
  cast_audience(&p.w, 4, 12000);
  for (unsigned i = 0; i < 4; i++) {
    world_run(&p.w, cast_ms(&p.w, 500, 3000) * OCEL_MILLISECOND);
    producer_resize(p.w.producers[0], (uint16_t)(320 + 16 * i), (uint16_t)(240 + 32 * i));
  }
  play_end(&p, 6000);
}

// DESCRIBE before the first picture waits; without any picture it ends in 503.
static void early_describe(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  world_init(&p.w, &p.cfg, seed);
  const viewer_profile f = cast_any(&p.w,
                                    "options describe/503 options wait=3000 describe/503 "
                                    "wait=6000 describe setup play wait=3000 teardown fin");
  const viewer_profile g = cast_any(&p.w, "wait=10000 describe setup play wait=3000 fin");
  play_add(&p, &f, 0);
  play_add(&p, &g, 0);
  world_run(&p.w, 12 * OCEL_SECOND);
  world_start_producers(&p.w);
  world_run(&p.w, 300 * OCEL_MILLISECOND);
  CHECK(p.w.viewers[1]->count == 0, "DESCRIBE still waits although the parameter sets are known");
  play_end(&p, 12000);
}

static void late_consumer(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.port.busy = 20;
  p.cfg.port.busy_max = 1500 * OCEL_MILLISECOND;
  p.cfg.lag_max = 5 * OCEL_SECOND;
  p.cfg.stream[0].ring.bytes = 400 * 1024;
  p.cfg.stream[0].ring.records = (uint16_t)(4u << rng_below(&p.rng, 5));
  play_open(&p, seed);
  for (unsigned i = 0; i < 3; i++) {
    viewer_profile f = cast_any(&p.w, "describe setup play wait=8000 teardown fin");
    f.may_skip = true;  // nobody can get what the ring no longer holds
    play_add(&p, &f, cast_ms(&p.w, 0, 2000));
  }
  play_end(&p, 14000);
}

// Held up for a moment: the ring has a reserve of records, so no picture is dropped.
static void hiccups(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.port.busy = 100;
  p.cfg.port.busy_max = 200 * OCEL_MILLISECOND;
  p.cfg.server.lag_max = 6 * OCEL_SECOND;  // a burst may take a while
  p.cfg.lag_max = 4 * OCEL_SECOND;
  p.cfg.stream[0].ring.bytes = 4 << 20;
  p.cfg.stream[0].ring.records = 64;
  play_open(&p, seed);
  cast_audience(&p.w, 3, 8000);
  world_run(&p.w, 10 * OCEL_SECOND);
  CHECK(p.w.producers[0]->dropped == 0, "%" PRIu32 " pictures dropped", p.w.producers[0]->dropped);
  play_end(&p, 0);
}

// The ring does not hold a whole group of pictures: who comes late has to wait.
static void short_ring(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].producer.gop = 120;
  p.cfg.stream[0].producer.keyframe_on_request = rng_permille(&p.rng, 500);
  p.cfg.stream[0].ring.bytes = 320 * 1024;
  play_open(&p, seed);
  for (unsigned i = 0; i < 4; i++) {
    viewer_profile f = cast_any(&p.w, "describe setup play wait=11000 teardown fin");
    f.may_skip = true;  // what it begins with may be the next to be overwritten
    play_add(&p, &f, cast_ms(&p.w, 0, 9000));
  }
  play_end(&p, 22000);
}

static void many_slices(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  p.cfg.stream[0].producer.slices = 16;
  p.cfg.stream[0].producer.sei = true;
  p.cfg.stream[0].producer.wrap = rng_permille(&p.rng, 500) ? OCEL_WRAP_ANNEXB : OCEL_WRAP_AVCC;
  p.cfg.stream[0].producer.jitter = 20000;
  p.cfg.stream[0].producer.encode = 30000;
  p.cfg.server.payload_max =
      (uint16_t)rng_between(&p.rng, 64, rng_permille(&p.rng, 500) ? 110 : 1400);
  p.cfg.stream[0].producer.key_max = 40000;
  play_open(&p, seed);
  cast_audience(&p.w, 3, 6000);
  play_end(&p, 8000);
}

static const scenario ITEMS[] = {
    SCENARIO(one_tcp, "one viewer over TCP"),
    SCENARIO(one_udp, "one viewer over UDP"),
    SCENARIO(five_mixed, "five viewers, some over TCP, some over UDP"),
    SCENARIO(pause_cycles, "PAUSE and PLAY again and again"),
    SCENARIO(fall_back, "FFmpeg's way from UDP to TCP"),
    SCENARIO(two_tracks, "two tracks; one is torn down"),
    SCENARIO(sound, "sound beside the picture, through pauses, and alone"),
    SCENARIO(two_streams, "two streams"),
    SCENARIO(start_modes, "start=gop, idr, live"),
    SCENARIO(pipelined, "requests that do not wait for replies"),
    SCENARIO(refusals, "requests that must be refused, beside honest ones"),
    SCENARIO(foreign_session, "requests with somebody else's session id"),
    SCENARIO(encoder_stall, "the encoder stops and comes back"),
    SCENARIO(other_parameters, "resolution changes while playing"),
    SCENARIO(early_describe, "DESCRIBE before the first picture"),
    SCENARIO(late_consumer, "the engine's task is held up; pictures are dropped"),
    SCENARIO(hiccups, "the engine's task is held up for a moment; nothing is lost"),
    SCENARIO(short_ring, "a ring that is shorter than a group of pictures"),
    SCENARIO(many_slices, "pictures of many slices, small payloads"),
};
const scenario_group SCENARIOS_HONEST = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
