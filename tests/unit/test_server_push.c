// SPDX-License-Identifier: Apache-2.0
// Access units pushed over HTTP: WebSocket messages of MP4.
#include "push_fixture.h"

enum { HEAD = 108 };  // of a fragment

static const ocel_format AAC = {
    .codec = OCEL_CODEC_AAC,
    .clock_hz = 48000,
    .channels = 2,
    .config_n = 2,
    .config = {0x11, 0x90},
};
static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};

static world w;
static messages got;

static void open_push(void) {
  world_open(&w);
  add_push_route(&w, OCEL_PUSH_WEBSOCKET);
}

static void open_push_with(const ocel_format *second) {
  world_reset(&w);
  const ocel_server_config cfg = world_config(&w);
  w.format[1] = *second;
  world_open_with(&w, &cfg, 2, true);
  add_push_route(&w, OCEL_PUSH_WEBSOCKET);
}

// ---- what a viewer gets ----

static void assert_fragment(const message *m, uint32_t track, uint32_t media) {
  assert_int_equal(m->opcode, 2);
  assert_true(m->n > HEAD);
  assert_memory_equal(m->p + 4, "moof", 4);
  assert_memory_equal(m->p + HEAD - 4, "mdat", 4);
  assert_int_equal(be32(m->p + 44), track);
  assert_int_equal(be32(m->p + HEAD - 8), m->n - (HEAD - 8));
  assert_int_equal(m->n, HEAD + media);
}

static void a_viewer_gets_codecs_then_the_initialisation_segment_then_pictures(void **state) {
  (void)state;
  open_push();
  show(&w, 0, true, 5000);
  (void)push_viewer(&w);
  assert_string_equal(reply_header(&w, "Upgrade"), "websocket");
  assert_string_equal(reply_header(&w, "Connection"), "Upgrade");
  assert_int_equal(strlen(reply_header(&w, "Sec-WebSocket-Accept")), 28);
  read_answer(&w, &got);
  assert_int_equal(got.n, 3);
  assert_int_equal(got.m[0].opcode, 1);
  static const char HELLO[] = "{\"codecs\":\"avc1.42C01E\",\"now\":1000000000}";
  assert_int_equal(got.m[0].n, sizeof HELLO - 1);
  assert_memory_equal(got.m[0].p, HELLO, sizeof HELLO - 1);
  assert_memory_equal(got.m[1].p + 4, "ftyp", 4);
  assert_fragment(&got.m[2], 1, 5004);
}

static void before_the_first_key_picture_a_viewer_waits(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  read_answer(&w, &got);
  assert_int_equal(got.n, 0);
  w.out_n = 0;
  show(&w, 0, true, 300);
  drain(&w, conn);
  read_out(&w, &got);
  assert_int_equal(got.n, 3);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 1);
}

static void a_socket_that_takes_little_changes_nothing(void **state) {
  (void)state;
  static uint8_t whole[OUT_BYTES];
  size_t whole_n = 0;
  static const size_t sizes[] = {SIZE_MAX, 1, 7, 113, 1304, 1400, 3000};
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
    open_push();
    const int conn = push_viewer(&w);
    w.write_max = sizes[i];
    for (unsigned k = 0; k < 4; k++) {
      w.now += 40 * OCEL_MILLISECOND;
      show(&w, 0, k == 0, 3000 + k);
      for (unsigned n = 0; n < 4000 && i > 0; n++) {
        ocel_server_writable(w.srv, conn);
        drain(&w, conn);
      }
      drain(&w, conn);
    }
    if (i == 0) {
      memcpy(whole, w.out, whole_n = w.out_n);
      read_answer(&w, &got);
      assert_int_equal(got.n, 6);
      for (unsigned k = 0; k < 4; k++) assert_fragment(&got.m[2 + k], 1, 3004 + k);
    }
    assert_int_equal(w.out_n, whole_n);
    assert_memory_equal(w.out, whole, whole_n);
  }
}

static void the_time_between_pictures_is_their_duration(void **state) {
  (void)state;
  open_push();
  (void)push_viewer(&w);
  static const unsigned ms[] = {0, 40, 20, 100, 3000};
  static const uint32_t ticks[] = {3000, 3600, 1800, 9000, 3000};
  w.out_n = 0;
  for (unsigned i = 0; i < ARRAY_LEN(ms); i++) {
    w.now += ms[i] * OCEL_MILLISECOND;
    show(&w, 0, i == 0, 100);
  }
  drain(&w, 0);
  read_out(&w, &got);
  assert_int_equal(got.n, 2 + ARRAY_LEN(ms));
  for (unsigned i = 0; i < ARRAY_LEN(ms); i++) {
    assert_int_equal(be32(got.m[2 + i].p + 88), ticks[i]);
  }
}

static void messages_of_sound_and_pictures_do_not_mix(void **state) {
  (void)state;
  open_push_with(&AAC);
  w.write_max = 900;
  const int conn = push_viewer(&w);
  for (unsigned k = 0; k < 5; k++) {
    picture(&w, 0, k == 0, 2500);
    sound(&w, 1, 2000);
    pass(&w, 40 * OCEL_MILLISECOND);
    for (unsigned n = 0; n < 40; n++) {
      ocel_server_writable(w.srv, conn);
      drain(&w, conn);
    }
  }
  read_answer(&w, &got);
  assert_false(got.broken_off);
  assert_int_equal(got.n, 2 + 10);
  assert_non_null(strstr((char *)got.m[0].p, "avc1.42C01E,mp4a.40.2"));
  for (unsigned k = 0; k < 5; k++) {
    assert_fragment(&got.m[2 + 2 * k], 1, 2504);
    assert_fragment(&got.m[3 + 2 * k], 2, 2000);
  }
}

static void sound_that_no_mp4_carries_is_left_out(void **state) {
  (void)state;
  open_push_with(&PCMU);
  picture(&w, 0, true, 500);
  sound(&w, 1, 160);
  pass(&w, 0);
  (void)push_viewer(&w);
  read_answer(&w, &got);
  assert_int_equal(got.n, 3);
  assert_fragment(&got.m[2], 1, 504);
}

// Another sequence parameter set: its level is higher.
static void show_other_parameters(void) {
  static const uint8_t UNIT[] = {0,    0,    0,    1, 0x67, 0x42, 0xc0, 0x1f, 0xda, 0x02,
                                 0x80, 0xf6, 0x40, 0, 0,    0,    1,    0x68, 0xce, 0x3c,
                                 0x80, 0,    0,    0, 1,    0x65, 0x88, 0x99};
  uint8_t *p = ocel_ring_reserve(w.ring[0], sizeof UNIT);
  assert_non_null(p);
  memcpy(p, UNIT, sizeof UNIT);
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = w.now};
  assert_int_equal(ocel_ring_commit(w.ring[0], sizeof UNIT, &how), OCEL_OK);
  pass(&w, 0);
}

static void other_parameter_sets_are_told_before_their_picture(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  w.out_n = 0;
  show(&w, 0, true, 2000);
  show(&w, 0, false, 2000);
  drain(&w, conn);
  show_other_parameters();
  show(&w, 0, false, 100);
  drain(&w, conn);
  read_out(&w, &got);
  static const uint8_t want[] = {1, 2, 2, 2, 1, 2, 2, 2};
  assert_int_equal(got.n, ARRAY_LEN(want));
  for (size_t i = 0; i < ARRAY_LEN(want); i++) assert_int_equal(got.m[i].opcode, want[i]);
  assert_non_null(strstr((char *)got.m[4].p, "avc1.42C01F"));
  assert_memory_equal(got.m[5].p + 4, "ftyp", 4);
  assert_fragment(&got.m[6], 1, 7);
  assert_fragment(&got.m[7], 1, 104);
}

// ---- slow viewers ----

static void a_slow_viewer_goes_on_at_a_key_picture(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  show(&w, 0, true, 100);
  drain(&w, conn);
  w.write_max = 0;
  for (unsigned k = 0; k < 100; k++) {
    w.now += 40 * OCEL_MILLISECOND;
    show(&w, 0, k % 10 == 0, 1000);
    drain(&w, conn);
  }
  w.write_max = SIZE_MAX;
  w.out_n = 0;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  read_out(&w, &got);
  assert_false(got.broken_off);
  assert_int_equal(be32(got.m[0].p + HEAD - 12), 0x02000000);  // a key picture
  assert_int_equal(got.n, 10);
  assert_int_equal(w.events[OCEL_EVENT_READER_SKIP], 1);
  assert_false(w.closed[conn]);
}

static void a_picture_that_leaves_the_ring_half_sent_closes_the_connection(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  show(&w, 0, true, 100);
  drain(&w, conn);
  show(&w, 0, false, 7000);
  w.write_max = 3000;
  drain(&w, conn);
  w.out_n = 0;
  for (unsigned k = 0; k < 60; k++) show(&w, 0, k % 10 == 0, 4000);
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.code, OCEL_EVENT_DISCONNECTED);
  assert_int_equal(w.last.a, OCEL_CLOSE_OVERTAKEN);
  assert_memory_equal(w.out + w.out_n - 4, "\x88\x02\x03\xe9", 4);
  ocel_server_stats stats;
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.sessions, 0);
  assert_int_equal(stats.playing, 0);
  assert_int_equal(stats.connections, 0);
}

// ---- what is counted ----

static void a_viewer_counts_as_a_client_that_plays(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  show(&w, 0, true, 1000);
  show(&w, 0, false, 1000);
  w.out_n = 0;
  drain(&w, conn);
  read_out(&w, &got);
  ocel_client_stats client;
  ocel_server_stats stats;
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &client), OCEL_OK);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_true(client.playing && client.tcp);
  assert_int_equal(client.access_units, 2);
  assert_int_equal(client.bytes, 2 * (HEAD + 1004 + 4));
  assert_int_equal(stats.bytes, client.bytes);
  assert_int_equal(stats.packets, 0);  // of RTP there are none
  assert_int_equal(stats.playing, 1);
}

static void no_more_are_served_than_clients_may_be(void **state) {
  (void)state;
  open_push();
  for (unsigned i = 0; i < 3; i++) (void)push_viewer(&w);
  const int conn = connect_from(&w, 8);
  assert_int_equal(request(&w, conn, "GET", "/live", HANDSHAKE), 503);
  ocel_server_stats stats;
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.refused, 1);
}

// ---- handshakes ----

static void handshakes_that_are_none_are_refused(void **state) {
  (void)state;
#define UPGRADE "Connection: Upgrade\r\nUpgrade: websocket\r\n"
#define KEY "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
#define VERSION "Sec-WebSocket-Version: 13\r\n"
  static const struct {
    const char *name, *headers;
    int status;
  } cases[] = {
      {"no upgrade",         "",                                               426},
      {"another protocol",   "Upgrade: h2c\r\n" KEY VERSION,                   426},
      {"an old version",     UPGRADE KEY "Sec-WebSocket-Version: 8\r\n",       426},
      {"no version",         UPGRADE KEY,                                      426},
      {"no key",             UPGRADE VERSION,                                  400},
      {"a short key",        UPGRADE VERSION "Sec-WebSocket-Key: AAAA\r\n",    400},
      {"another site",       HANDSHAKE "Origin: http://elsewhere.example\r\n", 403},
      {"a page of our own",  HANDSHAKE "Origin: http://camera.lan\r\n",        101},
      {"of several choices", "Upgrade: h2c, WebSocket\r\n" KEY VERSION,        101},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].name);
    open_push();
    const int conn = connect_from(&w, 7);
    assert_int_equal(request(&w, conn, "GET", "/live", cases[i].headers), cases[i].status);
    if (cases[i].status == 426) {
      assert_string_equal(reply_header(&w, "Sec-WebSocket-Version"), "13");
    }
  }
}

static void what_cannot_be_pushed_is_not_found(void **state) {
  (void)state;
  open_push();
  const int conn = connect_from(&w, 7);
  fixture_push.stream = 1;
  assert_int_equal(request(&w, conn, "GET", "/live", HANDSHAKE), 404);
  fixture_push = (ocel_http_push){.framing = OCEL_PUSH_MULTIPART};  // of H.264
  assert_int_equal(request(&w, conn, "GET", "/live", HANDSHAKE), 404);
}

static void without_a_hash_there_is_no_handshake(void **state) {
  (void)state;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.platform.hash = NULL;
  world_open_with(&w, &cfg, 1, true);
  add_push_route(&w, OCEL_PUSH_WEBSOCKET);
  const int conn = connect_from(&w, 7);
  assert_int_equal(request(&w, conn, "GET", "/live", HANDSHAKE), 501);
}

// ---- control frames ----

static void a_ping_is_answered_and_other_frames_are_not(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  hear_frame(&w, conn, 0x89, "abc", 3);
  assert_int_equal(w.out_n, 5);
  assert_memory_equal(w.out,
                      "\x8a\x03"
                      "abc",
                      5);
  hear_frame(&w, conn, 0x8a, "abc", 3);
  hear_frame(&w, conn, 0x81, "text", 4);
  assert_int_equal(w.out_n, 0);
  assert_false(w.closed[conn]);
}

static void a_close_is_answered_with_its_status(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  hear_frame(&w, conn, 0x88, "\x03\xe8 bye", 6);
  assert_int_equal(w.out_n, 4);
  assert_memory_equal(w.out, "\x88\x02\x03\xe8", 4);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_PEER);
}

static void broken_frames_close_the_connection(void **state) {
  (void)state;
  static const struct {
    const char *bytes;
    size_t n;
    const char *close;
  } cases[] = {
      {"\x81\x03"
       "abc",       5, "\x88\x02\x03\xea"},
      {"\x82\xfe\x01\x00", 4, "\x88\x02\x03\xf1"},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    open_push();
    const int conn = push_viewer(&w);
    w.out_n = 0;
    hear(&w, conn, cases[i].bytes, cases[i].n);
    drain(&w, conn);
    assert_int_equal(w.out_n, 4);
    assert_memory_equal(w.out, cases[i].close, 4);
    assert_true(w.closed[conn]);
  }
}

static void a_frame_that_does_not_end_is_not_waited_for(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  hear(&w, conn, "\x89\x83", 2);
  pass(&w, 11 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_REQUEST_TIMEOUT);
}

static void a_frame_in_pieces_is_put_together(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  w.out_n = 0;
  static const char PING[] = "\x89\x81\0\0\0\0x";
  for (size_t i = 0; i < 7; i++) hear(&w, conn, PING + i, 1);
  drain(&w, conn);
  assert_int_equal(w.out_n, 3);
  assert_memory_equal(w.out, "\x8a\x01x", 3);
}

static void a_viewer_is_asked_whether_it_is_there(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  unsigned pings = 0;
  for (unsigned i = 0; i < 150 && !w.closed[conn]; i++) {
    w.out_n = 0;
    pass(&w, OCEL_SECOND);
    drain(&w, conn);
    if (w.out_n < 2 || memcmp(w.out, "\x89\x00", 2) != 0) continue;
    pings++;
    if (pings <= 3) hear_frame(&w, conn, 0x8a, "", 0);
  }
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_SESSION_TIMEOUT);
  assert_int_equal(pings, 3 + 3);
}

static void a_server_that_stops_says_so(void **state) {
  (void)state;
  open_push();
  const int conn = push_viewer(&w);
  w.out_n = 0;
  ocel_server_shutdown(w.srv, w.now);
  drain(&w, conn);
  assert_int_equal(w.out_n, 4);
  assert_memory_equal(w.out, "\x88\x02\x03\xe9", 4);
  assert_true(w.closed[conn]);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_viewer_gets_codecs_then_the_initialisation_segment_then_pictures),
      cmocka_unit_test(before_the_first_key_picture_a_viewer_waits),
      cmocka_unit_test(a_socket_that_takes_little_changes_nothing),
      cmocka_unit_test(the_time_between_pictures_is_their_duration),
      cmocka_unit_test(messages_of_sound_and_pictures_do_not_mix),
      cmocka_unit_test(sound_that_no_mp4_carries_is_left_out),
      cmocka_unit_test(other_parameter_sets_are_told_before_their_picture),
      cmocka_unit_test(a_slow_viewer_goes_on_at_a_key_picture),
      cmocka_unit_test(a_picture_that_leaves_the_ring_half_sent_closes_the_connection),
      cmocka_unit_test(a_viewer_counts_as_a_client_that_plays),
      cmocka_unit_test(no_more_are_served_than_clients_may_be),
      cmocka_unit_test(handshakes_that_are_none_are_refused),
      cmocka_unit_test(what_cannot_be_pushed_is_not_found),
      cmocka_unit_test(without_a_hash_there_is_no_handshake),
      cmocka_unit_test(a_ping_is_answered_and_other_frames_are_not),
      cmocka_unit_test(a_close_is_answered_with_its_status),
      cmocka_unit_test(broken_frames_close_the_connection),
      cmocka_unit_test(a_frame_that_does_not_end_is_not_waited_for),
      cmocka_unit_test(a_frame_in_pieces_is_put_together),
      cmocka_unit_test(a_viewer_is_asked_whether_it_is_there),
      cmocka_unit_test(a_server_that_stops_says_so),
  };
  return cmocka_run_group_tests_name("server_push", tests, NULL, NULL);
}
