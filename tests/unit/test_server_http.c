// SPDX-License-Identifier: Apache-2.0
// HTTP: which request finds which route, and what the head of its answer says.
#include "http_fixture.h"

// ---- routes ----

typedef struct {
  unsigned calls, released;
  char heard[512];
  ocel_http_answer answer;  // what to answer with, unless its status is 0
} probe;

static void put(probe *p, const char *before, ocel_span s) {
  const size_t used = strlen(p->heard);
  (void)snprintf(p->heard + used, sizeof p->heard - used, "%s%.*s", before, (int)s.n,
                 s.n > 0 ? (const char *)s.p : "");
}

static void on_probe(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  probe *p = ctx;
  p->calls++;
  p->heard[0] = '\0';
  put(p, call->method == OCEL_HTTP_POST ? "POST " : "GET ", call->path);
  put(p, " rest=", call->rest);
  put(p, " query=", call->query);
  put(p, " body=", call->body);
  put(p, " type=", call->header[OCEL_HTTP_HEADER_CONTENT_TYPE]);
  if (p->answer.status != 0) *answer = p->answer;
}

static void on_release(void *ctx) { ((probe *)ctx)->released++; }

static probe exact, wide, wider;

static const ocel_http_route ROUTES[] = {
    {.path = "/",                                              .methods = OCEL_HTTP_GETS, .handler = on_probe, .ctx = &exact},
    {               .path = "/a",             .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS,       .handler = on_probe,       .ctx = &exact             },
    {   .path = "/a/",                              .prefix = true,                                    .methods = OCEL_HTTP_POSTS,        .handler = on_probe,              .ctx = &wide},
    { .path = "/a/b/",
     .prefix = true,
     .methods = OCEL_HTTP_GETS | OCEL_HTTP_BIT(OCEL_HTTP_PUT),
     .handler = on_probe,
     .ctx = &wider},
};

static int open_http(world *w) {
  world_open(w);
  exact = wide = wider = (probe){0};
  for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
    assert_int_equal(ocel_server_add_route(w->srv, &ROUTES[i]), OCEL_OK);
  }
  return connect_from(w, 7);
}

static void routes_are_checked(void **state) {
  (void)state;
  world w;
  (void)open_http(&w);
  ocel_http_route r = {.path = "/b", .methods = OCEL_HTTP_GETS, .handler = on_probe};
  static ocel_http_route many[16];
  static char paths[16][8];
  const ocel_http_route good = r;
  r.path = NULL;
  assert_int_equal(ocel_server_add_route(w.srv, &r), OCEL_ERR_CONFIG);
  r.path = "b";
  assert_int_equal(ocel_server_add_route(w.srv, &r), OCEL_ERR_CONFIG);
  r = good;
  r.methods = 0;
  assert_int_equal(ocel_server_add_route(w.srv, &r), OCEL_ERR_CONFIG);
  r = good;
  r.handler = NULL;
  assert_int_equal(ocel_server_add_route(w.srv, &r), OCEL_ERR_CONFIG);
  r = good;
  r.path = "/a";
  assert_int_equal(ocel_server_add_route(w.srv, &r), OCEL_ERR_CONFIG);
  for (size_t i = ARRAY_LEN(ROUTES); i < 16; i++) {
    (void)snprintf(paths[i], sizeof paths[i], "/x%u", (unsigned)i);
    many[i] = good;
    many[i].path = paths[i];
    assert_int_equal(ocel_server_add_route(w.srv, &many[i]), OCEL_OK);
  }
  assert_int_equal(ocel_server_add_route(w.srv, &good), OCEL_ERR_SPACE);
}

static void each_request_finds_its_route(void **state) {
  (void)state;
  static const struct {
    const char *name, *request, *heard;
    int status;
    const probe *who;
  } CASES[] = {
      {"the root",                   "GET / HTTP/1.1\r\n" HOST "\r\n",                                              "GET / rest= query= body= type=",        200, &exact},
      {"a query",                    "GET /a?b=c&d HTTP/1.1\r\n" HOST "\r\n",
       "GET /a rest= query=b=c&d body= type=",                                                                                                               200, &exact},
      {"absolute form",              "GET http://camera.lan/a?b HTTP/1.1\r\n" HOST "\r\n",
       "GET /a rest= query=b body= type=",                                                                                                                   200, &exact},
      {"absolute form without path", "GET http://camera.lan HTTP/1.1\r\n" HOST "\r\n",
       "GET / rest= query= body= type=",                                                                                                                     200, &exact},
      {"percent-encoding",           "GET /%61 HTTP/1.1\r\n" HOST "\r\n",
       "GET /a rest= query= body= type=",                                                                                                                    200, &exact},
      {"a prefix",                   "POST /a/x/y HTTP/1.1\r\n" HOST "\r\n",
       "POST /a/x/y rest=x/y query= body= type=",                                                                                                            200, &wide },
      {"the longest prefix",         "GET /a/b/c HTTP/1.1\r\n" HOST "\r\n",
       "GET /a/b/c rest=c query= body= type=",                                                                                                               200, &wider},
      {"a body",                     "POST /a HTTP/1.1\r\n" HOST "Content-Type: t\r\nContent-Length: 3\r\n\r\nxyz",
       "POST /a rest= query= body=xyz type=t",                                                                                                               200, &exact},
      {"a body in chunks",
       "POST /a HTTP/1.1\r\n" HOST
       "Transfer-Encoding: chunked\r\n\r\n3\r\nxyz\r\n2;q\r\n12\r\n0\r\nT: r\r\n\r\n",                              "POST /a rest= query= body=xyz12 type=", 200, &exact},
      {"HTTP/1.0",                   "GET /a HTTP/1.0\r\n\r\n",                                                     "GET /a rest= query= body= type=",       200, &exact},
      {"HEAD",                       "HEAD /a HTTP/1.1\r\n" HOST "\r\n",                                            "GET /a rest= query= body= type=",       200, &exact},
      {"no such path",               "GET /b HTTP/1.1\r\n" HOST "\r\n",                                             NULL,                                    404, NULL  },
      {"a longer path",              "GET /aa HTTP/1.1\r\n" HOST "\r\n",                                            NULL,                                    404, NULL  },
      {"the prefix without its end", "GET /a/b HTTP/1.1\r\n" HOST "\r\n",                                           NULL,                                    405, NULL  },
      {"a method that it has not",   "POST / HTTP/1.1\r\n" HOST "\r\n",                                             NULL,                                    405, NULL  },
      {"a method that we have not",  "BREW / HTTP/1.1\r\n" HOST "\r\n",                                             NULL,                                    501, NULL  },
      {"RTSP's method",              "DESCRIBE / HTTP/1.1\r\n" HOST "\r\n",                                         NULL,                                    501, NULL  },
      {"no target",                  "GET x HTTP/1.1\r\n" HOST "\r\n",                                              NULL,                                    400, NULL  },
      {"asterisk",                   "GET * HTTP/1.1\r\n" HOST "\r\n",                                              NULL,                                    400, NULL  },
      {"bad encoding",               "GET /%6 HTTP/1.1\r\n" HOST "\r\n",                                            NULL,                                    400, NULL  },
      {"NUL",                        "GET /a%00 HTTP/1.1\r\n" HOST "\r\n",                                          NULL,                                    400, NULL  },
      {"dots",                       "POST /a/../b HTTP/1.1\r\n" HOST "\r\n",                                       NULL,                                    400, NULL  },
      {"encoded dots",               "POST /a/%2e%2E HTTP/1.1\r\n" HOST "\r\n",                                     NULL,                                    400, NULL  },
      {"OPTIONS of a path",          "OPTIONS /a HTTP/1.1\r\n" HOST "\r\n",                                         NULL,                                    204, NULL  },
      {"OPTIONS of the server",      "OPTIONS * HTTP/1.1\r\n" HOST "\r\n",                                          NULL,                                    204, NULL  },
      {"OPTIONS of nothing",         "OPTIONS /b HTTP/1.1\r\n" HOST "\r\n",                                         NULL,                                    404, NULL  },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    CASE(CASES[i].name);
    const int conn = open_http(&w);
    assert_int_equal(say_http(&w, conn, CASES[i].request), CASES[i].status);
    assert_int_equal(exact.calls + wide.calls + wider.calls, CASES[i].who != NULL);
    if (CASES[i].who != NULL) assert_string_equal(CASES[i].who->heard, CASES[i].heard);
    assert_int_equal(w.events[OCEL_EVENT_HTTP_REQUEST], 1);
    assert_int_equal(w.closed[conn], strstr(CASES[i].request, "HTTP/1.0") != NULL);
    if (strncmp(CASES[i].request, "HEAD", 4) != 0 && CASES[i].status >= 400) {
      char line[16];
      (void)snprintf(line, sizeof line, "%d ", CASES[i].status);
      assert_int_equal(strncmp(body_of(&w), line, 4), 0);
    } else {
      assert_string_equal(body_of(&w), "");
    }
  }
}

static void allow_tells_the_methods(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  assert_int_equal(request(&w, conn, "OPTIONS", "/a", ""), 204);
  assert_string_equal(reply_header(&w, "Allow"), "GET, HEAD, POST, OPTIONS");
  assert_string_equal(reply_header(&w, "Content-Length"), "");
  assert_int_equal(request(&w, conn, "OPTIONS", "*", ""), 204);
  assert_string_equal(reply_header(&w, "Allow"), "GET, HEAD, POST, OPTIONS");
  assert_int_equal(request(&w, conn, "DELETE", "/a/b/", ""), 405);
  assert_string_equal(reply_header(&w, "Allow"), "GET, HEAD, OPTIONS, PUT");
  assert_int_equal(request(&w, conn, "GET", "/a/", ""), 405);
  assert_string_equal(reply_header(&w, "Allow"), "POST, OPTIONS");
}

// ---- heads ----

static void an_answer_has_the_headers_that_were_asked_for(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  assert_int_equal(get(&w, conn, "/"), 200);
  assert_string_equal(out_text(&w),
                      "HTTP/1.1 200 OK\r\nServer: ocel\r\nCache-Control: no-store\r\n"
                      "Content-Length: 0\r\n\r\n");
  exact.answer = (ocel_http_answer){
      .status = 200,
      .content_type = "text/html",
      .etag = "v1",
      .cache_control = "max-age=60",
      .headers = "Content-Security-Policy: default-src 'none'\r\nX: y\r\n",
      .body = OCEL_HTTP_SPAN,
      .span = ocel_span_str("<p>"),
      .release = on_release,
      .ctx = &exact,
  };
  static const char HEAD[] =
      "HTTP/1.1 200 OK\r\nServer: ocel\r\nContent-Type: text/html\r\n"
      "X-Content-Type-Options: nosniff\r\nETag: \"v1\"\r\nCache-Control: max-age=60\r\n"
      "Content-Security-Policy: default-src 'none'\r\nX: y\r\nContent-Length: 3\r\n\r\n";
  assert_int_equal(request(&w, conn, "HEAD", "/", ""), 200);
  assert_string_equal(out_text(&w), HEAD);
  assert_int_equal(exact.released, 1);
  assert_int_equal(get(&w, conn, "/"), 200);
  assert_int_equal(strncmp(out_text(&w), HEAD, strlen(HEAD)), 0);
  assert_string_equal(body_of(&w), "<p>");
  assert_int_equal(exact.released, 2);
  assert_null(strstr(out_text(&w), "Access-Control"));
  assert_int_equal(request(&w, conn, "GET", "/", "If-None-Match: \"v0\", W/\"v1\"\r\n"), 304);
  assert_string_equal(body_of(&w), "");
  assert_string_equal(reply_header(&w, "Content-Length"), "");
  assert_string_equal(reply_header(&w, "ETag"), "\"v1\"");
  assert_int_equal(exact.released, 3);
  assert_int_equal(request(&w, conn, "GET", "/", "If-None-Match: *\r\n"), 304);
  assert_int_equal(request(&w, conn, "GET", "/", "If-None-Match: v1, \"v11\"\r\n"), 200);
}

static void texts_that_are_too_long_end_the_connection(void **state) {
  (void)state;
  static char text[2000];
  world w;
  const int conn = open_http(&w);
  (void)snprintf(text, sizeof text, "X: %0*d\r\n", 1500, 1);
  exact.answer = (ocel_http_answer){.status = 200,
                                    .headers = text,
                                    .body = OCEL_HTTP_SPAN,
                                    .span = ocel_span_str("x"),
                                    .release = on_release,
                                    .ctx = &exact};
  assert_int_equal(get(&w, conn, "/"), -1);
  assert_true(w.closed[conn]);
  assert_int_equal(exact.released, 1);
}

static void ranges_of_a_span(void **state) {
  (void)state;
  static const struct {
    const char *headers, *body, *range;
    int status;
  } CASES[] = {
      {"Range: bytes=0-0\r\n",                         "0",          "bytes 0-0/10", 206},
      {"Range: bytes=2-5\r\n",                         "2345",       "bytes 2-5/10", 206},
      {"Range: bytes=7-\r\n",                          "789",        "bytes 7-9/10", 206},
      {"Range: bytes=-3\r\n",                          "789",        "bytes 7-9/10", 206},
      {"Range: bytes=-30\r\n",                         "0123456789", "bytes 0-9/10", 206},
      {"Range: Bytes=8-100\r\n",                       "89",         "bytes 8-9/10", 206},
      {"Range: bytes=2-3\r\nIf-Range: \"e\"\r\n",      "23",         "bytes 2-3/10", 206},
      {"Range: bytes=2-3\r\nIf-Range: \"f\"\r\n",      "0123456789", "",             200},
      {"Range: bytes=10-\r\n",                         "416 ",       "bytes */10",   416},
      {"Range: bytes=-0\r\n",                          "416 ",       "bytes */10",   416},
      {"Range: bytes=3-2\r\n",                         "0123456789", "",             200},
      {"Range: bytes=0-1,3-4\r\n",                     "0123456789", "",             200},
      {"Range: bytes=-\r\n",                           "0123456789", "",             200},
      {"Range: bytes=\r\n",                            "0123456789", "",             200},
      {"Range: bytes=12\r\n",                          "0123456789", "",             200},
      {"Range: bytes=x-\r\n",                          "0123456789", "",             200},
      {"Range: lines=1-2\r\n",                         "0123456789", "",             200},
      {"Range: b\r\n",                                 "0123456789", "",             200},
      {"Range: bytes=2-3\r\nIf-None-Match: \"e\"\r\n", "",           "",             304},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    CASE(CASES[i].headers);
    const int conn = open_http(&w);
    exact.answer = (ocel_http_answer){.status = 200,
                                      .etag = "e",
                                      .body = OCEL_HTTP_SPAN,
                                      .span = ocel_span_str("0123456789"),
                                      .release = on_release,
                                      .ctx = &exact};
    assert_int_equal(request(&w, conn, "GET", "/", CASES[i].headers), CASES[i].status);
    assert_string_equal(reply_header(&w, "Content-Range"), CASES[i].range);
    assert_int_equal(strncmp(body_of(&w), CASES[i].body, strlen(CASES[i].body)), 0);
    assert_int_equal(exact.released, 1);
    assert_false(w.closed[conn]);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(routes_are_checked),
      cmocka_unit_test(each_request_finds_its_route),
      cmocka_unit_test(allow_tells_the_methods),
      cmocka_unit_test(an_answer_has_the_headers_that_were_asked_for),
      cmocka_unit_test(texts_that_are_too_long_end_the_connection),
      cmocka_unit_test(ranges_of_a_span),
  };
  return cmocka_run_group_tests_name("server_http", tests, NULL, NULL);
}
