// SPDX-License-Identifier: Apache-2.0
// Streams that are switched off and on while the server runs.
#include "server_fixture.h"

static void a_stream_that_is_off_is_not_there(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 500);
  ocel_server_enable_stream(w.srv, 0, false, w.now);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), 404);
  assert_int_equal(set_up(&w, conn, "/trackID=0", TCP_TRANSPORT), 404);
  ocel_server_enable_stream(w.srv, 0, true, w.now);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), 200);
  assert_int_equal(set_up(&w, conn, "/trackID=0", TCP_TRANSPORT), 200);
  play(&w, conn);
}

static void who_watches_a_stream_is_disconnected_when_it_goes_off(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 500);
  const int watching = viewer(&w, "", TCP_TRANSPORT), other = connect_from(&w, 8);
  play(&w, watching);
  ocel_server_enable_stream(w.srv, 1, false, w.now);  // there is none
  drain(&w, watching);
  assert_false(w.closed[watching]);
  ocel_server_enable_stream(w.srv, 0, false, w.now);
  drain(&w, watching);
  assert_true(w.closed[watching]);
  assert_false(w.closed[other]);
  assert_int_equal(w.events[OCEL_EVENT_SESSION_END], 1);
  assert_int_equal(w.last.a, OCEL_CLOSE_DISCONNECT);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_stream_that_is_off_is_not_there),
      cmocka_unit_test(who_watches_a_stream_is_disconnected_when_it_goes_off),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
