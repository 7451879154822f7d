// SPDX-License-Identifier: Apache-2.0
// The routes of the live page: what they answer, to whom, and what a ticket is good for.
#include "ocel/live.h"

#include "ocel/credentials.h"
#include "push_fixture.h"

#define BASIC "Authorization: Basic dmlld2VyOnB3\r\n"  // viewer:pw
#define TICKET_MARK "{\"ticket\":\""

enum { TICKET_SIZE = 24 };

static world w;
static ocel_live live;

static void open_live(bool locked) {
  const ocel_credentials viewer = {"viewer", "pw", true};
  world_open(&w);
  live = (ocel_live){.title = "Garden \"1\"", .rtsp_port = 8554};
  assert_int_equal(ocel_server_add_live_routes(w.srv, &live), OCEL_OK);
  if (locked) assert_int_equal(ocel_server_set_credentials(w.srv, &viewer), OCEL_OK);
}

// ---- the page ----

static void the_page_is_compressed_and_told_to_load_nothing_from_elsewhere(void **state) {
  (void)state;
  static const char *const files[][2] = {
      {"/",         "text/html; charset=utf-8"      },
      {"/live.css", "text/css; charset=utf-8"       },
      {"/live.js",  "text/javascript; charset=utf-8"},
  };
  size_t total = 0;
  open_live(false);
  const int conn = connect_from(&w, 7);
  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    char known[64];
    assert_int_equal(get(&w, conn, files[i][0]), 200);
    assert_string_equal(reply_header(&w, "Content-Type"), files[i][1]);
    assert_string_equal(reply_header(&w, "Content-Encoding"), "gzip");
    const char *policy = reply_header(&w, "Content-Security-Policy");
    assert_memory_equal(policy, "default-src 'none';", 19);
    assert_null(strstr(policy, "unsafe"));
    assert_null(strstr(policy, "http"));
    assert_memory_equal(body_of(&w), "\x1f\x8b\x08", 3);
    total += w.out_n - (size_t)(body_of(&w) - out_text(&w));
    (void)snprintf(known, sizeof known, "If-None-Match: %s\r\n", reply_header(&w, "ETag"));
    assert_int_equal(request(&w, conn, "GET", files[i][0], known), 304);
  }
  assert_true(total > 1000 && total < 32768);
}

static void the_place_is_told_as_json(void **state) {
  (void)state;
  open_live(false);
  const int conn = connect_from(&w, 7);
  assert_int_equal(get(&w, conn, "/api/live"), 200);
  assert_string_equal(reply_header(&w, "Content-Type"), "application/json");
  static const char JSON[] =
      "{\"title\":\"Garden \\\"1\\\"\",\"rtsp\":8554,\"rtsps\":0,\"streams\":["
      "{\"path\":\"/stream\",\"codecs\":[\"H264\"],\"live\":true,\"mjpeg\":false}]}\n";
  const char *at = strchr(body_of(&w), '{');
  assert_non_null(at);
  assert_memory_equal(at, JSON, sizeof JSON - 1);
}

// ---- streams ----

static void streams_are_found_by_their_path(void **state) {
  (void)state;
  static const struct {
    const char *target;
    int status;
  } cases[] = {
      {"/live/stream",        101},
      {"/live/stream?a=b",    101},
      {"/live/%73tream",      101},
      {"/ticket/live/stream", 101}, // nobody is asked for a password
      {"/live/other",         404},
      {"/live/",              404},
      {"/live",               404},
      {"/mjpeg/stream",       404}, // of H.264
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].target);
    open_live(false);
    const int conn = connect_from(&w, 7);
    assert_int_equal(request(&w, conn, "GET", cases[i].target, HANDSHAKE), cases[i].status);
  }
}

static void with_a_password_all_is_locked(void **state) {
  (void)state;
  static const char *const targets[] = {"/",         "/live.js",     "/live.css",
                                        "/api/live", "/live/stream", "/mjpeg/stream"};
  open_live(true);
  for (size_t i = 0; i < ARRAY_LEN(targets); i++) {
    const int conn = connect_from(&w, (uint8_t)(10 + i));
    assert_int_equal(request(&w, conn, "GET", targets[i], HANDSHAKE), 401);
    ocel_server_closed(w.srv, conn, w.now);
  }
  const int conn = connect_from(&w, 7);
  assert_int_equal(request(&w, conn, "POST", "/api/ticket", ""), 401);
  assert_int_equal(request(&w, conn, "GET", "/live/stream", HANDSHAKE BASIC), 101);
}

// ---- tickets ----

static const char *ticket_for(int conn) {
  static char ticket[TICKET_SIZE + 1];
  assert_int_equal(request(&w, conn, "POST", "/api/ticket", BASIC), 200);
  const char *at = strstr(body_of(&w), TICKET_MARK);
  assert_non_null(at);
  memcpy(ticket, at + sizeof TICKET_MARK - 1, TICKET_SIZE);
  return ticket;
}

static int show_ticket(uint8_t host, const char *ticket) {
  char target[100];
  (void)snprintf(target, sizeof target, "/ticket/live/stream?ticket=%s", ticket);
  const int conn = connect_from(&w, host);
  assert_true(conn >= 0);
  const int status = request(&w, conn, "GET", target, HANDSHAKE);
  ocel_server_closed(w.srv, conn, w.now);
  return status;
}

static void a_ticket_is_good_once(void **state) {
  (void)state;
  open_live(true);
  const int conn = connect_from(&w, 7);
  const char *ticket = ticket_for(conn);
  assert_int_equal(show_ticket(7, ""), 403);
  assert_int_equal(show_ticket(7, "000000000000000000000000"), 403);
  assert_int_equal(show_ticket(7, ticket), 101);
  assert_int_equal(show_ticket(7, ticket), 403);
}

static void a_ticket_is_good_for_half_a_minute(void **state) {
  (void)state;
  open_live(true);
  const char *ticket = ticket_for(connect_from(&w, 7));
  pass(&w, 30 * OCEL_SECOND);
  assert_int_equal(show_ticket(7, ticket), 101);
  ticket = ticket_for(connect_from(&w, 7));
  pass(&w, 30 * OCEL_SECOND + 1);
  assert_int_equal(show_ticket(7, ticket), 403);
}

static void a_ticket_is_good_for_who_got_it(void **state) {
  (void)state;
  open_live(true);
  const char *ticket = ticket_for(connect_from(&w, 7));
  assert_int_equal(show_ticket(8, ticket), 403);
  assert_int_equal(show_ticket(7, ticket), 403);  // and then for nobody
}

static void the_oldest_ticket_yields(void **state) {
  (void)state;
  char tickets[9][TICKET_SIZE + 1];
  open_live(true);
  const int conn = connect_from(&w, 7);
  for (size_t i = 0; i < 9; i++) {
    memcpy(tickets[i], ticket_for(conn), sizeof tickets[i]);
    pass(&w, OCEL_SECOND);
    for (size_t k = 0; k < i; k++) assert_string_not_equal(tickets[i], tickets[k]);
  }
  assert_int_equal(show_ticket(7, tickets[0]), 403);
  for (size_t i = 1; i < 9; i++) assert_int_equal(show_ticket(7, tickets[i]), 101);
}

static void a_page_of_another_site_gets_no_ticket(void **state) {
  (void)state;
  open_live(true);
  const int conn = connect_from(&w, 7);
  static const char HEADERS[] = BASIC "Origin: http://elsewhere.example\r\n";
  assert_int_equal(request(&w, conn, "POST", "/api/ticket", HEADERS), 403);
  assert_int_equal(request(&w, conn, "GET", "/api/ticket", BASIC), 405);
}

static void routes_that_find_no_room_are_an_error(void **state) {
  (void)state;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_routes = OCEL_LIVE_ROUTES - 1;
  world_open_with(&w, &cfg, 1, true);
  assert_int_equal(ocel_server_add_live_routes(w.srv, &live), OCEL_ERR_SPACE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_page_is_compressed_and_told_to_load_nothing_from_elsewhere),
      cmocka_unit_test(the_place_is_told_as_json),
      cmocka_unit_test(streams_are_found_by_their_path),
      cmocka_unit_test(with_a_password_all_is_locked),
      cmocka_unit_test(a_ticket_is_good_once),
      cmocka_unit_test(a_ticket_is_good_for_half_a_minute),
      cmocka_unit_test(a_ticket_is_good_for_who_got_it),
      cmocka_unit_test(the_oldest_ticket_yields),
      cmocka_unit_test(a_page_of_another_site_gets_no_ticket),
      cmocka_unit_test(routes_that_find_no_room_are_an_error),
  };
  return cmocka_run_group_tests_name("server_live", tests, NULL, NULL);
}
