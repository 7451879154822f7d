// SPDX-License-Identifier: Apache-2.0
// What a viewer over TCP gets: reports, packets, their order, and what happens when it is slow.
#include "server_fixture.h"

#include "ocel/h264_nal.h"

// What a connection wrote, taken apart again.
typedef struct {
  unsigned replies, reports, byes, packets, markers, keys, units;
  int first_frame_channel;
  uint16_t first_sequence, next_sequence;
  uint32_t first_timestamp, timestamp, report_timestamp;
  uint32_t ssrc;
  unsigned missing;  // sequence numbers
  bool rtp_before_reply;
} seen;

static void see_report(seen *v, const uint8_t *p, size_t n) {
  assert_int_equal(p[1], 200);
  v->reports++;
  v->report_timestamp = be32(p + 16);
  v->byes += n > 28 && p[n - 7] == 203;
}

static void see_packet(seen *v, const uint8_t *p, size_t n) {
  const uint16_t sequence = ocel_be16(p + 2);
  if (v->packets == 0) {
    v->first_sequence = v->next_sequence = sequence;
    v->first_timestamp = be32(p + 4);
    v->ssrc = be32(p + 8);
    v->rtp_before_reply = v->replies == 0;
  }
  assert_true(n > 12 && n <= 12 + 1400);
  assert_int_equal(be32(p + 8), v->ssrc);
  v->missing += (uint16_t)(sequence - v->next_sequence);
  v->next_sequence = (uint16_t)(sequence + 1);
  v->timestamp = be32(p + 4);
  v->packets++;
  v->markers += p[1] >> 7;
  const unsigned type = p[12] & 0x1f;
  const bool starts = type != 28 || (p[13] & 0x80) != 0;
  const unsigned nal = type == 28 ? p[13] & 0x1f : type;
  v->units += starts && ocel_nal_is_vcl(nal);
  v->keys += starts && nal == OCEL_NAL_IDR;
}

static size_t reply_size(const uint8_t *p, size_t n) {
  for (size_t i = 3; i < n; i++) {
    if (memcmp(p + i - 3, "\r\n\r\n", 4) == 0) return i + 1;
  }
  fail_msg("reply without end");
  return n;
}

static void look(const world *w, seen *v) {
  const uint8_t *p = w->out;
  size_t n = w->out_n;
  while (n > 0) {
    size_t size;
    if (p[0] == '$') {
      assert_true(n >= 4);
      size = 4u + ocel_be16(p + 2);
      assert_true(size <= n);
      if (v->packets + v->reports == 0) v->first_frame_channel = p[1];
      if (p[1] % 2 == 1) {
        see_report(v, p + 4, size - 4);
      } else {
        see_packet(v, p + 4, size - 4);
      }
    } else {
      size = reply_size(p, n);
      v->replies++;
    }
    p += size;
    n -= size;
  }
}

static seen look_anew(world *w, int conn) {
  seen v = {0};
  drain(w, conn);
  look(w, &v);
  w->out_n = 0;
  return v;
}

static void the_cached_pictures_come_at_once_behind_the_first_report(void **state) {
  (void)state;
  world w;
  world_open(&w);
  picture(&w, 0, true, 3000);
  pass(&w, 40 * OCEL_MILLISECOND);
  show(&w, 0, false, 700);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  char want[128];
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.replies, 1);
  assert_int_equal(v.reports, 1);
  assert_int_equal(v.first_frame_channel, 1);
  assert_false(v.rtp_before_reply);
  assert_int_equal(v.packets, 1 + 3 + 1);  // STAP-A, three fragments, one slice
  assert_int_equal(v.markers, 2);
  assert_int_equal(v.missing, 0);
  assert_int_equal(v.timestamp - v.first_timestamp, 3600);
  assert_int_equal(v.report_timestamp, v.timestamp);
  (void)snprintf(want, sizeof want, "url=" URL "/trackID=0;seq=%u;rtptime=%lu", v.first_sequence,
                 (unsigned long)v.first_timestamp);
  assert_string_equal(reply_header(&w, "RTP-Info"), want);
}

static void the_promised_timestamp_is_kept_by_a_picture_that_comes_later(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 300);
  const int conn = viewer(&w, "/trackID=0?start=live", TCP_TRANSPORT);
  show(&w, 0, false, 300);
  play(&w, conn);
  const char *info = strstr(reply_header(&w, "RTP-Info"), ";rtptime=");
  assert_non_null(info);
  unsigned long promised = 0;
  for (const char *c = info + 9; *c >= '0' && *c <= '9'; c++) {
    promised = promised * 10 + (unsigned long)(*c - '0');
  }
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 0);  // live: nothing is asked
  w.out_n = 0;
  pass(&w, 500 * OCEL_MILLISECOND);
  show(&w, 0, false, 300);
  assert_int_equal(look_anew(&w, conn).packets, 0);
  show(&w, 0, true, 300);
  const seen v = look_anew(&w, conn);
  assert_int_equal(v.first_timestamp, promised);
  assert_int_equal(v.keys, 1);
}

static void pictures_of_an_encoder_that_rests_are_no_beginning(void **state) {
  (void)state;
  world w;
  world_open(&w);
  picture(&w, 0, true, 300);
  pass(&w, 3 * OCEL_SECOND);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.packets, 0);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 1);
}

static void start_idr_asks_the_encoder_and_waits(void **state) {
  (void)state;
  world w;
  world_open(&w);
  picture(&w, 0, true, 300);
  show(&w, 0, false, 300);
  const int conn = viewer(&w, "?start=idr", TCP_TRANSPORT);
  play(&w, conn);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 1);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.packets, 0);
  show(&w, 0, true, 300);
  assert_int_equal(look_anew(&w, conn).keys, 1);
}

static void key_pictures_are_asked_for_at_intervals(void **state) {
  (void)state;
  world w;
  world_open(&w);
  picture(&w, 0, true, 300);
  show(&w, 0, false, 300);
  for (int i = 0; i < 3; i++) {
    w.session[0] = '\0';
    const int conn = viewer(&w, "?start=idr", TCP_TRANSPORT);
    play(&w, conn);
  }
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 1);
  pass(&w, 500 * OCEL_MILLISECOND);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 2);
}

// However little a socket takes at once, the same bytes come out.
static void half_written_packets_are_finished(void **state) {
  (void)state;
  for (size_t max = 1; max <= 3000; max = max * 2 + 1) {
    world w;
    world_open(&w);
    show(&w, 0, true, 6000);
    const int conn = viewer(&w, "", TCP_TRANSPORT);
    w.write_max = max;
    assert_int_equal(ask(&w, conn, "PLAY", URL, "") > 0, max >= 12);
    for (int i = 0; i < 10000; i++) {
      ocel_server_writable(w.srv, conn);
      drain(&w, conn);
    }
    seen v = {0};
    look(&w, &v);
    assert_int_equal(v.replies, 1);
    assert_int_equal(v.packets, 1 + 5);
    assert_int_equal(v.markers, 1);
    assert_int_equal(v.missing, 0);
  }
}

static void a_slow_reader_goes_on_at_a_key_picture(void **state) {
  (void)state;
  world w;
  ocel_client_stats stats;
  world_open(&w);
  show(&w, 0, true, 4000);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  w.write_max = 1000;  // the socket fills in the middle of a packet
  (void)ask(&w, conn, "PLAY", URL, "");
  for (int i = 1; i <= 60; i++) {
    pass(&w, 40 * OCEL_MILLISECOND);
    show(&w, 0, i % 10 == 0, 2000);
    drain(&w, conn);
  }
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.missing, 1);  // tells that the picture which was begun has no end
  assert_int_equal(v.keys, 2);
  assert_int_equal(v.units, 2);
  assert_true(w.events[OCEL_EVENT_READER_SKIP] > 0);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.skipped, 60);  // the one it has a part of included
  assert_int_equal(stats.access_units, 2);
  assert_int_equal(stats.lag, 0);
}

static void a_slow_reader_finishes_its_picture_and_no_other_before_it_skips(void **state) {
  (void)state;
  world w;
  ocel_client_stats stats;
  world_open(&w);
  show(&w, 0, true, 4000);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  w.write_max = 1000;  // the socket fills in the middle of the picture
  (void)ask(&w, conn, "PLAY", URL, "");
  for (int i = 1; i <= 25; i++) {
    pass(&w, 100 * OCEL_MILLISECOND);
    picture(&w, 0, i % 5 == 0, 100);  // all of them stay in the ring
    pass(&w, 0);
  }
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.missing, 0);
  assert_int_equal(v.keys, 2);
  assert_int_equal(v.units, 2);
  assert_int_equal(v.markers, 2);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.skipped, 24);
  assert_int_equal(stats.access_units, 2);
}

static void a_reader_behind_a_long_picture_group_waits_for_the_next_key(void **state) {
  (void)state;
  world w;
  ocel_client_stats stats;
  world_open(&w);
  show(&w, 0, true, 4000);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  w.write_max = 1000;
  (void)ask(&w, conn, "PLAY", URL, "");
  for (int i = 0; i < 60; i++) {
    picture(&w, 0, false, 2000);
    pass(&w, 40 * OCEL_MILLISECOND);
  }
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_true(w.events[OCEL_EVENT_KEYFRAME_WANTED] > 0);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.units, 1);
  w.out_n = 0;
  picture(&w, 0, false, 200);
  show(&w, 0, true, 200);
  v = look_anew(&w, conn);
  assert_int_equal(v.units, 1);
  assert_int_equal(v.keys, 1);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.skipped, 62);
}

static void a_reader_without_progress_is_closed(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 4000);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  w.write_max = 0;
  (void)ask(&w, conn, "PLAY", URL, "");
  pass(&w, 9 * OCEL_SECOND);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.code, OCEL_EVENT_DISCONNECTED);
  assert_int_equal(w.last.a, OCEL_CLOSE_STALLED);
}

static void reports_come_at_their_interval_even_without_pictures(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 400);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  w.out_n = 0;
  unsigned reports = 0;
  for (int i = 0; i < 105; i++) {
    pass(&w, 200 * OCEL_MILLISECOND);
    reports += look_anew(&w, conn).reports;
  }
  assert_int_equal(reports, 4);
}

static void frigate_gets_a_key_picture_instead_of_a_burst(void **state) {
  (void)state;
  world w;
  world_open(&w);
  picture(&w, 0, true, 400);
  show(&w, 0, false, 400);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  assert_int_equal(ask(&w, conn, "PLAY", URL, "User-Agent: FFmpeg Frigate/0.17\r\n"), 200);
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.packets, 0);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 1);
}

static void two_tracks_share_a_connection_in_order_of_capture(void **state) {
  (void)state;
  world w;
  world_open_tracks(&w, 2);
  for (unsigned i = 0; i < 4; i++) {
    picture(&w, i % 2, true, 200);
    pass(&w, 10 * OCEL_MILLISECOND);
  }
  const int conn = viewer(&w, "/trackID=0", TCP_TRANSPORT);
  assert_int_equal(set_up(&w, conn, "/trackID=1", TCP_TRANSPORT), 200);  // the same channels
  assert_non_null(strstr(reply_header(&w, "Transport"), "interleaved=2-3"));
  play(&w, conn);
  assert_non_null(strstr(reply_header(&w, "RTP-Info"), ",url=" URL "/trackID=1;seq="));
  w.out_n = 0;
  for (unsigned i = 0; i < 4; i++) {
    show(&w, 1 - i % 2, false, 200);
    w.now += 10 * OCEL_MILLISECOND;
  }
  drain(&w, conn);
  char channels[16] = "";
  for (size_t at = 0; at < w.out_n; at += 4u + ocel_be16(w.out + at + 2)) {
    append(channels, sizeof channels, w.out[at + 1] == 0 ? "0" : "2");
  }
  assert_string_equal(channels, "2020");
}

static void a_new_session_takes_the_place_of_the_old(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_open(&w);
  show(&w, 0, true, 200);
  const int conn = viewer(&w, "/trackID=0", UDP_TRANSPORT);
  play(&w, conn);
  assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);  // FFmpeg's way from UDP to TCP
  w.session[0] = '\0';
  assert_int_equal(set_up(&w, conn, "/trackID=0", TCP_TRANSPORT), 200);
  play(&w, conn);
  seen v = {0};
  look(&w, &v);
  assert_true(v.packets > 0);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.sessions, 1);
  assert_int_equal(stats.playing, 1);
  assert_int_equal(stats.sessions_total, 2);
}

static void teardown_says_bye(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_open(&w);
  show(&w, 0, true, 200);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  w.out_n = 0;
  (void)ask(&w, conn, "TEARDOWN", URL, "");
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.byes, 1);
  assert_int_equal(v.replies, 1);
  assert_int_equal(ask(&w, conn, "PLAY", URL, ""), 454);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.sessions, 0);
  assert_int_equal(stats.playing, 0);
}

static void pause_stops_and_play_goes_on_at_a_key_picture(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 200);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  seen first = {0};
  look(&w, &first);
  play(&w, conn);  // again: nothing happens
  assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);
  picture(&w, 0, false, 200);
  pass(&w, OCEL_SECOND);
  assert_int_equal(look_anew(&w, conn).packets, 1 - 1);
  picture(&w, 0, true, 200);
  pass(&w, OCEL_SECOND);
  assert_int_equal(ask(&w, conn, "PLAY", URL, "Range: npt=now-\r\nScale: 2\r\n"), 200);
  assert_string_equal(reply_header(&w, "Scale"), "1.0");
  seen v = {0};
  look(&w, &v);
  assert_int_equal(v.keys, 1);
  assert_int_equal(v.first_sequence, first.next_sequence);
  assert_int_equal(v.first_timestamp - first.first_timestamp, 90000);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_cached_pictures_come_at_once_behind_the_first_report),
      cmocka_unit_test(the_promised_timestamp_is_kept_by_a_picture_that_comes_later),
      cmocka_unit_test(pictures_of_an_encoder_that_rests_are_no_beginning),
      cmocka_unit_test(start_idr_asks_the_encoder_and_waits),
      cmocka_unit_test(key_pictures_are_asked_for_at_intervals),
      cmocka_unit_test(half_written_packets_are_finished),
      cmocka_unit_test(a_slow_reader_goes_on_at_a_key_picture),
      cmocka_unit_test(a_slow_reader_finishes_its_picture_and_no_other_before_it_skips),
      cmocka_unit_test(a_reader_behind_a_long_picture_group_waits_for_the_next_key),
      cmocka_unit_test(a_reader_without_progress_is_closed),
      cmocka_unit_test(reports_come_at_their_interval_even_without_pictures),
      cmocka_unit_test(frigate_gets_a_key_picture_instead_of_a_burst),
      cmocka_unit_test(two_tracks_share_a_connection_in_order_of_capture),
      cmocka_unit_test(a_new_session_takes_the_place_of_the_old),
      cmocka_unit_test(teardown_says_bye),
      cmocka_unit_test(pause_stops_and_play_goes_on_at_a_key_picture),
  };
  return cmocka_run_group_tests_name("server_media", tests, NULL, NULL);
}
