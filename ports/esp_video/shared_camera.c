// SPDX-License-Identifier: Apache-2.0
#include "shared_camera.h"

#include <string.h>

#include "freertos/FreeRTOS.h"
#include "freertos/task.h"
#include "shared_camera_state.h"

#define FRAME_TIMEOUT (2 * OCEL_SECOND)
#define RETRY OCEL_SECOND
#define MAKE_WAY (5 * OCEL_MILLISECOND)

enum { STACK = 4096, PRIORITY = 3 };

static void lock(ocel_shared_camera *c) { (void)xSemaphoreTake(c->lock.handle, portMAX_DELAY); }

static void unlock(ocel_shared_camera *c) { (void)xSemaphoreGive(c->lock.handle); }

// ---- the sensor, under the lock ----

static ocel_source_result open_inner(ocel_shared_camera *c) {
  if (c->is_open) return OCEL_SOURCE_OK;
  const ocel_source_result rc = c->inner.open(c->inner.ctx);
  c->is_open = rc == OCEL_SOURCE_OK;
  c->failed = false;
  return rc;
}

static ocel_source_result start_inner(ocel_shared_camera *c) {
  if (atomic_load(&c->is_started)) return OCEL_SOURCE_OK;
  const ocel_source_result rc = c->inner.start(c->inner.ctx, &c->format);
  c->failed = rc != OCEL_SOURCE_OK;
  atomic_store(&c->is_started, !c->failed);
  return rc;
}

static void stop_inner(ocel_shared_camera *c) {
  if (c->is_open) c->inner.stop(c->inner.ctx);
  atomic_store(&c->is_started, false);
}

static void close_inner(ocel_shared_camera *c) {
  stop_inner(c);
  if (c->is_open) c->inner.close(c->inner.ctx);
  c->is_open = false;
}

// What is broken is not kept for the other.
static bool is_kept(const ocel_shared_camera *c) { return atomic_load(&c->wanted) && !c->failed; }

// ---- the encoder's side ----

// The other task hardly ever lets the lock go, so it is asked to.
static void lock_for_encoder(ocel_shared_camera *c) {
  atomic_store(&c->encoder_asks, true);
  lock(c);
  atomic_store(&c->encoder_asks, false);
}

static ocel_source_result encoder_open(void *ctx) {
  ocel_shared_camera *c = ctx;
  lock_for_encoder(c);
  const ocel_source_result rc = open_inner(c);
  c->encoder_opened = rc == OCEL_SOURCE_OK;
  unlock(c);
  return rc;
}

static ocel_source_result encoder_start(void *ctx, ocel_frame_format *format) {
  ocel_shared_camera *c = ctx;
  lock_for_encoder(c);
  const ocel_source_result opened = open_inner(c);  // the other may have closed what failed
  const ocel_source_result rc = opened == OCEL_SOURCE_OK ? start_inner(c) : opened;
  atomic_store(&c->encoder_runs, rc == OCEL_SOURCE_OK);
  *format = c->format;
  unlock(c);
  return rc;
}

static ocel_source_result encoder_acquire(void *ctx, ocel_us timeout, ocel_frame *frame) {
  ocel_shared_camera *c = ctx;
  const ocel_source_result rc = c->inner.acquire(c->inner.ctx, timeout, frame);
  c->failed = rc != OCEL_SOURCE_OK && rc != OCEL_SOURCE_TIMEOUT;
  return rc;
}

static void encoder_release(void *ctx, const ocel_frame *frame) {
  ocel_shared_camera *c = ctx;
  ocel__rgb_offer(&c->rgb, &c->format, frame);
  c->inner.release(c->inner.ctx, frame);
}

static void encoder_stop(void *ctx) {
  ocel_shared_camera *c = ctx;
  lock_for_encoder(c);
  atomic_store(&c->encoder_runs, false);
  if (!is_kept(c)) stop_inner(c);
  unlock(c);
  (void)xSemaphoreGive(c->wake.handle);
}

static void encoder_close(void *ctx) {
  ocel_shared_camera *c = ctx;
  lock_for_encoder(c);
  c->encoder_opened = false;
  if (!is_kept(c)) close_inner(c);
  unlock(c);
  (void)xSemaphoreGive(c->wake.handle);
}

ocel_frame_source ocel_shared_camera_source(ocel_shared_camera *c) {
  return (ocel_frame_source){
      .ctx = c,
      .open = encoder_open,
      .start = encoder_start,
      .acquire = encoder_acquire,
      .release = encoder_release,
      .stop = encoder_stop,
      .close = encoder_close,
      .may_block = c->inner.may_block,
  };
}

// ---- the camera's own task ----

static ocel_us one_picture(ocel_shared_camera *c) {
  ocel_frame frame;
  ocel_source_result rc = open_inner(c);
  if (rc == OCEL_SOURCE_OK) rc = start_inner(c);
  if (rc == OCEL_SOURCE_OK) rc = c->inner.acquire(c->inner.ctx, FRAME_TIMEOUT, &frame);
  if (rc == OCEL_SOURCE_TIMEOUT) return 0;
  if (rc != OCEL_SOURCE_OK) {
    close_inner(c);
    return RETRY;
  }
  ocel__rgb_offer(&c->rgb, &c->format, &frame);
  c->inner.release(c->inner.ctx, &frame);
  return 0;
}

static ocel_us step_locked(ocel_shared_camera *c) {
  if (atomic_load(&c->encoder_runs)) return OCEL_NEVER;
  if (atomic_load(&c->wanted)) return one_picture(c);
  if (c->encoder_opened) {
    stop_inner(c);
  } else {
    close_inner(c);
  }
  return OCEL_NEVER;
}

ocel_us ocel__shared_step(ocel_shared_camera *c) {
  if (atomic_load(&c->encoder_asks)) return MAKE_WAY;
  lock(c);
  const ocel_us wait = step_locked(c);
  unlock(c);
  return wait;
}

static void run(void *argument) {
  ocel_shared_camera *c = argument;
  for (;;) {
    const ocel_us wait = ocel__shared_step(c);
    if (wait > 0) (void)xSemaphoreTake(c->wake.handle, ocel__ticks(wait));
  }
}

bool ocel_shared_camera_start(ocel_shared_camera *c) {
  if (!c->has_task) {
    c->has_task = xTaskCreatePinnedToCore(run, "camera", STACK, c, PRIORITY, NULL, 1) == pdPASS;
  }
  if (!c->has_task) return false;
  ocel__rgb_forget(&c->rgb);
  atomic_store(&c->wanted, true);
  (void)xSemaphoreGive(c->wake.handle);
  return true;
}

void ocel_shared_camera_stop(ocel_shared_camera *c) {
  atomic_store(&c->wanted, false);
  (void)xSemaphoreGive(c->wake.handle);
}

bool ocel_shared_camera_runs(const ocel_shared_camera *c) { return atomic_load(&c->is_started); }

bool ocel_shared_camera_picture(ocel_shared_camera *c, ocel_us wait, ocel_rgb_picture *out) {
  return ocel__rgb_take(&c->rgb, wait, out);
}

// ---- memory ----

size_t ocel_shared_camera_size(void) { return sizeof(ocel_shared_camera); }

ocel_shared_camera *ocel_shared_camera_init(void *mem, size_t size,
                                            const ocel_frame_source *inner) {
  if (mem == NULL || size < sizeof(ocel_shared_camera) || inner->volatile_frames) return NULL;
  ocel_shared_camera *c = mem;
  memset(c, 0, sizeof *c);
  c->inner = *inner;
  ocel__semaphore_init(&c->lock, true);
  ocel__semaphore_init(&c->wake, false);
  ocel__semaphore_init(&c->rgb.ready, false);
  ocel__semaphore_init(&c->rgb.reader, true);
  return c;
}
