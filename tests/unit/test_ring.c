// SPDX-License-Identifier: Apache-2.0
#include "ocel/ring.h"

#include "ocel_test.h"

enum { BYTES = 60000, UNIT = 4096 };

static union {
  max_align_t align;
  _Alignas(256) uint8_t bytes[BYTES];
} memory;

static ocel_ring_config small(void) {
  return (ocel_ring_config){.unit_max = UNIT, .bytes = 24000, .records = 16, .align = 64};
}

static ocel_ring *fresh(void) {
  const ocel_ring_config cfg = small();
  memset(&memory, 0xee, sizeof memory);
  ocel_ring *r = ocel_ring_init(memory.bytes, sizeof memory, &cfg);
  assert_non_null(r);
  return r;
}

// Commits the hex bytes; returns the result.
static ocel_err put(ocel_ring *r, ocel_wrap wrap, const char *hex) {
  uint8_t mem[512];
  const ocel_span s = unhex(hex, mem);
  const ocel_commit how = {.wrap = wrap, .captured_at = 77};
  uint8_t *p = ocel_ring_reserve(r, UNIT);
  assert_non_null(p);
  memcpy(p, s.p, s.n);
  return ocel_ring_commit(r, (uint32_t)s.n, &how);
}

static void show(const ocel_ring *r, uint32_t index, char *text, size_t cap) {
  ocel_access_unit au;
  uint32_t size = 0;
  ocel_ring_get(r, index, &au);
  append(text, cap, au.key ? "K" : "-");
  for (size_t i = 0; i < au.unit_count; i++) {
    append(text, cap, " ");
    append_hex(text, cap, ocel_access_unit_span(&au, i));
    size += au.units[i].size;
  }
  assert_int_equal(size, au.size);
}

typedef struct {
  const char *name, *sets;
  ocel_wrap wrap;
  const char *bytes, *want;
} wrapping;

static const wrapping WRAPPINGS[] = {
    {"start codes of both lengths",                  "",          OCEL_WRAP_ANNEXB,           "00000001 67aa 000001 68bb 000001 65cc",
     "K 67aa 68bb 65cc"                                                                                                                                          },
    {"a picture that is no key",                     "",          OCEL_WRAP_ANNEXB,           "00000001 41dd",                         "- 41dd"                  },
    {"several slices",                               "",          OCEL_WRAP_ANNEXB,           "000001 41dd 000001 41ee",               "- 41dd 41ee"             },
    {"units of unspecified types are left out",      "",          OCEL_WRAP_ANNEXB,
     "000001 78aa 000001 41dd 000001 7cee 000001 e0bb",                                                                                "- 41dd"                  },
    {"everything behind the first slice is its own", "",          OCEL_WRAP_ANNEXB_ONE_SLICE,
     "00000001 67aa 00000001 68bb 00000001 65cc 000001 dd",                                                                            "K 67aa 68bb 65cc000001dd"},
    {"one slice alone, short start code",            "",          OCEL_WRAP_ANNEXB_ONE_SLICE, "000001 41cc",                           "- 41cc"                  },
    {"lengths",                                      "",          OCEL_WRAP_AVCC,             "00000002 67aa 00000003 65ccdd",         "K 67aa 65ccdd"           },
    {"sets go before a key picture without",         "67a1 68b1", OCEL_WRAP_AVCC,             "00000002 65cc",
     "K 67a1 68b1 65cc"                                                                                                                                          },
    {"but behind its delimiter",                     "67a1 68b1", OCEL_WRAP_AVCC,             "00000002 09f0 00000002 65cc",
     "K 09f0 67a1 68b1 65cc"                                                                                                                                     },
    {"and not before other pictures",                "67a1 68b1", OCEL_WRAP_AVCC,             "00000002 41cc",                         "- 41cc"                  },
    {"a picture's own sets are enough",              "67a1 68b1", OCEL_WRAP_ANNEXB,
     "000001 67a2 000001 68b2 000001 65cc",                                                                                            "K 67a2 68b2 65cc"        },
};

static void every_wrapping_gives_its_units(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(WRAPPINGS); i++) {
    const wrapping *w = &WRAPPINGS[i];
    char got[256] = "";
    uint8_t sps[8], pps[8];
    ocel_ring *r = fresh();
    CASE(w->name);
    if (w->sets[0] != '\0') {
      char first[5] = {0};
      memcpy(first, w->sets, 4);
      assert_int_equal(ocel_ring_set_parameters(r, unhex(first, sps), unhex(w->sets + 5, pps)),
                       OCEL_OK);
    }
    assert_int_equal(put(r, w->wrap, w->bytes), OCEL_OK);
    assert_int_equal(ocel_ring_head(r), 1);
    show(r, 0, got, sizeof got);
    assert_string_equal(got, w->want);
  }
}

static void sets_seen_in_the_stream_are_remembered(void **state) {
  (void)state;
  char got[128] = "";
  ocel_ring *r = fresh();
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, "000001 67a2 000001 68b2 000001 65cc"), OCEL_OK);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, "000001 65dd"), OCEL_OK);
  show(r, 1, got, sizeof got);
  assert_string_equal(got, "K 67a2 68b2 65dd");
}

static void units_that_are_none_are_refused(void **state) {
  (void)state;
  ocel_ring *r = fresh();
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB};
  assert_int_equal(ocel_ring_commit(r, 10, &how), OCEL_ERR_STATE);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, ""), OCEL_ERR_SYNTAX);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, "000001 67aa"), OCEL_ERR_SYNTAX);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB_ONE_SLICE, "000001"), OCEL_ERR_SYNTAX);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB_ONE_SLICE, "aabbcc"), OCEL_ERR_SYNTAX);
  assert_int_equal(put(r, OCEL_WRAP_AVCC, "00000009 65cc"), OCEL_ERR_SYNTAX);
  assert_int_equal(ocel_ring_head(r), 0);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, "000001 65cc"), OCEL_OK);
}

static void more_units_than_the_table_holds_are_refused(void **state) {
  (void)state;
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB};
  for (uint32_t n = OCEL_UNITS_MAX; n <= OCEL_UNITS_MAX + 1; n++) {
    ocel_ring *r = fresh();
    uint8_t *p = ocel_ring_reserve(r, UNIT);
    for (uint32_t i = 0; i < n; i++) memcpy(p + 5 * i, "\0\0\1\x41\x99", 5);
    assert_int_equal(ocel_ring_commit(r, 5 * n, &how),
                     n > OCEL_UNITS_MAX ? OCEL_ERR_SPACE : OCEL_OK);
  }
}

static void parameter_sets_have_a_limit(void **state) {
  (void)state;
  uint8_t big[257] = {0x67};
  ocel_ring *r = fresh();
  const ocel_span small_set = ocel_span_make(big, 256), big_set = ocel_span_make(big, 257);
  assert_int_equal(ocel_ring_set_parameters(r, small_set, small_set), OCEL_OK);
  assert_int_equal(ocel_ring_set_parameters(r, big_set, small_set), OCEL_ERR_SPACE);
  assert_int_equal(ocel_ring_set_parameters(r, small_set, big_set), OCEL_ERR_SPACE);
}

static bool fill(ocel_ring *r, uint32_t size, bool key) {
  uint8_t *p = ocel_ring_reserve(r, size);
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB};
  if (p == NULL) return false;
  assert_int_equal((uintptr_t)p % 64, 0);
  memset(p, 0xaa, size);
  memcpy(p, "\0\0\1", 3);
  p[3] = key ? 0x65 : 0x41;
  return ocel_ring_commit(r, size, &how) == OCEL_OK;
}

// What the consumer has not trimmed away never changes, and the newest unit is always kept.
static void trimmed_in_time_nothing_is_dropped_or_overwritten(void **state) {
  (void)state;
  uint32_t seed = 7, sizes[16];
  ocel_ring *r = fresh();
  for (uint32_t i = 0; i < 5000; i++) {
    const uint32_t size = 8 + next_random(&seed) % (UNIT - 8);
    assert_true(fill(r, size, false));
    sizes[i % 16] = size - 3;
    const uint32_t tail = ocel_ring_trim(r);
    assert_int_equal(tail, ocel_ring_tail(r));
    assert_in_range(i - tail, 0, 15);
    for (uint32_t k = tail; k <= i; k++) {
      ocel_access_unit au;
      ocel_ring_get(r, k, &au);
      assert_int_equal(au.size, sizes[k % 16]);
      assert_int_equal(ocel_access_unit_span(&au, 0).p[0], 0x41);
      assert_int_equal(ocel_access_unit_span(&au, 0).p[au.size - 1], 0xaa);
    }
  }
  assert_int_equal(ocel_ring_dropped(r), 0);
}

static void a_late_consumer_costs_pictures_up_to_the_next_key(void **state) {
  (void)state;
  ocel_ring *r = fresh();
  while (fill(r, 3000, false)) continue;
  const uint32_t head = ocel_ring_head(r);
  assert_int_equal(ocel_ring_dropped(r), 1);
  assert_null(ocel_ring_reserve(r, 3000));
  (void)ocel_ring_trim(r);
  assert_false(fill(r, 3000, false));  // room, but its reference is missing
  assert_int_equal(ocel_ring_dropped(r), 3);
  assert_true(fill(r, 3000, true));
  (void)ocel_ring_trim(r);
  assert_true(fill(r, 1000, false));
  assert_int_equal(ocel_ring_head(r), head + 2);
}

static void media_may_lie_elsewhere(void **state) {
  (void)state;
  static _Alignas(256) uint8_t media[24000];
  ocel_ring_config cfg = small();
  const size_t whole = ocel_ring_size(&cfg);
  cfg.media = media;
  const size_t own = ocel_ring_size(&cfg);
  assert_in_range(whole - own, cfg.bytes, cfg.bytes + 64);
  memset(&memory, 0xee, sizeof memory);
  assert_null(ocel_ring_init(memory.bytes, own - 1, &cfg));
  ocel_ring *r = ocel_ring_init(memory.bytes, own, &cfg);
  for (uint32_t i = 0; i < 100; i++) {
    assert_true(fill(r, UNIT, i % 10 == 0));
    ocel_access_unit au;
    ocel_ring_get(r, i, &au);
    assert_in_range(au.data - media, 0, sizeof media - 1);
    assert_in_range((const uint8_t *)au.units - media, 0, sizeof media - 1);
    (void)ocel_ring_trim(r);
  }
  for (size_t i = own; i < sizeof memory.bytes; i++) assert_int_equal(memory.bytes[i], 0xee);
}

static void records_run_out_before_bytes_do(void **state) {
  (void)state;
  ocel_ring *r = fresh();
  uint32_t n = 0;
  while (fill(r, 8, false)) n++;
  assert_in_range(n, 5, 16);
  assert_true(ocel_ring_trim(r) > 0);
  assert_true(fill(r, 8, true));
}

static void the_same_reservation_comes_again(void **state) {
  (void)state;
  ocel_ring *r = fresh();
  uint8_t *p = ocel_ring_reserve(r, 100);
  assert_ptr_equal(ocel_ring_reserve(r, 50), p);
  assert_ptr_equal(ocel_ring_reserve(r, 200), p);
  assert_null(ocel_ring_reserve(r, UNIT + 1));
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB};
  assert_int_equal(ocel_ring_commit(r, 201, &how), OCEL_ERR_STATE);
}

static void configurations_out_of_range_are_refused(void **state) {
  (void)state;
  const ocel_ring_config good = small();
  ocel_ring_config bad[7];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) bad[i] = good;
  bad[0].unit_max = 63;
  bad[1].align = 4;
  bad[2].align = 48;
  bad[3].align = 512;
  bad[4].records = 12;
  bad[5].records = 2;
  bad[6].bytes = 3 * (UNIT + OCEL_RING_OVERHEAD) - 1;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_int_equal(ocel_ring_size(&bad[i]), 0);
    assert_null(ocel_ring_init(memory.bytes, sizeof memory, &bad[i]));
  }
  const size_t size = ocel_ring_size(&good);
  assert_null(ocel_ring_init(memory.bytes, size - 1, &good));
  assert_null(ocel_ring_init(NULL, size, &good));
  assert_non_null(ocel_ring_init(memory.bytes, size, &good));
}

static void blocks_of_sound_are_kept_as_they_are(void **state) {
  (void)state;
  ocel_ring_config cfg = small();
  cfg.codec = OCEL_CODEC_PCMU;
  ocel_ring *r = ocel_ring_init(memory.bytes, sizeof memory, &cfg);
  assert_non_null(r);
  assert_int_equal(ocel_ring_get_config(r)->codec, OCEL_CODEC_PCMU);
  assert_int_equal(put(r, OCEL_WRAP_BLOCK, "00000165aa"), OCEL_OK);
  assert_int_equal(put(r, OCEL_WRAP_BLOCK, "ff"), OCEL_OK);
  char got[64] = "";
  show(r, ocel_ring_head(r) - 2, got, sizeof got);
  show(r, ocel_ring_head(r) - 1, got, sizeof got);
  assert_string_equal(got, "K 00000165aaK ff");
  assert_int_equal(put(r, OCEL_WRAP_BLOCK, ""), OCEL_ERR_SYNTAX);
  assert_int_equal(put(r, OCEL_WRAP_ANNEXB, "00000165cc"), OCEL_ERR_SYNTAX);
  assert_int_equal(put(fresh(), OCEL_WRAP_BLOCK, "00000165cc"), OCEL_ERR_SYNTAX);
}

// A block lost to a full ring costs itself only: the next one is a beginning again.
static void sound_goes_on_after_a_drop(void **state) {
  (void)state;
  ocel_ring_config cfg = small();
  cfg.codec = OCEL_CODEC_PCMU;
  ocel_ring *r = ocel_ring_init(memory.bytes, sizeof memory, &cfg);
  const ocel_commit how = {.wrap = OCEL_WRAP_BLOCK, .captured_at = 1};
  uint8_t *p;
  while ((p = ocel_ring_reserve(r, UNIT)) != NULL) {
    memset(p, 0x55, UNIT);
    assert_int_equal(ocel_ring_commit(r, UNIT, &how), OCEL_OK);
  }
  assert_int_equal(ocel_ring_dropped(r), 1);
  (void)ocel_ring_trim(r);
  assert_int_equal(put(r, OCEL_WRAP_BLOCK, "aa"), OCEL_OK);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_wrapping_gives_its_units),
      cmocka_unit_test(sets_seen_in_the_stream_are_remembered),
      cmocka_unit_test(units_that_are_none_are_refused),
      cmocka_unit_test(more_units_than_the_table_holds_are_refused),
      cmocka_unit_test(parameter_sets_have_a_limit),
      cmocka_unit_test(trimmed_in_time_nothing_is_dropped_or_overwritten),
      cmocka_unit_test(a_late_consumer_costs_pictures_up_to_the_next_key),
      cmocka_unit_test(media_may_lie_elsewhere),
      cmocka_unit_test(records_run_out_before_bytes_do),
      cmocka_unit_test(the_same_reservation_comes_again),
      cmocka_unit_test(configurations_out_of_range_are_refused),
      cmocka_unit_test(blocks_of_sound_are_kept_as_they_are),
      cmocka_unit_test(sound_goes_on_after_a_drop),
  };
  return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
