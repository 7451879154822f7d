// SPDX-License-Identifier: Apache-2.0
#include "ocel/jpeg.h"

#include "jpeg_file.h"
#include "ocel_test.h"

enum { FILE_MAX = 4096 };

static const jpeg_file USUAL = {
    .width = 640, .height = 360, .scan = 300, .sampling = 0x22, .huffman = true};

static uint8_t memory[FILE_MAX];

static ocel_span file_of(const jpeg_file *f) {
  ocel_wbuf w = ocel_wbuf_make(memory, sizeof memory);
  jpeg_file_put(&w, f);
  assert_false(w.overflow);
  return ocel_span_make(memory, w.n);
}

static ocel_err find(ocel_span file, ocel_access_unit *au) {
  static ocel_unit units[OCEL_JPEG_PARTS];
  uint16_t count = 0;
  const ocel_err rc = ocel_jpeg_find(file.p, file, units, &count);
  *au = (ocel_access_unit){.data = file.p, .units = units, .unit_count = count};
  return rc;
}

static ocel_err result_of(ocel_span file) {
  ocel_access_unit au;
  return find(guarded(file), &au);
}

static void the_parts_are_found_where_they_lie(void **state) {
  (void)state;
  ocel_access_unit au;
  const ocel_span file = file_of(&USUAL);
  assert_int_equal(find(file, &au), OCEL_OK);
  assert_int_equal(au.unit_count, OCEL_JPEG_RESTART);
  assert_int_equal(ocel_access_unit_span(&au, OCEL_JPEG_FILE).n, file.n);
  assert_ptr_equal(ocel_access_unit_span(&au, OCEL_JPEG_FILE).p, file.p);
  const ocel_span scan = ocel_access_unit_span(&au, OCEL_JPEG_SCAN);
  assert_int_equal(scan.n, USUAL.scan);
  assert_ptr_equal(scan.p + scan.n + 2, file.p + file.n);
  assert_int_equal(ocel_access_unit_span(&au, OCEL_JPEG_LUMA).p[0], 1);
  assert_int_equal(ocel_access_unit_span(&au, OCEL_JPEG_CHROMA).p[0], 101);
  assert_int_equal(ocel_access_unit_span(&au, OCEL_JPEG_CHROMA).n, 64);
  assert_int_equal(ocel_jpeg_size_of(&au).width, 640);
  assert_int_equal(ocel_jpeg_size_of(&au).height, 360);
}

static void offsets_count_from_the_base(void **state) {
  (void)state;
  ocel_unit units[OCEL_JPEG_PARTS];
  uint16_t count;
  const ocel_span file = file_of(&USUAL);
  memmove(memory + 100, memory, file.n);
  assert_int_equal(ocel_jpeg_find(memory, ocel_span_make(memory + 100, file.n), units, &count),
                   OCEL_OK);
  assert_int_equal(units[OCEL_JPEG_FILE].offset, 100);
}

static void a_restart_interval_is_a_part(void **state) {
  (void)state;
  ocel_access_unit au;
  jpeg_file f = USUAL;
  f.restart = 40;
  assert_int_equal(find(file_of(&f), &au), OCEL_OK);
  assert_int_equal(au.unit_count, OCEL_JPEG_PARTS);
  assert_int_equal(ocel_be16(ocel_access_unit_span(&au, OCEL_JPEG_RESTART).p), 40);
}

// ITU-T T.81 B.2.4.4: an interval of 0 switches restarts off.
static void an_interval_of_0_is_none(void **state) {
  (void)state;
  ocel_access_unit au;
  jpeg_file f = USUAL;
  f.restart = 0x1234;
  const ocel_span file = file_of(&f);
  memory[2 + 2 * 69 + 4] = memory[2 + 2 * 69 + 5] = 0;
  assert_int_equal(find(file, &au), OCEL_OK);
  assert_int_equal(au.unit_count, OCEL_JPEG_RESTART);
}

static void what_follows_the_end_is_left_out(void **state) {
  (void)state;
  ocel_access_unit au;
  const ocel_span file = file_of(&USUAL);
  memset(memory + file.n, 0, 64);
  assert_int_equal(find(ocel_span_make(memory, file.n + 64), &au), OCEL_OK);
  assert_int_equal(ocel_access_unit_span(&au, OCEL_JPEG_FILE).n, file.n);
}

static void no_prefix_is_a_picture(void **state) {
  (void)state;
  jpeg_file f = USUAL;
  f.restart = 7;
  const ocel_span file = file_of(&f);
  for (size_t n = 0; n < file.n; n++) {
    assert_int_equal(result_of(ocel_span_make(memory, n)), OCEL_ERR_SYNTAX);
  }
  assert_int_equal(result_of(file), OCEL_OK);
}

// Files as they are written by cameras that RTP has room for.
static void kinds_of_files_that_rtp_carries(void **state) {
  (void)state;
  jpeg_file f = USUAL;
  f.huffman = false;  // the tables go without saying, as in AVI files
  assert_int_equal(result_of(file_of(&f)), OCEL_OK);
  f.sampling = 0x21;
  assert_int_equal(result_of(file_of(&f)), OCEL_OK);
  f.width = OCEL_JPEG_SIDE_MAX;
  f.height = OCEL_JPEG_SIDE_MAX;
  assert_int_equal(result_of(file_of(&f)), OCEL_OK);
  f.width = f.height = 1;
  f.scan = 1;
  assert_int_equal(result_of(file_of(&f)), OCEL_OK);
}

static void kinds_of_files_that_it_does_not(void **state) {
  (void)state;
  static const struct {
    const char *name;
    jpeg_file file;
    ocel_err want;
  } CASES[] = {
      {"too wide",      {2041, 360, 0, 9, 0x22, true}, OCEL_ERR_UNSUPPORTED},
      {"too high",      {640, 2041, 0, 9, 0x22, true}, OCEL_ERR_UNSUPPORTED},
      {"no width",      {0, 360, 0, 9, 0x22, true},    OCEL_ERR_SYNTAX     },
      {"height in DNL", {640, 0, 0, 9, 0x22, true},    OCEL_ERR_UNSUPPORTED},
      {"4:4:4",         {640, 360, 0, 9, 0x11, true},  OCEL_ERR_UNSUPPORTED},
      {"4:4:0",         {640, 360, 0, 9, 0x12, true},  OCEL_ERR_UNSUPPORTED},
      {"no scan",       {640, 360, 0, 0, 0x22, true},  OCEL_ERR_SYNTAX     },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    CASE(CASES[i].name);
    assert_int_equal(result_of(file_of(&CASES[i].file)), CASES[i].want);
  }
}

enum {
  AT_TABLE = 2,  // of its marker
  AT_HUFFMAN = AT_TABLE + 2 * 69,
  AT_FRAME = AT_HUFFMAN + 4 * 4 + 2 * 29 + 2 * 179,
  AT_SCAN = AT_FRAME + 19,
};

// One byte of the usual file changed.
static void a_byte_that_differs_is_noticed(void **state) {
  (void)state;
  static const struct {
    const char *name;
    size_t at;
    uint8_t byte;
    ocel_err want;
  } CASES[] = {
      {"not a JPEG",                       1,                0xd9, OCEL_ERR_SYNTAX     },
      {"no marker",                        AT_TABLE,         0xfe, OCEL_ERR_SYNTAX     },
      {"a table of 16 bits",               AT_TABLE + 4,     0x10, OCEL_ERR_UNSUPPORTED},
      {"a fifth table",                    AT_TABLE + 4,     0x04, OCEL_ERR_SYNTAX     },
      {"the frame's table is missing",     AT_TABLE + 4,     0x02, OCEL_ERR_SYNTAX     },
      {"a table too short",                AT_TABLE + 3,     66,   OCEL_ERR_SYNTAX     },
      {"a segment shorter than its head",  AT_TABLE + 3,     1,    OCEL_ERR_SYNTAX     },
      {"other Huffman tables",             AT_HUFFMAN + 28,  1,    OCEL_ERR_UNSUPPORTED},
      {"Huffman tables of extended JPEG",  AT_HUFFMAN + 4,   2,    OCEL_ERR_UNSUPPORTED},
      {"more codes than the segment has",  AT_HUFFMAN + 5,   9,    OCEL_ERR_SYNTAX     },
      {"extended",                         AT_FRAME + 1,     0xc1, OCEL_ERR_UNSUPPORTED},
      {"progressive",                      AT_FRAME + 1,     0xc2, OCEL_ERR_UNSUPPORTED},
      {"lossless",                         AT_FRAME + 1,     0xc3, OCEL_ERR_UNSUPPORTED},
      {"arithmetic coding",                AT_FRAME + 1,     0xc9, OCEL_ERR_UNSUPPORTED},
      {"a marker that has no place there", AT_FRAME + 1,     0xd0, OCEL_ERR_SYNTAX     },
      {"a reserved marker",                AT_FRAME + 1,     0x02, OCEL_ERR_SYNTAX     },
      {"a comment instead of the frame",   AT_FRAME + 1,     0xfe, OCEL_ERR_SYNTAX     },
      {"12 bits",                          AT_FRAME + 4,     12,   OCEL_ERR_UNSUPPORTED},
      {"grey",                             AT_FRAME + 9,     1,    OCEL_ERR_UNSUPPORTED},
      {"four components",                  AT_FRAME + 9,     4,    OCEL_ERR_UNSUPPORTED},
      {"Cb sampled like Y",                AT_FRAME + 14,    0x22, OCEL_ERR_UNSUPPORTED},
      {"Cr sampled like Y",                AT_FRAME + 17,    0x22, OCEL_ERR_UNSUPPORTED},
      {"Y's table out of range",           AT_FRAME + 12,    4,    OCEL_ERR_SYNTAX     },
      {"Cb's table out of range",          AT_FRAME + 15,    4,    OCEL_ERR_SYNTAX     },
      {"Cr's table out of range",          AT_FRAME + 18,    4,    OCEL_ERR_SYNTAX     },
      {"Cr has a table of its own",        AT_FRAME + 18,    0,    OCEL_ERR_UNSUPPORTED},
      {"a scan of one component",          AT_SCAN + 4,      1,    OCEL_ERR_UNSUPPORTED},
      {"components in another order",      AT_SCAN + 5,      2,    OCEL_ERR_UNSUPPORTED},
      {"Y with the tables of Cb",          AT_SCAN + 6,      0x11, OCEL_ERR_UNSUPPORTED},
      {"Cb with the tables of Y",          AT_SCAN + 8,      0x00, OCEL_ERR_UNSUPPORTED},
      {"not from the first coefficient",   AT_SCAN + 11,     1,    OCEL_ERR_SYNTAX     },
      {"not to the last one",              AT_SCAN + 12,     62,   OCEL_ERR_SYNTAX     },
      {"a marker in the scan",             AT_SCAN + 14 + 1, 0xc4, OCEL_ERR_UNSUPPORTED},
      {"a restart in the scan",            AT_SCAN + 14 + 1, 0xd7, OCEL_OK             },
      {"fill bytes in the scan",           AT_SCAN + 14 + 1, 0xff, OCEL_ERR_UNSUPPORTED},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    const ocel_span file = file_of(&USUAL);
    CASE(CASES[i].name);
    memory[CASES[i].at] = CASES[i].byte;
    assert_int_equal(result_of(file), CASES[i].want);
  }
}

// Puts `n` bytes into the usual file before its frame.
static ocel_span with_inserted(const char *bytes, size_t n) {
  const ocel_span file = file_of(&USUAL);
  memmove(memory + AT_FRAME + n, memory + AT_FRAME, file.n - AT_FRAME);
  memcpy(memory + AT_FRAME, bytes, n);
  return ocel_span_make(memory, file.n + n);
}

static void segments_of_no_interest_are_passed_over(void **state) {
  (void)state;
  assert_int_equal(result_of(with_inserted("\xff\xe0\0\4AV", 6)), OCEL_OK);
  assert_int_equal(result_of(with_inserted("\xff\xef\0\2", 4)), OCEL_OK);
  assert_int_equal(result_of(with_inserted("\xff\xfe\0\3x", 5)), OCEL_OK);
  assert_int_equal(result_of(with_inserted("\xff\xff\xff", 3)), OCEL_OK);  // fill bytes
  assert_int_equal(result_of(with_inserted("\xff\xdd\0\3\0", 5)), OCEL_ERR_SYNTAX);
}

static void a_second_frame_is_refused(void **state) {
  (void)state;
  assert_int_equal(
      result_of(with_inserted("\xff\xc0\0\x11\x08\1\0\1\0\3\1\x22\0\2\x11\1\3\x11\1", 19)),
      OCEL_ERR_SYNTAX);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_parts_are_found_where_they_lie),
      cmocka_unit_test(offsets_count_from_the_base),
      cmocka_unit_test(a_restart_interval_is_a_part),
      cmocka_unit_test(an_interval_of_0_is_none),
      cmocka_unit_test(what_follows_the_end_is_left_out),
      cmocka_unit_test(no_prefix_is_a_picture),
      cmocka_unit_test(kinds_of_files_that_rtp_carries),
      cmocka_unit_test(kinds_of_files_that_it_does_not),
      cmocka_unit_test(a_byte_that_differs_is_noticed),
      cmocka_unit_test(segments_of_no_interest_are_passed_over),
      cmocka_unit_test(a_second_frame_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
