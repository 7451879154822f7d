// SPDX-License-Identifier: Apache-2.0
// What holds when clients are slow, silent, too many or talk nonsense.
#include "server_fixture.h"

static void requests_may_come_in_pieces_and_together(void **state) {
  (void)state;
  static const char TWO[] =
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n"
      "$\x01\x00\x04xxxx"
      "\r\nGET_PARAMETER * RTSP/1.0\r\nCSeq: 2\r\n\r\n";
  for (size_t step = 1; step < sizeof TWO; step++) {
    world w;
    world_open(&w);
    const int conn = connect_from(&w, 7);
    for (size_t at = 0; at < sizeof TWO - 1; at += step) {
      const size_t n = sizeof TWO - 1 - at < step ? sizeof TWO - 1 - at : step;
      hear(&w, conn, TWO + at, n);
      drain(&w, conn);
    }
    char got[1024] = "";
    memcpy(got, w.out, w.out_n < sizeof got - 1 ? w.out_n : sizeof got - 1);
    assert_non_null(strstr(got, "CSeq: 1\r\n"));
    assert_non_null(strstr(strstr(got, "CSeq: 1\r\n"), "CSeq: 2\r\n"));
  }
}

static void replies_that_nobody_reads_stop_the_reading(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.request_max = 1024;
  world_open_with(&w, &cfg, 1, true);
  const int conn = connect_from(&w, 7);
  w.write_max = 0;
  static const char REQUEST[] = "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n";
  size_t accepted = 0;
  for (int i = 0; i < 1000; i++) {
    const size_t room = ocel_server_room(w.srv, conn);
    if (room < sizeof REQUEST - 1) break;
    hear(&w, conn, REQUEST, sizeof REQUEST - 1);
    drain(&w, conn);
    accepted++;
  }
  assert_in_range(accepted, 10, 60);  // one answered, the rest waits in one buffer
  w.write_max = SIZE_MAX;
  w.out_n = 0;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  size_t replies = 0;
  for (size_t i = 0; i + 8 < w.out_n; i++) replies += memcmp(w.out + i, "CSeq: 7\r", 8) == 0;
  assert_int_equal(replies, accepted);
  assert_int_equal(ocel_server_room(w.srv, conn), 1024);
}

// One byte now and then does not help.
static void a_request_that_trickles_in_gets_408(void **state) {
  (void)state;
  static const char REQUEST[] = "OPTIONS rtsp://h/stream RTSP/1.0\r\nCSeq: 1\r\nUser-Agent: x";
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  for (size_t i = 0; i < sizeof REQUEST - 1 && !w.closed[conn]; i++) {
    hear(&w, conn, REQUEST + i, 1);
    pass(&w, 500 * OCEL_MILLISECOND);
    drain(&w, conn);
  }
  assert_int_equal(status_in(w.out, w.out_n), 408);
  assert_true(w.closed[conn]);
}

static void half_a_request_gets_408_after_the_timeout(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(say(&w, conn, "OPTIONS rtsp://h/stream RTS"), -1);
  pass(&w, 9 * OCEL_SECOND);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_int_equal(status_in(w.out, w.out_n), 408);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_REQUEST_TIMEOUT);
}

static void a_silent_connection_is_closed(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  pass(&w, 29 * OCEL_SECOND);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_IDLE_TIMEOUT);
  assert_int_equal(ocel_server_deadline(w.srv), OCEL_NEVER);
}

// Each wake for a picture also looks after the connections, so that none is needed in between.
static void pictures_leave_no_other_wake(void **state) {
  (void)state;
  world w;
  world_open(&w);
  (void)connect_from(&w, 7);
  for (int i = 0; i < 30; i++) {
    picture(&w, 0, i % 10 == 0, 200);
    pass(&w, 33 * OCEL_MILLISECOND);
    assert_true(ocel_server_deadline(w.srv) > w.now + 33 * OCEL_MILLISECOND);
    assert_true(ocel_server_deadline(w.srv) <= w.now + 100 * OCEL_MILLISECOND);
  }
}

static void who_idled_longest_yields_to_a_newcomer(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_connections = 4;
  world_open_with(&w, &cfg, 1, true);
  const int watching = viewer(&w, "", TCP_TRANSPORT);
  for (int i = 0; i < 20; i++) {
    pass(&w, OCEL_MILLISECOND);
    const int conn = connect_from(&w, 8);
    assert_true(conn >= 0);
    drain(&w, conn);
    w.session[0] = '\0';
    assert_int_equal(ask(&w, conn, "OPTIONS", "*", ""), 200);
  }
  assert_false(w.closed[watching]);
}

static void few_buffers_serve_many_half_requests(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.request_buffers = 2;
  world_open_with(&w, &cfg, 1, true);
  int conn[4];
  for (int i = 0; i < 4; i++) {
    conn[i] = connect_from(&w, 7);
    pass(&w, OCEL_MILLISECOND);
    assert_int_equal(say(&w, conn[i], "OPTIONS * RTSP/1.0\r\nCSe"), -1);
  }
  assert_int_equal(w.events[OCEL_EVENT_DISCONNECTED], 2);  // the first two
  assert_int_equal(say(&w, conn[3], "q: 4\r\n\r\n"), 200);
  assert_int_equal(say(&w, conn[2], "q: 3\r\n\r\n"), 200);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.connections, 2);
}

static void frames_too_big_for_a_buffer_are_skipped(void **state) {
  (void)state;
  world w;
  uint8_t junk[1000];
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.request_max = 1024;
  world_open_with(&w, &cfg, 1, true);
  const int conn = connect_from(&w, 7);
  memset(junk, 'x', sizeof junk);
  hear(&w, conn, "$\x05\xff", 3);
  hear(&w, conn, "\xff", 1);
  for (size_t left = 0xffff; left > 0;) {
    const size_t n = left < sizeof junk ? left : sizeof junk;
    ocel_server_recv(w.srv, conn, ocel_span_make(junk, n), w.now);
    left -= n;
  }
  assert_int_equal(say(&w, conn, "OPTIONS * RTSP/1.0\r\nCSeq: 9\r\n\r\n"), 200);
}

static void a_frame_is_rtcp_of_its_track_or_nothing(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 200);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  for (int i = 0; i < 3; i++) {  // VLC over TCP: nothing else keeps its session
    pass(&w, 60 * OCEL_SECOND);
    hear(&w, conn, "$\x01\x00\x08\x80\xc9\x00\x01\x00\x00\x00\x09", 12);
    drain(&w, conn);
    assert_false(w.closed[conn]);
  }
  for (int i = 0; i < 3; i++) {
    pass(&w, 60 * OCEL_SECOND);
    hear(&w, conn, "$\x09\x00\x08\x80\xc9\x00\x01\x00\x00\x00\x09", 12);
    drain(&w, conn);
  }
  assert_true(w.closed[conn]);
}

static void empty_lines_hold_nothing_and_hide_no_frame(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(say(&w, conn, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n\r\n"), 200);
  assert_int_equal(ocel_server_room(w.srv, conn), 8192);
  hear(&w, conn, "\r\n$\x05\x00\x02xx\n", 9);
  pass(&w, 15 * OCEL_SECOND);
  assert_int_equal(say(&w, conn, "OPTIONS * RTSP/1.0\r\nCSeq: 2\r\n\r\n"), 200);
}

static void a_foreign_session_is_none(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_open(&w);
  show(&w, 0, true, 200);
  const int owner = connect_from(&w, 7), stranger = connect_from(&w, 7);
  assert_int_equal(set_up(&w, owner, "", TCP_TRANSPORT), 200);
  play(&w, owner);
  static const char *const METHODS[] = {"PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SETUP"};
  for (size_t i = 0; i < ARRAY_LEN(METHODS); i++) {
    assert_int_equal(ask(&w, stranger, METHODS[i], URL, TCP_TRANSPORT), 454);
  }
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.playing, 1);
}

static void a_lost_connection_frees_its_session_at_once(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_open(&w);
  for (int i = 0; i < 1000; i++) {
    const int conn = connect_from(&w, 7);
    w.session[0] = '\0';
    assert_int_equal(set_up(&w, conn, "", i % 2 == 0 ? TCP_TRANSPORT : UDP_TRANSPORT), 200);
    ocel_server_closed(w.srv, conn, w.now);
    ocel_server_closed(w.srv, conn, w.now);  // twice does no harm
  }
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.sessions, 0);
  assert_int_equal(stats.connections, 0);
  assert_int_equal(stats.sessions_total, 1000);
}

static void configurations_out_of_range_are_refused(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  const ocel_server_config good = world_config(&w);
  ocel_server_config bad[11];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) bad[i] = good;
  bad[0].max_clients = 0;
  bad[1].max_connections = 2;
  bad[2].max_streams = 17;
  bad[3].request_buffers = 1;
  bad[4].payload_max = 1401;
  bad[5].datagram_segments = 65;
  bad[6].rtcp_port = 0;
  bad[7].session_timeout = 999999;
  bad[8].platform.random = NULL;
  bad[9].request_max = 1023;
  bad[10].udp_burst = (1u << 30) + 1;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_int_equal(ocel_server_size(&bad[i]), 0);
    assert_null(ocel_server_init(server_memory.bytes, SERVER_BYTES, &bad[i], 0));
  }
  assert_null(ocel_server_init(server_memory.bytes, ocel_server_size(&good) - 1, &good, 0));
  assert_null(ocel_server_init(NULL, SERVER_BYTES, &good, 0));
}

static void streams_out_of_range_are_refused(void **state) {
  (void)state;
  world w;
  ocel_stream_stats stats;
  world_open(&w);
  static const char LONG[] = "/0123456789012345678901234567890123456789012345678901234567890123";
  const ocel_stream_config good = {.path = "/b", .track_count = 1, .track = {w.ring[0]}};
  ocel_stream_config bad[6];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) bad[i] = good;
  assert_int_equal(ocel_server_add_stream(w.srv, &good), OCEL_ERR_SPACE);
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_streams = 4;
  world_open_with(&w, &cfg, 1, true);
  bad[0].path = NULL;
  bad[1].path = "b";
  bad[2].path = "/stream/";  // the same as the one that is there
  bad[3].path = LONG;
  bad[4].track_count = 3;
  bad[5].track[0] = NULL;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_int_equal(ocel_server_add_stream(w.srv, &bad[i]), OCEL_ERR_CONFIG);
  }
  assert_int_equal(ocel_server_get_stream_stats(w.srv, 1, w.now, &stats), OCEL_ERR_STATE);
  assert_int_equal(ocel_server_get_stream_stats(w.srv, 0, w.now, &stats), OCEL_OK);
  assert_false(stats.ready);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(requests_may_come_in_pieces_and_together),
      cmocka_unit_test(replies_that_nobody_reads_stop_the_reading),
      cmocka_unit_test(a_request_that_trickles_in_gets_408),
      cmocka_unit_test(half_a_request_gets_408_after_the_timeout),
      cmocka_unit_test(a_silent_connection_is_closed),
      cmocka_unit_test(pictures_leave_no_other_wake),
      cmocka_unit_test(who_idled_longest_yields_to_a_newcomer),
      cmocka_unit_test(few_buffers_serve_many_half_requests),
      cmocka_unit_test(frames_too_big_for_a_buffer_are_skipped),
      cmocka_unit_test(a_frame_is_rtcp_of_its_track_or_nothing),
      cmocka_unit_test(empty_lines_hold_nothing_and_hide_no_frame),
      cmocka_unit_test(a_foreign_session_is_none),
      cmocka_unit_test(a_lost_connection_frees_its_session_at_once),
      cmocka_unit_test(configurations_out_of_range_are_refused),
      cmocka_unit_test(streams_out_of_range_are_refused),
  };
  return cmocka_run_group_tests_name("server_limits", tests, NULL, NULL);
}
