// SPDX-License-Identifier: Apache-2.0
// Statistics of streams and clients, track by track.
#include "server_fixture.h"

static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};

// A stream with pictures and sound, in this order unless `sound_first`.
static void open_two(world *w, bool sound_first) {
  world_reset(w);
  w->format[sound_first ? 0 : 1] = PCMU;
  const ocel_server_config cfg = world_config(w);
  world_open_with(w, &cfg, 2, true);
}

static ocel_stream_stats stream_stats(const world *w) {
  ocel_stream_stats s;
  assert_int_equal(ocel_server_get_stream_stats(w->srv, 0, w->now, &s), OCEL_OK);
  return s;
}

static ocel_client_stats client_stats(const world *w, int conn) {
  ocel_client_stats s;
  assert_int_equal(ocel_server_get_client_stats(w->srv, conn, w->now, &s), OCEL_OK);
  return s;
}

// Pictures of `size` bytes, one each `period`; the first of ten is a key picture.
static void film(world *w, unsigned track, int n, ocel_us period, uint32_t size) {
  for (int i = 0; i < n; i++) {
    show(w, track, i % 10 == 0, size);
    pass(w, period);
  }
}

static void send_datagrams(world *w) {
  ocel_datagrams out[16];
  ocel_span spans[64];
  const ocel_datagram_room room = {out, 16, spans, 64};
  size_t n;
  while ((n = ocel_server_datagrams(w->srv, &room, w->now)) > 0) {
    ocel_server_datagrams_sent(w->srv, n, 0);
  }
}

static void each_track_counts_for_itself(void **state) {
  (void)state;
  for (unsigned sound_at = 0; sound_at < 2; sound_at++) {
    world w;
    open_two(&w, sound_at == 0);
    show(&w, 1 - sound_at, true, 500);
    show(&w, 1 - sound_at, false, 100);
    sound(&w, sound_at, 160);
    pass(&w, 0);
    const ocel_stream_stats s = stream_stats(&w);
    const ocel_track_stats *picture = &s.track[1 - sound_at], *blocks = &s.track[sound_at];
    assert_int_equal(s.track_count, 2);
    assert_int_equal(blocks->codec, OCEL_CODEC_PCMU);
    assert_int_equal(blocks->access_units, 1);
    assert_int_equal(blocks->bytes, 160);
    assert_int_equal(picture->codec, OCEL_CODEC_H264);
    assert_int_equal(picture->access_units, 2);
    assert_int_equal(picture->bytes, 500 + 100 + 10 + 4);
    assert_int_equal(picture->key_units, 1);
    // What is told of the stream as a whole is the picture's, whichever track that is.
    assert_int_equal(s.access_units, 2);
    assert_int_equal(s.bytes, picture->bytes);
    assert_int_equal(s.key_units, 1);
    assert_true(s.ready);
  }
}

static void rates_are_those_of_the_last_two_seconds(void **state) {
  (void)state;
  world w;
  world_open(&w);
  assert_int_equal(stream_stats(&w).track[0].frame_rate, 0);
  show(&w, 0, true, 986);  // with its parameter sets 1000 bytes
  assert_int_equal(stream_stats(&w).track[0].frame_rate, 0);
  for (int i = 0; i < 100; i++) {
    pass(&w, 40 * OCEL_MILLISECOND);
    show(&w, 0, false, 1000);
  }
  ocel_track_stats t = stream_stats(&w).track[0];
  assert_int_equal(t.frame_rate, 25000);
  assert_int_equal(t.bit_rate, 25 * 8000);
  for (int i = 0; i < 24; i++) {
    pass(&w, 100 * OCEL_MILLISECOND);
    show(&w, 0, false, 500);
  }
  t = stream_stats(&w).track[0];
  assert_int_equal(t.frame_rate, 10000);
  assert_int_equal(t.bit_rate, 10 * 4000);
  // It falls as soon as nothing comes, and is as good as nothing in the end.
  pass(&w, OCEL_SECOND);
  assert_in_range(stream_stats(&w).track[0].frame_rate, 1, 9000);
  pass(&w, 1000 * OCEL_SECOND);
  assert_int_equal(stream_stats(&w).track[0].frame_rate, 0);
}

static void encode_time_is_the_mean_of_what_was_told(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 500);
  pass(&w, 40 * OCEL_MILLISECOND);
  show(&w, 0, false, 500);
  assert_int_equal(stream_stats(&w).track[0].encode_time, -1);
  for (int i = 0; i < 2; i++) {
    static const uint8_t SLICE[] = {0, 0, 0, 1, 0x41, 0x9a};
    const ocel_commit how = {.captured_at = w.now + 1, .encode_time = i == 0 ? 3000 : 6000};
    uint8_t *p = ocel_ring_reserve(w.ring[0], 64);
    assert_non_null(p);
    memcpy(p, SLICE, sizeof SLICE);
    assert_int_equal(ocel_ring_commit(w.ring[0], sizeof SLICE, &how), OCEL_OK);
    pass(&w, 40 * OCEL_MILLISECOND);
  }
  // Three pictures since the first, and 9 ms told of two.
  assert_int_equal(stream_stats(&w).track[0].encode_time, 3000);
}

static void what_is_sent_counts_for_its_track(void **state) {
  (void)state;
  world w;
  open_two(&w, false);
  const int conn = connect_from(&w, 7);
  assert_int_equal(set_up(&w, conn, "/trackID=0", TCP_TRANSPORT), 200);
  assert_int_equal(
      set_up(&w, conn, "/trackID=1", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n"), 200);
  play(&w, conn);
  show(&w, 0, true, 500);
  sound(&w, 1, 160);
  pass(&w, 0);
  drain(&w, conn);
  const ocel_stream_stats s = stream_stats(&w);
  const ocel_client_stats c = client_stats(&w, conn);
  assert_int_equal(s.playing, 1);
  assert_int_equal(s.members, 0);
  // The parameter sets go in a packet of their own: an aggregate with two sizes.
  assert_int_equal(s.track[0].packets_sent, 2);
  assert_int_equal(s.track[0].bytes_sent, 2 * 12 + (1 + 2 + 10 + 2 + 4) + 500);
  assert_int_equal(s.track[1].packets_sent, 1);
  assert_int_equal(s.track[1].bytes_sent, 12 + 160);
  assert_int_equal(c.track[0].packets, 2);
  assert_int_equal(c.track[0].octets, s.track[0].bytes_sent - 2 * 12);
  assert_int_equal(c.track[1].packets, 1);
  assert_int_equal(c.track[1].octets, 160);
  assert_int_equal(c.packets, 3);
  assert_int_equal(c.bytes, s.track[0].bytes_sent + s.track[1].bytes_sent);
  assert_true(c.track[0].ssrc != c.track[1].ssrc);
}

static void a_slow_reader_is_seen_to_lag_and_what_it_skips_is_its_track_s(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 4000);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  w.write_max = 1000;  // the socket fills in the middle of a packet
  (void)ask(&w, conn, "PLAY", URL, "");
  film(&w, 0, 5, 40 * OCEL_MILLISECOND, 100);
  const ocel_client_stats c = client_stats(&w, conn);
  assert_int_equal(c.lag, 6);
  assert_int_equal(c.behind, 4 * 40 * OCEL_MILLISECOND);
  assert_int_equal(c.track[0].lag, 6);
  assert_int_equal(stream_stats(&w).lag, 6);
  assert_int_equal(stream_stats(&w).track[0].skipped, 0);
  film(&w, 0, 60, 40 * OCEL_MILLISECOND, 2000);
  assert_true(client_stats(&w, conn).behind > 0);  // of what the ring still has
  show(&w, 0, true, 100);
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_true(client_stats(&w, conn).skipped > 0);
  assert_int_equal(stream_stats(&w).track[0].skipped, client_stats(&w, conn).skipped);
}

static void report(world *w, uint16_t port, uint32_t ssrc, const char *lost) {
  char text[128];
  uint8_t mem[64];
  const ocel_addr from = ocel_addr_ipv4(192, 0, 2, 7, port);
  (void)snprintf(text, sizeof text,
                 "81c90007 00000009 %08lx %s 00001234 00000008 00000000 00000000",
                 (unsigned long)ssrc, lost);
  ocel_server_datagram(w->srv, OCEL_PORT_RTCP, &from, unhex(text, mem), w->now);
}

static void duplicates_of_one_track_do_not_hide_what_the_other_lost(void **state) {
  (void)state;
  world w;
  open_two(&w, false);
  const int conn = connect_from(&w, 7);
  assert_int_equal(set_up(&w, conn, "/trackID=0", UDP_TRANSPORT), 200);
  assert_int_equal(
      set_up(&w, conn, "/trackID=1", "Transport: RTP/AVP;unicast;client_port=7002-7003\r\n"), 200);
  play(&w, conn);
  const ocel_client_stats before = client_stats(&w, conn);
  report(&w, 7001, before.track[0].ssrc, "00fffffb");  // RFC 3550 A.3: 5 more than expected
  assert_int_equal(client_stats(&w, conn).packets_lost, 0);
  report(&w, 7003, before.track[1].ssrc, "20000003");
  const ocel_client_stats c = client_stats(&w, conn);
  assert_int_equal(c.track[0].packets_lost, -5);
  assert_int_equal(c.track[1].packets_lost, 3);
  assert_int_equal(c.packets_lost, 3);
  assert_int_equal(c.fraction_lost, 0x20);
  assert_int_equal(c.track[0].fraction_lost, 0);
  assert_int_equal(c.track[0].jitter, 8 * OCEL_SECOND / 90000);
  assert_int_equal(c.track[1].jitter, OCEL_MILLISECOND);
  assert_int_equal(c.jitter, OCEL_MILLISECOND);
}

static void a_group_is_counted_once_and_its_members_are_told(void **state) {
  (void)state;
  world w;
  ocel_client_stats g;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.multicast = ocel_addr_ipv4(239, 1, 2, 3, 6000);
  world_open_with(&w, &cfg, 1, true);
  show(&w, 0, true, 500);
  int conn[3];
  for (int i = 0; i < 3; i++) {
    w.session[0] = '\0';
    conn[i] = connect_from(&w, (uint8_t)(7 + i));
    const char *transport = i < 2 ? "Transport: RTP/AVP;multicast\r\n" : UDP_TRANSPORT;
    assert_int_equal(set_up(&w, conn[i], "/trackID=0", transport), 200);
    play(&w, conn[i]);
  }
  show(&w, 0, true, 500);
  send_datagrams(&w);
  const ocel_stream_stats s = stream_stats(&w);
  assert_int_equal(s.playing, 3);
  assert_int_equal(s.members, 2);
  assert_int_equal(ocel_server_get_group_stats(w.srv, 0, w.now, &g), OCEL_OK);
  assert_int_equal(ocel_server_get_group_stats(w.srv, 1, w.now, &g), OCEL_ERR_STATE);
  assert_int_equal(g.conn, -1);
  assert_true(g.multicast && g.playing && !g.tcp);
  assert_true(ocel_addr_same_host(&g.peer, &cfg.multicast));
  assert_int_equal(g.packets, 4);
  const ocel_client_stats member = client_stats(&w, conn[0]), alone = client_stats(&w, conn[2]);
  assert_true(member.multicast && !alone.multicast);
  assert_int_equal(member.packets, 0);
  assert_int_equal(member.track[0].ssrc, g.track[0].ssrc);
  assert_int_equal(alone.packets, 4);
  assert_int_equal(s.track[0].packets_sent, g.packets + alone.packets);
}

static void without_multicast_there_is_no_group(void **state) {
  (void)state;
  world w;
  ocel_client_stats g;
  world_open(&w);
  assert_int_equal(ocel_server_get_group_stats(w.srv, 0, w.now, &g), OCEL_ERR_STATE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_track_counts_for_itself),
      cmocka_unit_test(rates_are_those_of_the_last_two_seconds),
      cmocka_unit_test(encode_time_is_the_mean_of_what_was_told),
      cmocka_unit_test(what_is_sent_counts_for_its_track),
      cmocka_unit_test(a_slow_reader_is_seen_to_lag_and_what_it_skips_is_its_track_s),
      cmocka_unit_test(duplicates_of_one_track_do_not_hide_what_the_other_lost),
      cmocka_unit_test(a_group_is_counted_once_and_its_members_are_told),
      cmocka_unit_test(without_multicast_there_is_no_group),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
