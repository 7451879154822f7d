// SPDX-License-Identifier: Apache-2.0
// What goes out and comes in as datagrams.
#include "server_fixture.h"

#include <stdlib.h>

// The batches of one call as text: port letter (R: RTP, C: RTCP), client port, sizes of the
// datagrams; batches joined by a space. Sends the first `send` of them.
static size_t batches(world *w, size_t send, char *text, size_t cap) {
  ocel_datagrams out[16];
  ocel_span spans[64];
  const size_t n = ocel_server_datagrams(w->srv, &(ocel_datagram_room){out, 16, spans, 64}, w->now);
  text[0] = '\0';
  for (size_t i = 0; i < n && i < send; i++) {
    char one[64];
    size_t sum = 0;
    for (size_t k = 0; k < out[i].part_count; k++) sum += out[i].parts[k].n;
    assert_int_equal(sum, out[i].size);
    assert_true(ocel_addr_same_host(&out[i].to, &(ocel_addr){0}) == false);
    (void)snprintf(one, sizeof one, "%s%c%u:%lu/%u", i > 0 ? " " : "",
                   out[i].port == OCEL_PORT_RTP ? 'R' : 'C', out[i].to.port,
                   (unsigned long)out[i].size, out[i].segment);
    append(text, cap, one);
  }
  ocel_server_datagrams_sent(w->srv, n < send ? n : send, 0);
  return n;
}

static void all(world *w, char *text, size_t cap) {
  char more[512];
  text[0] = '\0';
  while (batches(w, 16, more, sizeof more) > 0) {
    append(text, cap, text[0] == '\0' ? "" : " ");
    append(text, cap, more);
  }
}

static int watch(world *w, const ocel_server_config *cfg) {
  world_open_with(w, cfg, 1, true);
  show(w, 0, true, 5000);
  const int conn = viewer(w, "", UDP_TRANSPORT);
  play(w, conn);
  return conn;
}

static ocel_server_config gso(world *w) {
  world_reset(w);
  ocel_server_config cfg = world_config(w);
  cfg.datagram_segments = 64;
  return cfg;
}

static void the_reply_names_ports_and_source(void **state) {
  (void)state;
  static const char WANT[] =
      "RTP/AVP;unicast;client_port=7000-7001;source=192.0.2.1;server_port=5004-5005;ssrc=";
  world w;
  world_open(&w);
  (void)viewer(&w, "", UDP_TRANSPORT);
  assert_memory_equal(reply_header(&w, "Transport"), WANT, sizeof WANT - 1);
}

static void a_report_goes_first_and_equal_sizes_travel_together(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  (void)watch(&w, &cfg);
  all(&w, text, sizeof text);
  // 5000 bytes: FU-A of 1398 + 1398 + 1398 + 805; STAP-A of 10 + 4 bytes before it.
  assert_string_equal(text, "C7001:56/56 R7000:31/31 R7000:5055/1412");
}

static void without_offload_each_packet_is_its_own_batch(void **state) {
  (void)state;
  world w;
  char text[512];
  world_reset(&w);
  const ocel_server_config cfg = world_config(&w);
  (void)watch(&w, &cfg);
  all(&w, text, sizeof text);
  assert_string_equal(text,
                      "C7001:56/56 R7000:31/31 R7000:1412/1412 R7000:1412/1412 R7000:1412/1412 "
                      "R7000:819/819");
}

static void what_was_not_sent_comes_again(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  (void)watch(&w, &cfg);
  assert_int_equal(batches(&w, 0, text, sizeof text), 3);
  assert_int_equal(batches(&w, 1, text, sizeof text), 3);
  assert_string_equal(text, "C7001:56/56");
  assert_int_equal(batches(&w, 1, text, sizeof text), 2);
  assert_string_equal(text, "R7000:31/31");
  all(&w, text, sizeof text);
  assert_string_equal(text, "R7000:5055/1412");
}

static void udp_asks_for_a_key_picture_unless_the_encoder_cannot(void **state) {
  (void)state;
  for (int can = 0; can < 2; can++) {
    world w;
    char text[512];
    world_reset(&w);
    const ocel_server_config cfg = world_config(&w);
    world_open_with(&w, &cfg, 1, can != 0);
    picture(&w, 0, true, 300);
    show(&w, 0, false, 200);
    const int conn = viewer(&w, "", UDP_TRANSPORT);
    play(&w, conn);
    all(&w, text, sizeof text);
    assert_int_equal(text[0] == '\0', can);
    assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], can);
  }
}

// A GOP that has not been sent yet: key picture, a big and a small one.
static void fresh_gop(world *w) {
  show(w, 0, true, 7000);
  show(w, 0, false, 7000);
  show(w, 0, false, 100);
}

static void a_reader_that_catches_up_is_paced(void **state) {
  (void)state;
  world w;
  char text[2048];
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.datagram_segments = 64;
  cfg.udp_pace = 1000000;  // 1000 bytes a millisecond
  world_open_with(&w, &cfg, 1, false);
  fresh_gop(&w);
  const int conn = viewer(&w, "", UDP_TRANSPORT);
  for (int i = 0; i < 6; i++) {  // uses up what may go at once
    fresh_gop(&w);
    play(&w, conn);
    all(&w, text, sizeof text);
    assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);
  }
  ocel_client_stats stats;
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  const uint64_t burst = stats.bytes;
  assert_in_range(burst, 65536, 65536 + 7200);
  assert_int_equal(ocel_server_deadline(w.srv), w.now + OCEL_MILLISECOND);
  fresh_gop(&w);
  play(&w, conn);
  for (int i = 0; i < 10; i++) {
    pass(&w, OCEL_MILLISECOND);
    all(&w, text, sizeof text);
  }
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_in_range(stats.bytes - burst, 1000, 10000 + 1500);
}

// Bytes of media that a viewer has got `ms` milliseconds after a key picture of 7000.
static uint64_t after_a_key_picture(uint32_t burst, int ms, ocel_us *deadline) {
  world w;
  char text[1024];
  ocel_client_stats before, after;
  ocel_server_config cfg = gso(&w);
  cfg.udp_pace = 1000000;  // 1000 bytes a millisecond
  cfg.udp_burst = burst;
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  for (int i = 0; i < 20; i++) {
    pass(&w, 5 * OCEL_MILLISECOND);
    all(&w, text, sizeof text);
  }
  pass(&w, 50 * OCEL_MILLISECOND);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &before), OCEL_OK);
  show(&w, 0, true, 7000);
  all(&w, text, sizeof text);
  *deadline = ocel_server_deadline(w.srv) - w.now;
  for (int i = 0; i < ms; i++) {
    pass(&w, OCEL_MILLISECOND);
    all(&w, text, sizeof text);
  }
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &after), OCEL_OK);
  return after.bytes - before.bytes;
}

static void the_newest_picture_is_paced_where_the_network_asks_for_it(void **state) {
  (void)state;
  ocel_us deadline;
  const uint64_t whole = after_a_key_picture(0, 0, &deadline);
  assert_true(whole > 7000);
  assert_true(deadline > OCEL_MILLISECOND);
  // A burst, and the packet that goes over it.
  assert_in_range(after_a_key_picture(3000, 0, &deadline), 3000, 3000 + 1412);
  assert_int_equal(deadline, OCEL_MILLISECOND);
  assert_in_range(after_a_key_picture(3000, 2, &deadline), 5000, 5000 + 1412);
  assert_int_equal(after_a_key_picture(3000, 10, &deadline), whole);
  // The least: packet by packet, and what went over is waited for.
  assert_in_range(after_a_key_picture(1, 4, &deadline), 2000, 4000 + 1412);
  assert_int_equal(after_a_key_picture(1, 30, &deadline), whole);
}

static void heard(world *w, uint8_t host, uint16_t port, const char *hex) {
  uint8_t mem[256];
  const ocel_addr from = ocel_addr_ipv4(192, 0, 2, host, port);
  ocel_server_datagram(w->srv, OCEL_PORT_RTCP, &from, unhex(hex, mem), w->now);
}

static void receiver_reports_keep_a_session_and_fill_its_statistics(void **state) {
  (void)state;
  world w;
  char text[512];
  ocel_client_stats stats;
  const ocel_server_config cfg = gso(&w);
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.jitter, -1);
  assert_int_equal(stats.round_trip, -1);
  for (int i = 0; i < 4; i++) {
    pass(&w, 60 * OCEL_SECOND);
    heard(&w, 7, 7001, "80c90001 00000009");
  }
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  pass(&w, 71 * OCEL_SECOND);
  drain(&w, conn);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_ERR_STATE);
  all(&w, text, sizeof text);
  assert_string_equal(text, "C7001:64/64");  // BYE
  drain(&w, conn);
  assert_true(w.closed[conn]);
}

static void a_report_block_is_believed_from_its_client_only(void **state) {
  (void)state;
  world w;
  char text[512], block[128], ssrc[9];
  ocel_client_stats stats;
  ocel_server_stats total;
  const ocel_server_config cfg = gso(&w);
  world_open_with(&w, &cfg, 1, true);
  show(&w, 0, true, 500);
  const int conn = viewer(&w, "", UDP_TRANSPORT);
  (void)snprintf(ssrc, sizeof ssrc, "%.8s", strstr(reply_header(&w, "Transport"), "ssrc=") + 5);
  play(&w, conn);
  all(&w, text, sizeof text);
  // 25 % and 3 packets lost, jitter 450 ticks, nothing about a sender report.
  (void)snprintf(block, sizeof block,
                 "81c90007 00000009 %s 40000003 00001234 000001c2 00000000 00000000", ssrc);
  heard(&w, 8, 7001, block);
  heard(&w, 7, 7000, block);
  ocel_server_get_stats(w.srv, w.now, &total);
  assert_int_equal(total.stray_datagrams, 2);
  heard(&w, 7, 7001, block);
  assert_int_equal(ocel_server_get_client_stats(w.srv, conn, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.fraction_lost, 64);
  assert_int_equal(stats.packets_lost, 3);
  assert_int_equal(stats.jitter, 5000);
  assert_int_equal(stats.round_trip, -1);
  // BYE from somebody else's source changes nothing; the client's own stops the media.
  heard(&w, 7, 7001, "80c90001 00000009 81cb0001 00000008");
  show(&w, 0, false, 100);
  all(&w, text, sizeof text);
  assert_string_equal(text, "R7000:112/112");
  heard(&w, 7, 7001, "80c90001 00000009 81cb0001 00000009");
  show(&w, 0, false, 100);
  all(&w, text, sizeof text);
  assert_string_equal(text, "");
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL, ""), 200);
}

static void garbage_is_counted_and_changes_nothing(void **state) {
  (void)state;
  world w;
  uint8_t junk[200];
  uint32_t seed = 3;
  ocel_server_stats total;
  const ocel_server_config cfg = gso(&w);
  (void)watch(&w, &cfg);
  for (int i = 0; i < 1000; i++) {
    const ocel_addr from = ocel_addr_ipv4(192, 0, 2, 7, 7001);
    for (size_t k = 0; k < sizeof junk; k++) junk[k] = (uint8_t)next_random(&seed);
    junk[0] &= 0x3f;  // never version 2
    ocel_server_datagram(w.srv, i % 2 == 0 ? OCEL_PORT_RTP : OCEL_PORT_RTCP, &from,
                         ocel_span_make(junk, sizeof junk), w.now);
  }
  ocel_server_get_stats(w.srv, w.now, &total);
  assert_int_equal(total.stray_datagrams, 500);
  assert_int_equal(total.playing, 1);
}

static void one_track_of_two_can_leave(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  world_open_with(&w, &cfg, 2, true);
  picture(&w, 0, true, 200);
  show(&w, 1, true, 200);
  const int conn = viewer(&w, "/trackID=0", UDP_TRANSPORT);
  assert_int_equal(
      set_up(&w, conn, "/trackID=1", "Transport: RTP/AVP;unicast;client_port=7002-7003\r\n"), 200);
  play(&w, conn);
  all(&w, text, sizeof text);
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL "/trackID=0", ""), 200);
  all(&w, text, sizeof text);
  assert_string_equal(text, "C7001:64/64");
  picture(&w, 0, false, 100);
  show(&w, 1, false, 100);
  all(&w, text, sizeof text);
  assert_string_equal(text, "R7002:112/112");
}

static void shutdown_says_bye_before_it_closes(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  ocel_server_shutdown(w.srv, w.now);
  drain(&w, conn);
  assert_false(w.closed[conn]);
  all(&w, text, sizeof text);
  assert_string_equal(text, "C7001:64/64");
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(connect_from(&w, 7), -1);
  assert_int_equal(ocel_server_deadline(w.srv), OCEL_NEVER);
}

static void all_can_be_told_to_leave_and_come_again(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  ocel_server_disconnect(w.srv, w.now);
  all(&w, text, sizeof text);
  assert_string_equal(text, "C7001:64/64");
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_DISCONNECT);
  assert_true(connect_from(&w, 7) >= 0);
}

static void a_bye_that_udp_does_not_take_is_given_up(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  ocel_server_shutdown(w.srv, w.now);
  pass(&w, 2 * OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
}

// The timestamp of the first RTP packet that waits; the datagrams are sent.
static uint32_t first_timestamp(world *w) {
  ocel_datagrams out[16];
  ocel_span spans[64];
  const size_t n = ocel_server_datagrams(w->srv, &(ocel_datagram_room){out, 16, spans, 64}, w->now);
  uint32_t timestamp = 0;
  for (size_t i = n; i > 0; i--) {
    if (out[i - 1].port == OCEL_PORT_RTP) timestamp = be32(out[i - 1].parts[0].p + 4);
  }
  ocel_server_datagrams_sent(w->srv, n, 0);
  return timestamp;
}

// A socket that takes nothing for a while makes the picture late, but RTP-Info has named it.
static void the_picture_promised_after_a_pause_is_sent_however_late(void **state) {
  (void)state;
  world w;
  char text[512];
  const ocel_server_config cfg = gso(&w);
  const int conn = watch(&w, &cfg);
  all(&w, text, sizeof text);
  assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);
  pass(&w, OCEL_SECOND);
  show(&w, 0, true, 300);
  play(&w, conn);
  const char *promised = strstr(reply_header(&w, "RTP-Info"), ";rtptime=");
  assert_non_null(promised);
  const uint32_t timestamp = (uint32_t)strtoul(promised + 9, NULL, 10);
  pass(&w, cfg.lag_max + OCEL_SECOND / 2);
  show(&w, 0, true, 300);
  assert_int_equal(first_timestamp(&w), timestamp);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_reply_names_ports_and_source),
      cmocka_unit_test(a_report_goes_first_and_equal_sizes_travel_together),
      cmocka_unit_test(without_offload_each_packet_is_its_own_batch),
      cmocka_unit_test(what_was_not_sent_comes_again),
      cmocka_unit_test(udp_asks_for_a_key_picture_unless_the_encoder_cannot),
      cmocka_unit_test(a_reader_that_catches_up_is_paced),
      cmocka_unit_test(the_newest_picture_is_paced_where_the_network_asks_for_it),
      cmocka_unit_test(receiver_reports_keep_a_session_and_fill_its_statistics),
      cmocka_unit_test(a_report_block_is_believed_from_its_client_only),
      cmocka_unit_test(garbage_is_counted_and_changes_nothing),
      cmocka_unit_test(one_track_of_two_can_leave),
      cmocka_unit_test(shutdown_says_bye_before_it_closes),
      cmocka_unit_test(all_can_be_told_to_leave_and_come_again),
      cmocka_unit_test(a_bye_that_udp_does_not_take_is_given_up),
      cmocka_unit_test(the_picture_promised_after_a_pause_is_sent_however_late),
  };
  return cmocka_run_group_tests_name("server_udp", tests, NULL, NULL);
}
