// SPDX-License-Identifier: Apache-2.0
// A planned ring holds what it was planned for.
#include "media_plan.h"

#include <stdlib.h>

#include "memory.h"
#include "ocel_test.h"

typedef struct {
  uint32_t bitrate;
  uint8_t gop, fps;
} stream;

static const stream STREAMS[] = {
    {1000000,  25,  25},
    {2000000,  30,  30},
    {4000000,  30,  30},
    {10000000, 60,  30},
    {100000,   2,   1 },
    {300000,   120, 60},
};

static void commit(ocel_ring *r, uint32_t size, bool key) {
  uint8_t *p = ocel_ring_reserve(r, size);
  assert_non_null(p);
  memset(p, 0xaa, size);
  memcpy(p, "\0\0\1", 3);
  p[3] = key ? 0x65 : 0x41;
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB_ONE_SLICE};
  assert_int_equal(ocel_ring_commit(r, size, &how), OCEL_OK);
}

// Groups that are a fifth larger than they should be, with key pictures of several sizes: the one
// that is being filled is never cut, so whoever comes gets it from its key picture on.
static void check_groups(ocel_ring *r, const stream *s, const ocel_ring_config *cfg) {
  const uint32_t group = s->bitrate / 8 * s->gop / s->fps * 6 / 5;
  uint32_t last_key = 0, seed = 3;
  for (uint32_t i = 0; i < 12u * s->gop; i++) {
    const bool key = i % s->gop == 0;
    uint32_t size = 64 + next_random(&seed) % (2 * (group / s->gop) - 64) * 3 / 4;
    if (key) size = group / 4 < cfg->unit_max ? group / 4 : cfg->unit_max;
    if (key) last_key = i;
    commit(r, size < cfg->unit_max ? size : cfg->unit_max, key);
    const uint32_t tail = ocel_ring_trim(r);
    if (tail > last_key) fail_msg("at %u: from %u, key picture %u", i, tail, last_key);
  }
  assert_int_equal(ocel_ring_dropped(r), 0);
}

static void the_newest_group_stays(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(STREAMS); i++) {
    const stream *const s = &STREAMS[i];
    const ocel_ring_config cfg = ocel_media_plan(s->bitrate, s->gop, s->fps);
    const size_t size = ocel_p4_round_up(ocel_ring_size(&cfg), 128);
    print_message("  case: %u bit/s, gop %u: %zu bytes\n", s->bitrate, s->gop, size);
    assert_true(ocel_p4_is_aligned(NULL, cfg.unit_max));
    void *const memory = aligned_alloc(128, size);
    ocel_ring *const r = ocel_ring_init(memory, size, &cfg);
    assert_non_null(r);
    check_groups(r, s, &cfg);
    free(memory);
  }
}

static void every_setting_gives_a_ring(void **state) {
  (void)state;
  static const uint32_t RATES[] = {0, 10000, 100000, 2000000, 10000000, UINT32_MAX};
  for (size_t i = 0; i < ARRAY_LEN(RATES); i++) {
    for (unsigned gop = 0; gop < 256; gop += 5) {
      for (unsigned fps = 0; fps < 256; fps += 15) {
        const ocel_ring_config cfg = ocel_media_plan(RATES[i], (uint8_t)gop, (uint8_t)fps);
        assert_true(ocel_ring_size(&cfg) > cfg.bytes);
        assert_in_range(cfg.unit_max, 65536, 524288);
      }
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_newest_group_stays),
      cmocka_unit_test(every_setting_gives_a_ring),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
