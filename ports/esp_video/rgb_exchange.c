// SPDX-License-Identifier: Apache-2.0
#include "convert.h"
#include "esp_timer.h"
#include "memory.h"
#include "reshape.h"
#include "shared_camera_state.h"

#define TOO_OLD (OCEL_SECOND / 2)

void ocel__semaphore_init(ocel_semaphore *s, bool given) {
  s->handle = xSemaphoreCreateBinaryStatic(&s->memory);
  if (given) (void)xSemaphoreGive(s->handle);
}

TickType_t ocel__ticks(ocel_us wait) {
  if (wait == OCEL_NEVER) return portMAX_DELAY;
  return (TickType_t)((wait * configTICK_RATE_HZ + OCEL_SECOND - 1) / OCEL_SECOND);
}

void ocel__rgb_forget(ocel_rgb_exchange *x) {
  ocel_rgb_state ready = OCEL_RGB_READY;
  (void)atomic_compare_exchange_strong(&x->state, &ready, OCEL_RGB_IDLE);
}

// The memory stays: a reader may still have a picture.
static bool allocate(ocel_rgb_exchange *x, size_t size) {
  for (int i = 0; i < 2; i++) {
    if (x->buffer[i] != NULL) continue;
    x->size = size;
    x->buffer[i] = ocel_p4_dma_alloc(&x->size);
    if (x->buffer[i] == NULL) return false;
  }
  if (x->ppa == NULL) x->ppa = ocel_convert_ppa_open();
  return x->ppa != NULL && x->size >= size;
}

void ocel__rgb_offer(ocel_rgb_exchange *x, const ocel_frame_format *format,
                     const ocel_frame *frame) {
  if (atomic_load(&x->state) != OCEL_RGB_WANTED) return;
  const size_t size = (size_t)format->width * format->height * 2;
  if (!allocate(x, size)) return;
  const ocel_picture_job job = {
      .from = frame->data,
      .width = format->width,
      .height = format->height,
      .how = {.block_width = format->width, .block_height = format->height, .eighths = 8},
      .to = x->buffer[x->back],
      .to_size = x->size,
      .pixels = OCEL_PIXELS_RGB565
  };
  if (!ocel_picture_copy(x->ppa, &job)) return;
  x->made = (ocel_rgb_picture){.data = job.to,
                               .size = size,
                               .width = format->width,
                               .height = format->height,
                               .captured_at = frame->captured_at};
  atomic_store(&x->state, OCEL_RGB_READY);
  (void)xSemaphoreGive(x->ready.handle);
}

static bool take_ready(ocel_rgb_exchange *x, ocel_rgb_picture *out) {
  if (atomic_load(&x->state) != OCEL_RGB_READY) return false;
  const bool fresh = esp_timer_get_time() - x->made.captured_at <= TOO_OLD;
  if (fresh) {
    *out = x->made;
    x->back = 1 - x->back;
  }
  atomic_store(&x->state, OCEL_RGB_WANTED);
  return fresh;
}

static bool take(ocel_rgb_exchange *x, ocel_us wait, ocel_rgb_picture *out) {
  const ocel_us until = esp_timer_get_time() + wait;
  while (!take_ready(x, out)) {
    ocel_rgb_state idle = OCEL_RGB_IDLE;
    (void)atomic_compare_exchange_strong(&x->state, &idle, OCEL_RGB_WANTED);
    const ocel_us left = until - esp_timer_get_time();
    if (left <= 0) return false;
    (void)xSemaphoreTake(x->ready.handle, ocel__ticks(left));
  }
  return true;
}

bool ocel__rgb_take(ocel_rgb_exchange *x, ocel_us wait, ocel_rgb_picture *out) {
  if (xSemaphoreTake(x->reader.handle, ocel__ticks(wait)) != pdTRUE) return false;
  const bool taken = take(x, wait, out);
  (void)xSemaphoreGive(x->reader.handle);
  return taken;
}
