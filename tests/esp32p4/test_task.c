// SPDX-License-Identifier: Apache-2.0
// The pipeline in its task, driven from others.
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "fake_camera.h"
#include "fake_freertos.h"
#include "fake_h264.h"
#include "fake_heap.h"
#include "fake_v4l2.h"
#include "media.h"
#include "ocel_test.h"
#include "pipeline.h"
#include "source_esp_video.h"

enum { UNIT_MAX = 65536 };

static media ring;
static ocel_source_esp_video camera;
static ocel_pipeline *pipeline;

static void make(ocel_frame_source source) {
  const ocel_pipeline_config cfg = {
      .source = source,
      .ring = ring.ring,
      .unit_max = UNIT_MAX,
      .bitrate = 2000000,
      .gop = 30,
      .qp_min = 10,
      .qp_max = 40,
      .key_interval = 500 * OCEL_MILLISECOND,
      .linger = OCEL_SECOND,
      .frame_timeout = OCEL_SECOND,
      .task = {.name = "camera", .stack = 6144, .priority = 7, .core = 1},
  };
  pipeline = ocel_pipeline_init(calloc(1, ocel_pipeline_size()), ocel_pipeline_size(), &cfg);
  assert_non_null(pipeline);
}

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_h264_reset();
  fake_v4l2_reset();
  fake_camera_reset();
  ring = media_open(UNIT_MAX, 256);
  const ocel_source_esp_video_config cfg = {0};
  make(ocel_source_esp_video_init(&camera, &cfg));
  return 0;
}

static int teardown(void **state) {
  (void)state;
  fake_freertos_join();
  free(pipeline);
  media_close(&ring);
  fake_heap_reset();
  fake_h264_reset();
  fake_v4l2_reset();
  fake_camera_reset();
  return 0;
}

static ocel_pipeline_stats stats(void) {
  ocel_pipeline_stats s;
  ocel_pipeline_get_stats(pipeline, &s);
  return s;
}

static void rest(void) { (void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL); }

// Takes pictures as a network task does, until `n` more have been read.
static void read_pictures(unsigned n) {
  ocel_access_unit au;
  while (n > 0) {
    if (media_next(&ring, &au)) {
      n--;
    } else {
      rest();
    }
  }
}

static void await_phase(ocel_pipeline_phase phase) {
  ocel_access_unit au;
  while (stats().phase != phase) {
    if (!media_next(&ring, &au)) rest();
  }
}

static void a_life(void **state) {
  (void)state;
  assert_true(ocel_pipeline_stop(pipeline, OCEL_SECOND));  // nothing to stop
  assert_true(ocel_pipeline_start(pipeline));
  assert_false(ocel_pipeline_start(pipeline));
  assert_int_equal(fake_freertos.stack, 6144);
  assert_int_equal(fake_freertos.priority, 7);
  assert_int_equal(fake_freertos.core, 1);
  for (int i = 0; i < 3; i++) {
    ocel_pipeline_watch(pipeline, true);
    read_pictures(100);
    ocel_pipeline_watch(pipeline, false);
    await_phase(OCEL_PIPELINE_IDLE);
  }
  assert_int_equal(stats().encoders, 1);
  assert_int_equal(stats().stack_left, 3072);
  while (!ocel_pipeline_stop(pipeline, OCEL_SECOND)) rest();
  fake_freertos_join();
  assert_int_equal(fake_v4l2.started, 3);
  assert_int_equal(fake_heap.allocations, 0);
  assert_int_equal(fake_h264.instances, 0);
}

static void it_starts_again_after_its_end(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    assert_true(ocel_pipeline_start(pipeline));
    ocel_pipeline_watch(pipeline, true);
    read_pictures(10);
    while (!ocel_pipeline_stop(pipeline, OCEL_SECOND)) rest();
    fake_freertos_join();
    assert_false(fake_v4l2.is_open);
  }
}

static void no_memory_for_the_task(void **state) {
  (void)state;
  fake_freertos.fail_create = true;
  assert_false(ocel_pipeline_start(pipeline));
  fake_freertos.fail_create = false;
  assert_true(ocel_pipeline_start(pipeline));
  while (!ocel_pipeline_stop(pipeline, OCEL_SECOND)) rest();
}

// The third-party driver may wait for ever: stop says so, and works once it has returned.
static void a_driver_that_blocks(void **state) {
  (void)state;
  free(pipeline);
  make(fake_camera_source());
  fake_camera.blocks = true;
  assert_true(ocel_pipeline_start(pipeline));
  ocel_pipeline_watch(pipeline, true);
  fake_camera_await_block();
  assert_false(ocel_pipeline_stop(pipeline, 100 * OCEL_MILLISECOND));
  assert_false(ocel_pipeline_start(pipeline));
  fake_camera_unblock();
  while (!ocel_pipeline_stop(pipeline, OCEL_SECOND)) rest();
  fake_freertos_join();
  assert_false(fake_camera.is_open);
}

static void *other_task(void *arg) {
  (void)arg;
  for (unsigned i = 0; i < 2000; i++) {
    ocel_pipeline_request_key(pipeline);
    ocel_pipeline_watch(pipeline, i % 50 != 0);
    (void)!ocel_pipeline_set_bitrate(pipeline, 500000 + i * 1000);
    (void)!ocel_pipeline_set_gop(pipeline, (uint8_t)(10 + i % 100));
    if (i % 500 == 0) (void)!ocel_pipeline_set_qp(pipeline, (uint8_t)(10 + i / 500), 40);
    (void)stats();
    if (i % 20 == 0) rest();
  }
  return NULL;
}

static void many_tasks_at_once(void **state) {
  (void)state;
  assert_true(ocel_pipeline_start(pipeline));
  ocel_pipeline_watch(pipeline, true);
  pthread_t others[2];
  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    assert_int_equal(pthread_create(&others[i], NULL, other_task, NULL), 0);
  }
  read_pictures(200);
  for (size_t i = 0; i < ARRAY_LEN(others); i++) pthread_join(others[i], NULL);
  ocel_pipeline_watch(pipeline, true);
  read_pictures(100);
  while (!ocel_pipeline_stop(pipeline, OCEL_SECOND)) rest();
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(a_life),
      TEST(it_starts_again_after_its_end),
      TEST(no_memory_for_the_task),
      TEST(a_driver_that_blocks),
      TEST(many_tasks_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
