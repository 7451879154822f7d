// SPDX-License-Identifier: Apache-2.0
// Base64 in pieces: RFC 4648's vectors, padding in the middle, what is none, every split.
#include "ocel/base64.h"

#include "ocel_test.h"

enum { OUT = 64 };

typedef struct {
  const char *name, *text, *want;
  bool whole;
} good;

static const good GOOD[] = {
    {"nothing",                      "",                 "",                         true },
    {"RFC 4648 10: f",               "Zg==",             "f",                        true },
    {"RFC 4648 10: fo",              "Zm8=",             "fo",                       true },
    {"RFC 4648 10: foo",             "Zm9v",             "foo",                      true },
    {"RFC 4648 10: foob",            "Zm9vYg==",         "foob",                     true },
    {"RFC 4648 10: fooba",           "Zm9vYmE=",         "fooba",                    true },
    {"RFC 4648 10: foobar",          "Zm9vYmFy",         "foobar",                   true },
    {"messages padded each",         "Zg==Zm8=Zm9vZg==", "ffofoof",                  true },
    {"lines",                        "Zm9v\r\nYmFy\r\n", "foobar",                   true },
    {"spaces inside a group",        " Z m\t9\nv ",      "foo",                      true },
    {"spaces inside padding",        "Zg=\r\n=Zg= =",    "ff",                       true },
    {"the whole alphabet's ends",    "AZaz09+/",         "\x01\x96\xb3\xd3\xdf\xbf", true },
    {"a group that has just begun",  "Z",                "",                         false},
    {"half a group",                 "Zm",               "f",                        false},
    {"three quarters of a group",    "Zm9",              "fo",                       false},
    {"half of the padding",          "Zg=",              "f",                        false},
    {"bits behind the end are lost", "Zh==Zm9=",         "ffo",                      true },
};

static ocel_err decode(ocel_base64 *b, ocel_span in, ocel_wbuf *out) {
  const ocel_span copy = guarded(in);
  ocel_span rest = copy;
  const ocel_err rc = ocel_base64_decode(b, &rest, out);
  if (rc == OCEL_OK) assert_int_equal(rest.n, 0);
  return rc;
}

static void assert_decodes(const good *g, size_t split) {
  uint8_t mem[OUT];
  ocel_wbuf out = ocel_wbuf_make(mem, sizeof mem);
  ocel_base64 b = {0};
  const ocel_span in = ocel_span_str(g->text);
  assert_int_equal(decode(&b, ocel_span_make(in.p, split), &out), OCEL_OK);
  assert_int_equal(decode(&b, ocel_span_make(in.p + split, in.n - split), &out), OCEL_OK);
  assert_int_equal(out.n, strlen(g->want));
  assert_memory_equal(mem, g->want, out.n);
  assert_int_equal(ocel_base64_is_whole(&b), g->whole);
}

static void text_is_decoded_split_anywhere(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
    CASE(GOOD[i].name);
    for (size_t split = 0; split <= strlen(GOOD[i].text); split++) assert_decodes(&GOOD[i], split);
  }
}

static void what_no_text_has_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *name, *text;
    size_t at;  // of the wrong byte
  } BAD[] = {
      {"padding first",                "=",     0},
      {"padding behind one",           "Z=",    1},
      {"padding behind a whole group", "Zm9v=", 4},
      {"three paddings",               "Zg===", 4},
      {"text between paddings",        "Zg=A",  3},
      {"two paddings behind three",    "Zm8==", 4},
      {"the alphabet of RFC 4648 5",   "Zm-_",  2},
      {"below A",                      "@",     0},
      {"behind Z",                     "[",     0},
      {"below a",                      "`",     0},
      {"behind z",                     "{",     0},
      {"below +",                      "*",     0},
      {"between + and /",              "Z,",    1},
      {"behind 9",                     "Z:",    1},
      {"an interleaved frame",         "$",     0},
      {"backspace is no space",        "\b",    0},
      {"shift out is no space",        "\x0e",  0},
      {"beyond ASCII",                 "\xff",  0},
  };
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    uint8_t mem[OUT];
    ocel_wbuf out = ocel_wbuf_make(mem, sizeof mem);
    ocel_base64 b = {0};
    const ocel_span in = guarded(ocel_span_str(BAD[i].text));
    ocel_span rest = in;
    CASE(BAD[i].name);
    assert_int_equal(ocel_base64_decode(&b, &rest, &out), OCEL_ERR_SYNTAX);
    assert_int_equal(rest.p - in.p, BAD[i].at);
  }
}

static void a_full_buffer_stops_it_until_the_next_call(void **state) {
  (void)state;
  ocel_base64 b = {0};
  ocel_span in = ocel_span_str("Zm9vYmFyZg==");
  char got[OUT] = "";
  for (int calls = 0; in.n > 0; calls++) {
    uint8_t byte = 0;
    ocel_wbuf out = ocel_wbuf_make(&byte, 1);
    assert_true(calls < 20);
    assert_int_equal(ocel_base64_decode(&b, &in, &out), OCEL_OK);
    assert_false(out.overflow);
    const char one[2] = {(char)byte, '\0'};
    append(got, sizeof got, one);
  }
  assert_string_equal(got, "foobarf");
  assert_true(ocel_base64_is_whole(&b));
}

static void what_is_encoded_is_decoded(void **state) {
  (void)state;
  uint8_t bytes[256], text[400], back[256];
  for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (uint8_t)(i * 167 + 13);
  for (size_t n = 0; n <= sizeof bytes; n++) {
    ocel_wbuf w = ocel_wbuf_make(text, sizeof text), out = ocel_wbuf_make(back, sizeof back);
    ocel_base64 b = {0};
    ocel_put_base64(&w, ocel_span_make(bytes, n));
    ocel_span in = ocel_span_make(text, w.n);
    while (in.n > 0 && out.n < out.cap) {
      assert_int_equal(ocel_base64_decode(&b, &in, &out), OCEL_OK);
    }
    assert_int_equal(out.n, n);
    assert_memory_equal(back, bytes, n);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_is_decoded_split_anywhere),
      cmocka_unit_test(what_no_text_has_is_refused),
      cmocka_unit_test(a_full_buffer_stops_it_until_the_next_call),
      cmocka_unit_test(what_is_encoded_is_decoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
