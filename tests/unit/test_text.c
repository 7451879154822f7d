// SPDX-License-Identifier: Apache-2.0
// The small readers of rtsp_headers.h: words, numbers, lists, Session, CSeq, Accept.
#include "ocel/rtsp_headers.h"

#include "ocel_test.h"

static ocel_span text(const char *s) { return guarded(ocel_span_str(s)); }

static void assert_span(ocel_span got, const char *want) {
  assert_int_equal(got.n, strlen(want));
  assert_true(got.n == 0 || memcmp(got.p, want, got.n) == 0);
}

static void words_compare_case_blind(void **state) {
  (void)state;
  assert_true(ocel_text_eq(text(""), ""));
  assert_true(ocel_text_eq(ocel_span_make(NULL, 0), ""));
  assert_true(ocel_text_eq(text("CSeq"), "cseq"));
  assert_true(ocel_text_eq(text("az-AZ09"), "AZ-az09"));
  assert_false(ocel_text_eq(text("CSeq"), "CSe"));
  assert_false(ocel_text_eq(text("CSe"), "CSeq"));
  assert_false(ocel_text_eq(text(""), "x"));
  assert_false(ocel_text_eq(text("x"), ""));
  assert_false(ocel_text_eq(text("CSeR"), "CSeq"));
  assert_false(ocel_text_eq(ocel_span_make("a\0b", 3), "a"));
}

// Only letters have a case: '@' and '`', '[' and '{' are 32 apart too.
static void only_letters_have_a_case(void **state) {
  (void)state;
  assert_false(ocel_text_eq(text("@"), "`"));
  assert_false(ocel_text_eq(text("`"), "@"));
  assert_false(ocel_text_eq(text("["), "{"));
  assert_false(ocel_text_eq(text("{"), "["));
  assert_true(ocel_text_eq(text("A"), "a"));
  assert_true(ocel_text_eq(text("Z"), "z"));
}

static void numbers_are_digits_within_the_limit(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t max;
    bool ok;
    uint32_t want;
  } NUMBERS[] = {
      {"0",                      0,          true,  0         },
      {"1",                      0,          false, 0         },
      {"65534",                  65535,      true,  65534     },
      {"65535",                  65535,      true,  65535     },
      {"65536",                  65535,      false, 0         },
      {"0000000000000000065535", 65535,      true,  65535     },
      {"4294967295",             UINT32_MAX, true,  UINT32_MAX},
      {"4294967296",             UINT32_MAX, false, 0         },
      {"18446744073709551616",   UINT32_MAX, false, 0         },
      {"18446744073709551617",   UINT32_MAX, false, 0         },
      {"",                       9,          false, 0         },
      {"-1",                     9,          false, 0         },
      {"+1",                     9,          false, 0         },
      {" 1",                     9,          false, 0         },
      {"1 ",                     9,          false, 0         },
      {"1.0",                    9,          false, 0         },
      {"0x1",                    9,          false, 0         },
      {"/",                      9,          false, 0         },
      {":",                      9,          false, 0         },
  };
  for (size_t i = 0; i < ARRAY_LEN(NUMBERS); i++) {
    uint32_t v = 0xdead;
    CASE(NUMBERS[i].text);
    assert_int_equal(ocel_text_uint(text(NUMBERS[i].text), NUMBERS[i].max, &v), NUMBERS[i].ok);
    if (NUMBERS[i].ok) assert_int_equal(v, NUMBERS[i].want);
  }
}

// RFC 2326 12.17; 0 is what Scrypted begins with.
static void cseq_has_up_to_ten_digits(void **state) {
  (void)state;
  uint32_t v = 1;
  assert_true(ocel_cseq(text("0"), &v));
  assert_int_equal(v, 0);
  assert_true(ocel_cseq(text("0000000002"), &v));
  assert_int_equal(v, 2);
  assert_true(ocel_cseq(text("4294967295"), &v));
  assert_int_equal(v, UINT32_MAX);
  assert_false(ocel_cseq(text("4294967296"), &v));
  assert_false(ocel_cseq(text("00000000002"), &v));
  assert_false(ocel_cseq(text(""), &v));
  assert_false(ocel_cseq(text("1 2"), &v));
  assert_false(ocel_cseq(text("-1"), &v));
}

#define ID64 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789ABCDEF"

static void session_ids_stand_alone(void **state) {
  (void)state;
  static const struct {
    const char *value, *want;
  } IDS[] = {
      {"12345678",               "12345678" },
      {"a",                      "a"        },
      {"66334873;timeout=60",    "66334873" },
      {" 66334873 ; timeout=60", "66334873" },
      {"66334873;",              "66334873" },
      {"aZ09$-_.+",              "aZ09$-_.+"},
      {ID64,                     ID64       },
      {ID64 "0",                 ""         },
      {"",                       ""         },
      {" ",                      ""         },
      {";timeout=60",            ""         },
      {"a b",                    ""         },
      {"a,b",                    ""         },
      {"a\"b",                   ""         },
      {"caf\xc3\xa9",            ""         },
      {"@a",                     ""         },
      {"a@",                     ""         },
      {"a[",                     ""         },
      {"a`",                     ""         },
      {"a{",                     ""         },
  };
  for (size_t i = 0; i < ARRAY_LEN(IDS); i++) {
    CASE(IDS[i].value);
    assert_span(ocel_session_id(text(IDS[i].value)), IDS[i].want);
  }
  assert_int_equal(ocel_session_id(ocel_span_make("a\0b", 3)).n, 0);
}

static void lists_are_cut_at_commas(void **state) {
  (void)state;
  static const struct {
    const char *list, *want;  // tokens, each followed by '|'
  } LISTS[] = {
      {"",                                ""                                },
      {"play.basic",                      "play.basic|"                     },
      {"a,b",                             "a|b|"                            },
      {" a ,\tb\r\n ,c ",                 "a|b|c|"                          },
      {",",                               ""                                },
      {" , ,a, ,",                        "a|"                              },
      {"a;q=0.5,b ; q=1;x",               "a|b|"                            },
      {";q=1,a",                          "a|"                              },
      {"a;x=\"1,2\",b",                   "a|b|"                            },
      {"a;x=\"1,2",                       "a|"                              },
      {"www.onvif.org/ver20/backchannel", "www.onvif.org/ver20/backchannel|"},
  };
  for (size_t i = 0; i < ARRAY_LEN(LISTS); i++) {
    char got[128] = "";
    ocel_span list = text(LISTS[i].list), token;
    CASE(LISTS[i].list);
    while (ocel_token_next(&list, &token)) {
      char one[64] = "";
      memcpy(one, token.p, token.n);
      append(got, sizeof got, one);
      append(got, sizeof got, "|");
    }
    assert_string_equal(got, LISTS[i].want);
    assert_false(ocel_token_next(&list, &token));
  }
}

// RFC 2326 12.1.
static void accept_admits_sdp_or_not(void **state) {
  (void)state;
  static const char *const YES[] = {"",
                                    "application/sdp",
                                    "Application/SDP",
                                    "application/*",
                                    "*/*",
                                    "application/rtsl, application/sdp;level=-2",
                                    "text/html;q=0.9 , */* ; q=0.1"};
  static const char *const NO[] = {
      "text/html", "application/rtsl", "application/sdpx", "application/sd", "*",
      ",",         "application",      "text/*;a=\"*/*\""};
  for (size_t i = 0; i < ARRAY_LEN(YES); i++) assert_true(ocel_accepts_sdp(text(YES[i])));
  for (size_t i = 0; i < ARRAY_LEN(NO); i++) assert_false(ocel_accepts_sdp(text(NO[i])));
  assert_true(ocel_accepts_sdp(ocel_span_make(NULL, 0)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_compare_case_blind),
      cmocka_unit_test(only_letters_have_a_case),
      cmocka_unit_test(numbers_are_digits_within_the_limit),
      cmocka_unit_test(cseq_has_up_to_ten_digits),
      cmocka_unit_test(session_ids_stand_alone),
      cmocka_unit_test(lists_are_cut_at_commas),
      cmocka_unit_test(accept_admits_sdp_or_not),
  };
  return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
