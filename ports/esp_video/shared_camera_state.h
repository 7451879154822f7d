// SPDX-License-Identifier: Apache-2.0
// Private to shared_camera.c, rgb_exchange.c and their tests.
#ifndef OCEL_P4_SHARED_CAMERA_STATE_H
#define OCEL_P4_SHARED_CAMERA_STATE_H

#include <stdatomic.h>

#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "shared_camera.h"

typedef struct {
  StaticSemaphore_t memory;
  SemaphoreHandle_t handle;
} ocel_semaphore;

// A picture goes round: asked for, made, taken. Two buffers: one is with the reader.
typedef enum { OCEL_RGB_IDLE, OCEL_RGB_WANTED, OCEL_RGB_READY } ocel_rgb_state;

typedef struct {
  _Atomic ocel_rgb_state state;
  uint8_t *buffer[2];
  size_t size;
  void *ppa;
  unsigned back;  // that is written next; the driver's while WANTED, the reader's else
  ocel_rgb_picture made;
  ocel_semaphore ready, reader;
} ocel_rgb_exchange;

struct ocel_shared_camera {
  ocel_frame_source inner;
  ocel_semaphore lock, wake;
  ocel_frame_format format;
  bool is_open, encoder_opened, failed;  // under the lock
  atomic_bool is_started, encoder_runs, encoder_asks, wanted;
  bool has_task;
  ocel_rgb_exchange rgb;
};

void ocel__semaphore_init(ocel_semaphore *s, bool given);
TickType_t ocel__ticks(ocel_us wait);

/// Nothing is ready any more.
void ocel__rgb_forget(ocel_rgb_exchange *x);
/// Makes a picture of `frame` if one is wanted. By whoever has the frame.
void ocel__rgb_offer(ocel_rgb_exchange *x, const ocel_frame_format *format,
                     const ocel_frame *frame);
bool ocel__rgb_take(ocel_rgb_exchange *x, ocel_us wait, ocel_rgb_picture *out);

/// What the camera's own task does once; how long to wait then.
ocel_us ocel__shared_step(ocel_shared_camera *c);

#endif
