// SPDX-License-Identifier: Apache-2.0
#include "annexb_reader.h"

#include <errno.h>
#include <fcntl.h>

#include "h264_file.h"

static oceld_annexb_reader reader;
static char path[32];

static void open_bytes(const h264_file *f) {
  memset(&reader, 0, sizeof reader);
  (void)snprintf(path, sizeof path, "/tmp/oceld-reader-XXXXXX");
  file_save(f, path);
  reader.fd = open(path, O_RDONLY);
  assert_true(reader.fd >= 0);
}

static void done(h264_file *f) {
  assert_int_equal(close(reader.fd), 0);
  assert_int_equal(unlink(path), 0);
  free(f->bytes);
  *f = (h264_file){0};
}

// What a file is split into: "size" of each unit, '+' for a picture, '!' for a key picture.
static const struct {
  const char *name, *hex, *want;
} SPLITS[] = {
    {"nothing",                "",                                                        ""       },
    {"no start code",          "01 02 03 04 05 06 07",                                    ""       },
    {"one IDR",                "00000001 6588",                                           "6!"     },
    {"three-byte codes",       "000001 6588 000001 4188",                                 "5! 5+"  },
    {"zeros in front",         "0000000000 000001 6588",                                  "6!"     },
    {"rubbish in front",       "aabb 000001 6588",                                        "5!"     },
    {"SPS begins a unit",      "00000001 6588 00000001 6742 00000001 68ce 00000001 6588", "6! 18!" },
    {"AUD begins a unit",      "00000001 09f0 00000001 6588 00000001 09f0 00000001 4188", "12! 12+"},
    {"SEI begins a unit",      "00000001 4188 00000001 0605 00000001 4188",               "6+ 12+" },
    {"slices of one picture",  "00000001 6588 00000001 6540 00000001 4188",               "12! 6+" },
    {"trailing zeros",         "00000001 6588 0000000000",                                "11!"    },
    {"cut start code",         "00000001 6588 0000",                                      "8!"     },
    {"code at the very end",   "00000001 6588 000001",                                    "9!"     },
    {"header only at the end", "00000001 6588 00000001 41",                               "11!"    },
    {"no picture at all",      "00000001 6742",                                           "6"      },
};

static void splits_into_access_units(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(SPLITS); i++) {
    h264_file f = {0};
    char got[64] = "";
    uint8_t out[64];
    oceld_annexb_unit unit;
    CASE(SPLITS[i].name);
    file_put_hex(&f, SPLITS[i].hex);
    open_bytes(&f);
    while (oceld_annexb_read(&reader, out, sizeof out, &unit)) {
      char text[16];
      const char *mark = unit.key ? "!" : unit.picture ? "+" : "";
      (void)snprintf(text, sizeof text, "%s%zu%s", got[0] != '\0' ? " " : "", unit.size, mark);
      append(got, sizeof got, text);
    }
    assert_int_equal(reader.error, 0);
    assert_string_equal(got, SPLITS[i].want);
    done(&f);
  }
}

// Reads all; every unit must begin with a start code and be a picture, and all of them together
// must be the file.
static void expect_units(const h264_file *f, size_t count) {
  static uint8_t out[3 * OCELD_ANNEXB_WINDOW];
  size_t at = 0, n = 0;
  oceld_annexb_unit unit;
  while (oceld_annexb_read(&reader, out, sizeof out, &unit)) {
    assert_true(unit.size <= f->n - at);
    assert_memory_equal(out, f->bytes + at, unit.size);
    assert_true(unit.picture);
    at += unit.size;
    n++;
  }
  assert_int_equal(n, count);
  assert_int_equal(at, f->n);
}

// A start code may lie anywhere about the end of the window, and be cut by it at any byte.
static void start_codes_at_the_window_are_found(void **state) {
  (void)state;
  for (size_t end = OCELD_ANNEXB_WINDOW - 8; end <= OCELD_ANNEXB_WINDOW + 8; end++) {
    h264_file f = {0};
    file_put_slice(&f, true, end - 4, 1);
    file_put_slice(&f, false, 100, 2);
    file_put_slice(&f, false, 2 * OCELD_ANNEXB_WINDOW, 3);
    file_put_slice(&f, false, 10, 4);
    open_bytes(&f);
    expect_units(&f, 4);
    assert_true(oceld_annexb_rewind(&reader));
    expect_units(&f, 4);
    done(&f);
  }
}

static void every_prefix_of_a_file_is_read(void **state) {
  (void)state;
  h264_file whole = {0};
  file_put_hex(&whole, TEST_SPS TEST_PPS);
  file_put_slice(&whole, true, 20, 1);
  file_put_slice(&whole, false, 20, 2);
  for (size_t n = 0; n <= whole.n; n++) {
    h264_file f = {0};
    uint8_t out[256];
    oceld_annexb_unit unit;
    size_t total = 0;
    file_put(&f, whole.bytes, n);
    open_bytes(&f);
    while (oceld_annexb_read(&reader, out, sizeof out, &unit)) total += unit.size;
    // Fewer than three bytes hold no start code; four zeros and less are none yet.
    assert_int_equal(total, n < 4 ? 0 : n);
    done(&f);
  }
  free(whole.bytes);
}

static void a_unit_that_is_too_large_is_told_and_passed_over(void **state) {
  (void)state;
  h264_file f = {0};
  uint8_t out[100];
  oceld_annexb_unit unit;
  memset(out, 0xee, sizeof out);
  file_put_slice(&f, true, 200000, 1);
  file_put_slice(&f, false, 46, 2);
  open_bytes(&f);
  assert_true(oceld_annexb_read(&reader, out, 60, &unit));
  assert_int_equal(unit.size, 200004);
  assert_memory_equal(out, f.bytes, 60);
  assert_int_equal(out[60], 0xee);
  assert_true(oceld_annexb_read(&reader, out, 60, &unit));
  assert_int_equal(unit.size, 50);
  assert_memory_equal(out, f.bytes + 200004, 50);
  assert_true(oceld_annexb_rewind(&reader));
  assert_true(oceld_annexb_read(&reader, NULL, 0, &unit));
  assert_int_equal(unit.size, 200004);
  done(&f);
}

static void a_failing_read_is_told(void **state) {
  (void)state;
  oceld_annexb_unit unit;
  memset(&reader, 0, sizeof reader);
  reader.fd = open("/tmp", O_RDONLY);  // Reading a folder fails.
  assert_true(reader.fd >= 0);
  assert_false(oceld_annexb_read(&reader, NULL, 0, &unit));
  assert_int_equal(reader.error, EISDIR);
  (void)close(reader.fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splits_into_access_units),
      cmocka_unit_test(start_codes_at_the_window_are_found),
      cmocka_unit_test(every_prefix_of_a_file_is_read),
      cmocka_unit_test(a_unit_that_is_too_large_is_told_and_passed_over),
      cmocka_unit_test(a_failing_read_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
