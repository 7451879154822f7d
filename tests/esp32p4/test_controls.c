// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "fake_heap.h"
#include "fake_isp.h"
#include "fake_time.h"
#include "fake_v4l2.h"
#include "ocel_test.h"
#include "source_esp_video.h"

static ocel_camera_controls *controls;
static ocel_source_esp_video camera;
static ocel_frame_source source;
static ocel_frame_format format;

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_v4l2_reset();
  fake_isp_reset();
  fake_v4l2.width = 160;
  fake_v4l2.height = 96;
  fake_v4l2.has_manual = true;
  controls = ocel_controls_init(malloc(ocel_controls_size()), ocel_controls_size());
  const ocel_source_esp_video_config cfg = {.controls = controls};
  source = ocel_source_esp_video_init(&camera, &cfg);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  source.stop(source.ctx);
  source.close(source.ctx);
  free(controls);
  fake_isp_reset();
  return 0;
}

static void begin(void) {
  assert_int_equal(source.open(source.ctx), OCEL_SOURCE_OK);
  assert_int_equal(source.start(source.ctx, &format), OCEL_SOURCE_OK);
}

static void run(int pictures) {
  for (int i = 0; i < pictures; i++) {
    ocel_frame frame;
    if (source.acquire(source.ctx, OCEL_SECOND, &frame) == OCEL_SOURCE_OK) {
      source.release(source.ctx, &frame);
    }
  }
}

static void what_was_never_set_is_left_alone(void **state) {
  (void)state;
  begin();
  run(100);
  assert_int_equal(fake_isp.calls, 0);
  assert_false(fake_isp.is_open);
  assert_true(fake_isp.is_automatic);
}

static void the_isp_is_set_with_the_next_picture(void **state) {
  (void)state;
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, -20);  // before the sensor runs
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_CONTRAST, 140);
  ocel_controls_set(controls, OCEL_CONTROL_SATURATION, 0);
  ocel_controls_set(controls, OCEL_CONTROL_RED_BALANCE, 1700);
  ocel_controls_set(controls, OCEL_CONTROL_BLUE_BALANCE, 900);
  run(1);
  assert_int_equal(fake_isp.brightness, -20);
  assert_int_equal(fake_isp.contrast, 140);
  assert_int_equal(fake_isp.saturation, 0);
  assert_int_equal(fake_isp.red, 1700);
  assert_int_equal(fake_isp.blue, 900);
  assert_int_equal(ocel_controls_refused(controls), 0);
}

// The algorithms set contrast and saturation when the light changes.
static void what_is_contested_is_set_again_each_second(void **state) {
  (void)state;
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_SATURATION, 90);
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, 7);
  run(1);
  fake_isp.saturation = 150;
  fake_isp.calls = 0;
  run(95);  // a bit more than 3 seconds
  assert_int_equal(fake_isp.saturation, 90);
  assert_int_equal(fake_isp.calls, 3);
}

static void exposure_and_gain_wait_for_the_automatic_to_end(void **state) {
  (void)state;
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE, 12000);
  ocel_controls_set(controls, OCEL_CONTROL_GAIN, 3400);
  run(2);
  assert_int_equal(fake_v4l2.exposure, 0);
  ocel_controls_set(controls, OCEL_CONTROL_AUTO_EXPOSURE, 0);
  run(1);
  assert_false(fake_isp.is_automatic);
  assert_int_equal(fake_v4l2.exposure, 120);
  assert_int_equal(fake_v4l2.gain, 3);  // 3 is nearer than 4
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE, 500);
  run(1);
  assert_int_equal(fake_v4l2.exposure, 5);
  ocel_controls_set(controls, OCEL_CONTROL_AUTO_EXPOSURE, 1);
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE, 900);
  run(1);
  assert_true(fake_isp.is_automatic);
  assert_int_equal(fake_v4l2.exposure, 5);
}

static void the_nearest_gain_is_found(void **state) {
  (void)state;
  static const struct {
    int32_t wanted;
    int index;
  } cases[] = {
      {0,     0},
      {1000,  0},
      {1249,  0},
      {1251,  1},
      {8000,  6},
      {11000, 7},
      {99000, 7},
  };
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_AUTO_EXPOSURE, 0);
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    ocel_controls_set(controls, OCEL_CONTROL_GAIN, cases[i].wanted);
    run(1);
    assert_int_equal(fake_v4l2.gain, cases[i].index);
  }
}

static void a_sensor_with_its_own_control_gets_a_target(void **state) {
  (void)state;
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE_TARGET, 100);
  run(1);
  assert_int_equal(fake_v4l2.target, 100);
}

// A restart of the sensor, and each start, forget what was set.
static void starts_and_restarts_set_everything_again(void **state) {
  (void)state;
  ocel_controls_set(controls, OCEL_CONTROL_AUTO_EXPOSURE, 0);
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE, 10000);
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, 5);
  begin();
  run(1);
  fake_v4l2.exposure = fake_isp.brightness = 0;
  fake_v4l2.dead = fake_v4l2.revives = true;
  run(2);
  assert_int_equal(fake_v4l2.restarts, 1);
  assert_int_equal(fake_v4l2.exposure, 100);
  assert_int_equal(fake_isp.brightness, 5);
  source.stop(source.ctx);
  fake_v4l2.exposure = 0;
  assert_int_equal(source.start(source.ctx, &format), OCEL_SOURCE_OK);
  run(1);
  assert_int_equal(fake_v4l2.exposure, 100);
}

static void refusals_are_told_and_cost_no_picture(void **state) {
  (void)state;
  fake_v4l2.has_manual = false;
  fake_isp.without_algorithms = true;
  fake_isp.missing = true;
  begin();
  ocel_controls_set(controls, OCEL_CONTROL_AUTO_EXPOSURE, 0);
  ocel_controls_set(controls, OCEL_CONTROL_EXPOSURE, 10000);
  ocel_controls_set(controls, OCEL_CONTROL_GAIN, 2000);
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, 5);
  run(3);
  assert_int_equal(camera.counts.frames, 3);
  assert_int_equal(ocel_controls_refused(controls),
                   1 << OCEL_CONTROL_AUTO_EXPOSURE | 1 << OCEL_CONTROL_EXPOSURE |
                       1 << OCEL_CONTROL_GAIN | 1 << OCEL_CONTROL_BRIGHTNESS);
  fake_isp.missing = false;
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, 500);
  run(1);
  assert_true(ocel_controls_refused(controls) & 1 << OCEL_CONTROL_BRIGHTNESS);
  ocel_controls_set(controls, OCEL_CONTROL_BRIGHTNESS, 50);
  run(1);
  assert_false(ocel_controls_refused(controls) & 1 << OCEL_CONTROL_BRIGHTNESS);
}

static void too_little_memory(void **state) {
  (void)state;
  char memory[8];
  assert_null(ocel_controls_init(memory, sizeof memory));
  assert_null(ocel_controls_init(NULL, ocel_controls_size()));
  begin();
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(what_was_never_set_is_left_alone),
      TEST(the_isp_is_set_with_the_next_picture),
      TEST(what_is_contested_is_set_again_each_second),
      TEST(exposure_and_gain_wait_for_the_automatic_to_end),
      TEST(the_nearest_gain_is_found),
      TEST(a_sensor_with_its_own_control_gets_a_target),
      TEST(starts_and_restarts_set_everything_again),
      TEST(refusals_are_told_and_cost_no_picture),
      TEST(too_little_memory),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
