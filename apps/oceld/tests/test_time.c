// SPDX-License-Identifier: Apache-2.0
// Paces and timelines: when each picture is due.
#include "ocel_test.h"

#include "pace.h"
#include "timeline.h"

static void a_pace_keeps_its_rate_for_years(void **state) {
  (void)state;
  const oceld_rate ntsc = {30000, 1001};
  oceld_pace p;
  oceld_pace_start(&p, ntsc, 7 * OCEL_SECOND);
  assert_int_equal(oceld_pace_next(&p, 0), 7 * OCEL_SECOND);
  assert_int_equal(oceld_pace_next(&p, 0), 7 * OCEL_SECOND + 33366);
  assert_int_equal(oceld_pace_next(&p, 0), 7 * OCEL_SECOND + 66733);
  p.count = UINT64_C(30000) * 86400 * 365;  // 1001 years of 30000 pictures each 1001 s
  const ocel_us year = INT64_C(1001) * 86400 * 365 * OCEL_SECOND;
  assert_int_equal(oceld_pace_next(&p, 0), 7 * OCEL_SECOND + year);
}

static void a_small_delay_is_caught_up_with(void **state) {
  (void)state;
  oceld_pace p;
  oceld_pace_start(&p, (oceld_rate){25, 1}, 0);
  assert_int_equal(oceld_pace_next(&p, OCEL_SECOND), 0);
  assert_int_equal(oceld_pace_next(&p, OCEL_SECOND), 40000);
}

static void after_a_stop_the_pace_begins_anew(void **state) {
  (void)state;
  oceld_pace p;
  oceld_pace_start(&p, (oceld_rate){25, 1}, 0);
  assert_int_equal(oceld_pace_next(&p, OCEL_SECOND + 1), OCEL_SECOND + 1);
  assert_int_equal(oceld_pace_next(&p, OCEL_SECOND + 1), OCEL_SECOND + 40001);
}

static void pictures_that_are_late_can_be_left_out(void **state) {
  (void)state;
  oceld_pace p;
  oceld_pace_start(&p, (oceld_rate){25, 1}, 0);
  assert_int_equal(oceld_pace_skip(&p, 39999), 0);
  assert_int_equal(oceld_pace_skip(&p, 80000), 2);
  assert_int_equal(oceld_pace_next(&p, 80000), 80000);
  assert_int_equal(oceld_pace_skip(&p, 20 * OCEL_SECOND), 0);  // That is a stop.
}

static void only_usual_rates_are_believed(void **state) {
  (void)state;
  assert_true(oceld_rate_is_sane((oceld_rate){25, 1}));
  assert_true(oceld_rate_is_sane((oceld_rate){240, 1}));
  assert_false(oceld_rate_is_sane((oceld_rate){241, 1}));
  assert_false(oceld_rate_is_sane((oceld_rate){90000, 1}));
  assert_false(oceld_rate_is_sane((oceld_rate){1, 2}));
  assert_false(oceld_rate_is_sane((oceld_rate){25, 0}));
}

#define NONE OCELD_NO_TIME
#define LOOP -1  // As dts: the file begins again.

// What a file says, and what becomes of it when it is begun at 1000000. All in milliseconds.
typedef struct {
  ocel_us dts, pts, now, due, captured;
} step;

static const struct {
  const char *name;
  step steps[8];
} TIMELINES[] = {
    {"plain",                                           {{0, 0, 1000, 1000, 1000}, {40, 40, 1000, 1040, 1040}, {80, 80, 1000, 1080, 1080}}},
    {"a file that begins late",                         {{7000, 7000, 1000, 1000, 1000}, {7040, 7040, 1000, 1040, 1040}}                  },
    {"B-pictures: due in order, captured out of order",
     {{0, 40, 1000, 1000, 1000},
      {40, 160, 1000, 1040, 1120},
      {80, 80, 1000, 1080, 1040},
      {120, 120, 1000, 1120, 1080}}                                                                                                       },
    {"negative decoding time",
     {{-40, 0, 1000, 1000, 1000}, {0, 120, 1000, 1040, 1120}, {40, 40, 1000, 1080, 1040}}                                                 },
    {"no decoding time",                                {{NONE, 10, 1000, 1000, 1000}, {NONE, 50, 1000, 1040, 1040}}                      },
    {"no time at all",                                  {{NONE, NONE, 1000, 1000, 1000}, {NONE, NONE, 1000, 1040, 1040}}                  },
    {"again without a gap",
     {{0, 0, 1000, 1000, 1000},
      {40, 40, 1000, 1040, 1040},
      {LOOP, 0, 0, 0, 0},
      {0, 0, 1000, 1080, 1080},
      {40, 40, 1000, 1120, 1120},
      {LOOP, 0, 0, 0, 0},
      {0, 0, 1000, 1160, 1160}}                                                                                                           },
    {"a jump back is closed",
     {{900, 900, 1000, 1000, 1000}, {100, 100, 1000, 1040, 1040}, {140, 140, 1000, 1080, 1080}}                                           },
    {"a jump ahead is closed",                          {{0, 0, 1000, 1000, 1000}, {10001, 10001, 1000, 1040, 1040}}                      },
    {"a pause is kept",                                 {{0, 0, 1000, 1000, 1000}, {10000, 10000, 1000, 11000, 11000}}                    },
    {"a second late is caught up with",                 {{0, 0, 1000, 1000, 1000}, {40, 40, 2040, 1040, 1040}}                            },
    {"after a stop, from now",
     {{0, 0, 1000, 1000, 1000}, {40, 40, 2041, 2041, 2041}, {80, 80, 2041, 2081, 2081}}                                                   },
};

static ocel_us from_ms(ocel_us ms) { return ms == NONE ? NONE : ms * OCEL_MILLISECOND; }

static void check_step(oceld_timeline *t, const step *s) {
  if (s->dts == LOOP) {
    oceld_timeline_loop(t);
    return;
  }
  const oceld_stamps stamps = {from_ms(s->dts), from_ms(s->pts), from_ms(40)};
  const oceld_moment m = oceld_timeline_next(t, &stamps, from_ms(s->now));
  assert_int_equal(m.due, from_ms(s->due));
  assert_int_equal(m.captured_at, from_ms(s->captured));
}

static void timelines_are_laid_out(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(TIMELINES); i++) {
    oceld_timeline t;
    CASE(TIMELINES[i].name);
    oceld_timeline_start(&t);
    for (const step *s = TIMELINES[i].steps; s->due != 0 || s->dts == LOOP; s++) check_step(&t, s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pace_keeps_its_rate_for_years),
      cmocka_unit_test(a_small_delay_is_caught_up_with),
      cmocka_unit_test(after_a_stop_the_pace_begins_anew),
      cmocka_unit_test(pictures_that_are_late_can_be_left_out),
      cmocka_unit_test(only_usual_rates_are_believed),
      cmocka_unit_test(timelines_are_laid_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
