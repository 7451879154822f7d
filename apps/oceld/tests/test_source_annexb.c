// SPDX-License-Identifier: Apache-2.0
// Raw H.264 files as a source, through the real ring.
#include "source_annexb.h"

#include "collect.h"
#include "h264_file.h"
#include "log.h"

enum { PICTURES = 12, GOP = 4 };

static char path[32];

// Three groups of four pictures, of growing sizes.
static h264_file make_clip(void) {
  h264_file f = {0};
  for (unsigned i = 0; i < PICTURES; i++) {
    if (i % GOP == 0) file_put_hex(&f, TEST_SPS TEST_PPS);
    file_put_slice(&f, i % GOP == 0, 1000 + 100 * i, i);
  }
  (void)snprintf(path, sizeof path, "/tmp/oceld-annexb-XXXXXX");
  file_save(&f, path);
  return f;
}

static void drop_clip(h264_file *f) {
  (void)unlink(path);
  free(f->bytes);
}

static oceld_source_config config(oceld_rate fps) {
  const oceld_source_config c = {.type = OCELD_SOURCE_FILE, .path = path, .fps = fps};
  return c;
}

static void a_file_is_served_over_and_over_byte_for_byte(void **state) {
  (void)state;
  static collector c;
  h264_file f = make_clip();
  const oceld_source_config cfg = config((oceld_rate){240, 1});
  collect_start(&c, &cfg);
  assert_false(c.traits.keyframe_on_request);
  collect_until(&c, 5 * PICTURES);
  for (size_t i = 0; i < c.n; i++) {
    const collected *u = &c.units[i];
    const bool key = i % GOP == 0;
    const size_t slice = 4 + 1000 + 100 * (i % PICTURES);
    const size_t sets = key ? 28 + 9 : 0;
    assert_int_equal(u->key, key);
    assert_int_equal(u->size, slice + sets);
    assert_memory_equal(u->bytes + sets, c.units[i % PICTURES].bytes + sets, slice);
    assert_int_equal(u->bytes[sets + 4], key ? 0x65 : 0x41);
  }
  expect_even_steps(&c, OCEL_SECOND / 240);
  collect_end(&c);
  drop_clip(&f);
}

static void traits_tell_what_the_file_needs(void **state) {
  (void)state;
  h264_file f = make_clip();
  oceld_source_traits traits;
  oceld_failure why;
  oceld_source_config cfg = config((oceld_rate){0, 1});
  void *self = oceld_annexb_kind.open(&cfg, &traits, &why);
  assert_non_null(self);
  assert_string_equal(traits.description, "raw H.264, 320x240, 25 fps, 312 kbit/s");
  assert_int_equal(traits.gop_units, GOP);
  assert_int_equal(traits.gop_bytes, 4 * 1950 + 4 * 4 + 28 + 9);
  assert_in_range(traits.bitrate, 312650, 312650);
  oceld_annexb_kind.close(self);
  drop_clip(&f);
}

// By the VUI of the SPS, unless the user says otherwise.
static void the_rate_comes_from_the_user_or_the_file(void **state) {
  (void)state;
  static collector c;
  h264_file f = make_clip();
  const oceld_source_config own = config((oceld_rate){0, 1});
  collect_start(&c, &own);
  collect_until(&c, 3);
  expect_even_steps(&c, OCEL_SECOND / 25);
  collect_end(&c);
  const oceld_source_config said = config((oceld_rate){30000, 1001});
  collect_start(&c, &said);
  collect_until(&c, 5);
  expect_even_steps(&c, 33366);
  collect_end(&c);
  drop_clip(&f);
}

// Slices of libx264 (see test_picture_order.c): shown in the order 0, 4, 2, 1, 3.
#define REORDERED_SETS \
  "00000001 6764000aacd9447b011000000300100000030320f1225960 00000001 68ebc3cb20"
static const char *const REORDERED[] = {
    "00000001 65888400dfd4d445abc4", "00000001 419a246c447fb7835e7a", "00000001 419e4278853ff87605",
    "00000001 019e617442df7bc0",     "00000001 019e636a42dff0dd89",
};

static void b_pictures_are_stamped_as_they_are_shown(void **state) {
  (void)state;
  static const ocel_us PLACE[] = {0, 4, 2, 1, 3};
  static collector c;
  h264_file f = {0};
  file_put_hex(&f, REORDERED_SETS);
  for (size_t i = 0; i < ARRAY_LEN(REORDERED); i++) file_put_hex(&f, REORDERED[i]);
  (void)snprintf(path, sizeof path, "/tmp/oceld-annexb-XXXXXX");
  file_save(&f, path);
  const oceld_source_config cfg = config((oceld_rate){50, 1});
  collect_start(&c, &cfg);
  assert_non_null(strstr(c.traits.description, "raw H.264 with B-pictures, 64x48, 50 fps"));
  collect_until(&c, 15);
  for (size_t i = 0; i < c.n; i++) {
    const ocel_us after_idr = c.units[i].captured_at - c.units[i / 5 * 5].captured_at;
    assert_int_equal(after_idr, PLACE[i % 5] * OCEL_SECOND / 50);
  }
  const ocel_us round = c.units[5].captured_at - c.units[0].captured_at;
  if (round < OCEL_SECOND) assert_int_equal(round, 5 * OCEL_SECOND / 50);
  collect_end(&c);
  drop_clip(&f);
}

static void truncate_to(size_t n) { assert_int_equal(truncate(path, (off_t)n), 0); }

// A file that is emptied under the source is an error, and served again when it is back.
static void a_file_that_fails_is_tried_again(void **state) {
  (void)state;
  static collector c;
  h264_file f = make_clip();
  const oceld_source_config cfg = config((oceld_rate){240, 1});
  oceld_log_set_level(OCELD_LOG_WARNING);
  collect_start(&c, &cfg);
  collect_until(&c, PICTURES);
  truncate_to(0);
  const struct timespec pause = {0, 300000000};
  (void)nanosleep(&pause, NULL);  // It may have read ahead; what counts is what comes after.
  FILE *again = fopen(path, "w");
  assert_non_null(again);
  assert_int_equal(fwrite(f.bytes, 1, f.n, again), f.n);
  assert_int_equal(fclose(again), 0);
  collect_until(&c, 4 * PICTURES);
  collect_end(&c);
  drop_clip(&f);
}

// Without a thread: one picture at each time that the source names, none before.
static void a_file_can_be_stepped(void **state) {
  (void)state;
  static collector c;
  h264_file f = make_clip();
  const oceld_source_config cfg = config((oceld_rate){25, 1});
  collect_open(&c, &cfg);
  assert_true(oceld_source_start_stepped(c.source, c.ring, collector_wake, &c));
  ocel_us now = 1000 * OCEL_SECOND;
  for (uint32_t i = 0; i < 3 * PICTURES; i++) {
    const ocel_us next = oceld_source_step(c.source, now);
    const ocel_us due = 1000 * OCEL_SECOND + (i + 1) * (OCEL_SECOND / 25);
    assert_int_equal(ocel_ring_head(c.ring), i + 1);
    assert_int_equal(next, due);
    assert_int_equal(oceld_source_step(c.source, next - 1), due);
    assert_int_equal(ocel_ring_head(c.ring), i + 1);
    (void)ocel_ring_trim(c.ring);
    now = next;
  }
  assert_int_equal(sem_trywait(&c.woken), -1);  // Who steps it knows.
  collect_end(&c);
  drop_clip(&f);
}

static void a_stepped_file_that_fails_goes_on_in_a_thread(void **state) {
  (void)state;
  static collector c;
  h264_file f = make_clip();
  const oceld_source_config cfg = config((oceld_rate){240, 1});
  collect_open(&c, &cfg);
  assert_true(oceld_source_start_stepped(c.source, c.ring, collector_wake, &c));
  truncate_to(0);
  ocel_us now = OCEL_SECOND;
  for (unsigned i = 0; i < 2 * PICTURES && now != OCEL_NEVER; i++) {
    now = oceld_source_step(c.source, now);
    (void)ocel_ring_trim(c.ring);
  }
  assert_int_equal(now, OCEL_NEVER);
  c.seen = ocel_ring_head(c.ring);
  FILE *again = fopen(path, "w");
  assert_non_null(again);
  assert_int_equal(fwrite(f.bytes, 1, f.n, again), f.n);
  assert_int_equal(fclose(again), 0);
  collect_until(&c, PICTURES);
  assert_int_equal(oceld_source_step(c.source, OCEL_SECOND), OCEL_NEVER);
  collect_end(&c);
  drop_clip(&f);
}

static const struct {
  const char *name, *hex;
  bool yes;
} FILES[] = {
    {"SPS first",           TEST_SPS TEST_PPS "00000001 6588",             true },
    {"AUD first",           "00000001 09f0" TEST_SPS TEST_PPS "000001 65", true },
    {"SEI first",           "000001 0601 01 80" TEST_SPS "000001 65",      true },
    {"zeros first",         "0000" TEST_SPS,                               true },
    {"empty",               "",                                            false},
    {"text",                "48656c6c6f",                                  false},
    {"rubbish first",       "ff" TEST_SPS,                                 false},
    {"no SPS",              "00000001 09f0 00000001 6588",                 false},
    {"broken SPS",          "00000001 6742",                               false},
    {"slice first",         "00000001 6588" TEST_SPS,                      false},
    {"MPEG-2 video",        "000001 b3 16 00 f0",                          false},
    {"MPEG program stream", "000001 ba 44 00",                             false},
    {"HEVC",                "00000001 4001 0c01 00000001 4201 01",         false},
    {"HEVC with AUD",       "00000001 4601 50 00000001 4001",              false},
    {"MP4",                 "00000020 66747970 69736f6d",                  false},
};

static void byte_streams_are_recognised(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
    h264_file f = {0};
    CASE(FILES[i].name);
    file_put_hex(&f, FILES[i].hex);
    (void)snprintf(path, sizeof path, "/tmp/oceld-annexb-XXXXXX");
    file_save(&f, path);
    assert_int_equal(oceld_annexb_recognises(path), FILES[i].yes);
    drop_clip(&f);
  }
  assert_false(oceld_annexb_recognises("/nonexistent"));
  assert_false(oceld_annexb_recognises("/tmp"));
}

static void a_file_without_pictures_is_refused(void **state) {
  (void)state;
  h264_file f = {0};
  oceld_source_traits traits;
  oceld_failure why;
  file_put_hex(&f, TEST_SPS TEST_PPS);
  (void)snprintf(path, sizeof path, "/tmp/oceld-annexb-XXXXXX");
  file_save(&f, path);
  const oceld_source_config cfg = config((oceld_rate){0, 1});
  assert_null(oceld_source_open(&cfg, &traits, &why));
  assert_non_null(strstr(why.text, "no H.264 picture"));
  drop_clip(&f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_file_is_served_over_and_over_byte_for_byte),
      cmocka_unit_test(traits_tell_what_the_file_needs),
      cmocka_unit_test(the_rate_comes_from_the_user_or_the_file),
      cmocka_unit_test(b_pictures_are_stamped_as_they_are_shown),
      cmocka_unit_test(a_file_that_fails_is_tried_again),
      cmocka_unit_test(a_file_can_be_stepped),
      cmocka_unit_test(a_stepped_file_that_fails_goes_on_in_a_thread),
      cmocka_unit_test(byte_streams_are_recognised),
      cmocka_unit_test(a_file_without_pictures_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
