// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_headers.h"

#include "ocel_test.h"

typedef struct {
  const char *url;
  const char *base, *path, *query, *control;
} golden;

#define H "rtsp://h"

// clang-format off
static const golden GOLDEN[] = {
    {"rtsp://192.0.2.7:8554/stream", "rtsp://192.0.2.7:8554", "/stream", "", ""},
    {"rtsp://192.0.2.7/stream/",     "rtsp://192.0.2.7", "/stream/", "", ""},  // no port
    {"rtsps://192.0.2.7:322/stream", "rtsps://192.0.2.7:322", "/stream", "", ""},
    {"RTSP://CAM.Example:554/Stream", "RTSP://CAM.Example:554", "/Stream", "", ""},
    {"rtsp://[2001:db8::7]:8554/s",  "rtsp://[2001:db8::7]:8554", "/s", "", ""},
    {"rtsp://[::1]/s",               "rtsp://[::1]", "/s", "", ""},
    {"rtsp://user:pa%3ass%40w@h:1/s", "rtsp://user:pa%3ass%40w@h:1", "/s", "", ""},
    {"rtsp://user:p@ss@h/s",         "rtsp://user:p@ss@h", "/s", "", ""},
    {"rtsp://user@h/s",              "rtsp://user@h", "/s", "", ""},
    {"rtsp://h",                     H, "", "", ""},
    {"rtsp://h:8554",                "rtsp://h:8554", "", "", ""},
    {"rtsp://h:/s",                  "rtsp://h:", "/s", "", ""},
    {"rtsp://h/",                    H, "/", "", ""},
    {"rtsp://h?start=gop",           H, "", "start=gop", ""},
    {"rtsp://h/cam/front",           H, "/cam/front", "", ""},
    {"/", "", "/", "", ""},
    {"/stream",                      "", "/stream", "", ""},
    {"/stream/trackID=1",            "", "/stream", "", "trackID=1"},
    {"/stream?start=live",           "", "/stream", "start=live", ""},
    {"//h/stream",                   "", "//h/stream", "", ""},
    // the control part behind the path
    {H "/stream/trackID=0",          H, "/stream", "", "trackID=0"},
    {H "/stream/trackID=99/",        H, "/stream", "", "trackID=99"},
    {H "/stream//trackID=0",         H, "/stream", "", "trackID=0"},
    {H "//stream//trackID=7//",      H, "//stream", "", "trackID=7"},
    {H "/cam/front/trackID=0",       H, "/cam/front", "", "trackID=0"},
    {H "/trackID=0",                 H, "", "", "trackID=0"},
    {H "//trackID=0",                H, "", "", "trackID=0"},
    {H "/stream/trackID=00",         H, "/stream", "", "trackID=00"},
    {H "/trackID=1/trackID=0",       H, "/trackID=1", "", "trackID=0"},
    // ... which other last segments are not
    {H "/stream/trackID=100",        H, "/stream/trackID=100", "", ""},
    {H "/stream/trackID=",           H, "/stream/trackID=", "", ""},
    {H "/stream/trackID=x",          H, "/stream/trackID=x", "", ""},
    {H "/stream/trackID=-1",         H, "/stream/trackID=-1", "", ""},
    {H "/stream/trackid=0",          H, "/stream/trackid=0", "", ""},
    {H "/stream/track0",             H, "/stream/track0", "", ""},
    {H "/stream/xtrackID=0",         H, "/stream/xtrackID=0", "", ""},
    {H "/stream/trackID=0/x",        H, "/stream/trackID=0/x", "", ""},
    {H "/streamtrackID=0",           H, "/streamtrackID=0", "", ""},
    // queries, before and behind the control part
    {H "/stream?start=idr",          H, "/stream", "start=idr", ""},
    {H "/stream/?start=idr",         H, "/stream/", "start=idr", ""},
    {H "/stream?",                   H, "/stream", "", ""},
    {H "/stream?start=idr/",         H, "/stream", "start=idr", ""},  // Content-Base of such a URL
    {H "/stream?start=idr/trackID=0", H, "/stream", "start=idr", "trackID=0"},
    {H "/stream?start=idr//trackID=0/", H, "/stream", "start=idr", "trackID=0"},
    {H "/stream/trackID=0?start=idr", H, "/stream", "start=idr", "trackID=0"},
    {H "/stream/trackID=0?start=idr/", H, "/stream", "start=idr", "trackID=0"},
    {H "/stream?start=idr&x=/y/trackID=1/", H, "/stream", "start=idr&x=/y", "trackID=1"},
    {H "/stream?/trackID=0",         H, "/stream", "", "trackID=0"},
    {H "/stream?trackID=0",          H, "/stream", "trackID=0", ""},
    {H "/stream?xtrackID=0", H, "/stream", "xtrackID=0", ""},
    {H "/stream?a=trackID=0",        H, "/stream", "a=trackID=0", ""},
    {H "/stream/trackID=0?x/trackID=1", H, "/stream/trackID=0", "x", "trackID=1"},
    {H "/stream?a?b/trackID=2",      H, "/stream", "a?b", "trackID=2"},
    {H "?a=b/trackID=0",             H, "", "a=b", "trackID=0"},
};
// clang-format on

static void assert_span(ocel_span got, const char *want) {
  assert_int_equal(got.n, strlen(want));
  assert_true(got.n == 0 || memcmp(got.p, want, got.n) == 0);
}

static void urls_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    const golden *g = &GOLDEN[i];
    ocel_rtsp_url got;
    CASE(g->url);
    assert_int_equal(ocel_rtsp_url_parse(guarded(ocel_span_str(g->url)), &got), OCEL_OK);
    assert_false(got.asterisk);
    assert_span(got.base, g->base);
    assert_span(got.path, g->path);
    assert_span(got.query, g->query);
    assert_span(got.control, g->control);
  }
}

static void asterisk_is_the_server_itself(void **state) {
  (void)state;
  ocel_rtsp_url got;
  assert_int_equal(ocel_rtsp_url_parse(guarded(ocel_span_str("*")), &got), OCEL_OK);
  assert_true(got.asterisk);
  assert_int_equal(got.base.n + got.path.n + got.query.n + got.control.n, 0);
}

static void other_urls_are_refused(void **state) {
  (void)state;
  static const char *const BAD[] = {
      "",
      "stream",
      "trackID=0",
      "http://h/s",
      "rtspu://h/s",
      "rtsp:/h/s",
      "rtsp:",
      "rtsp://",
      "rtsps://",
      "rtsp:///s",
      "rtsp://?x",
      "rtsp://:8554/s",
      "rtsp://u@/",
      "rtsp://u:p@:1",
      "rtsp://u:p@/s",
      "**",
      "*/",
      "?x",
      "/a b",
      "/a\tb",
      "/a\r",
      "/caf\xc3\xa9",
      "/a\x7f",
      "rtsp://h /s",
      "xrtsp://h/",
      "\x80",
      " /a",
      "/a ",
  };
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    ocel_rtsp_url got;
    CASE(BAD[i]);
    assert_int_equal(ocel_rtsp_url_parse(guarded(ocel_span_str(BAD[i])), &got), OCEL_ERR_SYNTAX);
  }
  ocel_rtsp_url got;
  assert_int_equal(ocel_rtsp_url_parse(ocel_span_make("/a\0b", 4), &got), OCEL_ERR_SYNTAX);
}

static void printable_bytes_are_the_limit(void **state) {
  (void)state;
  for (unsigned c = 0; c < 256; c++) {
    const uint8_t url[] = {'/', (uint8_t)c, 'x'};
    ocel_rtsp_url got;
    const ocel_err rc = ocel_rtsp_url_parse(guarded(ocel_span_make(url, sizeof url)), &got);
    assert_int_equal(rc, c >= 0x21 && c <= 0x7e ? OCEL_OK : OCEL_ERR_SYNTAX);
  }
}

// The parts lie in the URL, in order and without overlap; what they leave out are '?' and '/'.
static void prefixes_give_parts_in_order(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    for (size_t n = 0; n <= strlen(GOLDEN[i].url); n++) {
      const ocel_span url = guarded(ocel_span_make(GOLDEN[i].url, n));
      ocel_rtsp_url got;
      if (ocel_rtsp_url_parse(url, &got) != OCEL_OK) continue;
      assert_true(got.path.n == 0 || got.path.p == url.p + got.base.n);
      assert_true(got.base.n + got.path.n + got.query.n + got.control.n <= url.n);
      assert_true(got.control.n == 0 || ocel_rtsp_control_track(got.control) >= 0);
    }
  }
}

typedef struct {
  const char *asked, *stream;
  bool same;
} comparison;

static void paths_compare_without_slashes_too_many(void **state) {
  (void)state;
  static const comparison PATHS[] = {
      {"/stream",      "/stream",    true },
      {"/stream/",     "/stream",    true },
      {"//stream",     "/stream",    true },
      {"/stream///",   "/stream",    true },
      {"/stream",      "//stream//", true },
      {"/cam//front/", "/cam/front", true },
      {"/cam/front",   "/cam/front", true },
      {"",             "/",          true },
      {"/",            "/",          true },
      {"///",          "/",          true },
      {"",             "",           true },
      {"/",            "",           true },
      {"/a",           "/a",         true },
      {"a",            "/a",         false},
      {"/a",           "a",          false},
      {"/Stream",      "/stream",    false},
      {"/strea",       "/stream",    false},
      {"/streams",     "/stream",    false},
      {"/stream/x",    "/stream",    false},
      {"/stream",      "/stream/x",  false},
      {"stream",       "/stream",    false},
      {"/camfront",    "/cam/front", false},
      {"/cam/front",   "/camfront",  false},
      {"/cam",         "/cam/front", false},
      {"",             "/stream",    false},
      {"/",            "/stream",    false},
      {"/stream",      "/",          false},
      {"/streaM",      "/stream",    false},
      {"/ftream",      "/stream",    false},
  };
  for (size_t i = 0; i < ARRAY_LEN(PATHS); i++) {
    CASE(PATHS[i].asked);
    assert_int_equal(
        ocel_rtsp_path_is(guarded(ocel_span_str(PATHS[i].asked)), ocel_span_str(PATHS[i].stream)),
        PATHS[i].same);
  }
  assert_true(ocel_rtsp_path_is(ocel_span_make(NULL, 0), ocel_span_str("/")));
}

static void control_parts_name_tracks(void **state) {
  (void)state;
  static const struct {
    const char *control;
    int track;
  } CONTROLS[] = {
      {"trackID=0",   0 },
      {"trackID=1",   1 },
      {"trackID=99",  99},
      {"trackID=07",  7 },
      {"trackID=100", -1},
      {"trackID=000", -1},
      {"trackID=",    -1},
      {"trackID",     -1},
      {"trackID=1x",  -1},
      {"trackID= 1",  -1},
      {"TrackID=1",   -1},
      {"",            -1},
      {"trackID-1",   -1},
      {"trackID=-1",  -1},
      {"trackID=:",   -1}
  };
  for (size_t i = 0; i < ARRAY_LEN(CONTROLS); i++) {
    CASE(CONTROLS[i].control);
    assert_true(ocel_rtsp_control_track(guarded(ocel_span_str(CONTROLS[i].control))) ==
                CONTROLS[i].track);
  }
  assert_true(ocel_rtsp_control_track(ocel_span_make(NULL, 0)) == -1);
}

static void query_values_are_found(void **state) {
  (void)state;
  static const struct {
    const char *query, *name, *want;
  } QUERIES[] = {
      {"start=idr",            "start", "idr" },
      {"a=b&start=gop&c=d",    "start", "gop" },
      {"start=live&start=gop", "start", "live"},
      {"xstart=1&start=2",     "start", "2"   },
      {"start=a=b",            "start", "a=b" },
      {"starts=1",             "start", ""    },
      {"star=1",               "start", ""    },
      {"Start=1",              "start", ""    },
      {"start=",               "start", ""    },
      {"start",                "start", ""    },
      {"&&start=1&",           "start", "1"   },
      {"=1",                   "start", ""    },
      {"",                     "start", ""    }
  };
  for (size_t i = 0; i < ARRAY_LEN(QUERIES); i++) {
    CASE(QUERIES[i].query);
    assert_span(ocel_query_value(guarded(ocel_span_str(QUERIES[i].query)), QUERIES[i].name),
                QUERIES[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(urls_golden),
      cmocka_unit_test(asterisk_is_the_server_itself),
      cmocka_unit_test(other_urls_are_refused),
      cmocka_unit_test(printable_bytes_are_the_limit),
      cmocka_unit_test(prefixes_give_parts_in_order),
      cmocka_unit_test(paths_compare_without_slashes_too_many),
      cmocka_unit_test(control_parts_name_tracks),
      cmocka_unit_test(query_values_are_found),
  };
  return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
