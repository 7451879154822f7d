// SPDX-License-Identifier: Apache-2.0
// HTTP: bodies of requests and answers, in one piece or in parts; one request after the other; and
// what time and room do to them.
#include <stdlib.h>

#include "http_fixture.h"

typedef struct {
  unsigned calls, released;
  size_t heard;  // bytes of the last body
  ocel_http_answer answer;
} probe;

static void on_probe(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  probe *p = ctx;
  p->calls++;
  p->heard = call->body.n;
  if (p->answer.status != 0) *answer = p->answer;
}

static void on_release(void *ctx) { ((probe *)ctx)->released++; }

static probe exact;

static const ocel_http_route ROUTES[] = {
    {.path = "/",  .methods = OCEL_HTTP_GETS | OCEL_HTTP_POSTS, .handler = on_probe, .ctx = &exact},
    {.path = "/a", .methods = OCEL_HTTP_GETS,                   .handler = on_probe, .ctx = &exact},
};

static int open_http(world *w) {
  world_open(w);
  exact = (probe){0};
  for (size_t i = 0; i < ARRAY_LEN(ROUTES); i++) {
    assert_int_equal(ocel_server_add_route(w->srv, &ROUTES[i]), OCEL_OK);
  }
  return connect_from(w, 7);
}

// ---- spans ----

// A span goes out as it lies, however little the socket takes.
static void a_span_is_sent_in_any_pieces(void **state) {
  (void)state;
  static uint8_t page[15000];
  for (size_t i = 0; i < sizeof page; i++) page[i] = (uint8_t)(i * 7);
  static const size_t PIECES[] = {1, 100, 1471, 1472, 1473, SIZE_MAX};
  for (size_t i = 0; i < ARRAY_LEN(PIECES); i++) {
    world w;
    const int conn = open_http(&w);
    exact.answer = (ocel_http_answer){.status = 200,
                                      .body = OCEL_HTTP_SPAN,
                                      .span = ocel_span_make(page, sizeof page),
                                      .release = on_release,
                                      .ctx = &exact};
    w.write_max = PIECES[i];
    assert_int_equal(
        say_http(&w, conn, "GET / HTTP/1.1\r\n" HOST "\r\nGET /a HTTP/1.1\r\n" HOST "\r\n"),
        PIECES[i] < 12 ? -1 : 200);
    for (int k = 0; k < 60000 && exact.released < 2; k++) {
      ocel_server_writable(w.srv, conn);
      drain(&w, conn);
    }
    assert_int_equal(exact.released, 2);
    const char *head =
        "HTTP/1.1 200 OK\r\nServer: ocel\r\nCache-Control: no-store\r\n"
        "Content-Length: 15000\r\n\r\n";
    const size_t n = strlen(head);
    assert_int_equal(w.out_n, 2 * (n + sizeof page));
    for (size_t k = 0; k < 2; k++) {
      const uint8_t *at = w.out + k * (n + sizeof page);
      assert_memory_equal(at, head, n);
      assert_memory_equal(at + n, page, sizeof page);
    }
  }
}

// ---- parts ----

// Numbers from `at[0]` to `at[1]`, each on its line; `at[2]` bytes are added to each.
static bool put_numbers(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  (void)ctx;
  ocel_put_uint(w, p->at[0]++);
  for (uint32_t i = 0; i < p->at[2]; i++) ocel_put_u8(w, '.');
  ocel_put_u8(w, '\n');
  return p->at[0] < p->at[1];
}

static bool put_nothing(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  (void)ctx;
  (void)w;
  return ++p->at[0] < 5;
}

static bool never_ends(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  (void)ctx;
  (void)p;
  (void)w;
  return true;
}

static void answer_in_parts(ocel_http_part *part, uint32_t to, uint32_t more) {
  exact.answer = (ocel_http_answer){.status = 200,
                                    .body = OCEL_HTTP_PARTS,
                                    .part = part,
                                    .progress = {{0, to, more, 0}},
                                    .release = on_release,
                                    .ctx = &exact};
}

// Undoes chunks; returns what lies behind the last of them.
static const char *unchunk(const char *text, char *out) {
  char *end;
  unsigned long n;
  while ((n = strtoul(text, &end, 16)) > 0) {
    assert_int_equal(strncmp(end, "\r\n", 2), 0);
    memcpy(out, end + 2, n);
    out += n;
    text = end + 2 + n;
    assert_int_equal(strncmp(text, "\r\n", 2), 0);
    text += 2;
  }
  *out = '\0';
  assert_int_equal(strncmp(end, "\r\n\r\n", 4), 0);
  return end + 4;
}

static void expect_numbers(const char *text, unsigned to, unsigned more) {
  for (unsigned i = 0; i < to; i++) {
    char *end;
    assert_int_equal(strtoul(text, &end, 10), i);
    assert_int_equal(strspn(end, "."), more);
    assert_int_equal(end[more], '\n');
    text = end + more + 1;
  }
  assert_string_equal(text, "");
}

static void parts_are_chunks_for_http_1_1(void **state) {
  (void)state;
  static const struct {
    unsigned to, more;
    size_t write_max;
  } CASES[] = {
      {1,    0,    SIZE_MAX},
      {3000, 0,    SIZE_MAX},
      {500,  0,    1       },
      {20,   700,  100     },
      {5,    1397, SIZE_MAX},
      {600,  1,    1472    },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    static char text[OUT_BYTES];
    world w;
    const int conn = open_http(&w);
    answer_in_parts(put_numbers, CASES[i].to, CASES[i].more);
    w.write_max = CASES[i].write_max;
    (void)say(&w, conn, "GET / HTTP/1.1\r\n" HOST "\r\n");
    for (int k = 0; k < 60000 && exact.released == 0; k++) {
      ocel_server_writable(w.srv, conn);
      drain(&w, conn);
    }
    for (int k = 0; k < 2000; k++) {
      ocel_server_writable(w.srv, conn);
      drain(&w, conn);
    }
    assert_int_equal(exact.released, 1);
    assert_string_equal(reply_header(&w, "Transfer-Encoding"), "chunked");
    assert_string_equal(reply_header(&w, "Content-Length"), "");
    assert_string_equal(unchunk(body_of(&w), text), "");
    expect_numbers(text, CASES[i].to, CASES[i].more);
    assert_false(w.closed[conn]);
  }
}

// "0\n".."9\n", and the connection goes on.
static void parts_of_known_length_need_no_chunks(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 10, 0);
  exact.answer.length = 20;
  (void)say(&w, conn, "GET / HTTP/1.1\r\n" HOST "\r\n");
  assert_string_equal(reply_header(&w, "Transfer-Encoding"), "");
  assert_string_equal(reply_header(&w, "Content-Length"), "20");
  expect_numbers(body_of(&w), 10, 0);
  assert_int_equal(exact.released, 1);
  assert_false(w.closed[conn]);
}

static void parts_end_with_the_connection_for_http_1_0(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 3000, 0);
  assert_int_equal(say_http(&w, conn, "GET / HTTP/1.0\r\n\r\n"), 200);
  assert_string_equal(reply_header(&w, "Transfer-Encoding"), "");
  assert_string_equal(reply_header(&w, "Content-Length"), "");
  assert_string_equal(reply_header(&w, "Connection"), "close");
  expect_numbers(body_of(&w), 3000, 0);
  assert_true(w.closed[conn]);
  assert_int_equal(exact.released, 1);
}

static void head_of_parts_has_no_body(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 3000, 0);
  assert_int_equal(request(&w, conn, "HEAD", "/", ""), 200);
  assert_string_equal(reply_header(&w, "Transfer-Encoding"), "chunked");
  assert_string_equal(body_of(&w), "");
  assert_int_equal(exact.released, 1);
  assert_int_equal(get(&w, conn, "/"), 200);
}

static void empty_items_are_no_end(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_nothing, 0, 0);
  assert_int_equal(get(&w, conn, "/"), 200);
  assert_string_equal(body_of(&w), "0\r\n\r\n");
}

// What a broken part does: the answer has no end, and the client sees it.
static void parts_that_do_not_go_on_break_off(void **state) {
  (void)state;
  static const struct {
    ocel_http_part *part;
    uint32_t more;
  } CASES[] = {
      {never_ends,  0   },
      {put_numbers, 1500},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    const int conn = open_http(&w);
    answer_in_parts(CASES[i].part, 10, CASES[i].more);
    (void)get(&w, conn, "/");
    assert_true(w.closed[conn]);
    assert_null(strstr(out_text(&w), "\r\n0\r\n\r\n"));
    assert_int_equal(exact.released, 1);
  }
}

// ---- one after the other ----

static void requests_are_answered_in_order(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 2000, 0);
  static const char TEXT[] = "GET / HTTP/1.1\r\n" HOST
                             "\r\n"
                             "GET /none HTTP/1.1\r\n" HOST
                             "\r\n"
                             "\r\nPOST / HTTP/1.1\r\n" HOST
                             "Content-Length: 2\r\n\r\nab"
                             "GET / HTTP/1.1\r\n" HOST
                             "Connection: foo, Close\r\n\r\n"
                             "GET / HTTP/1.1\r\n" HOST "\r\n";
  for (size_t piece = 1; piece < sizeof TEXT; piece += piece < 8 ? 1 : 31) {
    ocel_span rest = ocel_span_str(TEXT);
    const int c = connect_from(&w, 7);
    w.out_n = 0;
    exact.calls = exact.released = 0;
    while (rest.n > 0) {
      const ocel_span part = ocel_span_take(&rest, rest.n < piece ? rest.n : piece);
      if (!w.closed[c]) hear(&w, c, (const char *)part.p, part.n);
      drain(&w, c);
    }
    assert_int_equal(answers_in(&w), 4);
    assert_true(w.closed[c]);
    assert_int_equal(exact.calls, 3);
    assert_int_equal(exact.released, 3);
  }
  assert_false(w.closed[conn]);
}

// A request waits for as long as the answer before it takes, and is not late then.
static void an_answer_takes_its_time(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 20, 1000);
  w.write_max = 10;
  static const char BOTH[] = "GET / HTTP/1.1\r\n" HOST "\r\nGET /a HTTP/1.1\r\n" HOST "\r\n";
  const size_t first = sizeof BOTH - 28;
  hear(&w, conn, BOTH, first);
  for (int i = 0; i < 30; i++) {
    pass(&w, OCEL_SECOND);
    ocel_server_writable(w.srv, conn);
    drain(&w, conn);
  }
  assert_false(w.closed[conn]);
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_int_equal(exact.released, 1);
  pass(&w, 9 * OCEL_SECOND);
  w.out_n = 0;
  hear(&w, conn, BOTH + first, 27);
  drain(&w, conn);
  assert_int_equal(exact.calls, 2);
  assert_false(w.closed[conn]);
}

static void who_asks_no_more_is_closed(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  assert_int_equal(get(&w, conn, "/"), 200);
  pass(&w, 29 * OCEL_SECOND);
  assert_int_equal(get(&w, conn, "/"), 200);
  pass(&w, 29 * OCEL_SECOND);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
}

static void who_does_not_read_is_closed(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 3000, 0);
  w.write_max = 0;
  (void)get(&w, conn, "/");
  pass(&w, 9 * OCEL_SECOND);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(exact.released, 1);
}

// Who reads slowly keeps nobody out.
static void a_slow_answer_yields_to_a_newcomer(void **state) {
  (void)state;
  world w;
  const int slow = open_http(&w);
  answer_in_parts(put_numbers, 3000, 0);
  w.write_max = 10;
  (void)get(&w, slow, "/");
  for (int i = 0; i < CONNS - 2; i++) assert_int_not_equal(connect_from(&w, 8), -1);
  for (int i = 0; i < 11; i++) {
    pass(&w, OCEL_SECOND);
    ocel_server_writable(w.srv, slow);
    drain(&w, slow);
  }
  assert_false(w.closed[slow]);
  assert_int_not_equal(connect_from(&w, 9), -1);
  drain(&w, slow);
  assert_true(w.closed[slow]);
}

static void the_end_of_the_connection_releases(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  answer_in_parts(put_numbers, 3000, 0);
  w.write_max = 10;
  (void)get(&w, conn, "/");
  assert_int_equal(exact.released, 0);
  ocel_server_closed(w.srv, conn, w.now);
  assert_int_equal(exact.released, 1);
  const int other = connect_from(&w, 7);
  (void)get(&w, other, "/");
  ocel_server_shutdown(w.srv, w.now);
  assert_int_equal(exact.released, 2);
}

// ---- bodies of requests ----

static void each_body_has_its_verdict(void **state) {
  (void)state;
  static const struct {
    const char *name, *head, *body;
    int status;
  } CASES[] = {
      {"no length",                 "",                                                    "",            200},
      {"no bytes",                  "Content-Length: 0\r\n",                               "",            200},
      {"too long",                  "Content-Length: 9000\r\n",                            "x",           413},
      {"the longest number",        "Content-Length: 4294967295\r\n",                      "x",           413},
      {"more than a number",        "Content-Length: 99999999999\r\n",                     "x",           400},
      {"a length below nothing",    "Content-Length: -1\r\n",                              "x",           400},
      {"two lengths",               "Content-Length: 1\r\nContent-Length: 2\r\n",          "x",           400},
      {"a length and chunks",       "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n",
       400                                                                                                   },
      {"another coding",            "Transfer-Encoding: gzip\r\n",                         "0\r\n\r\n",   501},
      {"no chunk",                  "Transfer-Encoding: chunked\r\n",                      "x\r\n\r\n",   400},
      {"a chunk that is too large", "Transfer-Encoding: chunked\r\n",                      "FFFFFFF\r\n", -1 },
      {"two hosts",                 "Host: b\r\n",                                         "",            400},
      {"another expectation",       "Expect: tea\r\nContent-Length: 1\r\n",                "x",           417},
      {"a body that is there",      "Expect: 100-continue\r\nContent-Length: 1\r\n",       "x",           200},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    char text[512];
    CASE(CASES[i].name);
    const int conn = open_http(&w);
    (void)snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" HOST "%s\r\n%s", CASES[i].head,
                   CASES[i].body);
    assert_int_equal(say_http(&w, conn, text), CASES[i].status);
    assert_int_equal(w.closed[conn], CASES[i].status >= 400);
    assert_int_equal(exact.calls, CASES[i].status == 200);
  }
}

static void a_body_comes_in_any_pieces(void **state) {
  (void)state;
  static const char *const HEADS[] = {"Content-Length: 4000\r\n\r\n",
                                      "Transfer-Encoding: chunked\r\n\r\n"};
  for (size_t i = 0; i < ARRAY_LEN(HEADS); i++) {
    for (size_t piece = 1; piece < 5000; piece *= 3) {
      static char text[8192];
      world w;
      const int conn = open_http(&w);
      size_t n = (size_t)snprintf(text, sizeof text, "POST / HTTP/1.1\r\n" HOST "%s", HEADS[i]);
      for (size_t k = 0; k < 10; k++) {
        if (i == 1) n += (size_t)snprintf(text + n, sizeof text - n, "190\r\n");
        memset(text + n, 'a', 400);
        n += 400;
        if (i == 1) n += (size_t)snprintf(text + n, sizeof text - n, "\r\n");
      }
      if (i == 1) n += (size_t)snprintf(text + n, sizeof text - n, "0\r\n\r\n");
      for (size_t at = 0; at < n; at += piece) {
        assert_int_equal(exact.calls, 0);
        hear(&w, conn, text + at, n - at < piece ? n - at : piece);
      }
      drain(&w, conn);
      assert_int_equal(exact.calls, 1);
      assert_int_equal(exact.heard, 4000);
      assert_false(w.closed[conn]);
    }
  }
}

static void chunks_are_bounded(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  static char text[8000];
  size_t n = (size_t)snprintf(
      text, sizeof text, "POST / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n1800\r\n");
  memset(text + n, 'a', 6144);
  w.out_n = 0;
  hear(&w, conn, text, n + 6144);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 413);
  assert_true(w.closed[conn]);
}

static void a_body_that_never_ends_is_refused(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  assert_int_equal(say_http(&w, conn, "POST / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\nab"),
                   -1);
  pass(&w, 11 * OCEL_SECOND);
  w.out_n = 0;
  drain(&w, conn);
  assert_int_equal(http_status(&w), 408);
  assert_true(w.closed[conn]);
}

static void who_expects_it_is_told_to_continue(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  assert_int_equal(request(&w, conn, "POST", "/", "Expect: 100-continue\r\nContent-Length: 3\r\n"),
                   100);
  assert_string_equal(out_text(&w), "HTTP/1.1 100 Continue\r\n\r\n");
  (void)say(&w, conn, "x");
  assert_int_equal(w.out_n, 0);
  assert_int_equal(say_http(&w, conn, "yz"), 200);
  assert_int_equal(exact.heard, 3);
  assert_int_equal(
      request(&w, conn, "POST", "/none", "Expect: 100-continue\r\nContent-Length: 3\r\n"), 404);
  assert_string_equal(reply_header(&w, "Connection"), "close");
  assert_true(w.closed[conn]);
  const int old = connect_from(&w, 7);
  assert_int_equal(
      say_http(&w, old, "POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"),
      -1);
  assert_int_equal(say_http(&w, old, "xyz"), 200);
}

// ---- later ----

static void a_handler_may_answer_later(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  exact.answer = (ocel_http_answer){.status = 200, .body = OCEL_HTTP_LATER};
  assert_int_equal(get(&w, conn, "/"), -1);
  pass(&w, OCEL_SECOND);
  drain(&w, conn);
  assert_int_equal(w.out_n, 0);
  assert_true(exact.calls >= 2);
  exact.answer = (ocel_http_answer){.status = 200};
  pass(&w, 200 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 200);
  exact.answer.body = OCEL_HTTP_LATER;
  assert_int_equal(get(&w, conn, "/"), -1);
  for (int i = 0; i < 32; i++) pass(&w, 100 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 503);
  assert_false(w.closed[conn]);
  assert_int_equal(request(&w, conn, "POST", "/", "Content-Length: 1\r\n\r\nx"), 503);
}

// ---- connections ----

static void what_speaks_http_speaks_nothing_else(void **state) {
  (void)state;
  static const char *const OTHERS[] = {"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "$ab",
                                       "\x16\x03\x01"};
  for (size_t i = 0; i < ARRAY_LEN(OTHERS); i++) {
    world w;
    const int conn = open_http(&w);
    assert_int_equal(get(&w, conn, "/"), 200);
    assert_int_equal(say_http(&w, conn, OTHERS[i]), 400);
    assert_true(w.closed[conn]);
  }
  world w;
  const int rtsp = open_http(&w);
  assert_int_equal(set_up(&w, rtsp, "/trackID=0", TCP_TRANSPORT), 200);
  assert_int_equal(get(&w, rtsp, "/"), 400);
  assert_true(w.closed[rtsp]);
}

static void a_push_of_websocket_needs_its_handshake(void **state) {
  (void)state;
  world w;
  const int conn = open_http(&w);
  exact.answer = (ocel_http_answer){.status = 200, .body = OCEL_HTTP_PUSH};
  assert_int_equal(get(&w, conn, "/"), 426);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_span_is_sent_in_any_pieces),
      cmocka_unit_test(parts_are_chunks_for_http_1_1),
      cmocka_unit_test(parts_of_known_length_need_no_chunks),
      cmocka_unit_test(parts_end_with_the_connection_for_http_1_0),
      cmocka_unit_test(head_of_parts_has_no_body),
      cmocka_unit_test(empty_items_are_no_end),
      cmocka_unit_test(parts_that_do_not_go_on_break_off),
      cmocka_unit_test(requests_are_answered_in_order),
      cmocka_unit_test(an_answer_takes_its_time),
      cmocka_unit_test(who_asks_no_more_is_closed),
      cmocka_unit_test(who_does_not_read_is_closed),
      cmocka_unit_test(a_slow_answer_yields_to_a_newcomer),
      cmocka_unit_test(the_end_of_the_connection_releases),
      cmocka_unit_test(each_body_has_its_verdict),
      cmocka_unit_test(a_body_comes_in_any_pieces),
      cmocka_unit_test(chunks_are_bounded),
      cmocka_unit_test(a_body_that_never_ends_is_refused),
      cmocka_unit_test(who_expects_it_is_told_to_continue),
      cmocka_unit_test(a_handler_may_answer_later),
      cmocka_unit_test(what_speaks_http_speaks_nothing_else),
      cmocka_unit_test(a_push_of_websocket_needs_its_handshake),
  };
  return cmocka_run_group_tests_name("server_http_body", tests, NULL, NULL);
}
