// SPDX-License-Identifier: Apache-2.0
// rtsp_server's adapter for the third-party camera, alone and in the pipeline.
#include <stdlib.h>

#include "fake_h264.h"
#include "fake_heap.h"
#include "fake_ppa.h"
#include "fake_third_camera.h"
#include "fake_time.h"
#include "media.h"
#include "ocel_test.h"
#include "pipeline_state.h"

enum { UNIT_MAX = 65536 };

static ocel_frame_source source;
static ocel_frame_format format;
static ocel_frame frame;

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_h264_reset();
  fake_third_camera_reset();
  fake_ppa = (fake_ppa_state){0};
  source = fake_third_camera_source();
  return 0;
}

static ocel_source_result begin(void) {
  assert_int_equal(source.open(source.ctx), OCEL_SOURCE_OK);
  return source.start(source.ctx, &format);
}

static void end(void) {
  source.stop(source.ctx);
  source.close(source.ctx);
}

static unsigned grey(const uint8_t *pixel) { return pixel[1] >> 3; }

static void its_ways_are_told(void **state) {
  (void)state;
  assert_true(source.volatile_frames);
  assert_true(source.may_block);
}

static void the_size_is_known_after_the_start(void **state) {
  (void)state;
  for (uint16_t width = 160; width <= 320; width *= 2) {
    fake_third_camera.width = width;
    assert_int_equal(begin(), OCEL_SOURCE_OK);
    assert_int_equal(format.width, width);
    assert_int_equal(format.height, 96);
    assert_int_equal(format.stride, 2 * width);
    assert_int_equal(format.pixels, OCEL_PIXELS_RGB565);
    assert_int_equal(format.fps, 0);
    end();
  }
}

static void sizes_that_cannot_be_encoded(void **state) {
  (void)state;
  static const uint16_t sizes[][2] = {
      {0,   0 },
      {161, 96},
      {160, 97},
      {0,   96},
  };
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
    fake_third_camera.width = sizes[i][0];
    fake_third_camera.height = sizes[i][1];
    assert_int_equal(begin(), OCEL_SOURCE_UNSUPPORTED);
    end();
    assert_false(fake_third_camera.is_running);
  }
}

static void each_picture_is_polled_and_stamped(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  for (unsigned i = 1; i <= 5; i++) {
    assert_int_equal(source.acquire(source.ctx, 1, &frame), OCEL_SOURCE_OK);
    assert_int_equal(frame.captured_at, fake_time_now());
    assert_int_equal(frame.size, 160 * 96 * 2);
    assert_int_equal(grey(frame.data), i);
    source.release(source.ctx, &frame);
  }
  assert_int_equal(fake_third_camera.captured, 5);
  end();
}

// This is why the pipeline converts before anything else: the picture does not stay.
static void a_picture_is_overwritten_while_it_is_held(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(source.acquire(source.ctx, 1, &frame), OCEL_SOURCE_OK);
  assert_int_equal(grey(frame.data), 1);
  fake_time_pass(3 * fake_third_camera.period);
  fake_third_camera_catch_up();
  assert_int_equal(grey(frame.data), 4);
  source.release(source.ctx, &frame);
  end();
}

static void a_display_keeps_its_camera(void **state) {
  (void)state;
  fake_third_camera_display(true);
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  end();
  assert_true(fake_third_camera.is_running);
  assert_int_equal(fake_third_camera.started, 1);
  fake_third_camera_display(false);
  assert_int_equal(begin(), OCEL_SOURCE_OK);  // this time it is the stream's
  end();
  assert_false(fake_third_camera.is_running);
  source.stop(source.ctx);  // allowed, and stops nothing of others
  fake_third_camera_display(true);
  source.stop(source.ctx);
  assert_true(fake_third_camera.is_running);
  fake_third_camera_display(false);
}

static void what_fails(void **state) {
  (void)state;
  fake_third_camera.fails_to_start = true;
  assert_int_equal(begin(), OCEL_SOURCE_FAILED);
  fake_third_camera.fails_to_start = false;
  source.stop(source.ctx);
  assert_int_equal(source.start(source.ctx, &format), OCEL_SOURCE_OK);
  fake_third_camera.fails_to_capture = true;
  assert_int_equal(source.acquire(source.ctx, 1, &frame), OCEL_SOURCE_FAILED);
  fake_third_camera.fails_to_capture = false;
  fake_third_camera.has_no_data = true;
  assert_int_equal(source.acquire(source.ctx, 1, &frame), OCEL_SOURCE_FAILED);
  end();
}

// The encoder takes longer than a picture, so that the sensor overwrites what was captured; what
// is encoded is the picture that was captured, and its time is the capture's.
static void the_pipeline_encodes_what_was_captured(void **state) {
  (void)state;
  media ring = media_open(UNIT_MAX, 256);
  const ocel_pipeline_config cfg = {
      .source = source,
      .ring = ring.ring,
      .unit_max = UNIT_MAX,
      .bitrate = 2000000,
      .gop = 30,
      .qp_min = 10,
      .qp_max = 40,
      .key_interval = OCEL_SECOND,
      .linger = OCEL_SECOND,
      .frame_timeout = OCEL_SECOND,
      .task = {.name = "camera", .stack = 8192, .priority = 5, .core = 1},
  };
  ocel_pipeline *p = ocel_pipeline_init(malloc(ocel_pipeline_size()), ocel_pipeline_size(), &cfg);
  assert_non_null(p);
  fake_h264.takes = 120 * OCEL_MILLISECOND;
  ocel_pipeline_watch(p, true);
  assert_int_equal(ocel__pipeline_step(p), 0);
  ocel_us last = 0;
  for (unsigned i = 0; i < 20; i++) {
    ocel_access_unit au;
    assert_int_equal(ocel__pipeline_step(p), 0);
    assert_true(media_next(&ring, &au));
    assert_int_equal(au.captured_at + fake_h264.takes, fake_time_now());
    assert_true(au.captured_at > last);
    last = au.captured_at;
    fake_third_camera_catch_up();
    // Three pictures wait, the oldest is captured: 1, then 2, 3, 4 ... without a gap or a mix.
    const double luma = 16.5 + 0.858823 * ((i % 31 + 1) % 31 * 255 / 31.0);
    for (size_t at = 1; at < 160 * 96 / 2 * 3; at += 3) {
      assert_in_range(fake_h264.last_in[at], (unsigned)luma - 2, (unsigned)luma + 2);
    }
  }
  assert_int_equal(fake_ppa.operations, 20);
  ocel__pipeline_end(p);
  assert_false(fake_third_camera.is_running);
  free(p);
  media_close(&ring);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
      TEST(its_ways_are_told),
      TEST(the_size_is_known_after_the_start),
      TEST(sizes_that_cannot_be_encoded),
      TEST(each_picture_is_polled_and_stamped),
      TEST(a_picture_is_overwritten_while_it_is_held),
      TEST(a_display_keeps_its_camera),
      TEST(what_fails),
      TEST(the_pipeline_encodes_what_was_captured),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
