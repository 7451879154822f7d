// SPDX-License-Identifier: Apache-2.0
// Requests that are refused, by their grammar and by the limits. (The others: test_rtsp_msg.c.)
#include "ocel/rtsp_msg.h"

#include "ocel_test.h"

#define L(s) s "\r\n"

// What came out of one parse, by position, so that it can be compared over copies.
typedef struct {
  ocel_err rc;
  ocel_rtsp_request req;
  size_t used;
} outcome;

static outcome parse(ocel_span in, ocel_rtsp_scan *scan) {
  outcome o = {.used = 0};
  o.rc = ocel_rtsp_parse(in, scan, &OCEL_RTSP_LIMITS_DEFAULT, &o.req, &o.used);
  return o;
}

static outcome parse_at_once(ocel_span in) {
  ocel_rtsp_scan scan = {0};
  return parse(guarded(in), &scan);
}

static void assert_span(ocel_span got, const char *want) {
  assert_int_equal(got.n, strlen(want));
  assert_true(got.n == 0 || memcmp(got.p, want, got.n) == 0);
}

static const char *header_text(const ocel_rtsp_request *req, ocel_rtsp_header h, char *mem) {
  if (req->header[h].p == NULL) return "(absent)";
  memcpy(mem, req->header[h].p, req->header[h].n);
  mem[req->header[h].n] = '\0';
  return mem;
}

typedef struct {
  const char *name;
  const char *text;     // a "\377" in it stands for NUL, which C strings cannot hold
  const char *refused;  // the part of it that suffices for the refusal
  ocel_err rc;
  uint16_t status;
  const char *cseq;
} bad;

#define SYNTAX OCEL_ERR_SYNTAX
#define SPACE OCEL_ERR_SPACE
#define HEAD L("PLAY rtsp://h/s RTSP/1.0") L("CSeq: 8")

// clang-format off
static const bad BAD[] = {
    {"TLS ClientHello", "\x16\x03\x01\x02\x01\x01", "\x16", SYNTAX, 400, "(absent)"},
    {"binary noise", "\xce\xfa\xed\xfe", "\xce", SYNTAX, 400, "(absent)"},
    {"an interleaved frame is no request", "$\x01\x01", "$", SYNTAX, 400, "(absent)"},
    {"NUL first", "\377OPTIONS", "\377", SYNTAX, 400, "(absent)"},
    {"a reply", L("RTSP/1.0 200 OK") L("CSeq: 1") L(""), "RTSP/", SYNTAX, 400, "1"},
    {"space first", L(" OPTIONS * RTSP/1.0") L("CSeq: 3") L(""), " ", SYNTAX, 400, "3"},
    {"digit first", "1", "1", SYNTAX, 400, "(absent)"},
    {"method alone", L("OPTIONS") L("CSeq: 3") L(""), L("OPTIONS"), SYNTAX, 400, "3"},
    {"tab behind the method", "OPTIONS\t*", "OPTIONS\t", SYNTAX, 400, "(absent)"},
    {"UTF-8 in the method", "OPT\xc3", "OPT\xc3", SYNTAX, 400, "(absent)"},
    {"DEL in the method", "OPT\x7f", "OPT\x7f", SYNTAX, 400, "(absent)"},
    {"method of 33 bytes", "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC *",
     "ABCDEFGHIJABCDEFGHIJABCDEFGHIJABC", SYNTAX, 400, "(absent)"},
    {"no version", L("OPTIONS *") L("CSeq: 3") L(""), L("OPTIONS *"), SYNTAX, 400, "3"},
    {"two spaces before the URL", L("OPTIONS  * RTSP/1.0") L("CSeq: 3") L(""), "OPTIONS  ",
     SYNTAX, 400, "3"},
    {"two spaces behind the URL", L("OPTIONS *  RTSP/1.0") L("CSeq: 3") L(""), "OPTIONS *  ",
     SYNTAX, 400, "3"},
    {"UTF-8 in the URL", "OPTIONS rtsp://h/\xc3\xa9", "OPTIONS rtsp://h/\xc3", SYNTAX, 400,
     "(absent)"},
    {"tab in the URL", "OPTIONS /a\tb", "OPTIONS /a\t", SYNTAX, 400, "(absent)"},
    {"DEL in the URL", "OPTIONS /a\x7f", "OPTIONS /a\x7f", SYNTAX, 400, "(absent)"},
    {"space in the URL", L("OPTIONS /a b RTSP/1.0") L("CSeq: 3") L(""), "OPTIONS /a b",
     SYNTAX, 400, "3"},
    {"version in lower case", "OPTIONS * rtsp/1.0", "OPTIONS * r", SYNTAX, 400, "(absent)"},
    {"version without minor number", L("OPTIONS * RTSP/1") L("CSeq: 3") L(""),
     L("OPTIONS * RTSP/1"), SYNTAX, 400, "3"},
    {"version without minor digit", L("OPTIONS * RTSP/1.") L("CSeq: 3") L(""),
     L("OPTIONS * RTSP/1."), SYNTAX, 400, "3"},
    {"version's letter", "OPTIONS * RTSP/x.0", "OPTIONS * RTSP/x", SYNTAX, 400, "(absent)"},
    {"more behind the version", L("OPTIONS * RTSP/1.0 x") L("CSeq: 3") L(""),
     "OPTIONS * RTSP/1.0 ", SYNTAX, 400, "3"},
    {"fold of the request line", L("OPTIONS * RTSP/1.0") L(" x: y") L("CSeq: 3") L(""),
     L("OPTIONS * RTSP/1.0") " ", SYNTAX, 400, "3"},
    {"header without colon", HEAD L("Session") L(""), HEAD L("Session"), SYNTAX, 400, "8"},
    {"header without colon, spaces", HEAD L("Session  ") L(""), HEAD L("Session  "), SYNTAX, 400,
     "8"},
    {"CSeq without colon", L("PLAY * RTSP/1.0") L("CSeq") L(""), L("PLAY * RTSP/1.0") L("CSeq"),
     SYNTAX, 400, "(absent)"},
    {"header without name", HEAD L(": x") L(""), HEAD ":", SYNTAX, 400, "8"},
    {"two words for a name", HEAD L("A b: c") L(""), HEAD "A b", SYNTAX, 400, "8"},
    {"bracket in a name", HEAD L("A(: c") L(""), HEAD "A(", SYNTAX, 400, "8"},
    {"CR alone in a value", HEAD "A: b\rc", HEAD "A: b\rc", SYNTAX, 400, "8"},
    {"two CR", HEAD "A: b\r\r\n", HEAD "A: b\r\r", SYNTAX, 400, "8"},
    {"CR alone in the empty line", HEAD "\rA: b", HEAD "\rA", SYNTAX, 400, "8"},
    {"NUL in a value", HEAD "A: \377" L("") L("CSeq: 1"), HEAD "A: \377", SYNTAX, 400, "8"},
    {"escape in a value", HEAD "A: \x1b[2J", HEAD "A: \x1b", SYNTAX, 400, "8"},
    {"DEL in a value", HEAD "A: \x7f", HEAD "A: \x7f", SYNTAX, 400, "8"},
    {"CSeq behind the fault", L("PLAY * RTSP/9") L("A: b") L("CSeq: 55") L(""),
     L("PLAY * RTSP/9"), SYNTAX, 400, "55"},
    {"CSeq cut off is no CSeq", "BAD LINE\r\nCSeq: 1", "BAD LINE\r\n", SYNTAX, 400, "(absent)"},
    {"CSeq whose fold is cut off", "BAD LINE\r\nCSeq: 1\r\n 2", "BAD LINE\r\n", SYNTAX, 400, "1"},
    {"CSeq in the body is no CSeq", L("GET / SIP/2.0") L("") L("CSeq: 1") L(""), "GET / S",
     SYNTAX, 400, "(absent)"},
    {"Content-Length negative", HEAD L("Content-Length: -1") L(""),
     HEAD L("Content-Length: -1") L(""), SYNTAX, 400, "8"},
    {"Content-Length with sign", HEAD L("Content-Length: +1") L("") "x",
     HEAD L("Content-Length: +1") L(""), SYNTAX, 400, "8"},
    {"Content-Length empty", HEAD L("Content-Length:") L(""), HEAD L("Content-Length:") L(""),
     SYNTAX, 400, "8"},
    {"Content-Length in hex", HEAD L("Content-Length: 0x1") L("") "x",
     HEAD L("Content-Length: 0x1") L(""), SYNTAX, 400, "8"},
    {"Content-Length of two words", HEAD L("Content-Length: 1 1") L("") "x",
     HEAD L("Content-Length: 1 1") L(""), SYNTAX, 400, "8"},
    {"Content-Length 2^32", HEAD L("Content-Length: 4294967296") L(""),
     HEAD L("Content-Length: 4294967296") L(""), SYNTAX, 400, "8"},
    {"Content-Length of eleven digits", HEAD L("Content-Length: 00000000001") L("") "x",
     HEAD L("Content-Length: 00000000001") L(""), SYNTAX, 400, "8"},
    {"Content-Length 2^64 + 1", HEAD L("Content-Length: 18446744073709551617") L("") "x",
     HEAD L("Content-Length: 18446744073709551617") L(""), SYNTAX, 400, "8"},
    {"two Content-Length that differ", HEAD L("Content-Length: 1") L("Content-Length: 2") L("") "xy",
     HEAD L("Content-Length: 1") L("Content-Length: 2") L(""), SYNTAX, 400, "8"},
    {"differing and then the same again",
     HEAD L("Content-Length: 1") L("Content-Length: 2") L("Content-Length: 1") L("") "xy",
     HEAD L("Content-Length: 1") L("Content-Length: 2") L("Content-Length: 1") L(""), SYNTAX, 400,
     "8"},
    {"unreadable and then readable", HEAD L("Content-Length: x") L("Content-Length: 1") L("") "x",
     HEAD L("Content-Length: x") L("Content-Length: 1") L(""), SYNTAX, 400, "8"},
    {"RFC 2326 4.4: no chunks", HEAD L("Transfer-Encoding: chunked") L("") L("0") L(""),
     HEAD L("Transfer-Encoding: chunked") L(""), SYNTAX, 411, "8"},
    {"Content-Length above the limit", HEAD L("Content-Length: 4097") L(""),
     HEAD L("Content-Length: 4097") L(""), SPACE, 413, "8"},
    {"Content-Length 2^32 - 1", HEAD L("Content-Length: 4294967295") L(""),
     HEAD L("Content-Length: 4294967295") L(""), SPACE, 413, "8"},
};
// clang-format on

// Copies `text` and puts NUL for \377.
static ocel_span bytes_of(const char *text, uint8_t *mem) {
  const size_t n = strlen(text);
  for (size_t i = 0; i < n; i++) mem[i] = (uint8_t)text[i] == 0xff ? 0 : (uint8_t)text[i];
  return ocel_span_make(mem, n);
}

static void bad_requests_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    uint8_t mem[512];
    char value[64];
    CASE(BAD[i].name);
    const outcome o = parse_at_once(bytes_of(BAD[i].text, mem));
    assert_int_equal(o.rc, BAD[i].rc);
    assert_int_equal(o.req.status, BAD[i].status);
    assert_string_equal(header_text(&o.req, OCEL_HEADER_CSEQ, value), BAD[i].cseq);
  }
}

// The refusal comes with the first byte that cannot be right, and not before, however the bytes
// are cut.
static void refusals_come_early_and_never_too_early(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    uint8_t mem[512];
    const ocel_span text = bytes_of(BAD[i].text, mem);
    const size_t refused = strlen(BAD[i].refused);
    ocel_rtsp_scan scan = {0};
    CASE(BAD[i].name);
    for (size_t n = 0; n < refused; n++) {
      assert_int_equal(parse_at_once(ocel_span_make(text.p, n)).rc, OCEL_ERR_MORE);
      assert_int_equal(parse(guarded(ocel_span_make(text.p, n)), &scan).rc, OCEL_ERR_MORE);
    }
    const outcome at_once = parse_at_once(ocel_span_make(text.p, refused));
    const outcome in_pieces = parse(guarded(ocel_span_make(text.p, refused)), &scan);
    assert_int_equal(at_once.rc, BAD[i].rc);
    assert_int_equal(at_once.req.status, BAD[i].status);
    assert_int_equal(in_pieces.rc, BAD[i].rc);
    assert_int_equal(in_pieces.req.status, BAD[i].status);
    assert_int_equal(scan.at, 0);
    assert_int_equal(scan.part, 0);
  }
}

// Method and URL of a request whose head can be read are there although it is refused.
static void a_readable_head_keeps_its_names(void **state) {
  (void)state;
  const outcome o = parse_at_once(ocel_span_str(HEAD L("Content-Length: 4097") L("")));
  assert_int_equal(o.req.method, OCEL_METHOD_PLAY);
  assert_span(o.req.url, "rtsp://h/s");
  assert_int_equal(parse_at_once(ocel_span_str("GET / SIP")).req.method, OCEL_METHOD_COUNT);
}

// ---- limits ----

static uint8_t big[16384];

// A request with a URL of `url` bytes, `lines` headers besides CSeq, each of `line` bytes, and a
// body of `body` bytes.
static ocel_span make_request(size_t url, size_t lines, size_t line, size_t body) {
  ocel_wbuf w = ocel_wbuf_make(big, sizeof big);
  ocel_put_str(&w, "PLAY /");
  for (size_t i = 1; i < url; i++) ocel_put_u8(&w, 'u');
  ocel_put_str(&w, " RTSP/1.0\r\nCSeq: 77\r\n");
  for (size_t i = 0; i < lines; i++) {
    ocel_put_str(&w, "A:");
    for (size_t k = 2; k < line; k++) ocel_put_u8(&w, 'b');
    ocel_put_str(&w, "\r\n");
  }
  if (body > 0) {
    ocel_put_str(&w, "Content-Length: ");
    ocel_put_uint(&w, body);
    ocel_put_str(&w, "\r\n");
  }
  ocel_put_str(&w, "\r\n");
  for (size_t i = 0; i < body; i++) ocel_put_u8(&w, 'x');
  assert_false(w.overflow);
  return ocel_span_make(big, w.n);
}

static void expect_limited(ocel_span in, const ocel_rtsp_limits *limits, ocel_err rc, int status) {
  ocel_rtsp_scan scan = {0}, slow = {0};
  ocel_rtsp_request req;
  size_t used = 0, n = 0;
  assert_int_equal(ocel_rtsp_parse(guarded(in), &scan, limits, &req, &used), rc);
  assert_int_equal(req.status, status);
  assert_span(req.header[OCEL_HEADER_CSEQ], "77");
  if (rc == OCEL_OK) assert_int_equal(used, in.n);

  ocel_err last = OCEL_ERR_MORE;
  for (; n <= in.n && last == OCEL_ERR_MORE; n++) {
    last = ocel_rtsp_parse(ocel_span_make(in.p, n), &slow, limits, &req, &used);
  }
  assert_int_equal(last, rc);
  assert_int_equal(req.status, status);
}

static void url_limit_414(void **state) {
  (void)state;
  const ocel_rtsp_limits *d = &OCEL_RTSP_LIMITS_DEFAULT;
  assert_int_equal(d->url_max, 2048);
  expect_limited(make_request(2047, 0, 0, 0), d, OCEL_OK, 200);
  expect_limited(make_request(2048, 0, 0, 0), d, OCEL_OK, 200);
  expect_limited(make_request(2049, 0, 0, 0), d, OCEL_ERR_SPACE, 414);
}

static void line_limit_400(void **state) {
  (void)state;
  const ocel_rtsp_limits *d = &OCEL_RTSP_LIMITS_DEFAULT;
  assert_int_equal(d->line_max, 4096);
  expect_limited(make_request(1, 1, 4095, 0), d, OCEL_OK, 200);
  expect_limited(make_request(1, 1, 4096, 0), d, OCEL_OK, 200);
  expect_limited(make_request(1, 1, 4097, 0), d, OCEL_ERR_SPACE, 400);
}

// The limit is one of every line, its name and a folded one included.
static void line_limit_everywhere(void **state) {
  (void)state;
  const ocel_rtsp_limits small = {.url_max = 9, .line_max = 9, .head_max = 99, .headers_max = 9};
  static const char START[] = L("PLAY * RTSP/1.0") L("CSeq: 77");
  static const struct {
    const char *line;
    bool fits;
  } LINES[] = {
      {"123456789",  false},
      {"12345678:",  true },
      {"123456789:", false},
      {"12345678 :", false},
      {"1234567 :",  true },
      {"a:3456789",  true },
      {"a:34567890", false},
      {" 23456789",  true },
      {" 234567890", false}
  };
  for (size_t i = 0; i < ARRAY_LEN(LINES); i++) {
    char text[96] = "";
    ocel_rtsp_scan scan = {0};
    ocel_rtsp_request req;
    size_t used;
    CASE(LINES[i].line);
    append(text, sizeof text, START);
    append(text, sizeof text, LINES[i].line);
    const bool colon = strchr(LINES[i].line, ':') != NULL || LINES[i].line[0] == ' ';
    append(text, sizeof text, "\r\n\r\n");
    const ocel_err rc = ocel_rtsp_parse(guarded(ocel_span_str(text)), &scan, &small, &req, &used);
    assert_int_equal(rc, LINES[i].fits ? OCEL_OK : colon ? OCEL_ERR_SPACE : OCEL_ERR_SYNTAX);
  }
}

static void header_count_limit_400(void **state) {
  (void)state;
  const ocel_rtsp_limits *d = &OCEL_RTSP_LIMITS_DEFAULT;
  assert_int_equal(d->headers_max, 64);
  expect_limited(make_request(1, 62, 3, 0), d, OCEL_OK, 200);
  expect_limited(make_request(1, 63, 3, 0), d, OCEL_OK, 200);
  expect_limited(make_request(1, 64, 3, 0), d, OCEL_ERR_SPACE, 400);
}

static void folded_lines_count_as_lines(void **state) {
  (void)state;
  const ocel_rtsp_limits small = {.url_max = 9, .line_max = 9, .head_max = 99, .headers_max = 2};
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request req;
  size_t used;
  const ocel_span two = ocel_span_str(L("PLAY * RTSP/1.0") L("CSeq: 77") L(" ") L(""));
  const ocel_span three = ocel_span_str(L("PLAY * RTSP/1.0") L("CSeq: 77") L(" ") L(" ") L(""));
  assert_int_equal(ocel_rtsp_parse(two, &scan, &small, &req, &used), OCEL_OK);
  assert_int_equal(ocel_rtsp_parse(three, &scan, &small, &req, &used), OCEL_ERR_SPACE);
}

static void head_limit_400(void **state) {
  (void)state;
  const ocel_rtsp_limits *d = &OCEL_RTSP_LIMITS_DEFAULT;
  assert_int_equal(d->head_max, 8192);
  const size_t rest = make_request(1, 2, 4000, 0).n - 1;
  expect_limited(make_request(8191 - rest, 2, 4000, 0), d, OCEL_OK, 200);
  expect_limited(make_request(8192 - rest, 2, 4000, 0), d, OCEL_OK, 200);
  expect_limited(make_request(8193 - rest, 2, 4000, 0), d, OCEL_ERR_SPACE, 400);
}

static void empty_lines_count_for_the_head(void **state) {
  (void)state;
  const ocel_rtsp_limits small = {.url_max = 9, .line_max = 9, .head_max = 4, .headers_max = 2};
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request req;
  size_t used;
  assert_int_equal(ocel_rtsp_parse(ocel_span_str("\r\n\r\n"), &scan, &small, &req, &used),
                   OCEL_ERR_MORE);
  assert_int_equal(ocel_rtsp_parse(ocel_span_str("\r\n\r\n\n"), &scan, &small, &req, &used),
                   OCEL_ERR_SPACE);
}

static void the_largest_limits_do_not_wrap(void **state) {
  (void)state;
  static uint8_t mem[UINT16_MAX + 2];
  const ocel_rtsp_limits most = {UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT32_MAX};
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request req;
  size_t used;
  memset(mem, '\n', sizeof mem);
  assert_int_equal(ocel_rtsp_parse(ocel_span_make(mem, UINT16_MAX), &scan, &most, &req, &used),
                   OCEL_ERR_MORE);
  assert_int_equal(ocel_rtsp_parse(ocel_span_make(mem, sizeof mem), &scan, &most, &req, &used),
                   OCEL_ERR_SPACE);
}

static void body_limit_413(void **state) {
  (void)state;
  const ocel_rtsp_limits *d = &OCEL_RTSP_LIMITS_DEFAULT;
  assert_int_equal(d->body_max, 4096);
  expect_limited(make_request(1, 0, 0, 4095), d, OCEL_OK, 200);
  expect_limited(make_request(1, 0, 0, 4096), d, OCEL_OK, 200);
  expect_limited(make_request(1, 0, 0, 4097), d, OCEL_ERR_SPACE, 413);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bad_requests_are_refused),
      cmocka_unit_test(refusals_come_early_and_never_too_early),
      cmocka_unit_test(a_readable_head_keeps_its_names),
      cmocka_unit_test(url_limit_414),
      cmocka_unit_test(line_limit_400),
      cmocka_unit_test(line_limit_everywhere),
      cmocka_unit_test(header_count_limit_400),
      cmocka_unit_test(folded_lines_count_as_lines),
      cmocka_unit_test(head_limit_400),
      cmocka_unit_test(empty_lines_count_for_the_head),
      cmocka_unit_test(the_largest_limits_do_not_wrap),
      cmocka_unit_test(body_limit_413),
  };
  return cmocka_run_group_tests_name("rtsp_scan", tests, NULL, NULL);
}
