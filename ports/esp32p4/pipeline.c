// SPDX-License-Identifier: Apache-2.0
#include "pipeline.h"

#include <string.h>

#include "pipeline_state.h"

enum { STACK_LOOKED_AT = 64 };  // steps; it costs a walk over what is unused

size_t ocel_pipeline_size(void) { return sizeof(ocel_pipeline); }

// The size is the source's; any will do for the check.
static bool is_valid(uint32_t bitrate, uint8_t gop, uint8_t qp_min, uint8_t qp_max) {
  ocel_encoder_settings s = {.width = 80,
                             .height = 80,
                             .fps = 1,
                             .gop = gop,
                             .qp_min = qp_min,
                             .qp_max = qp_max,
                             .bitrate = bitrate};
  return ocel_encoder_settings_check(&s) == OCEL_OK;
}

static uint32_t packed_qp(uint8_t qp_min, uint8_t qp_max) { return qp_min | (uint32_t)qp_max << 8; }

ocel_pipeline *ocel_pipeline_init(void *mem, size_t size, const ocel_pipeline_config *cfg) {
  if (mem == NULL || size < sizeof(ocel_pipeline)) return NULL;
  if (cfg->ring == NULL || cfg->unit_max == 0 || cfg->frame_timeout <= 0) return NULL;
  if (!is_valid(cfg->bitrate, cfg->gop, cfg->qp_min, cfg->qp_max)) return NULL;
  ocel_pipeline *p = mem;
  memset(p, 0, sizeof *p);
  p->cfg = *cfg;
  p->wake = xSemaphoreCreateBinaryStatic(&p->wake_memory);
  p->ended = xSemaphoreCreateBinaryStatic(&p->ended_memory);
  atomic_init(&p->wishes.bitrate, cfg->bitrate);
  atomic_init(&p->wishes.gop, cfg->gop);
  atomic_init(&p->wishes.qp, packed_qp(cfg->qp_min, cfg->qp_max));
  return p;
}

// ---- the task ----

static TickType_t ticks(ocel_us wait) {
  if (wait == OCEL_NEVER) return portMAX_DELAY;
  return (TickType_t)((wait * configTICK_RATE_HZ + OCEL_SECOND - 1) / OCEL_SECOND);
}

static void run(void *argument) {
  ocel_pipeline *p = argument;
  for (uint32_t step = 1; !atomic_load(&p->wishes.ending); step++) {
    const ocel_us wait = ocel__pipeline_step(p);
    if (wait > 0) (void)xSemaphoreTake(p->wake, ticks(wait));
    if (step % STACK_LOOKED_AT == 0) {
      ocel__pipeline_say(&p->stats.stack_left, uxTaskGetStackHighWaterMark(NULL));
    }
  }
  ocel__pipeline_end(p);
  (void)xSemaphoreGive(p->ended);  // `p` may be gone after this
  vTaskDelete(NULL);
}

bool ocel_pipeline_start(ocel_pipeline *p) {
  if (p->has_task) return false;
  atomic_store(&p->wishes.ending, false);
  const ocel_pipeline_task *t = &p->cfg.task;
  const BaseType_t core = t->core < 0 ? tskNO_AFFINITY : t->core;
  p->has_task =
      xTaskCreatePinnedToCore(run, t->name, t->stack, p, t->priority, NULL, core) == pdPASS;
  return p->has_task;
}

bool ocel_pipeline_stop(ocel_pipeline *p, ocel_us timeout) {
  if (!p->has_task) return true;
  atomic_store(&p->wishes.ending, true);
  (void)xSemaphoreGive(p->wake);
  p->has_task = xSemaphoreTake(p->ended, ticks(timeout)) != pdTRUE;
  return !p->has_task;
}

// ---- wishes ----

void ocel_pipeline_watch(ocel_pipeline *p, bool watched) {
  if (atomic_exchange(&p->wishes.watched, watched) != watched) (void)xSemaphoreGive(p->wake);
}

void ocel_pipeline_request_key(ocel_pipeline *p) { atomic_store(&p->wishes.key_wanted, true); }

ocel_err ocel_pipeline_set_bitrate(ocel_pipeline *p, uint32_t bitrate) {
  if (!is_valid(bitrate, 2, 0, 1)) return OCEL_ERR_CONFIG;
  atomic_store(&p->wishes.bitrate, bitrate);
  return OCEL_OK;
}

ocel_err ocel_pipeline_set_gop(ocel_pipeline *p, uint8_t gop) {
  if (!is_valid(UINT32_MAX, gop, 0, 1)) return OCEL_ERR_CONFIG;
  atomic_store(&p->wishes.gop, gop);
  return OCEL_OK;
}

ocel_err ocel_pipeline_set_qp(ocel_pipeline *p, uint8_t qp_min, uint8_t qp_max) {
  if (!is_valid(UINT32_MAX, 2, qp_min, qp_max)) return OCEL_ERR_CONFIG;
  atomic_store(&p->wishes.qp, packed_qp(qp_min, qp_max));
  return OCEL_OK;
}

void ocel_pipeline_get_stats(const ocel_pipeline *p, ocel_pipeline_stats *out) {
#define OCEL_X(field, meaning) \
  out->field = (uint32_t)atomic_load_explicit(&p->stats.field, memory_order_relaxed);
  OCEL_PIPELINE_STATS(OCEL_X)
#undef OCEL_X
}
