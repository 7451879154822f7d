// SPDX-License-Identifier: Apache-2.0
// Sound from a viewer to the camera.
#include "ocel/backchannel.h"
#include "ocel/rtp.h"
#include "server_fixture.h"

#define REQUIRE "Require: www.onvif.org/ver20/backchannel\r\n"
#define TALK_TRANSPORT "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n"

enum { BLOCK = 160 };

// What the loudspeaker got.
typedef struct {
  unsigned calls, begun, lost;
  ocel_voice last;
  uint8_t sample;
  size_t bytes;
} loudspeaker;

static void on_voice(void *ctx, int stream, const ocel_voice *v) {
  loudspeaker *l = ctx;
  assert_int_equal(stream, 0);
  l->calls++;
  l->begun += v->first;
  l->lost += v->lost;
  l->last = *v;
  l->sample = v->samples.p[0];
  l->bytes += v->samples.n;
}

static void open_world(world *w, loudspeaker *l) {
  memset(l, 0, sizeof *l);
  world_open(w);
  assert_int_equal(ocel_server_set_backchannel(w->srv, 0, on_voice, l), OCEL_OK);
  show(w, 0, true, 300);
}

static size_t make_packet(uint8_t *out, uint8_t type, uint16_t sequence, uint8_t sample) {
  const ocel_rtp_header h = {type, false, sequence, sequence * (uint32_t)BLOCK, 0xcafe};
  ocel_rtp_write(out, &h);
  memset(out + OCEL_RTP_HEADER_SIZE, sample, BLOCK);
  return OCEL_RTP_HEADER_SIZE + BLOCK;
}

static void say_on(world *w, int conn, uint8_t type, uint16_t sequence, uint8_t sample) {
  uint8_t frame[4 + OCEL_RTP_HEADER_SIZE + BLOCK];
  const size_t n = make_packet(frame + 4, type, sequence, sample);
  frame[0] = '$';
  frame[1] = 2;
  frame[2] = (uint8_t)(n >> 8);
  frame[3] = (uint8_t)n;
  hear(w, conn, (const char *)frame, sizeof frame);
}

static int talker(world *w) {
  w->session[0] = '\0';
  const int conn = viewer(w, "/trackID=0", TCP_TRANSPORT);
  assert_int_equal(set_up(w, conn, "/trackID=1", TALK_TRANSPORT), 200);
  play(w, conn);
  return conn;
}

static void is_described_to_those_who_ask(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), 200);
  w.out[w.out_n] = '\0';
  assert_null(strstr((char *)w.out, "sendonly"));
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, REQUIRE), 200);
  w.out[w.out_n] = '\0';
  assert_non_null(strstr((char *)w.out,
                         "m=audio 0 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\n"
                         "a=rtpmap:8 PCMA/8000\r\na=sendonly\r\na=control:trackID=1\r\n"));
}

static void other_options_are_refused(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = connect_from(&w, 7);
  assert_int_equal(
      ask(&w, conn, "DESCRIBE", URL, "Require: www.onvif.org/ver20/backchannel, x\r\n"), 551);
  assert_int_equal(
      ask(&w, conn, "DESCRIBE", URL, "Proxy-Require: www.onvif.org/ver20/backchannel\r\n"), 551);
  assert_int_equal(ask(&w, conn, "DESCRIBE", "rtsp://192.0.2.1/other", REQUIRE), 551);
}

static void without_one_it_is_refused(void **state) {
  (void)state;
  world w;
  world_open(&w);
  show(&w, 0, true, 300);
  const int conn = viewer(&w, "/trackID=0", TCP_TRANSPORT);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, REQUIRE), 551);
  assert_int_equal(set_up(&w, conn, "/trackID=1", TALK_TRANSPORT), 404);
}

static void what_is_said_arrives(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = talker(&w);
  say_on(&w, conn, 0, 65535, 0x11);
  assert_int_equal(l.last.codec, OCEL_CODEC_PCMU);
  assert_true(l.last.first);
  say_on(&w, conn, 8, 0, 0x22);
  assert_int_equal(l.calls, 2);
  assert_int_equal(l.begun, 1);
  assert_int_equal(l.bytes, 2 * BLOCK);
  assert_int_equal(l.last.codec, OCEL_CODEC_PCMA);
  assert_int_equal(l.last.conn, conn);
  assert_int_equal(l.sample, 0x22);
  assert_int_equal(w.events[OCEL_EVENT_VOICE], 1);
}

static void lost_packets_are_counted_and_late_ones_dropped(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = talker(&w);
  say_on(&w, conn, 0, 10, 1);
  say_on(&w, conn, 0, 13, 1);
  assert_int_equal(l.lost, 2);
  say_on(&w, conn, 0, 12, 1);
  say_on(&w, conn, 0, 13, 1);
  assert_int_equal(l.calls, 2);
}

static void other_payloads_are_dropped(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = talker(&w);
  say_on(&w, conn, 96, 1, 1);
  hear(&w, conn, "$\2\0\14\x80\0\0\1\0\0\0\0\0\0\0\0", 16);  // nothing in it
  hear(&w, conn, "$\2\0\3\x80\0\0", 7);                      // cut short
  assert_int_equal(l.calls, 0);
}

static void one_talks_at_a_time(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int first = talker(&w), second = talker(&w);
  say_on(&w, first, 0, 1, 1);
  say_on(&w, second, 0, 1, 2);
  assert_int_equal(l.last.conn, first);
  assert_int_equal(l.calls, 1);
  pass(&w, OCEL_BACKCHANNEL_SILENCE + 1);
  say_on(&w, second, 0, 2, 2);
  assert_int_equal(l.last.conn, second);
  assert_true(l.last.first);
  say_on(&w, first, 0, 2, 1);
  assert_int_equal(l.calls, 2);
}

static void who_leaves_leaves_the_word(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int first = talker(&w), second = talker(&w);
  say_on(&w, first, 0, 1, 1);
  ocel_server_closed(w.srv, first, w.now);
  say_on(&w, second, 0, 1, 2);
  assert_int_equal(l.last.conn, second);
}

static void nobody_talks_before_play_or_after_teardown(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = viewer(&w, "/trackID=0", TCP_TRANSPORT);
  assert_int_equal(set_up(&w, conn, "/trackID=1", TALK_TRANSPORT), 200);
  say_on(&w, conn, 0, 1, 1);
  assert_int_equal(l.calls, 0);
  play(&w, conn);
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL "/trackID=1", ""), 200);
  say_on(&w, conn, 0, 2, 1);
  assert_int_equal(l.calls, 0);
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL "/trackID=1", ""), 404);
  assert_int_equal(ask(&w, conn, "GET_PARAMETER", URL, ""), 200);
}

static void it_can_be_all_that_a_session_has(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = viewer(&w, "/trackID=1", TALK_TRANSPORT);
  play(&w, conn);
  assert_string_equal(reply_header(&w, "RTP-Info"), "");
  say_on(&w, conn, 0, 1, 1);
  assert_int_equal(l.calls, 1);
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL "/trackID=1", ""), 200);
  assert_int_equal(ask(&w, conn, "PLAY", URL, ""), 454);
}

static void its_channels_are_its_own(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = viewer(&w, "/trackID=1", TALK_TRANSPORT);
  assert_int_equal(set_up(&w, conn, "/trackID=0", TALK_TRANSPORT), 200);
  assert_non_null(strstr(reply_header(&w, "Transport"), ";interleaved=0-1;"));
}

static void over_udp_only_the_client_talks(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  uint8_t packet[OCEL_RTP_HEADER_SIZE + BLOCK];
  open_world(&w, &l);
  const int conn =
      viewer(&w, "/trackID=1", "Transport: RTP/AVP;multicast,RTP/AVP;unicast;client_port=7002\r\n");
  play(&w, conn);
  const size_t n = make_packet(packet, 0, 1, 1);
  const ocel_addr stranger = ocel_addr_ipv4(192, 0, 2, 8, 7002);
  const ocel_addr elsewhere = ocel_addr_ipv4(192, 0, 2, 7, 7003);
  const ocel_addr client = ocel_addr_ipv4(192, 0, 2, 7, 7002);
  ocel_server_datagram(w.srv, OCEL_PORT_RTP, &stranger, ocel_span_make(packet, n), w.now);
  ocel_server_datagram(w.srv, OCEL_PORT_RTP, &elsewhere, ocel_span_make(packet, n), w.now);
  assert_int_equal(l.calls, 0);
  ocel_server_datagram(w.srv, OCEL_PORT_RTP, &client, ocel_span_make(packet, n), w.now);
  assert_int_equal(l.calls, 1);
}

static void talking_keeps_a_session(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  open_world(&w, &l);
  const int conn = viewer(&w, "/trackID=1", TALK_TRANSPORT);
  play(&w, conn);
  for (uint16_t i = 0; i < 120; i++) {
    say_on(&w, conn, 0, i, 1);
    pass(&w, OCEL_SECOND);
  }
  assert_false(w.closed[conn]);
  for (unsigned i = 0; i < 80; i++) pass(&w, OCEL_SECOND);
  drain(&w, conn);
  assert_true(w.closed[conn]);
}

static void settings_are_checked(void **state) {
  (void)state;
  world w;
  loudspeaker l;
  world_open(&w);
  assert_int_equal(ocel_server_set_backchannel(w.srv, 1, on_voice, &l), OCEL_ERR_CONFIG);
  assert_int_equal(ocel_server_set_backchannel(w.srv, -1, on_voice, &l), OCEL_ERR_CONFIG);
  assert_int_equal(ocel_server_set_backchannel(w.srv, 0, NULL, &l), OCEL_ERR_CONFIG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(is_described_to_those_who_ask),
      cmocka_unit_test(other_options_are_refused),
      cmocka_unit_test(without_one_it_is_refused),
      cmocka_unit_test(what_is_said_arrives),
      cmocka_unit_test(lost_packets_are_counted_and_late_ones_dropped),
      cmocka_unit_test(other_payloads_are_dropped),
      cmocka_unit_test(one_talks_at_a_time),
      cmocka_unit_test(who_leaves_leaves_the_word),
      cmocka_unit_test(nobody_talks_before_play_or_after_teardown),
      cmocka_unit_test(it_can_be_all_that_a_session_has),
      cmocka_unit_test(its_channels_are_its_own),
      cmocka_unit_test(over_udp_only_the_client_talks),
      cmocka_unit_test(talking_keeps_a_session),
      cmocka_unit_test(settings_are_checked),
  };
  return cmocka_run_group_tests_name("server_backchannel", tests, NULL, NULL);
}
