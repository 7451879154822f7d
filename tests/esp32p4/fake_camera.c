// SPDX-License-Identifier: Apache-2.0
#include "fake_camera.h"

#include <pthread.h>
#include <string.h>

#include "fake_rules.h"
#include "fake_time.h"

fake_camera_state fake_camera;
static uint8_t picture[(1280 * 2 + 64) * 720];
static pthread_t owner;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;

void fake_camera_reset(void) {
  RULE("camera: it is closed", !fake_camera.is_open);
  fake_camera = (fake_camera_state){.width = 320, .height = 240, .period = 33333};
}

static void by_owner(void) {
  RULE("camera: one task makes all calls", pthread_equal(owner, pthread_self()));
}

static ocel_source_result open_camera(void *ctx) {
  (void)ctx;
  RULE("camera: it is not open yet", !fake_camera.is_open);
  owner = pthread_self();
  if (fake_camera.open_result != OCEL_SOURCE_OK) return fake_camera.open_result;
  fake_camera.is_open = true;
  fake_camera.opened++;
  return OCEL_SOURCE_OK;
}

static ocel_source_result start(void *ctx, ocel_frame_format *format) {
  (void)ctx;
  by_owner();
  RULE("camera: it is open and not started", fake_camera.is_open && !fake_camera.is_started);
  if (fake_camera.start_result != OCEL_SOURCE_OK) return fake_camera.start_result;
  fake_camera.is_started = true;
  fake_camera.started++;
  *format = (ocel_frame_format){.width = fake_camera.width,
                                .height = fake_camera.height,
                                .stride = fake_camera.width * 2u + fake_camera.gap,
                                .pixels = OCEL_PIXELS_RGB565,
                                .fps = fake_camera.knows_rate ? 30 : 0};
  return OCEL_SOURCE_OK;
}

static void block(void) {
  pthread_mutex_lock(&lock);
  fake_camera.is_waiting = true;
  pthread_cond_broadcast(&changed);
  while (fake_camera.blocks) pthread_cond_wait(&changed, &lock);
  fake_camera.is_waiting = false;
  pthread_mutex_unlock(&lock);
}

static ocel_source_result acquire(void *ctx, ocel_us timeout, ocel_frame *frame) {
  (void)ctx;
  by_owner();
  RULE("camera: it runs and no frame is held", fake_camera.is_started && !fake_camera.is_held);
  RULE("camera: a wait has an end", timeout > 0 && timeout < 10 * OCEL_SECOND);
  if (fake_camera.blocks) block();
  if (fake_camera.acquire_result == OCEL_SOURCE_TIMEOUT) fake_time_pass(timeout);
  if (fake_camera.acquire_result != OCEL_SOURCE_OK) return fake_camera.acquire_result;
  fake_time_pass(fake_camera.period);
  fake_camera.acquired++;
  memset(picture, (int)(fake_camera.acquired & 0xff), sizeof picture);
  fake_camera.is_held = true;
  const size_t stride = fake_camera.width * 2u + fake_camera.gap;
  *frame = (ocel_frame){.data = picture,
                        .size = stride * fake_camera.height - fake_camera.short_frame,
                        .captured_at = fake_time_now()};
  return OCEL_SOURCE_OK;
}

static void release(void *ctx, const ocel_frame *frame) {
  (void)ctx;
  by_owner();
  RULE("camera: what is released is held", fake_camera.is_held && frame->data == picture);
  fake_camera.is_held = false;
  memset(picture, 0xee, sizeof picture);
}

static void stop(void *ctx) {
  (void)ctx;
  by_owner();
  RULE("camera: no frame is held when it stops", !fake_camera.is_held);
  fake_camera.stopped += fake_camera.is_started;
  fake_camera.is_started = false;
}

static void close_camera(void *ctx) {
  (void)ctx;
  by_owner();
  RULE("camera: it is stopped before it is closed", fake_camera.is_open && !fake_camera.is_started);
  fake_camera.is_open = false;
}

ocel_frame_source fake_camera_source(void) {
  return (ocel_frame_source){.open = open_camera,
                             .start = start,
                             .acquire = acquire,
                             .release = release,
                             .stop = stop,
                             .close = close_camera,
                             .volatile_frames = true,
                             .may_block = true};
}

void fake_camera_await_block(void) {
  pthread_mutex_lock(&lock);
  while (!fake_camera.is_waiting) pthread_cond_wait(&changed, &lock);
  pthread_mutex_unlock(&lock);
}

void fake_camera_unblock(void) {
  fake_camera_await_block();
  pthread_mutex_lock(&lock);
  fake_camera.blocks = false;
  pthread_cond_broadcast(&changed);
  pthread_mutex_unlock(&lock);
}
