// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "esp_video_ioctl.h"
#include "fake_heap.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "fake_v4l2.h"
#include "ocel_test.h"
#include "source_esp_video.h"

#define WAIT (100 * OCEL_MILLISECOND)

static ocel_source_esp_video camera;
static ocel_frame_source source;
static ocel_frame_format format;
static ocel_frame frame;

static void init(ocel_source_esp_video_config cfg) {
  source = ocel_source_esp_video_init(&camera, &cfg);
}

static ocel_source_result begin(void) {
  const ocel_source_result rc = source.open(source.ctx);
  return rc == OCEL_SOURCE_OK ? source.start(source.ctx, &format) : rc;
}

static ocel_source_result acquire(void) { return source.acquire(source.ctx, WAIT, &frame); }

static void end(void) {
  source.stop(source.ctx);
  source.close(source.ctx);
}

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_v4l2_reset();
  init((ocel_source_esp_video_config){0});
  return 0;
}

static void frames_come_in_the_encoders_layout(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(format.width, 1280);
  assert_int_equal(format.height, 720);
  assert_int_equal(format.stride, 1920);
  assert_int_equal(format.pixels, OCEL_PIXELS_O_UYY_E_VYY);
  assert_int_equal(format.fps, 30);
  ocel_us last = fake_time_now();
  for (unsigned i = 0; i < 10; i++) {
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    assert_int_equal(frame.size, 1382400);
    assert_int_equal(frame.data[0], i);
    assert_int_equal(frame.captured_at, fake_time_now());
    assert_int_equal(frame.captured_at - last, 33333);
    last = frame.captured_at;
    assert_false(fake_dma_owns(frame.data));
    source.release(source.ctx, &frame);
    assert_true(fake_dma_owns(frame.data));
  }
  assert_int_equal(camera.counts.frames, 10);
  assert_int_equal(fake_heap.allocations, OCEL_SOURCE_BUFFERS_MIN);
  end();
}

static void lines_are_padded_to_whole_macroblocks(void **state) {
  (void)state;
  fake_v4l2.width = 1920;
  fake_v4l2.height = 1080;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(format.height, 1080);
  assert_int_equal(frame.size, 1920 * 1088 * 3 / 2);
  source.release(source.ctx, &frame);
  end();
}

// What waited while something else took long is old: the newest is given.
static void a_slow_user_gets_the_newest(void **state) {
  (void)state;
  init((ocel_source_esp_video_config){.buffers = 4});
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  fake_time_pass(90 * OCEL_MILLISECOND);  // two more are done
  source.release(source.ctx, &frame);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(frame.data[0], 2);
  assert_int_equal(camera.counts.skipped, 1);
  source.release(source.ctx, &frame);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(frame.data[0], 3);
  source.release(source.ctx, &frame);
  end();
}

// One of two buffers is always the driver's, so that nothing waits; what came while the other was
// held is lost, and nothing else.
static void two_buffers_do_for_a_quick_user(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  for (unsigned i = 0; i < 5; i++) {
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    assert_int_equal(frame.data[0], i);
    fake_time_pass(30 * OCEL_MILLISECOND);
    source.release(source.ctx, &frame);
  }
  assert_int_equal(fake_v4l2.lost, 0);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  fake_time_pass(40 * OCEL_MILLISECOND);
  source.release(source.ctx, &frame);
  assert_int_equal(fake_v4l2.lost, 1);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(fake_v4l2.lost, 1);
  assert_int_equal(camera.counts.skipped, 0);
  source.release(source.ctx, &frame);
  end();
}

static void damaged_pictures_are_passed_over(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  fake_v4l2.damaged = 2;
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(frame.data[0], 2);
  assert_int_equal(camera.counts.damaged, 2);
  assert_int_equal(fake_v4l2.restarts, 0);
  source.release(source.ctx, &frame);
  fake_v4l2.damaged = 3;
  assert_int_equal(acquire(), OCEL_SOURCE_TIMEOUT);
  assert_int_equal(fake_v4l2.restarts, 1);
  end();
}

static void a_dead_sensor_is_restarted_less_and_less_often(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  fake_v4l2.dead = true;
  const ocel_us died = fake_time_now();
  while (fake_time_now() - died < 200 * OCEL_SECOND) {
    assert_int_equal(acquire(), OCEL_SOURCE_TIMEOUT);
  }
  assert_int_equal(fake_v4l2.restarted_at[0] - died, WAIT);
  static const int seconds[] = {1, 2, 4, 8, 16, 30, 30, 30};
  for (size_t i = 0; i < ARRAY_LEN(seconds); i++) {
    const ocel_us gap = fake_v4l2.restarted_at[i + 1] - fake_v4l2.restarted_at[i];
    assert_in_range(gap, seconds[i] * OCEL_SECOND, seconds[i] * OCEL_SECOND + WAIT);
  }
  fake_v4l2.revives = true;
  const ocel_us start = fake_time_now();
  while (acquire() != OCEL_SOURCE_OK) assert_true(fake_time_now() - start < 31 * OCEL_SECOND);
  source.release(source.ctx, &frame);
  const unsigned before = fake_v4l2.restarts;  // the next death is noticed at once again
  fake_v4l2.dead = true;
  fake_v4l2.revives = true;
  assert_int_equal(acquire(), OCEL_SOURCE_TIMEOUT);
  assert_int_equal(fake_v4l2.restarts, before + 1);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  source.release(source.ctx, &frame);
  end();
}

static void orientation_and_rate_are_the_sensors(void **state) {
  (void)state;
  init((ocel_source_esp_video_config){.mirror = true, .flip = true, .fps = 15, .buffers = 9});
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_true(fake_v4l2.mirror && fake_v4l2.flip);
  assert_int_equal(format.fps, 15);
  assert_int_equal(fake_heap.allocations, OCEL_SOURCE_BUFFERS_MAX);
  end();
  init((ocel_source_esp_video_config){0});
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_false(fake_v4l2.mirror || fake_v4l2.flip);
  end();
  static const esp_cam_sensor_format_t VGA = {"OV5647 640x480", 640, 480, 30};
  init((ocel_source_esp_video_config){.sensor_format = &VGA});
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(format.width, 640);
  assert_int_equal(format.height, 480);
  end();
}

// 50 a second become 30: three of five.
static void a_rate_between_is_made_by_dropping(void **state) {
  (void)state;
  init((ocel_source_esp_video_config){.fps = 30});
  fake_v4l2.fps = 50;
  fake_v4l2.period = 20 * OCEL_MILLISECOND;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(format.fps, 30);
  assert_int_equal(fake_v4l2.divisor, 1);
  const ocel_us from = fake_time_now();
  for (int i = 0; i < 300; i++) {
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    source.release(source.ctx, &frame);
  }
  const ocel_us took = fake_time_now() - from;
  assert_in_range(took, 9950 * OCEL_MILLISECOND, 10050 * OCEL_MILLISECOND);
  assert_in_range(camera.counts.dropped, 198, 202);
  // After a gap there is no hurry to catch up.
  fake_time_pass(OCEL_SECOND);
  for (int i = 0; i < 30; i++) {
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    source.release(source.ctx, &frame);
  }
  assert_in_range(fake_time_now() - from - took, 1930 * OCEL_MILLISECOND, 2070 * OCEL_MILLISECOND);
  end();
}

static void more_than_the_sensor_gives_is_its_own_rate(void **state) {
  (void)state;
  init((ocel_source_esp_video_config){.fps = 60});
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(format.fps, 30);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_int_equal(camera.counts.dropped, 0);
  source.release(source.ctx, &frame);
  end();
}

static void refused_controls_do_not_cost_the_picture(void **state) {
  (void)state;
  init((ocel_source_esp_video_config){.mirror = true, .flip = true, .fps = 7});
  fake_v4l2.failing = VIDIOC_S_EXT_CTRLS;
  fake_v4l2.with_errno = ESRCH;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(camera.counts.refused, 2);
  assert_int_equal(format.fps, 7);
  end();
  fake_v4l2.failing = VIDIOC_G_PARM;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(format.fps, 0);
  end();
}

static void every_request_can_fail(void **state) {
  (void)state;
  static const struct {
    const char *name;
    long request;
    int error;
    unsigned after;
    ocel_source_result result;
  } cases[] = {
      {"the sensor's format", VIDIOC_S_SENSOR_FMT, EPERM,  0, OCEL_SOURCE_FAILED     },
      {"no format",           VIDIOC_G_FMT,        ENODEV, 0, OCEL_SOURCE_FAILED     },
      {"no such layout",      VIDIOC_S_FMT,        ESRCH,  0, OCEL_SOURCE_UNSUPPORTED},
      {"bad format",          VIDIOC_S_FMT,        EINVAL, 0, OCEL_SOURCE_UNSUPPORTED},
      {"busy",                VIDIOC_S_FMT,        EBUSY,  0, OCEL_SOURCE_FAILED     },
      {"no buffers",          VIDIOC_REQBUFS,      ENOMEM, 0, OCEL_SOURCE_NO_MEMORY  },
      {"no size",             VIDIOC_QUERYBUF,     EINVAL, 0, OCEL_SOURCE_UNSUPPORTED},
      {"not queued",          VIDIOC_QBUF,         EINVAL, 1, OCEL_SOURCE_UNSUPPORTED},
      {"not started",         VIDIOC_STREAMON,     ENOMEM, 0, OCEL_SOURCE_NO_MEMORY  },
      {"no sensor",           VIDIOC_STREAMON,     EPERM,  0, OCEL_SOURCE_FAILED     },
  };
  static const esp_cam_sensor_format_t HD = {"720p", 1280, 720, 30};
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].name);
    fake_v4l2_reset();
    init((ocel_source_esp_video_config){.sensor_format = &HD});
    fake_v4l2.failing = cases[i].request;
    fake_v4l2.with_errno = cases[i].error;
    fake_v4l2.after = cases[i].after;
    assert_int_equal(begin(), cases[i].result);
    // Some buffers may be queued at a device that never started: the driver gives them back.
    source.stop(source.ctx);
    fake_v4l2.with_errno = 0;
    assert_int_equal(source.start(source.ctx, &format), OCEL_SOURCE_OK);
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    source.release(source.ctx, &frame);
    end();
    assert_int_equal(fake_heap.allocations, 0);
  }
}

static void failures_while_it_runs(void **state) {
  (void)state;
  static const struct {
    const char *name;
    long request;
    int error;
    bool dead;
  } cases[] = {
      {"no limit of the wait", VIDIOC_S_DQBUF_TIMEOUT, EINVAL, false},
      {"no picture",           VIDIOC_DQBUF,           EBUSY,  false},
      {"no restart",           VIDIOC_RESTART,         EPERM,  true },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].name);
    assert_int_equal(begin(), OCEL_SOURCE_OK);
    fake_v4l2.failing = cases[i].request;
    fake_v4l2.with_errno = cases[i].error;
    fake_v4l2.dead = cases[i].dead;
    assert_int_equal(acquire(), OCEL_SOURCE_FAILED);
    end();
    fake_v4l2_reset();
  }
}

static void the_device_does_not_open(void **state) {
  (void)state;
  fake_v4l2.open_errno = ENODEV;
  assert_int_equal(begin(), OCEL_SOURCE_FAILED);
  fake_v4l2.open_errno = ENOMEM;
  assert_int_equal(begin(), OCEL_SOURCE_NO_MEMORY);
}

static void too_little_psram(void **state) {
  (void)state;
  for (unsigned n = 1; n <= OCEL_SOURCE_BUFFERS_MIN; n++) {
    fake_heap.fail_after = n;
    assert_int_equal(begin(), OCEL_SOURCE_NO_MEMORY);
    assert_int_equal(fake_heap.allocations, 0);
    source.close(source.ctx);
  }
}

static void odd_sizes_are_not_supported(void **state) {
  (void)state;
  fake_v4l2.height = 727;
  assert_int_equal(begin(), OCEL_SOURCE_UNSUPPORTED);
  end();
}

static void a_stopped_source_starts_again_with_its_buffers(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(acquire(), OCEL_SOURCE_OK);
    source.release(source.ctx, &frame);
    source.stop(source.ctx);
    assert_false(fake_v4l2.is_streaming);
    assert_int_equal(fake_heap.allocations, OCEL_SOURCE_BUFFERS_MIN);
    assert_int_equal(source.start(source.ctx, &format), OCEL_SOURCE_OK);
  }
  end();
  assert_int_equal(fake_heap.allocations, 0);
}

static void release_twice(void) {
  source.release(source.ctx, &frame);
  source.release(source.ctx, &frame);
}

static void broken_rules_are_seen(void **state) {
  (void)state;
  assert_int_equal(begin(), OCEL_SOURCE_OK);
  assert_int_equal(acquire(), OCEL_SOURCE_OK);
  assert_string_equal(fake_rule_broken_by(release_twice), "v4l2: a queued buffer is not queued");
  end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
      TEST(frames_come_in_the_encoders_layout),
      TEST(lines_are_padded_to_whole_macroblocks),
      TEST(a_slow_user_gets_the_newest),
      TEST(two_buffers_do_for_a_quick_user),
      TEST(damaged_pictures_are_passed_over),
      TEST(a_dead_sensor_is_restarted_less_and_less_often),
      TEST(orientation_and_rate_are_the_sensors),
      TEST(a_rate_between_is_made_by_dropping),
      TEST(more_than_the_sensor_gives_is_its_own_rate),
      TEST(refused_controls_do_not_cost_the_picture),
      TEST(every_request_can_fail),
      TEST(failures_while_it_runs),
      TEST(the_device_does_not_open),
      TEST(too_little_psram),
      TEST(odd_sizes_are_not_supported),
      TEST(a_stopped_source_starts_again_with_its_buffers),
      TEST(broken_rules_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
