// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP requests: told apart from RTSP, whole or byte by byte, refused; bodies in chunks.
#include "ocel/http_msg.h"

#include "ocel_test.h"

#define L(s) s "\r\n"

typedef struct {
  ocel_err rc;
  ocel_http_request req;
  size_t used;
} outcome;

// As the engine does it: RTSP's reader first.
static outcome parse(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits) {
  outcome o = {.used = 0};
  ocel_rtsp_request rtsp;
  o.rc = ocel_rtsp_parse(in, scan, limits, &rtsp, &o.used);
  if (o.rc == OCEL_ERR_UNSUPPORTED) o.rc = ocel_http_parse(in, scan, limits, &o.req, &o.used);
  return o;
}

static outcome parse_at_once(ocel_span in) {
  ocel_rtsp_scan scan = {0};
  return parse(guarded(in), &scan, &OCEL_RTSP_LIMITS_DEFAULT);
}

static bool is(ocel_span got, const char *want) { return ocel_span_eq(got, ocel_span_str(want)); }

static const char FFMPEG[] =
    L("GET /stream HTTP/1.1") L("User-Agent: Lavf/60") L("Accept: application/x-rtsp-tunnelled")
        L("Range: bytes=0-") L("Connection: close") L("Host: 192.0.2.1:8554") L("Icy-MetaData: 1")
            L("x-sessioncookie: 0123456789abcdef") L("Pragma: no-cache") L("");

static void assert_ffmpeg(const outcome *o) {
  const ocel_http_request *r = &o->req;
  assert_int_equal(o->rc, OCEL_OK);
  assert_int_equal(r->status, 200);
  assert_int_equal(r->method, OCEL_HTTP_GET);
  assert_int_equal(o->used, sizeof FFMPEG - 1);
  assert_true(is(r->target, "/stream"));
  assert_int_equal(r->minor, 1);
  assert_true(is(r->header[OCEL_HTTP_HEADER_SESSION_COOKIE], "0123456789abcdef"));
  assert_true(is(r->header[OCEL_HTTP_HEADER_ACCEPT], "application/x-rtsp-tunnelled"));
  assert_true(is(r->header[OCEL_HTTP_HEADER_HOST], "192.0.2.1:8554"));
  assert_true(is(r->header[OCEL_HTTP_HEADER_CONNECTION], "close"));
  assert_null(r->header[OCEL_HTTP_HEADER_CONTENT_TYPE].p);
  assert_int_equal(r->content_length, -1);
  assert_false(r->chunked);
}

static void a_head_is_read_at_once(void **state) {
  (void)state;
  const outcome o = parse_at_once(ocel_span_str(FFMPEG));
  assert_ffmpeg(&o);
}

static void every_prefix_wants_more_and_bytes_add_up(void **state) {
  (void)state;
  const ocel_span in = ocel_span_str(FFMPEG);
  ocel_rtsp_scan slow = {0};
  for (size_t n = 0; n < in.n; n++) {
    ocel_rtsp_scan scan = {0};
    const ocel_span prefix = guarded(ocel_span_make(in.p, n));
    assert_int_equal(parse(prefix, &scan, &OCEL_RTSP_LIMITS_DEFAULT).rc, OCEL_ERR_MORE);
    assert_int_equal(parse(prefix, &slow, &OCEL_RTSP_LIMITS_DEFAULT).rc, OCEL_ERR_MORE);
    scan = (ocel_rtsp_scan){0};
    const outcome none = {.rc = ocel_http_parse(prefix, &scan, &OCEL_RTSP_LIMITS_DEFAULT,
                                                &(ocel_http_request){0}, &(size_t){0})};
    assert_int_equal(none.rc, OCEL_ERR_MORE);
  }
  const outcome o = parse(guarded(in), &slow, &OCEL_RTSP_LIMITS_DEFAULT);
  assert_ffmpeg(&o);
}

typedef struct {
  const char *name, *text;
  ocel_err rc;
  uint16_t status;
} verdict;

#define SYNTAX OCEL_ERR_SYNTAX
#define GET L("GET /s HTTP/1.0")

static const verdict VERDICTS[] = {
    {"a browser",                     L("GET / HTTP/1.1") L("Host: h") L(""),                           OCEL_OK, 200},
    {"LF alone",                      "HEAD / HTTP/1.0\n\n",                                            OCEL_OK, 200},
    {"absolute form",                 L("GET http://h/s HTTP/1.1") L(""),                               OCEL_OK, 200},
    {"an unknown method",             L("BREW /pot HTTP/1.1") L(""),                                    OCEL_OK, 501},
    {"a method in lower case",        L("get / HTTP/1.1") L(""),                                        OCEL_OK, 501},
    {"a method of RTSP",              L("DESCRIBE / HTTP/1.1") L(""),                                   OCEL_OK, 501},
    {"another version",               L("GET / HTTP/2.0") L(""),                                        OCEL_OK, 505},
    {"a body that is not waited for", L("POST / HTTP/1.1") L("Content-Length: 32767") L(""),
     OCEL_OK,                                                                                                    200},
    {"a length far beyond",           L("POST / HTTP/1.1") L("Content-Length: 4294967295") L(""),       OCEL_OK,
     200                                                                                                            },
    {"chunks",                        L("POST / HTTP/1.1") L("Transfer-Encoding: Chunked") L(""),       OCEL_OK, 200},
    {"another coding",                L("POST / HTTP/1.1") L("Transfer-Encoding: gzip, chunked") L(""), SYNTAX,
     501                                                                                                            },
    {"a length that is none",         GET L("Content-Length: -1") L(""),                                SYNTAX,  400},
    {"lengths that differ",           GET L("Content-Length: 1") L("Content-Length: 2") L(""),          SYNTAX,  400},
    {"HTTP in lower case",            L("GET / Http/1.0") L(""),                                        SYNTAX,  400},
    {"a version cut short",           L("GET / HTTP/1") L(""),                                          SYNTAX,  400},
    {"more behind the version",       L("GET / HTTP/1.0 x") L(""),                                      SYNTAX,  400},
    {"no version (HTTP/0.9)",         L("GET /"),                                                       SYNTAX,  400},
    {"a header without colon",        GET L("Host") L(""),                                              SYNTAX,  400},
    {"NUL in a header",               GET "A: \x01",                                                    SYNTAX,  400},
};

static void each_head_has_its_verdict(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(VERDICTS); i++) {
    const verdict *v = &VERDICTS[i];
    CASE(v->name);
    const ocel_span in = ocel_span_str(v->text);
    const outcome o = parse_at_once(in);
    assert_int_equal(o.rc, v->rc);
    if (strstr(v->text, "HTTP") != NULL) assert_int_equal(o.req.status, v->status);
    ocel_rtsp_scan slow = {0};
    outcome late = {.rc = OCEL_ERR_MORE};
    for (size_t n = 1; n <= in.n && late.rc == OCEL_ERR_MORE; n++) {
      late = parse(guarded(ocel_span_make(in.p, n)), &slow, &OCEL_RTSP_LIMITS_DEFAULT);
    }
    assert_int_equal(late.rc, o.rc);
    assert_int_equal(late.used, o.used);
  }
}

static void lengths_and_codings_are_told(void **state) {
  (void)state;
  outcome o = parse_at_once(ocel_span_str(VERDICTS[7].text));
  assert_int_equal(o.req.content_length, 32767);
  assert_false(o.req.chunked);
  assert_int_equal(o.used, strlen(VERDICTS[7].text));
  o = parse_at_once(ocel_span_str(VERDICTS[9].text));
  assert_int_equal(o.req.content_length, -1);
  assert_true(o.req.chunked);
  assert_int_equal(o.req.method, OCEL_HTTP_POST);
}

static void an_rtsp_request_is_no_http(void **state) {
  (void)state;
  ocel_rtsp_scan scan = {0};
  ocel_http_request req;
  size_t used = 0;
  const ocel_span in = guarded(ocel_span_str(L("GET / RTSP/1.0") L("")));
  assert_int_equal(ocel_http_parse(in, &scan, &OCEL_RTSP_LIMITS_DEFAULT, &req, &used), SYNTAX);
  assert_int_equal(req.status, 400);
}

static void limits_have_their_status(void **state) {
  (void)state;
  static const ocel_rtsp_limits SMALL = {
      .url_max = 4, .line_max = 10, .head_max = 60, .headers_max = 2, .body_max = 0};
  static const verdict LIMITS[] = {
      {"a URL at the limit", L("GET /123 HTTP/1.0") L(""),                            OCEL_OK,        200},
      {"lines at the limit", L("GET / HTTP/1.0") L("A: 3456789") L("B: 2") L(""),     OCEL_OK,        200},
      {"a line beyond",      L("GET / HTTP/1.0") L("A: 34567890") L(""),              OCEL_ERR_SPACE, 431},
      {"headers beyond",     L("GET / HTTP/1.0") L("A: 1") L("B: 2") L("C: 3") L(""), OCEL_ERR_SPACE,
       431                                                                                               },
  };
  for (size_t i = 0; i < ARRAY_LEN(LIMITS); i++) {
    ocel_rtsp_scan scan = {0};
    CASE(LIMITS[i].name);
    const outcome o = parse(guarded(ocel_span_str(LIMITS[i].text)), &scan, &SMALL);
    assert_int_equal(o.rc, LIMITS[i].rc);
    assert_int_equal(o.req.status, LIMITS[i].status);
  }
}

static void reasons_have_names(void **state) {
  (void)state;
  assert_string_equal(ocel_http_reason(404), "Not Found");
  assert_string_equal(ocel_http_reason(431), "Request Header Fields Too Large");
  assert_string_equal(ocel_http_reason(299), "Unknown");
}

// ---- chunks ----

// Content of chunks that come in two pieces; `*rc` is the first result that is not OK.
static void unchunk(ocel_span in, size_t split, char *out, ocel_err *rc, bool *ended) {
  ocel_http_chunks k = {0};
  const ocel_span pieces[2] = {ocel_span_make(in.p, split),
                               ocel_span_make(in.p + split, in.n - split)};
  out[0] = '\0';
  *rc = OCEL_OK;
  for (size_t i = 0; i < 2 && *rc == OCEL_OK; i++) {
    ocel_span piece = guarded(pieces[i]), data;
    do {
      *rc = ocel_http_chunks_next(&k, &piece, &data);
      if (*rc != OCEL_OK) break;
      char text[64];
      (void)snprintf(text, sizeof text, "%.*s", (int)data.n,
                     data.n > 0 ? (const char *)data.p : "");
      append(out, 128, text);
    } while (data.n > 0);
  }
  *ended = ocel_http_chunks_ended(&k);
}

static void chunks_come_split_anywhere(void **state) {
  (void)state;
  static const struct {
    const char *name, *text, *want;
    ocel_err rc;
    bool ended;
  } CASES[] = {
      {"one and the end",      "3\r\nabc\r\n0\r\n\r\n",                   "abc",         OCEL_OK, true },
      {"two, hexadecimal",     "A\r\n0123456789\r\n1\nx\n",               "0123456789x", OCEL_OK, false},
      {"both cases of digits", "0a\r\n0123456789\r\n",                    "0123456789",  OCEL_OK, false},
      {"an extension",         "3;a=b\r\nabc\r\n2 \r\nde\r\n",            "abcde",       OCEL_OK, false},
      {"trailers",             "1\r\na\r\n0\r\nA: b\r\nC: d\r\n\r\nrest", "a",           OCEL_OK, true },
      {"a chunk not whole",    "8\r\nabc",                                "abc",         OCEL_OK, false},
      {"seven digits",         "0000001\r\na\r\n",                        "a",           OCEL_OK, false},
      {"eight digits",         "00000001\r\na\r\n",                       "",            SYNTAX,  false},
      {"no size",              "\r\n",                                    "",            SYNTAX,  false},
      {"a letter beyond f",    "g\r\n",                                   "",            SYNTAX,  false},
      {"junk behind the data", "1\r\nab",                                 "a",           SYNTAX,  false},
      {"a sign",               "-1\r\n",                                  "",            SYNTAX,  false},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    CASE(CASES[i].name);
    for (size_t split = 0; split <= strlen(CASES[i].text); split++) {
      char got[128];
      ocel_err rc;
      bool ended;
      unchunk(ocel_span_str(CASES[i].text), split, got, &rc, &ended);
      assert_int_equal(rc, CASES[i].rc);
      assert_string_equal(got, CASES[i].want);
      assert_int_equal(ended, CASES[i].ended);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_head_is_read_at_once),
      cmocka_unit_test(every_prefix_wants_more_and_bytes_add_up),
      cmocka_unit_test(each_head_has_its_verdict),
      cmocka_unit_test(lengths_and_codings_are_told),
      cmocka_unit_test(an_rtsp_request_is_no_http),
      cmocka_unit_test(limits_have_their_status),
      cmocka_unit_test(reasons_have_names),
      cmocka_unit_test(chunks_come_split_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
