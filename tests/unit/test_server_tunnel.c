// SPDX-License-Identifier: Apache-2.0
// RTSP over HTTP: GET and POST in either order, base64 cut anywhere, who may join whom, and what
// becomes of halves; and the HTTP requests that are no tunnel.
#include "server_fixture.h"

#define COOKIE "x-sessioncookie: 0123456789abcdef\r\n"
#define GET_HEAD(cookie) \
  "GET /stream HTTP/1.0\r\nAccept: application/x-rtsp-tunnelled\r\n" cookie "\r\n"
#define POST_HEAD(cookie)                                                   \
  "POST /stream HTTP/1.0\r\nContent-Type: application/x-rtsp-tunnelled\r\n" \
  "Content-Length: 32767\r\n" cookie "\r\n"

enum { TEXT = 4096 };

// The text of what `out` holds.
static const char *out_text(const world *w) {
  static char text[OUT_BYTES + 1];
  memcpy(text, w->out, w->out_n);
  text[w->out_n] = '\0';
  return text;
}

static int http_status(const world *w) {
  const char *text = out_text(w);
  return strncmp(text, "HTTP/1.", 7) == 0 && w->out_n >= 12
             ? (text[9] - '0') * 100 + (text[10] - '0') * 10 + text[11] - '0'
             : -1;
}

static int say_http(world *w, int conn, const char *text) {
  (void)say(w, conn, text);
  return http_status(w);
}

static int open_get(world *w, uint8_t host) {
  const int get = connect_from(w, host);
  assert_int_equal(say_http(w, get, GET_HEAD(COOKIE)), 200);
  return get;
}

static int open_post(world *w, uint8_t host) {
  const int post = connect_from(w, host);
  assert_int_equal(say_http(w, post, POST_HEAD(COOKIE)), -1);
  return post;
}

static size_t encode(const char *text, char *out) {
  ocel_wbuf w = ocel_wbuf_make(out, TEXT);
  ocel_put_base64(&w, ocel_span_str(text));
  assert_false(w.overflow);
  return w.n;
}

// Says it on the POST; returns the status of the reply on the GET.
static int ask_through(world *w, int get, int post, const char *request) {
  char text[TEXT];
  const size_t n = encode(request, text);
  w->out_n = 0;
  hear(w, post, text, n);
  drain(w, get);
  return status_in(w->out, w->out_n);
}

static void make(world *w, char *out, const char *method, const char *url, const char *headers) {
  (void)snprintf(out, TEXT, "%s %s RTSP/1.0\r\nCSeq: %u\r\n%s%s\r\n", method, url, ++w->cseq,
                 w->session, headers);
}

static int ask_tunnel(world *w, int get, int post, const char *method, const char *url,
                      const char *headers) {
  char request[TEXT];
  make(w, request, method, url, headers);
  return ask_through(w, get, post, request);
}

static void set_up_tunnel(world *w, int get, int post) {
  assert_int_equal(ask_tunnel(w, get, post, "SETUP", URL "/trackID=0", TCP_TRANSPORT), 200);
  (void)snprintf(w->session, sizeof w->session, "Session: %.16s\r\n", reply_header(w, "Session"));
}

static void open_ready(world *w) {
  world_open(w);
  picture(w, 0, true, 500);
  pass(w, 0);
}

static bool is_closed(const world *w, int conn) { return w->closed[conn]; }

// ---- the way ----

static void a_tunnel_plays(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7);
  assert_non_null(strstr(out_text(&w), "\r\nContent-Type: application/x-rtsp-tunnelled\r\n"));
  assert_null(strstr(out_text(&w), "Content-Length"));
  const int post = open_post(&w, 7);
  assert_int_equal(w.events[OCEL_EVENT_TUNNEL], 1);
  assert_int_equal(ask_tunnel(&w, get, post, "OPTIONS", URL, ""), 200);
  assert_int_equal(ask_tunnel(&w, get, post, "DESCRIBE", URL, ""), 200);
  set_up_tunnel(&w, get, post);
  assert_int_equal(ask_tunnel(&w, get, post, "PLAY", URL "/", ""), 200);
  const char *end = strstr(out_text(&w), "\r\n\r\n");
  assert_non_null(end);
  assert_memory_equal(end + 4, "$\x01", 2);  // media follow as they are, the report first
  (void)ask_tunnel(&w, get, post, "TEARDOWN", URL "/", "");
  assert_int_equal(w.events[OCEL_EVENT_SESSION_END], 1);
  assert_false(is_closed(&w, get) || is_closed(&w, post));
}

// Every cut of two requests, each padded for itself, the first in the packet of the POST's head.
static void base64_is_cut_anywhere(void **state) {
  (void)state;
  char text[TEXT] = POST_HEAD(COOKIE);
  const size_t head = strlen(text);
  size_t n = head + encode("OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n", text + head);
  assert_int_equal(text[n - 1], '=');
  n += encode("OPTIONS * RTSP/1.0\r\nCSeq: 61\r\n\r\n", text + n);
  for (size_t cut = 0; cut <= n; cut++) {
    world w;
    open_ready(&w);
    const int get = open_get(&w, 7), post = connect_from(&w, 7);
    w.out_n = 0;
    hear(&w, post, text, cut);
    drain(&w, get);
    hear(&w, post, text + cut, n - cut);
    drain(&w, get);
    const char *first = strstr(out_text(&w), "CSeq: 5\r\n");
    assert_non_null(first);
    assert_non_null(strstr(first, "CSeq: 61\r\n"));
  }
}

static void a_tunnel_works_byte_by_byte(void **state) {
  (void)state;
  world w;
  char text[TEXT] = POST_HEAD(COOKIE);
  open_ready(&w);
  const int get = connect_from(&w, 7), post = connect_from(&w, 7);
  w.out_n = 0;
  for (const char *p = GET_HEAD(COOKIE); *p != '\0'; p++) hear(&w, get, p, 1);
  drain(&w, get);
  assert_int_equal(http_status(&w), 200);
  w.out_n = 0;
  w.write_max = 1;
  (void)encode("OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n", text + strlen(text));
  for (const char *p = text; p < text + strlen(POST_HEAD(COOKIE)) + 44; p++) {
    hear(&w, post, p, 1);
    drain(&w, get);
  }
  for (int i = 0; i < 400; i++) {
    ocel_server_writable(w.srv, get);
    drain(&w, get);
  }
  assert_int_equal(status_in(w.out, w.out_n), 200);
}

static void chunks_and_line_ends_are_taken(void **state) {
  (void)state;
  world w;
  char text[TEXT], piece[16];
  open_ready(&w);
  const int get = open_get(&w, 7), post = connect_from(&w, 7);
  assert_int_equal(
      say_http(&w, post,
               "POST /stream HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n" COOKIE "\r\n"),
      -1);
  const size_t n = encode("OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n", text);
  w.out_n = 0;
  for (size_t i = 0; i < n; i++) {
    (void)snprintf(piece, sizeof piece, "2\r\n%c\n\r\n", text[i]);
    hear(&w, post, piece, strlen(piece));
  }
  drain(&w, get);
  assert_int_equal(status_in(w.out, w.out_n), 200);
}

// GStreamer through gortsplib announces 30000 bytes on the GET and sends none; others send some.
static void a_get_is_not_read_from(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = connect_from(&w, 7);
  assert_int_equal(say_http(&w, get,
                            "GET /stream HTTP/1.0\r\nContent-Length: 30000\r\n"
                            "Accept: application/x-rtsp-tunnelled\r\n" COOKIE "\r\nOPTIONS * RTSP"),
                   200);
  const int post = open_post(&w, 7);
  hear(&w, get, "garbage\xff\xff", 9);
  assert_true(ocel_server_room(w.srv, get) > 0);
  assert_int_equal(ask_tunnel(&w, get, post, "OPTIONS", URL, ""), 200);
}

// ---- who may join whom ----

static void a_post_may_come_first(void **state) {
  (void)state;
  world w;
  char text[TEXT] = POST_HEAD(COOKIE);
  open_ready(&w);
  const int post = connect_from(&w, 7);
  (void)encode("OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n", text + strlen(text));
  text[strlen(POST_HEAD(COOKIE)) + 44] = '\0';
  assert_int_equal(say_http(&w, post, text), -1);
  const int get = open_get(&w, 7);
  w.out_n = 0;
  pass(&w, 200 * OCEL_MILLISECOND);
  drain(&w, get);
  assert_int_equal(status_in(w.out, w.out_n), 200);
}

static void a_post_without_get_is_refused_in_time(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int post = open_post(&w, 7);
  w.out_n = 0;
  pass(&w, 4900 * OCEL_MILLISECOND);
  drain(&w, post);
  assert_int_equal(w.out_n, 0);
  pass(&w, 300 * OCEL_MILLISECOND);
  drain(&w, post);
  assert_int_equal(http_status(&w), 404);
  assert_true(is_closed(&w, post));
}

static void a_post_that_waits_may_not_fill_memory(void **state) {
  (void)state;
  world w;
  char text[TEXT];
  open_ready(&w);
  const int post = open_post(&w, 7);
  memset(text, 'A', sizeof text);
  w.out_n = 0;
  hear(&w, post, text, sizeof text);
  drain(&w, post);
  assert_int_equal(w.out_n, 0);
  assert_int_equal(ocel_server_room(w.srv, post), 8192 - TEXT);
  hear(&w, post, text, sizeof text);
  drain(&w, post);
  assert_int_equal(http_status(&w), 413);
  assert_true(is_closed(&w, post));
}

static void a_cookie_means_nothing_to_another_host(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7);
  const int thief = open_post(&w, 8);
  assert_int_equal(w.events[OCEL_EVENT_TUNNEL], 0);
  assert_int_equal(ask_tunnel(&w, get, thief, "OPTIONS", URL, ""), -1);
  const int post = open_post(&w, 7);
  assert_int_equal(ask_tunnel(&w, get, post, "OPTIONS", URL, ""), 200);
  const int own = connect_from(&w, 8);  // the same cookie is another tunnel there
  assert_int_equal(say_http(&w, own, GET_HEAD(COOKIE)), 200);
  w.out_n = 0;
  pass(&w, 200 * OCEL_MILLISECOND);
  drain(&w, own);
  assert_int_equal(status_in(w.out, w.out_n), 200);
  assert_int_equal(ask_tunnel(&w, get, post, "OPTIONS", URL, ""), 200);
}

// A tunnel is in TLS as a whole, or not at all.
static void a_cookie_does_not_leave_tls(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, 7, 40000);
  const int get = ocel_server_accept(w.srv, &peer, &peer, true, w.now);
  assert_int_equal(say_http(&w, get, GET_HEAD(COOKIE)), 200);
  (void)open_post(&w, 7);
  assert_int_equal(w.events[OCEL_EVENT_TUNNEL], 0);
  const int post = ocel_server_accept(w.srv, &peer, &peer, true, w.now);
  assert_int_equal(say_http(&w, post, POST_HEAD(COOKIE)), -1);
  assert_int_equal(w.events[OCEL_EVENT_TUNNEL], 1);
}

static void a_cookie_has_one_get(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7), again = connect_from(&w, 7);
  assert_int_equal(say_http(&w, again, GET_HEAD(COOKIE)), 409);
  assert_true(is_closed(&w, again));
  const int other = connect_from(&w, 7);
  assert_int_equal(say_http(&w, other, GET_HEAD("x-sessioncookie: 0123456789abcdeF\r\n")), 200);
  const int post = open_post(&w, 7);
  assert_int_equal(ask_tunnel(&w, get, post, "OPTIONS", URL, ""), 200);
}

// A second POST gets nothing while the first one lives, and takes its place when it is gone.
static void a_post_is_not_pushed_aside(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7), first = open_post(&w, 7);
  set_up_tunnel(&w, get, first);
  const int second = open_post(&w, 7);
  assert_int_equal(ask_tunnel(&w, get, second, "TEARDOWN", URL "/", ""), -1);
  assert_int_equal(ask_tunnel(&w, get, first, "GET_PARAMETER", URL "/", ""), 200);
  ocel_server_closed(w.srv, first, w.now);
  w.out_n = 0;
  pass(&w, 200 * OCEL_MILLISECOND);
  drain(&w, get);
  assert_int_equal(status_in(w.out, w.out_n), 200);
  assert_int_equal(w.events[OCEL_EVENT_TUNNEL], 2);
}

static void a_post_may_be_closed_and_opened_again(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7);
  int post = open_post(&w, 7);
  set_up_tunnel(&w, get, post);
  hear(&w, post, "T", 1);  // the rest of a group dies with its connection
  for (int i = 0; i < 5; i++) {
    ocel_server_closed(w.srv, post, w.now);
    pass(&w, 20 * OCEL_SECOND);
    drain(&w, get);
    assert_false(is_closed(&w, get));
    post = open_post(&w, 7);
    assert_int_equal(ask_tunnel(&w, get, post, "GET_PARAMETER", URL "/", ""), 200);
  }
  assert_int_equal(w.events[OCEL_EVENT_SESSION_END], 0);
}

// ---- ends ----

static void a_get_takes_its_post_along(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  set_up_tunnel(&w, get, post);
  ocel_server_closed(w.srv, get, w.now);
  drain(&w, post);
  assert_true(is_closed(&w, post));
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.connections, 0);
  assert_int_equal(stats.sessions, 0);
}

static void a_get_without_post_is_closed_in_time(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7);
  pass(&w, 4900 * OCEL_MILLISECOND);
  drain(&w, get);
  assert_false(is_closed(&w, get));
  pass(&w, 300 * OCEL_MILLISECOND);
  drain(&w, get);
  assert_true(is_closed(&w, get));
}

static void a_tunnel_without_session_idles_out_whole(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  pass(&w, 29 * OCEL_SECOND);
  drain(&w, get);
  assert_false(is_closed(&w, get) || is_closed(&w, post));
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, get);
  assert_true(is_closed(&w, get) && is_closed(&w, post));
}

static void a_session_without_post_times_out(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  set_up_tunnel(&w, get, post);
  ocel_server_closed(w.srv, post, w.now);
  for (int i = 0; i < 69; i++) {
    pass(&w, OCEL_SECOND);
    drain(&w, get);
  }
  assert_false(is_closed(&w, get));
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, get);
  assert_true(is_closed(&w, get));
}

static void what_is_no_base64_ends_the_tunnel(void **state) {
  (void)state;
  static const char *const BAD[] = {"OPTIONS * RTSP/1.0\r\n", "=", "TwA\xff"};
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    world w;
    open_ready(&w);
    const int get = open_get(&w, 7), post = open_post(&w, 7);
    hear(&w, post, BAD[i], strlen(BAD[i]));
    drain(&w, get);
    assert_true(is_closed(&w, get) && is_closed(&w, post));
  }
}

static void what_is_no_rtsp_ends_the_tunnel(void **state) {
  (void)state;
  static const char *const BAD[] = {"!", GET_HEAD(COOKIE), "GET / HTTP/1.0\r\n\r\n"};
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    world w;
    open_ready(&w);
    const int get = open_get(&w, 7), post = open_post(&w, 7);
    (void)ask_through(&w, get, post, BAD[i]);
    assert_true(is_closed(&w, get) && is_closed(&w, post));
  }
}

// Who asks on and on without reading a reply is cut off once its buffer is full.
static void a_client_that_does_not_read_is_cut_off(void **state) {
  (void)state;
  world w;
  char text[TEXT];
  static const char REQUEST[] = "OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n";
  const int fit = 1 + 8192 / (int)(sizeof REQUEST - 1);  // one is answered, the others wait
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  const size_t n = encode(REQUEST, text);
  w.write_max = 0;
  int i = 0;
  for (; i < 1000 && !is_closed(&w, post); i++) {
    hear(&w, post, text, n);
    drain(&w, get);
  }
  assert_int_equal(i, fit + 1);
  for (i = 0; i < 12; i++) pass(&w, OCEL_SECOND);
  drain(&w, get);
  assert_true(is_closed(&w, get));
}

// Requests wait in the GET's buffer until the replies before them are written; none is lost.
static void pipelined_requests_are_all_answered(void **state) {
  (void)state;
  world w;
  char text[TEXT];
  size_t n = 0, replies = 0;
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  for (int i = 0; i < 50; i++) n += encode("OPTIONS * RTSP/1.0\r\nCSeq: 5\r\n\r\n", text + n);
  w.out_n = 0;
  hear(&w, post, text, n);
  drain(&w, get);
  for (const char *p = out_text(&w); (p = strstr(p, "RTSP/1.0 200")) != NULL; p++) replies++;
  assert_int_equal(replies, 50);
}

// RTCP in an interleaved frame keeps a tunnel's session alive.
static void frames_come_through(void **state) {
  (void)state;
  world w;
  static const uint8_t FRAME[] = {'$', 1, 0, 8, 0x80, 201, 0, 1, 0, 0, 0, 9};
  uint8_t text[16];
  ocel_wbuf b = ocel_wbuf_make(text, sizeof text);
  open_ready(&w);
  const int get = open_get(&w, 7), post = open_post(&w, 7);
  set_up_tunnel(&w, get, post);
  ocel_put_base64(&b, ocel_span_make(FRAME, sizeof FRAME));
  for (int i = 0; i < 30; i++) {
    pass(&w, 10 * OCEL_SECOND);
    hear(&w, post, (const char *)text, b.n);
    drain(&w, get);
  }
  assert_false(is_closed(&w, get));
}

static void a_half_tunnel_yields_to_newcomers(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int get = open_get(&w, 7);
  for (int i = 1; i < CONNS; i++) {
    w.now += OCEL_MILLISECOND;
    assert_true(connect_from(&w, 9) >= 0);
  }
  drain(&w, get);
  assert_true(is_closed(&w, get));
}

// ---- other requests ----

static void each_http_request_has_its_answer(void **state) {
  (void)state;
  static const struct {
    const char *name, *text;
    int status;
  } CASES[] = {
      {"HTTP/1.0 without host",      "GET /stream HTTP/1.0\r\n\r\n",                          404},
      {"HTTP/1.1 without host",      "GET / HTTP/1.1\r\n\r\n",                                400},
      {"HEAD",                       "HEAD / HTTP/1.0\r\n\r\n",                               404},
      {"a POST of something else",   "POST / HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc",       404},
      {"PUT",                        "PUT / HTTP/1.0\r\n\r\n",                                404},
      {"an unknown method",          "BREW / HTTP/1.0\r\n\r\n",                               501},
      {"HTTP/2",                     "GET / HTTP/2.0\r\n\r\n",                                505},
      {"HTTP/2's preface",           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",                      505},
      {"a header that is none",      "GET / HTTP/1.0\r\n: x\r\n\r\n",                         400},
      {"a GET that takes no tunnel", "GET / HTTP/1.0\r\nAccept: text/html\r\n" COOKIE "\r\n", 406},
      {"a GET that says nothing",    "GET / HTTP/1.0\r\n" COOKIE "\r\n",                      406},
      {"a tunnel by HEAD",           "HEAD / HTTP/1.0\r\n" COOKIE "\r\n",                     405},
      {"an empty cookie",            GET_HEAD("x-sessioncookie:\r\n"),                        400},
      {"a cookie of 40 bytes",
       GET_HEAD("x-sessioncookie: 0123456789012345678901234567890123456789\r\n"),             200},
      {"a cookie of 41 bytes",
       GET_HEAD("x-sessioncookie: 01234567890123456789012345678901234567890\r\n"),            400},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    CASE(CASES[i].name);
    open_ready(&w);
    const int conn = connect_from(&w, 7);
    assert_int_equal(say_http(&w, conn, CASES[i].text), CASES[i].status);
    assert_int_equal(is_closed(&w, conn), CASES[i].status != 200);
    assert_int_equal(strstr(out_text(&w), "\r\nAllow: ") != NULL, CASES[i].status == 405);
    assert_int_equal(w.events[OCEL_EVENT_HTTP_REQUEST], 1);
  }
}

static void a_head_that_never_ends_is_refused(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int conn = connect_from(&w, 7);
  hear(&w, conn, "GET / HTTP/1.0\r\nA: ", 19);
  w.out_n = 0;
  pass(&w, 11 * OCEL_SECOND);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 408);
  assert_true(is_closed(&w, conn));
}

static void a_connection_with_a_session_becomes_no_tunnel(void **state) {
  (void)state;
  world w;
  open_ready(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(set_up(&w, conn, "/trackID=0", TCP_TRANSPORT), 200);
  assert_int_equal(say_http(&w, conn, GET_HEAD(COOKIE)), 400);
  assert_true(is_closed(&w, conn));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_tunnel_plays),
      cmocka_unit_test(base64_is_cut_anywhere),
      cmocka_unit_test(a_tunnel_works_byte_by_byte),
      cmocka_unit_test(chunks_and_line_ends_are_taken),
      cmocka_unit_test(a_get_is_not_read_from),
      cmocka_unit_test(a_post_may_come_first),
      cmocka_unit_test(a_post_without_get_is_refused_in_time),
      cmocka_unit_test(a_post_that_waits_may_not_fill_memory),
      cmocka_unit_test(a_cookie_means_nothing_to_another_host),
      cmocka_unit_test(a_cookie_does_not_leave_tls),
      cmocka_unit_test(a_cookie_has_one_get),
      cmocka_unit_test(a_post_is_not_pushed_aside),
      cmocka_unit_test(a_post_may_be_closed_and_opened_again),
      cmocka_unit_test(a_get_takes_its_post_along),
      cmocka_unit_test(a_get_without_post_is_closed_in_time),
      cmocka_unit_test(a_tunnel_without_session_idles_out_whole),
      cmocka_unit_test(a_session_without_post_times_out),
      cmocka_unit_test(what_is_no_base64_ends_the_tunnel),
      cmocka_unit_test(what_is_no_rtsp_ends_the_tunnel),
      cmocka_unit_test(a_client_that_does_not_read_is_cut_off),
      cmocka_unit_test(pipelined_requests_are_all_answered),
      cmocka_unit_test(frames_come_through),
      cmocka_unit_test(a_half_tunnel_yields_to_newcomers),
      cmocka_unit_test(each_http_request_has_its_answer),
      cmocka_unit_test(a_head_that_never_ends_is_refused),
      cmocka_unit_test(a_connection_with_a_session_becomes_no_tunnel),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
