// SPDX-License-Identifier: Apache-2.0
// The encoder and a display at one camera.
#include <errno.h>
#include <stdlib.h>

#include "esp_video_ioctl.h"
#include "driver/ppa.h"
#include "esp_heap_caps.h"
#include "fake_freertos.h"
#include "fake_heap.h"
#include "fake_ppa.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "fake_v4l2.h"
#include "ocel_test.h"
#include "shared_camera_state.h"
#include "source_esp_video.h"

static ocel_source_esp_video sensor;
static ocel_shared_camera *camera;
static ocel_frame_source encoder;
static ocel_frame_format format;
static ocel_frame frame;
static ocel_rgb_picture picture;

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_v4l2_reset();
  fake_ppa = (fake_ppa_state){0};
  fake_v4l2.width = 160;
  fake_v4l2.height = 96;
  const ocel_source_esp_video_config cfg = {0};
  const ocel_frame_source inner = ocel_source_esp_video_init(&sensor, &cfg);
  camera = ocel_shared_camera_init(calloc(1, ocel_shared_camera_size()), ocel_shared_camera_size(),
                                   &inner);
  assert_non_null(camera);
  camera->has_task = true;  // the test is that task
  encoder = ocel_shared_camera_source(camera);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ocel_shared_camera_stop(camera);
  (void)ocel__shared_step(camera);
  assert_false(fake_v4l2.is_open);
  for (int i = 0; i < 2; i++) heap_caps_free(camera->rgb.buffer[i]);
  if (camera->rgb.ppa != NULL) (void)ppa_unregister_client(camera->rgb.ppa);
  free(camera);
  return 0;
}

static void encoder_begins(void) {
  assert_int_equal(encoder.open(encoder.ctx), OCEL_SOURCE_OK);
  assert_int_equal(encoder.start(encoder.ctx, &format), OCEL_SOURCE_OK);
}

static void encoder_ends(void) {
  encoder.stop(encoder.ctx);
  encoder.close(encoder.ctx);
}

static void encode_one(void) {
  assert_int_equal(encoder.acquire(encoder.ctx, OCEL_SECOND, &frame), OCEL_SOURCE_OK);
  encoder.release(encoder.ctx, &frame);
}

static bool picture_at_once(void) { return ocel_shared_camera_picture(camera, 0, &picture); }

static void without_a_display_nothing_is_copied(void **state) {
  (void)state;
  encoder_begins();
  assert_int_equal(format.width, 160);
  assert_int_equal(format.pixels, OCEL_PIXELS_O_UYY_E_VYY);
  assert_true(ocel_shared_camera_runs(camera));
  for (int i = 0; i < 5; i++) encode_one();
  assert_int_equal(fake_heap.allocations, OCEL_SOURCE_BUFFERS_MIN);
  assert_int_equal(fake_ppa.clients, 0);
  encoder_ends();
  assert_false(ocel_shared_camera_runs(camera));
  assert_false(fake_v4l2.is_open);
}

static void a_display_alone_runs_the_sensor(void **state) {
  (void)state;
  assert_false(picture_at_once());
  assert_true(ocel_shared_camera_start(camera));
  assert_int_equal(ocel__shared_step(camera), 0);
  assert_true(ocel_shared_camera_runs(camera));
  assert_true(picture_at_once());
  assert_int_equal(picture.width, 160);
  assert_int_equal(picture.height, 96);
  assert_int_equal(picture.size, 160 * 96 * 2);
  assert_int_equal(picture.captured_at, fake_time_now());
  // Below what the fake camera marks: Y, U and V of 0, which is a dark green.
  assert_int_equal(picture.data[160 * 2 * 40] | picture.data[160 * 2 * 40 + 1] << 8, 0x0440);
  ocel_shared_camera_stop(camera);
  assert_int_equal(ocel__shared_step(camera), OCEL_NEVER);
  assert_false(fake_v4l2.is_open);
}

static void pictures_are_made_only_when_asked_for(void **state) {
  (void)state;
  assert_true(ocel_shared_camera_start(camera));
  for (int i = 0; i < 3; i++) (void)ocel__shared_step(camera);
  assert_int_equal(fake_ppa.operations, 0);
  assert_false(picture_at_once());
  for (int i = 0; i < 3; i++) (void)ocel__shared_step(camera);
  assert_int_equal(fake_ppa.operations, 1);
  assert_true(picture_at_once());
  assert_false(picture_at_once());  // the next one is still to come
}

// The reader's picture is not written while the next one is made.
static void the_taken_picture_is_left_alone(void **state) {
  (void)state;
  assert_true(ocel_shared_camera_start(camera));
  assert_false(picture_at_once());
  const uint8_t *last = NULL;
  for (int i = 0; i < 4; i++) {
    (void)ocel__shared_step(camera);
    assert_true(picture_at_once());
    assert_ptr_not_equal(picture.data, last);
    last = picture.data;
  }
}

static void both_at_once(void **state) {
  (void)state;
  encoder_begins();
  assert_false(picture_at_once());
  assert_int_equal(encoder.acquire(encoder.ctx, OCEL_SECOND, &frame), OCEL_SOURCE_OK);
  assert_int_equal(fake_ppa.operations, 0);  // the stream comes first
  encoder.release(encoder.ctx, &frame);
  assert_int_equal(fake_ppa.operations, 1);
  assert_true(fake_dma_owns(frame.data));
  assert_true(picture_at_once());
  assert_int_equal(picture.captured_at, frame.captured_at);
  encoder_ends();
}

static void neither_starts_the_sensor_anew(void **state) {
  (void)state;
  assert_true(ocel_shared_camera_start(camera));
  (void)ocel__shared_step(camera);
  encoder_begins();
  assert_int_equal(ocel__shared_step(camera), OCEL_NEVER);  // the encoder's task does it
  encode_one();
  encoder_ends();
  assert_true(ocel_shared_camera_runs(camera));
  assert_int_equal(ocel__shared_step(camera), 0);
  encoder_begins();
  ocel_shared_camera_stop(camera);
  assert_int_equal(ocel__shared_step(camera), OCEL_NEVER);
  assert_true(ocel_shared_camera_runs(camera));
  encode_one();
  assert_int_equal(fake_v4l2.started, 1);
  assert_int_equal(fake_v4l2.opened, 1);
  encoder.stop(encoder.ctx);
  assert_false(ocel_shared_camera_runs(camera));
  encoder.close(encoder.ctx);
}

static void a_resting_encoder_keeps_the_device(void **state) {
  (void)state;
  encoder_begins();
  encoder.stop(encoder.ctx);
  assert_true(ocel_shared_camera_start(camera));
  (void)ocel__shared_step(camera);
  assert_true(ocel_shared_camera_runs(camera));
  ocel_shared_camera_stop(camera);
  (void)ocel__shared_step(camera);
  assert_false(ocel_shared_camera_runs(camera));
  assert_true(fake_v4l2.is_open);
  assert_int_equal(encoder.start(encoder.ctx, &format), OCEL_SOURCE_OK);
  encode_one();
  encoder_ends();
}

static void an_old_picture_is_thrown_away(void **state) {
  (void)state;
  encoder_begins();
  assert_false(picture_at_once());
  encode_one();
  fake_time_pass(600 * OCEL_MILLISECOND);
  assert_false(picture_at_once());
  encode_one();
  assert_true(picture_at_once());
  encoder_ends();
}

static void who_waits_gives_up_in_time(void **state) {
  (void)state;
  const ocel_us before = fake_time_now();
  assert_false(ocel_shared_camera_picture(camera, OCEL_SECOND, &picture));
  assert_in_range(fake_time_now() - before, OCEL_SECOND, OCEL_SECOND + 10 * OCEL_MILLISECOND);
}

static void a_failed_sensor_is_not_kept_for_the_other(void **state) {
  (void)state;
  assert_true(ocel_shared_camera_start(camera));
  (void)ocel__shared_step(camera);
  encoder_begins();
  fake_v4l2.failing = VIDIOC_DQBUF;
  fake_v4l2.with_errno = EBUSY;
  assert_int_equal(encoder.acquire(encoder.ctx, OCEL_SECOND, &frame), OCEL_SOURCE_FAILED);
  encoder_ends();
  assert_false(fake_v4l2.is_open);
  assert_int_equal(ocel__shared_step(camera), OCEL_SECOND);  // nor does the display get it
  assert_false(fake_v4l2.is_open);
  fake_v4l2.with_errno = 0;
  assert_int_equal(ocel__shared_step(camera), 0);
  encoder_begins();
  encode_one();
  encoder_ends();
}

static void a_dead_sensor_is_restarted_for_a_display_too(void **state) {
  (void)state;
  assert_true(ocel_shared_camera_start(camera));
  (void)ocel__shared_step(camera);
  fake_v4l2.dead = true;
  fake_v4l2.revives = true;
  assert_int_equal(ocel__shared_step(camera), 0);
  assert_int_equal(fake_v4l2.restarts, 1);
  assert_false(picture_at_once());
  (void)ocel__shared_step(camera);
  assert_true(picture_at_once());
}

static void a_display_without_memory_does_not_cost_the_stream(void **state) {
  (void)state;
  encoder_begins();
  assert_false(picture_at_once());
  fake_heap.fail_after = 2;
  encode_one();
  assert_false(picture_at_once());
  fake_ppa.register_result = ESP_ERR_NO_MEM;
  encode_one();
  fake_ppa.register_result = ESP_OK;
  fake_ppa.result = ESP_FAIL;
  encode_one();
  assert_false(picture_at_once());
  fake_ppa.result = ESP_OK;
  encode_one();
  assert_true(picture_at_once());
  encoder_ends();
}

static void frames_that_change_while_held_cannot_be_shared(void **state) {
  (void)state;
  const ocel_frame_source inner = {.volatile_frames = true};
  char memory[sizeof(ocel_shared_camera)];
  assert_null(ocel_shared_camera_init(memory, sizeof memory, &inner));
  assert_null(ocel_shared_camera_init(memory, sizeof memory - 1, &camera->inner));
}

// Last, since this task never ends.
static void the_task_makes_pictures(void **state) {
  (void)state;
  camera->has_task = false;
  fake_freertos.fail_create = true;
  assert_false(ocel_shared_camera_start(camera));
  fake_freertos.fail_create = false;
  assert_true(ocel_shared_camera_start(camera));
  bool taken = false;
  for (int i = 0; i < 200 && !taken; i++) {
    taken = ocel_shared_camera_picture(camera, 100 * OCEL_MILLISECOND, &picture);
  }
  assert_true(taken);
  encoder_begins();
  for (int i = 0; i < 20; i++) encode_one();
  encoder_ends();
  assert_int_equal(fake_v4l2.started, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(without_a_display_nothing_is_copied),
      TEST(a_display_alone_runs_the_sensor),
      TEST(pictures_are_made_only_when_asked_for),
      TEST(the_taken_picture_is_left_alone),
      TEST(both_at_once),
      TEST(neither_starts_the_sensor_anew),
      TEST(a_resting_encoder_keeps_the_device),
      TEST(an_old_picture_is_thrown_away),
      TEST(who_waits_gives_up_in_time),
      TEST(a_failed_sensor_is_not_kept_for_the_other),
      TEST(a_dead_sensor_is_restarted_for_a_display_too),
      TEST(a_display_without_memory_does_not_cost_the_stream),
      TEST(frames_that_change_while_held_cannot_be_shared),
      cmocka_unit_test_setup(the_task_makes_pictures, setup),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
