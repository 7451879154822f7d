// SPDX-License-Identifier: Apache-2.0
// Cameras by V4L2: pictures that are encoded, H.264 that is passed through, and what can go
// wrong with a cable.
#include <linux/videodev2.h>

#include "collect.h"
#include "fake_v4l2.h"
#include "log.h"

static collector c;

static oceld_source_config config(void) {
  const oceld_tuning tuning = {500000, 10, 10, 40, 80};
  oceld_source_config cfg = {.type = OCELD_SOURCE_V4L2, .path = FAKE_DEVICE};
  cfg.fps.denominator = 1;
  cfg.tuning = tuning;
  return cfg;
}

static void be_raw_camera(void) {
  memset(&fake, 0, sizeof fake);
  fake.format = V4L2_PIX_FMT_YUYV;
}

static bool was_stamped(ocel_us at) {
  for (uint32_t i = 0; i < fake.given && i < FAKE_STAMPS; i++) {
    if (fake.stamps[i] == at) return true;
  }
  return false;
}

static void raw_pictures_are_encoded_with_the_driver_s_time(void **state) {
  (void)state;
  be_raw_camera();
  const oceld_source_config cfg = config();
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "rawvideo, 64x48, 50 fps");
  assert_true(c.traits.keyframe_on_request);
  collect_until(&c, 25);
  oceld_source_close(c.source);
  c.source = NULL;
  for (size_t i = 0; i < c.n; i++) {
    assert_int_equal(c.units[i].key, i % 10 == 0);
    assert_true(was_stamped(c.units[i].captured_at));
  }
  collect_end(&c);
}

// Access units that a camera may give: made by the test picture's encoder.
static const uint8_t *units[20];
static uint32_t sizes[20];
static collector original;

static void make_units(void) {
  const oceld_size size = {FAKE_WIDTH, FAKE_HEIGHT};
  oceld_source_config cfg = config();
  cfg.type = OCELD_SOURCE_TEST;
  cfg.size = size;
  cfg.fps.numerator = 100;
  collect_start(&original, &cfg);
  collect_until(&original, 20);
  for (size_t i = 0; i < 20; i++) {
    units[i] = original.units[i].bytes;
    sizes[i] = original.units[i].size;
  }
}

static void be_h264_camera(bool has_controls) {
  make_units();
  memset(&fake, 0, sizeof fake);
  fake.format = V4L2_PIX_FMT_H264;
  fake.has_controls = has_controls;
  fake.units = units;
  fake.sizes = sizes;
  fake.unit_count = 20;
}

static void h264_is_passed_through_and_its_encoder_told(void **state) {
  (void)state;
  be_h264_camera(true);
  oceld_source_config cfg = config();
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "h264, 64x48, 50 fps");
  assert_true(c.traits.keyframe_on_request);
  assert_int_equal(fake.bitrate, 500000);
  assert_int_equal(fake.gop, 10);
  collect_until(&c, 5);
  cfg.tuning.bitrate = 300000;
  oceld_source_tune(c.source, 0, &cfg.tuning);
  oceld_source_request_keyframe(c.source, 0);
  collect_until(&c, 50);
  oceld_source_close(c.source);
  c.source = NULL;
  assert_int_equal(fake.bitrate, 300000);
  assert_int_equal(fake.keys_asked, 1);
  for (size_t i = 0; i < c.n; i++) {
    assert_true(c.units[i].slices == original.units[i % 20].slices);
    assert_true(was_stamped(c.units[i].captured_at));
  }
  collect_end(&c);
  collect_end(&original);
}

static void a_camera_without_controls_makes_no_key_pictures_on_request(void **state) {
  (void)state;
  be_h264_camera(false);
  const oceld_source_config cfg = config();
  collect_start(&c, &cfg);
  assert_false(c.traits.keyframe_on_request);
  collect_until(&c, 5);
  collect_end(&c);
  collect_end(&original);
}

static void an_unplugged_camera_is_waited_for(void **state) {
  (void)state;
  oceld_log_set_level(OCELD_LOG_INFO);
  be_raw_camera();
  fake.unplug_after = 15;
  const oceld_source_config cfg = config();
  collect_start(&c, &cfg);
  collect_until(&c, 40);
  oceld_source_close(c.source);
  c.source = NULL;
  assert_int_equal(fake.opened, 2);
  assert_true(c.units[15].key);  // A new encoder begins with an IDR picture.
  collect_end(&c);
}

static void a_silent_camera_is_opened_anew(void **state) {
  (void)state;
  be_raw_camera();
  fake.stall_after = 10;
  const oceld_source_config cfg = config();
  collect_start(&c, &cfg);
  collect_until(&c, 30);
  oceld_source_close(c.source);
  c.source = NULL;
  assert_int_equal(fake.opened, 2);
  collect_end(&c);
}

static void no_camera_is_an_error(void **state) {
  (void)state;
  oceld_source_traits traits;
  oceld_failure why;
  oceld_source_config cfg = config();
  cfg.path = "/dev/video-none";
  assert_null(oceld_source_open(&cfg, &traits, &why));
  assert_non_null(strstr(why.text, "cannot open it: No such file or directory"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(raw_pictures_are_encoded_with_the_driver_s_time),
      cmocka_unit_test(h264_is_passed_through_and_its_encoder_told),
      cmocka_unit_test(a_camera_without_controls_makes_no_key_pictures_on_request),
      cmocka_unit_test(an_unplugged_camera_is_waited_for),
      cmocka_unit_test(a_silent_camera_is_opened_anew),
      cmocka_unit_test(no_camera_is_an_error),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
