// SPDX-License-Identifier: Apache-2.0
// Runs a source against a real ring and keeps copies of what it commits.
#ifndef OCELD_COLLECT_H
#define OCELD_COLLECT_H

#include <errno.h>
#include <semaphore.h>
#include <stdlib.h>
#include <time.h>

#include "ocel_test.h"

#include "media_memory.h"
#include "ocel/h264_nal.h"
#include "source.h"

enum { COLLECT_MAX = 512 };

typedef struct {
  ocel_us captured_at;
  bool key;
  uint16_t units;
  uint8_t first_types[4];  // nal_unit_type of the first units.
  uint32_t size;
  uint8_t *bytes;   // The units one behind the other, each with a start code of 4 bytes; or
                    // the JPEG file.
  uint64_t slices;  // Sum over the bytes of the slices alone (FNV-1a).
} collected;

typedef struct {
  oceld_source *source;
  oceld_source_traits traits;
  void *memory;
  ocel_ring *ring;
  sem_t woken;
  uint32_t seen;
  size_t n;
  collected units[COLLECT_MAX];
} collector;

static inline void collector_wake(void *ctx) {
  collector *c = ctx;
  (void)sem_post(&c->woken);
}

// Opens the source and makes a ring for it, but does not start it.
static inline void collect_open(collector *c, const oceld_source_config *cfg) {
  ocel_ring_config plan;
  oceld_failure why = {""};
  memset(c, 0, sizeof *c);
  assert_int_equal(sem_init(&c->woken, 0, 0), 0);
  c->source = oceld_source_open(cfg, &c->traits, &why);
  if (c->source == NULL) fail_msg("%s", why.text);
  assert_true(oceld_ring_plan(&c->traits, 0, &plan, &why));
  c->ring = oceld_ring_make(&plan, &c->memory);
  assert_non_null(c->ring);
}

static inline void collect_start(collector *c, const oceld_source_config *cfg) {
  oceld_failure why = {""};
  collect_open(c, cfg);
  assert_true(oceld_source_start(c->source, c->ring, collector_wake, c, &why));
}

static inline void collect_unit(collected *out, ocel_span nal) {
  static const uint8_t CODE[] = {0, 0, 0, 1};
  memcpy(out->bytes + out->size, CODE, sizeof CODE);
  memcpy(out->bytes + out->size + sizeof CODE, nal.p, nal.n);
  out->size += (uint32_t)(sizeof CODE + nal.n);
  if (!ocel_nal_is_vcl(ocel_nal_type_of(nal))) return;
  for (size_t i = 0; i < nal.n; i++) {
    out->slices = (out->slices ^ nal.p[i]) * UINT64_C(1099511628211);
  }
}

static inline void collect_one(collector *c, const ocel_access_unit *au) {
  collected *out = &c->units[c->n++];
  *out = (collected){.captured_at = au->captured_at, .key = au->key, .units = au->unit_count};
  if (ocel_ring_get_config(c->ring)->codec == OCEL_CODEC_JPEG) {
    out->size = au->size;
    out->bytes = malloc(au->size);
    assert_non_null(out->bytes);
    memcpy(out->bytes, ocel_access_unit_span(au, 0).p, au->size);
    return;
  }
  out->bytes = malloc(au->size + 4u * au->unit_count);
  assert_non_null(out->bytes);
  for (unsigned i = 0; i < au->unit_count; i++) {
    const ocel_span nal = ocel_access_unit_span(au, i);
    if (i < 4) out->first_types[i] = (uint8_t)ocel_nal_type_of(nal);
    collect_unit(out, nal);
  }
}

// Waits, at most a minute in all, until `total` units have been collected.
static inline void collect_until(collector *c, size_t total) {
  struct timespec end;
  (void)clock_gettime(CLOCK_REALTIME, &end);
  end.tv_sec += 60;
  assert_true(total <= COLLECT_MAX);
  while (c->n < total) {
    ocel_access_unit au;
    if (sem_timedwait(&c->woken, &end) != 0 && errno != EINTR) fail_msg("the source is silent");
    for (; c->n < total && c->seen != ocel_ring_head(c->ring); c->seen++) {
      ocel_ring_get(c->ring, c->seen, &au);
      collect_one(c, &au);
    }
    (void)ocel_ring_trim(c->ring);
  }
}

static inline void collect_end(collector *c) {
  oceld_source_close(c->source);
  free(c->memory);
  (void)sem_destroy(&c->woken);
  for (size_t i = 0; i < c->n; i++) free(c->units[i].bytes);
}

static inline size_t count_keys(const collector *c, size_t from, size_t to) {
  size_t keys = 0;
  for (size_t i = from; i < to; i++) keys += c->units[i].key;
  return keys;
}

// Each picture lies `period` after the one before, give or take what a container rounds; a
// machine that stopped for a second is excused.
static inline void expect_steps(const collector *c, ocel_us period, ocel_us rounding) {
  for (size_t i = 1; i < c->n; i++) {
    const ocel_us step = c->units[i].captured_at - c->units[i - 1].captured_at;
    if (step <= OCEL_SECOND) assert_in_range(step, period - rounding, period + rounding);
  }
}

// The same for the test picture, which leaves pictures out on a busy machine: whole periods.
static inline void expect_whole_steps(const collector *c, ocel_us period) {
  for (size_t i = 1; i < c->n; i++) {
    const ocel_us step = c->units[i].captured_at - c->units[i - 1].captured_at;
    const ocel_us periods = (step + period / 2) / period;
    if (step > OCEL_SECOND) continue;
    assert_true(periods >= 1);
    assert_in_range(step, periods * period, periods * (period + 1));
  }
}

static inline void expect_even_steps(const collector *c, ocel_us period) {
  expect_steps(c, period, 1);
}

#endif
