// SPDX-License-Identifier: Apache-2.0
// What the control does with signs, and on a modelled Wi-Fi link that fades, against an encoder
// that takes no notice.
#include "ocel/bitrate_control.h"

#include "ocel_test.h"

enum { FLOOR = 300000, CEILING = 2000000 };

#define SECONDS(n) ((n)*OCEL_SECOND)

static ocel_bitrate_signs well(void) {
  return (ocel_bitrate_signs){.viewers = 1, .round_trip = -1};
}

// Steps once a second, and says when it changed first; 0: not in that time.
static int step_for(ocel_bitrate_control *c, const ocel_bitrate_signs *s, ocel_us *now, int n) {
  int first = 0;
  for (int i = 1; i <= n; i++) {
    *now += OCEL_SECOND;
    if (ocel_bitrate_control_step(c, s, *now) && first == 0) first = i;
  }
  return first;
}

static void calm_viewers_change_nothing(void **state) {
  (void)state;
  ocel_bitrate_control c;
  ocel_us now = SECONDS(1000);
  ocel_bitrate_control_init(&c, FLOOR, CEILING);
  ocel_bitrate_signs s = well();
  s.fraction_lost = 10;
  s.behind = 400 * OCEL_MILLISECOND;
  s.round_trip = 20 * OCEL_MILLISECOND;
  s.skipped = 0;
  assert_int_equal(step_for(&c, &s, &now, 100), 0);
  assert_int_equal(c.bitrate, CEILING);
}

static void each_sign_lowers_it(void **state) {
  (void)state;
  for (int sign = 0; sign < 4; sign++) {
    ocel_bitrate_control c;
    ocel_us now = SECONDS(1000);
    ocel_bitrate_control_init(&c, FLOOR, CEILING);
    ocel_bitrate_signs s = well();
    s.round_trip = 20 * OCEL_MILLISECOND;
    assert_int_equal(step_for(&c, &s, &now, 3), 0);
    if (sign == 0) s.fraction_lost = 11;
    if (sign == 1) s.behind = 401 * OCEL_MILLISECOND;
    if (sign == 2) s.skipped = 1;
    if (sign == 3) s.round_trip = 191 * OCEL_MILLISECOND;
    assert_int_equal(step_for(&c, &s, &now, 1), 1);
    assert_int_equal(c.bitrate, CEILING * 7 / 10);
    s.viewers = 0;
    s.skipped++;
    assert_int_equal(step_for(&c, &s, &now, 2), 0);  // nobody is there to suffer
  }
}

static void a_decrease_is_given_time_and_ends_at_the_floor(void **state) {
  (void)state;
  ocel_bitrate_control c;
  ocel_us now = SECONDS(1000);
  ocel_bitrate_control_init(&c, FLOOR, CEILING);
  ocel_bitrate_signs s = well();
  s.fraction_lost = 100;
  assert_int_equal(step_for(&c, &s, &now, 2), 1);
  assert_int_equal(c.bitrate, CEILING * 7 / 10);
  assert_int_equal(step_for(&c, &s, &now, 1), 1);
  assert_int_equal(c.bitrate, CEILING * 49 / 100);
  (void)step_for(&c, &s, &now, 100);
  assert_int_equal(c.bitrate, FLOOR);
}

static void it_comes_back_in_steps_after_calm(void **state) {
  (void)state;
  ocel_bitrate_control c;
  ocel_us now = SECONDS(1000);
  ocel_bitrate_control_init(&c, FLOOR, CEILING);
  ocel_bitrate_signs s = well();
  s.skipped = 1;
  assert_int_equal(step_for(&c, &s, &now, 1), 1);
  const uint32_t low = c.bitrate;
  assert_int_equal(step_for(&c, &s, &now, 3), 0);
  assert_int_equal(step_for(&c, &s, &now, 1), 1);
  assert_int_equal(c.bitrate, low + CEILING / 20 + 1);
  (void)step_for(&c, &s, &now, 60);
  assert_int_equal(c.bitrate, CEILING);
}

static void where_there_was_trouble_it_goes_ever_later(void **state) {
  (void)state;
  ocel_bitrate_control c;
  ocel_us now = SECONDS(1000), last = now;
  ocel_bitrate_control_init(&c, FLOOR, CEILING);
  ocel_bitrate_signs s = well();
  ocel_us gap = 0;
  for (int decrease = 0; decrease < 4;) {  // whoever goes over 1.9 Mbit/s suffers
    now += OCEL_SECOND;
    s.skipped += c.bitrate > 1900000;
    const uint32_t before = c.bitrate;
    if (!ocel_bitrate_control_step(&c, &s, now) || c.bitrate > before) continue;
    if (decrease > 0) {
      assert_true(now - last > gap);
      gap = now - last;
    }
    last = now;
    decrease++;
  }
  assert_true(gap > SECONDS(40));
}

// ---- a link ----

// Bits per second that a Wi-Fi link carries: somebody walks away with the camera, and comes back.
static const uint32_t FADING[] = {6000000, 5000000, 3000000, 1500000, 900000,  700000,
                                  700000,  900000,  1500000, 3000000, 5000000, 6000000};

enum { FADING_STEP_S = 15, MS = 20, LAG_MAX_MS = 2000, PICTURE_MS = 40 };

typedef struct {
  unsigned made, delivered, skipped, changes, reversals;
  uint64_t late_ms;  // summed over the delivered pictures
} outcome;

// A model of TCP and of the engine's rule for readers that lag; no network. Pictures wait in a
// queue that the link empties; one that would wait for more than LAG_MAX_MS empties it.
static outcome drive(bool adaptive) {
  outcome o = {0};
  ocel_bitrate_control c;
  double queue = 0;  // bits
  unsigned queued = 0;
  int direction = 0;
  const int total_ms = (int)ARRAY_LEN(FADING) * FADING_STEP_S * 1000;
  ocel_bitrate_control_init(&c, FLOOR, CEILING);
  for (int ms = 0; ms < total_ms; ms += MS) {
    const double carries = FADING[ms / 1000 / FADING_STEP_S];
    const double picture = (double)c.bitrate * PICTURE_MS / 1000;
    if (ms % PICTURE_MS == 0) {
      o.made++;
      queue += picture;
      queued++;
    }
    const double wait_ms = queue / carries * 1000;
    if (wait_ms > LAG_MAX_MS) {
      o.skipped += queued;
      queue = 0;
      queued = 0;
    }
    queue -= carries * MS / 1000;
    if (queue < 0) queue = 0;
    while (queued > 0 && queue <= (queued - 1) * picture) {
      queued--;
      o.delivered++;
      o.late_ms += (uint64_t)wait_ms;
    }
    if (!adaptive || ms % 1000 != 0) continue;
    const ocel_bitrate_signs s = {.viewers = 1,
                                  .skipped = o.skipped,
                                  .behind = (ocel_us)(queue / carries * 1e6),
                                  .round_trip = -1};
    const uint32_t before = c.bitrate;
    if (!ocel_bitrate_control_step(&c, &s, SECONDS(1000) + ms * OCEL_MILLISECOND)) continue;
    const int way = c.bitrate > before ? 1 : -1;
    o.changes++;
    o.reversals += direction != 0 && way != direction;
    direction = way;
  }
  return o;
}

static void a_fading_link_loses_far_fewer_pictures_and_less_time(void **state) {
  (void)state;
  const outcome off = drive(false), on = drive(true);
  print_message("off: %u of %u delivered, %u skipped, %lu ms late on average\n", off.delivered,
                off.made, off.skipped, (unsigned long)(off.late_ms / off.delivered));
  print_message("on:  %u of %u delivered, %u skipped, %lu ms late, %u changes, %u reversals\n",
                on.delivered, on.made, on.skipped, (unsigned long)(on.late_ms / on.delivered),
                on.changes, on.reversals);
  assert_true(off.skipped > 500);
  assert_true(on.skipped * 5 < off.skipped);
  assert_true(on.late_ms / on.delivered < off.late_ms / off.delivered / 2);
  assert_true(on.reversals <= 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(calm_viewers_change_nothing),
      cmocka_unit_test(each_sign_lowers_it),
      cmocka_unit_test(a_decrease_is_given_time_and_ends_at_the_floor),
      cmocka_unit_test(it_comes_back_in_steps_after_calm),
      cmocka_unit_test(where_there_was_trouble_it_goes_ever_later),
      cmocka_unit_test(a_fading_link_loses_far_fewer_pictures_and_less_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
