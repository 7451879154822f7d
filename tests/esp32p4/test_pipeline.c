// SPDX-License-Identifier: Apache-2.0
// The pipeline's steps on the fake clock, with both kinds of source.
#include <errno.h>
#include <stdlib.h>

#include "esp_video_ioctl.h"
#include "fake_camera.h"
#include "fake_h264.h"
#include "fake_heap.h"
#include "fake_ppa.h"
#include "fake_time.h"
#include "fake_v4l2.h"
#include "media.h"
#include "ocel_test.h"
#include "pipeline_state.h"
#include "source_esp_video.h"

enum { UNIT_MAX = 65536 };

static media ring;
static ocel_source_esp_video camera;
static ocel_pipeline *pipeline;
static unsigned wakes;

static void wake(void *ctx) { ++*(unsigned *)ctx; }

static ocel_pipeline_config config(ocel_frame_source source) {
  return (ocel_pipeline_config){
      .source = source,
      .ring = ring.ring,
      .unit_max = UNIT_MAX,
      .bitrate = 2000000,
      .gop = 30,
      .qp_min = 10,
      .qp_max = 40,
      .key_interval = 500 * OCEL_MILLISECOND,
      .linger = 5 * OCEL_SECOND,
      .frame_timeout = OCEL_SECOND,
      .wake = wake,
      .wake_ctx = &wakes,
      .task = {.name = "camera", .stack = 8192, .priority = 5, .core = 1},
  };
}

static void make(ocel_frame_source source) {
  const ocel_pipeline_config cfg = config(source);
  pipeline = ocel_pipeline_init(calloc(1, ocel_pipeline_size()), ocel_pipeline_size(), &cfg);
  assert_non_null(pipeline);
}

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_h264_reset();
  fake_v4l2_reset();
  fake_camera_reset();
  wakes = 0;
  ring = media_open(UNIT_MAX, 256);
  const ocel_source_esp_video_config cfg = {0};
  make(ocel_source_esp_video_init(&camera, &cfg));
  return 0;
}

static int with_rgb(void **state) {
  (void)setup(state);
  free(pipeline);
  make(fake_camera_source());
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ocel__pipeline_end(pipeline);
  free(pipeline);
  media_close(&ring);
  assert_int_equal(fake_ppa.clients, 0);
  fake_heap_reset();
  fake_h264_reset();
  fake_v4l2_reset();
  fake_camera_reset();
  return 0;
}

static ocel_us step(void) { return ocel__pipeline_step(pipeline); }

static ocel_pipeline_stats stats(void) {
  ocel_pipeline_stats s;
  ocel_pipeline_get_stats(pipeline, &s);
  return s;
}

// One step that yields a picture.
static bool picture_is_key(void) {
  ocel_access_unit au;
  assert_int_equal(step(), 0);
  assert_true(media_next(&ring, &au));
  return au.key;
}

// Steps for that long; takes everything from the ring.
static void run(ocel_us duration) {
  const ocel_us until = fake_time_now() + duration;
  ocel_access_unit au;
  while (fake_time_now() < until) {
    const ocel_us wait = step();
    if (wait == OCEL_NEVER) return;
    fake_time_pass(wait);
    while (media_next(&ring, &au)) continue;
  }
}

static void start(void) {
  ocel_pipeline_watch(pipeline, true);
  assert_int_equal(step(), 0);
  assert_true(picture_is_key());
}

static void nothing_runs_until_somebody_watches(void **state) {
  (void)state;
  assert_true(step() == OCEL_NEVER);
  assert_int_equal(fake_v4l2.opened, 0);
  assert_int_equal(fake_h264.created, 0);
  assert_int_equal(fake_heap.allocations, 0);
  start();
  for (int i = 1; i < 60; i++) assert_int_equal(picture_is_key(), i % 30 == 0);
  const ocel_pipeline_stats s = stats();
  assert_int_equal(s.phase, OCEL_PIPELINE_RUNNING);
  assert_int_equal(s.pictures, 60);
  assert_int_equal(s.width, 1280);
  assert_int_equal(s.height, 720);
  assert_int_equal(s.encode_us, 15000);
  assert_int_equal(wakes, 60);
}

static void the_time_is_that_of_the_capture(void **state) {
  (void)state;
  start();
  ocel_us last = 0;
  for (int i = 0; i < 5; i++) {
    ocel_access_unit au;
    (void)step();
    assert_true(media_next(&ring, &au));
    assert_int_equal(au.captured_at + 15000, fake_time_now());  // before it was encoded
    if (last != 0) assert_int_equal(au.captured_at - last, 33333);
    last = au.captured_at;
  }
}

static void nothing_is_copied_from_the_isp_to_the_ring(void **state) {
  (void)state;
  start();
  assert_int_equal(pipeline->encoder.counts.copied, 0);
  assert_int_equal(fake_ppa.clients, 0);
  assert_int_equal(fake_heap.allocations, OCEL_SOURCE_BUFFERS_MIN);
}

static void everything_stops_some_seconds_later_and_starts_again_at_once(void **state) {
  (void)state;
  start();
  ocel_pipeline_watch(pipeline, false);
  const ocel_us left = fake_time_now();
  run(60 * OCEL_SECOND);
  assert_in_range(fake_time_now() - left, 4900 * OCEL_MILLISECOND, 5100 * OCEL_MILLISECOND);
  assert_false(fake_v4l2.is_streaming);
  assert_false(fake_h264.is_open);
  assert_int_equal(fake_h264.instances, 1);  // its memory is kept
  assert_int_equal(stats().phase, OCEL_PIPELINE_IDLE);
  assert_int_equal(stats().fps_tenths, 0);
  assert_true(step() == OCEL_NEVER);
  start();
  assert_false(picture_is_key());
  assert_int_equal(stats().encoders, 1);
}

static void who_comes_back_in_time_interrupts_nothing(void **state) {
  (void)state;
  start();
  for (int i = 0; i < 5; i++) {
    ocel_pipeline_watch(pipeline, false);
    run(4 * OCEL_SECOND);
    ocel_pipeline_watch(pipeline, true);
    run(OCEL_SECOND);
  }
  assert_int_equal(fake_v4l2.started, 1);
}

static void key_pictures_on_request(void **state) {
  (void)state;
  assert_int_equal(ocel_pipeline_set_gop(pipeline, 250), OCEL_OK);
  start();
  run(OCEL_SECOND);
  for (int i = 0; i < 10; i++) ocel_pipeline_request_key(pipeline);
  assert_true(picture_is_key());
  for (int i = 0; i < 30; i++) assert_false(picture_is_key());
  assert_int_equal(stats().forced_keys, 1);
}

static void settings_change_while_it_runs(void **state) {
  (void)state;
  start();
  assert_int_equal(ocel_pipeline_set_bitrate(pipeline, 700000), OCEL_OK);
  assert_int_equal(ocel_pipeline_set_gop(pipeline, 60), OCEL_OK);
  (void)picture_is_key();
  assert_int_equal(fake_h264.cfg.rc.bitrate, 700000);
  assert_int_equal(fake_h264.cfg.gop, 60);
  assert_int_equal(stats().encoders, 1);
  assert_int_equal(ocel_pipeline_set_qp(pipeline, 30, 30), OCEL_OK);
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.rc.qp_min, 30);
  assert_int_equal(fake_h264.cfg.rc.qp_max, 31);
  assert_false(picture_is_key());
  assert_int_equal(stats().encoders, 2);

  assert_int_equal(ocel_pipeline_set_bitrate(pipeline, 0), OCEL_ERR_CONFIG);
  assert_int_equal(ocel_pipeline_set_gop(pipeline, 1), OCEL_ERR_CONFIG);
  assert_int_equal(ocel_pipeline_set_qp(pipeline, 31, 30), OCEL_ERR_CONFIG);
  assert_int_equal(ocel_pipeline_set_qp(pipeline, 30, 52), OCEL_ERR_CONFIG);
  (void)picture_is_key();
  assert_int_equal(stats().encoders, 2);
}

static void a_failed_source_is_opened_again_less_and_less_often(void **state) {
  (void)state;
  start();
  fake_v4l2.failing = VIDIOC_DQBUF;
  fake_v4l2.with_errno = EBUSY;
  static const int seconds[] = {1, 2, 4, 8, 16, 30, 30};
  (void)step();
  for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
    assert_int_equal(stats().phase, OCEL_PIPELINE_FAILED);
    assert_false(fake_v4l2.is_open);
    const ocel_us wait = step();
    assert_in_range(wait, (seconds[i] - 1) * OCEL_SECOND + 1, seconds[i] * OCEL_SECOND);
    fake_time_pass(wait);
    assert_int_equal(step(), 0);  // it opens,
    (void)step();                 // and fails again
  }
  assert_int_equal(stats().source_errors, 1 + ARRAY_LEN(seconds));
  fake_v4l2.with_errno = 0;
  run(31 * OCEL_SECOND);
  assert_int_equal(stats().phase, OCEL_PIPELINE_RUNNING);
  assert_int_equal(fake_h264.created, 1);
}

static void a_source_that_does_not_start(void **state) {
  (void)state;
  fake_v4l2.open_errno = ENODEV;
  ocel_pipeline_watch(pipeline, true);
  assert_int_equal(step(), OCEL_SECOND);
  fake_v4l2.open_errno = 0;
  fake_time_pass(OCEL_SECOND);
  fake_heap.fail_after = 2;
  assert_int_equal(step(), 2 * OCEL_SECOND);
  assert_false(fake_v4l2.is_open);
  fake_time_pass(2 * OCEL_SECOND);
  assert_int_equal(step(), 0);
  assert_true(picture_is_key());
}

static void a_dead_sensor_is_waited_for(void **state) {
  (void)state;
  start();
  fake_v4l2.dead = true;
  run(10 * OCEL_SECOND);
  assert_in_range(stats().timeouts, 9, 11);
  assert_int_equal(stats().phase, OCEL_PIPELINE_RUNNING);
  fake_v4l2.revives = true;
  const ocel_us from = fake_time_now();
  while (fake_time_now() - from < 30 * OCEL_SECOND) {
    run(100 * OCEL_MILLISECOND);
    assert_int_equal(fake_h264.cfg.fps, 30);  // the gap was no frame rate
  }
  assert_true(stats().pictures > 100);
  assert_int_equal(fake_v4l2.opened, 1);
}

static void a_picture_too_small_for_the_encoder(void **state) {
  (void)state;
  fake_v4l2.width = 64;
  fake_v4l2.height = 64;
  ocel_pipeline_watch(pipeline, true);
  assert_int_equal(step(), OCEL_SECOND);
  assert_int_equal(stats().phase, OCEL_PIPELINE_FAILED);
  assert_false(fake_v4l2.is_open);
}

static void a_late_consumer(void **state) {
  (void)state;
  start();
  for (int i = 0; i < 100; i++) (void)step();
  const ocel_pipeline_stats s = stats();
  assert_int_equal(s.pictures + s.dropped, 101);
  assert_true(s.dropped > 50);
  assert_int_equal(wakes, 101);  // it is reminded
  run(OCEL_SECOND);
  assert_true(stats().pictures > s.pictures + 10);
}

static void encoder_failures_are_counted(void **state) {
  (void)state;
  fake_h264.internal_block = 1000;
  ocel_pipeline_watch(pipeline, true);
  (void)step();
  (void)step();
  assert_int_equal(stats().encoder_waits, 1);
  fake_h264.internal_block = 200000;
  run(OCEL_SECOND);
  fake_h264.process_result = ESP_H264_ERR_TIMEOUT;
  fake_h264.failures = 1;
  (void)step();
  assert_int_equal(stats().encode_errors, 1);
  assert_true(picture_is_key());
  assert_int_equal(stats().encoders, 2);
}

static void the_encoder_is_told_the_real_rate(void **state) {
  (void)state;
  start();
  run(5 * OCEL_SECOND);
  assert_int_equal(fake_h264.cfg.fps, 30);
  assert_int_equal(stats().fps_tenths, 300);
  fake_v4l2.period = 66667;  // in the dark
  run(10 * OCEL_SECOND);
  assert_int_equal(stats().fps_tenths, 150);
  assert_int_equal(fake_h264.cfg.fps, 15);
  fake_v4l2.period = 71429;  // 14: not worth a change
  run(10 * OCEL_SECOND);
  assert_int_equal(fake_h264.cfg.fps, 15);
}

// ---- RGB565, as the third-party component gives it ----

static void rgb_is_converted_before_anything_else(void **state) {
  (void)state;
  fake_camera.gap = 32;
  start();
  assert_false(fake_camera.is_held);  // released before it was encoded
  assert_ptr_equal(fake_h264.last_in, pipeline->yuv);
  assert_int_not_equal(pipeline->yuv[0], 0);
  assert_int_equal(stats().by_cpu, 0);
  const uint8_t first = pipeline->yuv[1];
  for (int i = 0; i < 9; i++) (void)picture_is_key();
  assert_int_not_equal(pipeline->yuv[1], first);
  assert_int_equal(fake_camera.acquired, 10);
  assert_int_equal(stats().width, 320);
}

static void rgb_by_the_cpu(void **state) {
  (void)state;
  fake_ppa.register_result = ESP_FAIL;
  start();
  fake_ppa.register_result = ESP_OK;
  (void)picture_is_key();
  assert_int_equal(stats().by_cpu, 2);
}

static void an_unknown_rate_is_measured(void **state) {
  (void)state;
  fake_camera.period = 100000 - 15000;  // the encoder's time comes on top
  start();
  assert_int_equal(fake_h264.cfg.fps, 30);
  run(5 * OCEL_SECOND);
  assert_int_equal(stats().fps_tenths, 100);
  assert_int_equal(fake_h264.cfg.fps, 10);
}

static void a_size_that_changes_at_the_next_start(void **state) {
  (void)state;
  start();
  const size_t small = fake_heap.spiram_used;
  ocel_pipeline_watch(pipeline, false);
  run(10 * OCEL_SECOND);
  fake_camera.width = 640;
  fake_camera.height = 480;
  start();
  assert_true(fake_heap.spiram_used > small);
  assert_int_equal(fake_h264.cfg.res.width, 640);
  assert_int_equal(fake_h264.cfg.res.height, 480);
}

static void no_memory_to_convert(void **state) {
  (void)state;
  fake_heap.spiram_left = 1000;
  ocel_pipeline_watch(pipeline, true);
  assert_int_equal(step(), OCEL_SECOND);
  assert_false(fake_camera.is_open);
  fake_heap.spiram_left = SIZE_MAX;
  run(2 * OCEL_SECOND);
  assert_true(stats().pictures > 1);
}

static void results_of_the_camera(void **state) {
  (void)state;
  static const ocel_source_result results[] = {OCEL_SOURCE_NO_MEMORY, OCEL_SOURCE_UNSUPPORTED,
                                               OCEL_SOURCE_FAILED};
  start();
  for (size_t i = 0; i < ARRAY_LEN(results); i++) {
    fake_camera.acquire_result = results[i];
    (void)step();
    assert_false(fake_camera.is_open);
    fake_camera.acquire_result = OCEL_SOURCE_OK;
    fake_camera.start_result = results[i];
    fake_time_pass(2 * OCEL_SECOND);
    (void)step();
    assert_false(fake_camera.is_open);
    fake_camera.start_result = OCEL_SOURCE_OK;
    run(10 * OCEL_SECOND);
    assert_int_equal(stats().phase, OCEL_PIPELINE_RUNNING);
  }
  fake_camera.acquire_result = OCEL_SOURCE_TIMEOUT;
  run(10 * OCEL_SECOND);
  assert_int_equal(stats().timeouts, 10);
  fake_camera.acquire_result = OCEL_SOURCE_OK;
  fake_camera.short_frame = true;
  const unsigned before = stats().source_errors;
  (void)step();
  assert_int_equal(stats().source_errors, before + 1);
}

static void configurations_are_checked(void **state) {
  (void)state;
  void *mem = malloc(ocel_pipeline_size());
  const ocel_pipeline_config good = config(fake_camera_source());
  ocel_pipeline_config bad[8];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) bad[i] = good;
  bad[0].ring = NULL;
  bad[1].unit_max = 0;
  bad[2].bitrate = 1;
  bad[3].gop = 1;
  bad[4].qp_min = 41;
  bad[5].qp_max = 52;
  bad[6].frame_timeout = 0;
  for (size_t i = 0; i < 7; i++) {
    assert_null(ocel_pipeline_init(mem, ocel_pipeline_size(), &bad[i]));
  }
  assert_null(ocel_pipeline_init(mem, ocel_pipeline_size() - 1, &good));
  assert_null(ocel_pipeline_init(NULL, ocel_pipeline_size(), &good));
  assert_non_null(ocel_pipeline_init(mem, ocel_pipeline_size(), &good));
  free(mem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
#define RGB(name) cmocka_unit_test_setup_teardown(name, with_rgb, teardown)
      TEST(nothing_runs_until_somebody_watches),
      TEST(the_time_is_that_of_the_capture),
      TEST(nothing_is_copied_from_the_isp_to_the_ring),
      TEST(everything_stops_some_seconds_later_and_starts_again_at_once),
      TEST(who_comes_back_in_time_interrupts_nothing),
      TEST(key_pictures_on_request),
      TEST(settings_change_while_it_runs),
      TEST(a_failed_source_is_opened_again_less_and_less_often),
      TEST(a_source_that_does_not_start),
      TEST(a_dead_sensor_is_waited_for),
      TEST(a_picture_too_small_for_the_encoder),
      TEST(a_late_consumer),
      TEST(encoder_failures_are_counted),
      TEST(the_encoder_is_told_the_real_rate),
      RGB(rgb_is_converted_before_anything_else),
      RGB(rgb_by_the_cpu),
      RGB(an_unknown_rate_is_measured),
      RGB(a_size_that_changes_at_the_next_start),
      RGB(no_memory_to_convert),
      RGB(results_of_the_camera),
      RGB(configurations_are_checked),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
