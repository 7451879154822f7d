// SPDX-License-Identifier: Apache-2.0
// Private to the pipeline: its state, and its steps, which know nothing of tasks.
#ifndef OCEL_P4_PIPELINE_STATE_H
#define OCEL_P4_PIPELINE_STATE_H

#include <stdatomic.h>

#include "convert.h"
#include "encoder.h"
#include "freertos/FreeRTOS.h"
#include "freertos/semphr.h"
#include "freertos/task.h"
#include "pipeline.h"

typedef atomic_uint_least32_t ocel_pipeline_shared;

/// What other tasks write.
typedef struct {
  atomic_bool watched, key_wanted, ending;
  ocel_pipeline_shared bitrate, gop, qp;  // qp: qp_min | qp_max << 8
} ocel_pipeline_wishes;

/// What other tasks read.
typedef struct {
#define OCEL_X(field, meaning) ocel_pipeline_shared field;
  OCEL_PIPELINE_STATS(OCEL_X)
#undef OCEL_X
} ocel_pipeline_shared_stats;

struct ocel_pipeline {
  ocel_pipeline_config cfg;
  ocel_pipeline_wishes wishes;
  ocel_pipeline_shared_stats stats;
  StaticSemaphore_t wake_memory, ended_memory;
  SemaphoreHandle_t wake;   // a wish has changed
  SemaphoreHandle_t ended;  // the task has
  bool has_task;

  // The task's own.
  ocel_encoder encoder;
  ocel_encoder_settings settings;
  ocel_converter converter;
  ocel_frame_format format;
  uint8_t *yuv;  // what is converted to; NULL if nothing needs to be
  size_t yuv_size;
  bool is_open, is_running, has_encoder;
  ocel_us watched_at;
  ocel_us retry_at, retry_after;
  ocel_us window_at;       // when the rate's measurement began
  uint32_t window_frames;  // intervals since then
};

/// Does what is due: nothing, a start, a stop, or one picture. Returns how long to wait until the
/// next step unless a wish changes: 0, or OCEL_NEVER.
ocel_us ocel__pipeline_step(ocel_pipeline *p);

/// Stops and gives everything back.
void ocel__pipeline_end(ocel_pipeline *p);

/// Opens and starts the source and makes the encoder fit; nothing runs after false.
bool ocel__pipeline_begin(ocel_pipeline *p, ocel_us now);

/// Stops source and encoder, which keep their memory.
void ocel__pipeline_halt(ocel_pipeline *p);

/// After the source failed: closes it, to be tried again later.
void ocel__pipeline_fail(ocel_pipeline *p, ocel_us now);

static inline void ocel__pipeline_count(ocel_pipeline_shared *counter) {
  atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static inline void ocel__pipeline_say(ocel_pipeline_shared *value, uint32_t v) {
  atomic_store_explicit(value, v, memory_order_relaxed);
}

#endif
