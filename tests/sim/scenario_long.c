// SPDX-License-Identifier: Apache-2.0
// Two months in less than a minute: every counter that can wrap does.
#include "cast.h"
#include "check.h"
#include "scenario.h"

#define DAY (86400 * OCEL_SECOND)

// A picture a second, so that it takes no longer; sizes such that octet counts pass 2^32.
static void slow_camera(world_config *cfg) {
  world_stream *s = &cfg->stream[0];
  s->producer = (producer_profile){
      .interval = OCEL_SECOND,
      .gop = 4,
      .key_min = 2000,
      .key_max = 3000,
      .delta_min = 500,
      .delta_max = 1300,
      .slices = 1,
      .keyframe_on_request = true,
  };
  s->ring = (ocel_ring_config){.unit_max = 4096, .bytes = 64 * 1024, .records = 32, .align = 64};
  cfg->server.lag_max = 10 * OCEL_SECOND;
  cfg->lag_max = 6 * OCEL_SECOND;
}

static void sixty_days(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  slow_camera(&p.cfg);
  p.cfg.origin = 0;
  p.cfg.port = (port_profile){.late = 2000};
  play_open(&p, seed);
  p.w.check_at = 600 * OCEL_SECOND;
  viewer_profile f = cast_viewer(&p.w, true, "describe setup play");
  f.keep = KEEP_OPTIONS;
  play_add(&p, &f, 0);
  f = cast_viewer(&p.w, false, "describe setup play");
  f.keep = KEEP_GET_PARAMETER;
  play_add(&p, &f, 0);
  world_run(&p.w, 60 * DAY);
  CHECK(p.w.port.open == 2, "somebody was lost within 60 days");
  CHECK(p.w.totals.packets > 65536 * 100 && p.w.totals.bytes > UINT64_C(1) << 33,
        "too little was sent for the counters to wrap");
  play_end(&p, 0);
}

// Hundreds of thousands of connections.
static void years_of_visits(uint64_t seed) {
  play p;
  play_prepare(&p, seed);
  slow_camera(&p.cfg);
  play_open(&p, seed);
  p.w.check_at = 60 * OCEL_SECOND;
  for (unsigned i = 0; i < 4; i++) {
    const char *s = cast_script(&p.w,
                                "connect describe setup play wait=1500 %s wait=500 "
                                "again=5000",
                                i % 2 == 0 ? "teardown fin" : "reset");
    viewer_profile f = cast_viewer(&p.w, i < 2, s);
    f.may_skip = true;
    play_add(&p, &f, 0);
  }
  play_end(&p, 12000000);
  CHECK(p.w.counts.events[OCEL_EVENT_SESSION_END] > 19000, "too few visits");
}

static const scenario ITEMS[] = {
    SCENARIO(sixty_days, "two viewers for 60 days; all counters wrap"),
    SCENARIO(years_of_visits, "20,000 sessions, one after another"),
};
const scenario_group SCENARIOS_LONG = {ITEMS, sizeof ITEMS / sizeof ITEMS[0]};
