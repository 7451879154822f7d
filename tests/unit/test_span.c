// SPDX-License-Identifier: Apache-2.0
#include "ocel/span.h"

#include "ocel_test.h"

static void equality_is_of_bytes(void **state) {
  (void)state;
  const ocel_span empty = {NULL, 0};
  assert_true(ocel_span_eq(empty, empty));
  assert_true(ocel_span_eq(empty, ocel_span_str("")));
  assert_true(ocel_span_eq(ocel_span_str("abc"), ocel_span_make("abcd", 3)));
  assert_false(ocel_span_eq(ocel_span_str("abc"), ocel_span_str("abd")));
  assert_false(ocel_span_eq(ocel_span_str("abc"), ocel_span_str("ab")));
  assert_false(ocel_span_eq(ocel_span_str("a"), empty));
}

static void take_splits_a_span(void **state) {
  (void)state;
  ocel_span s = ocel_span_str("abcd");
  const uint8_t *start = s.p;
  ocel_span front = ocel_span_take(&s, 0);
  assert_int_equal(front.n, 0);
  front = ocel_span_take(&s, 1);
  assert_true(ocel_span_eq(front, ocel_span_str("a")));
  front = ocel_span_take(&s, 2);
  assert_ptr_equal(front.p, start + 1);
  assert_int_equal(front.n, 2);
  assert_ptr_equal(s.p, start + 3);
  front = ocel_span_take(&s, 1);
  assert_true(ocel_span_eq(front, ocel_span_str("d")));
  assert_int_equal(s.n, 0);

  ocel_span empty = {NULL, 0};
  front = ocel_span_take(&empty, 0);
  assert_null(front.p);
  assert_null(empty.p);
}

static void big_endian_reads(void **state) {
  (void)state;
  const uint8_t bytes[] = {0xff, 0xfe, 0x81, 0x02};
  assert_int_equal(ocel_be16(bytes), 0xfffe);
  assert_true(ocel_be32(bytes) == 0xfffe8102u);
}

// Every writer behind one signature, so that one table can try all of them at every capacity.
typedef struct put_case {
  void (*put)(ocel_wbuf *w, const struct put_case *c);
  uint64_t number;
  unsigned digits;
  const char *text;
  const char *want;
} put_case;

static void u8(ocel_wbuf *w, const put_case *c) { ocel_put_u8(w, (uint8_t)c->number); }
static void be16(ocel_wbuf *w, const put_case *c) { ocel_put_be16(w, (uint16_t)c->number); }
static void be32_(ocel_wbuf *w, const put_case *c) { ocel_put_be32(w, (uint32_t)c->number); }
static void uint(ocel_wbuf *w, const put_case *c) { ocel_put_uint(w, c->number); }
static void hex(ocel_wbuf *w, const put_case *c) {
  ocel_put_hex(w, (uint32_t)c->number, c->digits);
}
static void str(ocel_wbuf *w, const put_case *c) { ocel_put_str(w, c->text); }
static void span(ocel_wbuf *w, const put_case *c) { ocel_put_span(w, ocel_span_str(c->text)); }
static void null(ocel_wbuf *w, const put_case *c) {
  (void)c;
  ocel_put_span(w, ocel_span_make(NULL, 0));
}
static void base64(ocel_wbuf *w, const put_case *c) {
  ocel_put_base64(w, guarded(ocel_span_str(c->text)));
}

static const put_case PUTS[] = {
    {u8,     0xab,                0, NULL,               "\xab"                },
    {be16,   0x8123,              0, NULL,               "\x81\x23"            },
    {be32_,  0x81234567,          0, NULL,               "\x81\x23\x45\x67"    },
    {span,   0,                   0, "span",             "span"                },
    {null,   0,                   0, NULL,               ""                    },
    {str,    0,                   0, "text",             "text"                },
    {str,    0,                   0, "",                 ""                    },
    {uint,   0,                   0, NULL,               "0"                   },
    {uint,   9,                   0, NULL,               "9"                   },
    {uint,   10,                  0, NULL,               "10"                  },
    {uint,   1000000000000000000, 0, NULL,               "1000000000000000000" },
    {uint,   UINT64_MAX,          0, NULL,               "18446744073709551615"},
    {hex,    0x0000000f,          1, NULL,               "F"                   },
    {hex,    0x00001234,          2, NULL,               "34"                  },
    {hex,    0x0042c01f,          6, NULL,               "42C01F"              },
    {hex,    0xfedcba98,          8, NULL,               "FEDCBA98"            },
    {hex,    0,                   8, NULL,               "00000000"            },
    {base64, 0,                   0, "",                 ""                    }, // RFC 4648 10
    {base64, 0,                   0, "f",                "Zg=="                },
    {base64, 0,                   0, "fo",               "Zm8="                },
    {base64, 0,                   0, "foo",              "Zm9v"                },
    {base64, 0,                   0, "foob",             "Zm9vYg=="            },
    {base64, 0,                   0, "fooba",            "Zm9vYmE="            },
    {base64, 0,                   0, "foobar",           "Zm9vYmFy"            },
    {base64, 0,                   0, "\xff\xef\xbe\xfb", "/++++w=="            },
};

static void writers_write_what_they_promise(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(PUTS); i++) {
    uint8_t mem[64];
    memset(mem, 0x5a, sizeof mem);
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    PUTS[i].put(&w, &PUTS[i]);
    assert_false(w.overflow);
    assert_int_equal(w.n, strlen(PUTS[i].want));
    assert_memory_equal(mem, PUTS[i].want, w.n);
  }
}

// At every capacity: either all of it is written, or nothing, and the overflow stays.
static void writers_are_all_or_nothing(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(PUTS); i++) {
    const size_t need = strlen(PUTS[i].want);
    for (size_t cap = 0; cap <= need + 1; cap++) {
      uint8_t mem[64];
      memset(mem, 0x5a, sizeof mem);
      ocel_wbuf w = ocel_wbuf_make(mem, cap);
      PUTS[i].put(&w, &PUTS[i]);
      assert_int_equal(w.overflow, need > cap);
      assert_int_equal(w.n, need > cap ? 0 : need);
      for (size_t k = w.n; k < sizeof mem; k++) assert_int_equal(mem[k], 0x5a);
    }
  }
}

static void puts_follow_each_other(void **state) {
  (void)state;
  uint8_t mem[128], want[128];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  size_t n = 0;
  for (size_t i = 0; i < ARRAY_LEN(PUTS); i++) {
    PUTS[i].put(&w, &PUTS[i]);
    memcpy(want + n, PUTS[i].want, strlen(PUTS[i].want));
    n += strlen(PUTS[i].want);
  }
  assert_false(w.overflow);
  assert_int_equal(w.n, n);
  assert_memory_equal(mem, want, n);
}

static void overflow_stays_although_less_would_fit(void **state) {
  (void)state;
  uint8_t mem[4];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_u8(&w, 1);
  ocel_put_be32(&w, 2);
  assert_true(w.overflow);
  ocel_put_u8(&w, 3);
  ocel_put_be16(&w, 3);
  ocel_put_uint(&w, 3);
  ocel_put_hex(&w, 3, 1);
  assert_int_equal(w.n, 1);
  assert_true(w.overflow);
}

// A length whose base64 form would not even fit a size_t must not wrap round to a small one.
static void base64_of_an_absurd_length_overflows(void **state) {
  (void)state;
  uint8_t mem[16];
  const size_t absurd[] = {SIZE_MAX, SIZE_MAX - 1, SIZE_MAX / 4 * 3 + 3, SIZE_MAX / 4 * 3};
  for (size_t i = 0; i < ARRAY_LEN(absurd); i++) {
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    ocel_put_base64(&w, ocel_span_make(mem, absurd[i]));
    assert_true(w.overflow);
    assert_int_equal(w.n, 0);
  }
}

static int unbase64(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : 63;
}

static void base64_decodes_to_the_same_bytes(void **state) {
  (void)state;
  uint8_t bytes[100], text[136], back[104];
  uint32_t seed = 1;
  for (size_t n = 1; n <= sizeof bytes; n++) {
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)next_random(&seed);
    ocel_wbuf w = ocel_wbuf_make(text, sizeof text);
    ocel_put_base64(&w, guarded(ocel_span_make(bytes, n)));
    assert_int_equal(w.n, (n + 2) / 3 * 4);
    size_t got = 0;
    for (size_t i = 0; i < w.n; i += 4) {
      uint32_t v = 0;
      size_t kept = 3;
      for (size_t k = 0; k < 4; k++) {
        if (text[i + k] == '=') kept--;
        v = v << 6 | (text[i + k] == '=' ? 0u : (uint32_t)unbase64((char)text[i + k]));
      }
      for (size_t k = 0; k < kept; k++) back[got++] = (uint8_t)(v >> (16 - 8 * k));
    }
    assert_int_equal(got, n);
    assert_memory_equal(back, bytes, n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(equality_is_of_bytes),
      cmocka_unit_test(take_splits_a_span),
      cmocka_unit_test(big_endian_reads),
      cmocka_unit_test(writers_write_what_they_promise),
      cmocka_unit_test(writers_are_all_or_nothing),
      cmocka_unit_test(puts_follow_each_other),
      cmocka_unit_test(overflow_stays_although_less_would_fit),
      cmocka_unit_test(base64_of_an_absurd_length_overflows),
      cmocka_unit_test(base64_decodes_to_the_same_bytes),
  };
  return cmocka_run_group_tests_name("span", tests, NULL, NULL);
}
