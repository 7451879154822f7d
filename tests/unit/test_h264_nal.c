// SPDX-License-Identifier: Apache-2.0
#include "ocel/h264_nal.h"

#include "ocel_test.h"

// All units of an Annex B string, in hex, joined by '|'.
static void annexb_text(ocel_span rest, char *out, size_t cap) {
  ocel_span nal;
  out[0] = '\0';
  for (int n = 0; ocel_annexb_next(&rest, &nal); n++) {
    append(out, cap, n ? "|" : "");
    append_hex(out, cap, nal);
  }
  assert_int_equal(rest.n, 0);
}

typedef struct {
  const char *name;
  const char *bytes;  // hex
  const char *want;   // hex units joined by '|'
} split_case;

static const split_case ANNEXB[] = {
    {"empty",                             "",                                      ""                   },
    {"3-byte start code",                 "000001 6742",                           "6742"               },
    {"4-byte start code",                 "00000001 6742",                         "6742"               },
    {"both kinds",                        "00000001 67 000001 68 00000001 65ff",   "67|68|65ff"         },
    {"leading zeros",                     "0000000000 000001 67",                  "67"                 },
    {"trailing zeros",                    "000001 6742 000000 000001 68 0000",     "6742|68"            },
    {"bytes before the first start code", "6742 000001 68",                        "68"                 },
    {"no start code",                     "6742 68 0000",                          ""                   },
    {"start code at the end",             "000001 67 000001",                      "67"                 },
    {"start code alone",                  "000001",                                ""                   },
    {"cut start code",                    "000001 67 0000",                        "67"                 },
    {"empty units",                       "000001 000001 00000001 0000 000001 67", "67"                 },
    {"emulation prevention stays",        "000001 67 000003 01 000003 68",         "6700000301 00000368"},
    {"zeros within a unit",               "000001 67 00 01 0002 000002 68",        "67000100 0200000268"},
    {"01 01 is no end",                   "000001 6701 0101 000001 68",            "67010101|68"        },
    {"cabac_zero_words",                  "000001 65 000003 000003 000001 41",     "65000003000003|41"  },
};

static void splits_annexb(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(ANNEXB); i++) {
    uint8_t mem[64];
    char got[128], want[128] = "";
    CASE(ANNEXB[i].name);
    for (const char *c = ANNEXB[i].want; *c != '\0'; c++) {
      if (*c != ' ') append(want, sizeof want, (char[]){*c, '\0'});
    }
    annexb_text(guarded(unhex(ANNEXB[i].bytes, mem)), got, sizeof got);
    assert_string_equal(got, want);
  }
}

// The same search in the plainest form, to compare with.
static size_t plain_find(ocel_span s, size_t from) {
  for (size_t i = from; i + 3 <= s.n; i++) {
    if (s.p[i] != 0 || s.p[i + 1] != 0) continue;
    if (s.p[i + 2] == 1) return i;
    if (i + 4 <= s.n && s.p[i + 2] == 0 && s.p[i + 3] == 1) return i;
  }
  return s.n;
}

static void check_units(ocel_span s) {
  ocel_span rest = s, nal;
  size_t at = plain_find(s, 0);
  while (at < s.n) {
    const size_t begin = at + (s.p[at + 2] == 0 ? 4 : 3);
    const size_t next = plain_find(s, begin);
    size_t end = next;
    while (end > begin && s.p[end - 1] == 0) end--;
    if (end > begin) {
      assert_true(ocel_annexb_next(&rest, &nal));
      assert_ptr_equal(nal.p, s.p + begin);
      assert_int_equal(nal.n, end - begin);
    }
    at = next;
  }
  assert_false(ocel_annexb_next(&rest, &nal));
  assert_int_equal(rest.n, 0);
}

static void check_search(ocel_span s) {
  for (size_t from = 0; from <= s.n; from++) {
    assert_int_equal(ocel_annexb_find(s, from), plain_find(s, from));
  }
  check_units(s);
}

// Every string of up to ten bytes over 0, 1 and 2, at the end of readable memory.
static void agrees_with_a_plain_search(void **state) {
  (void)state;
  uint8_t mem[10];
  size_t count = 1;
  for (size_t n = 0; n <= sizeof mem; n++, count *= 3) {
    for (size_t k = 0; k < count; k++) {
      size_t digits = k;
      for (size_t i = 0; i < n; i++, digits /= 3) mem[i] = (uint8_t)(digits % 3);
      check_search(guarded(ocel_span_make(mem, n)));
    }
  }
}

// A start code at every place of a long string, so at every place of a machine word, with zeros
// near it that begin none.
static void finds_start_codes_anywhere(void **state) {
  (void)state;
  static const uint8_t FILL[] = {0x55, 0x01, 0x80, 0xff};
  uint8_t mem[80];
  for (size_t f = 0; f < sizeof FILL; f++) {
    for (size_t n = 60; n < 60 + sizeof(size_t) + 1; n++) {
      for (size_t at = 0; at + 3 <= n; at++) {
        memset(mem, FILL[f], n);
        memcpy(mem + at, "\0\0\1", 3);
        check_search(guarded(ocel_span_make(mem, n)));
        if (at >= 2) mem[at - 2] = 0;
        check_search(guarded(ocel_span_make(mem, n)));
        if (at >= 1) mem[at - 1] = 0;
        check_search(guarded(ocel_span_make(mem, n)));
      }
    }
  }
}

static void search_agrees_on_random_bytes(void **state) {
  (void)state;
  uint8_t mem[300];
  uint32_t seed = 20260101;
  for (int round = 0; round < 200; round++) {
    const uint32_t range = 2 + next_random(&seed) % 5;
    for (size_t i = 0; i < sizeof mem; i++) mem[i] = (uint8_t)(next_random(&seed) % range);
    check_search(guarded(ocel_span_make(mem, 1 + next_random(&seed) % sizeof mem)));
  }
}

typedef struct {
  const char *name;
  unsigned length_size;
  const char *bytes;
  const char *want;  // hex units joined by '|'
  ocel_err end;
} avcc_case;

static const avcc_case AVCC[] = {
    {"empty",                     4, "",                          "",          OCEL_ERR_MORE  },
    {"one unit",                  4, "00000002 6742",             "6742",      OCEL_ERR_MORE  },
    {"two units, 2-byte lengths", 2, "0001 67 0003 650102",       "67|650102", OCEL_ERR_MORE  },
    {"1-byte lengths",            1, "01 67 02 68ce",             "67|68ce",   OCEL_ERR_MORE  },
    {"empty units are skipped",   2, "0000 0001 67 0000 0000",    "67",        OCEL_ERR_MORE  },
    {"one byte too few",          4, "00000001 67 00000003 6501", "67",        OCEL_ERR_SYNTAX},
    {"length with the top bit",   4, "ffffffff 6501",             "",          OCEL_ERR_SYNTAX},
    {"length cut short",          4, "00000001 67 000000",        "67",        OCEL_ERR_SYNTAX},
    {"no such length size: 0",    0, "01 67",                     "",          OCEL_ERR_SYNTAX},
    {"no such length size: 3",    3, "000001 67",                 "",          OCEL_ERR_SYNTAX},
    {"no such length size: 5",    5, "0000000001 67",             "",          OCEL_ERR_SYNTAX},
};

static void splits_length_prefixed(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(AVCC); i++) {
    const avcc_case *c = &AVCC[i];
    uint8_t mem[64];
    char got[128] = "";
    ocel_span rest = guarded(unhex(c->bytes, mem)), nal;
    ocel_err rc;
    CASE(c->name);
    for (int n = 0; (rc = ocel_avcc_next(&rest, c->length_size, &nal)) == OCEL_OK; n++) {
      append(got, sizeof got, n ? "|" : "");
      append_hex(got, sizeof got, nal);
    }
    assert_int_equal(rc, c->end);
    assert_string_equal(got, c->want);
    if (rc == OCEL_ERR_MORE) assert_int_equal(rest.n, 0);
  }
}

// Every prefix of two units: whole units come out, and only a cut between units is a clean end.
static void length_prefixed_prefixes(void **state) {
  (void)state;
  static const unsigned SIZES[] = {1, 2, 4};
  for (size_t k = 0; k < ARRAY_LEN(SIZES); k++) {
    const size_t prefix = SIZES[k], first = prefix + 3, second = first + prefix + 1;
    uint8_t mem[16] = {0};
    mem[prefix - 1] = 3;
    mem[first + prefix - 1] = 1;
    for (size_t n = 0; n <= second; n++) {
      ocel_span rest = guarded(ocel_span_make(mem, n)), nal;
      size_t units = 0;
      ocel_err rc;
      while ((rc = ocel_avcc_next(&rest, SIZES[k], &nal)) == OCEL_OK) {
        assert_int_equal(nal.n, units == 0 ? 3 : 1);
        units++;
      }
      assert_int_equal(units, (n >= first) + (n >= second));
      assert_int_equal(rc, n == 0 || n == first || n == second ? OCEL_ERR_MORE : OCEL_ERR_SYNTAX);
    }
  }
}

// Lengths that use every byte of their prefix, with one byte too few, just enough and one more.
static void lengths_are_big_endian(void **state) {
  (void)state;
  static uint8_t mem[0x10203 + 8];
  static const struct {
    unsigned length_size;
    uint32_t length;
  } SIZES[] = {
      {1, 0xff   },
      {2, 0x0102 },
      {2, 0xffff },
      {4, 0x0102 },
      {4, 0x10203}
  };
  for (size_t i = 0; i < ARRAY_LEN(SIZES); i++) {
    const unsigned prefix = SIZES[i].length_size;
    const size_t n = SIZES[i].length;
    memset(mem, 0x41, sizeof mem);
    for (unsigned k = 0; k < prefix; k++) mem[k] = (uint8_t)(n >> 8 * (prefix - 1 - k));
    ocel_span nal, rest = ocel_span_make(mem, prefix + n - 1);
    assert_int_equal(ocel_avcc_next(&rest, prefix, &nal), OCEL_ERR_SYNTAX);
    assert_ptr_equal(rest.p, mem);
    for (size_t more = 0; more < 2; more++) {
      rest = ocel_span_make(mem, prefix + n + more);
      assert_int_equal(ocel_avcc_next(&rest, prefix, &nal), OCEL_OK);
      assert_ptr_equal(nal.p, mem + prefix);
      assert_int_equal(nal.n, n);
      assert_int_equal(rest.n, more);
    }
  }
}

// What comes behind a slice and begins the next access unit (ITU-T H.264 7.4.1.2.3): '1' always,
// 'f' with first_mb_in_slice 0, '0' never.
static void knows_where_access_units_begin(void **state) {
  (void)state;
  static const char *const RULE = "0ff00f11110000111110000000000000";
  for (unsigned type = 0; type < 32; type++) {
    const uint8_t first[] = {(uint8_t)(0x60 | type), 0x80}, later[] = {(uint8_t)type, 0x7f};
    const ocel_span a = ocel_span_make(first, 2), b = ocel_span_make(later, 2);
    assert_int_equal(ocel_nal_begins_access_unit(a, true), RULE[type] != '0');
    assert_int_equal(ocel_nal_begins_access_unit(b, true), RULE[type] == '1');
    assert_false(ocel_nal_begins_access_unit(a, false));
    assert_false(ocel_nal_begins_access_unit(b, false));
    const ocel_span header = guarded(ocel_span_make(first, 1));
    assert_int_equal(ocel_nal_begins_access_unit(header, true), RULE[type] == '1');
  }
  assert_false(ocel_nal_begins_access_unit(ocel_span_make(NULL, 0), true));
}

static void names_the_types(void **state) {
  (void)state;
  assert_int_equal(ocel_nal_type_of(ocel_span_make(NULL, 0)), 0);
  assert_int_equal(ocel_nal_type_of(ocel_span_make("\x67", 1)), OCEL_NAL_SPS);
  for (unsigned type = 0; type < 32; type++) {
    assert_int_equal(ocel_nal_is_vcl(type), type >= OCEL_NAL_SLICE && type <= OCEL_NAL_IDR);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splits_annexb),
      cmocka_unit_test(agrees_with_a_plain_search),
      cmocka_unit_test(finds_start_codes_anywhere),
      cmocka_unit_test(search_agrees_on_random_bytes),
      cmocka_unit_test(splits_length_prefixed),
      cmocka_unit_test(length_prefixed_prefixes),
      cmocka_unit_test(lengths_are_big_endian),
      cmocka_unit_test(knows_where_access_units_begin),
      cmocka_unit_test(names_the_types),
  };
  return cmocka_run_group_tests_name("h264_nal", tests, NULL, NULL);
}
