// SPDX-License-Identifier: Apache-2.0
// Sound beside pictures: when it begins, what its timestamps say, and when it is given up.
#include "server_fixture.h"

#include <stdlib.h>

enum { BLOCK = 160, BLOCK_MS = 20 };  // 20 ms of G.711

#define BLOCK_TIME (BLOCK_MS * OCEL_MILLISECOND)

static const ocel_format PCMU = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};

// What came on one track.
typedef struct {
  unsigned packets, reports;
  uint8_t payload_type;
  bool first_marker;
  uint16_t first_sequence, next_sequence;
  unsigned missing;
  uint32_t first_timestamp, timestamp;
  uint32_t report_timestamp;
  ocel_ntp report_time;
} heard;

static void hear_packet(heard *h, const uint8_t *p) {
  const uint16_t sequence = ocel_be16(p + 2);
  if (h->packets == 0) {
    h->first_sequence = h->next_sequence = sequence;
    h->first_timestamp = be32(p + 4);
    h->first_marker = (p[1] & 0x80) != 0;
  }
  h->payload_type = p[1] & 0x7f;
  h->missing += (uint16_t)(sequence - h->next_sequence);
  h->next_sequence = (uint16_t)(sequence + 1);
  h->timestamp = be32(p + 4);
  h->packets++;
}

static void hear_report(heard *h, const uint8_t *p) {
  h->reports++;
  h->report_time = ((ocel_ntp)be32(p + 8) << 32) | be32(p + 12);
  h->report_timestamp = be32(p + 16);
}

// Takes the frames of `out` apart; the channels are 0-1 for the picture, 2-3 for the sound.
static void listen_to(world *w, heard track[2]) {
  const uint8_t *p = w->out, *const end = w->out + w->out_n;
  while (p < end && p[0] != '$') p = (const uint8_t *)strstr((const char *)p, "\r\n\r\n") + 4;
  for (; p < end; p += 4u + ocel_be16(p + 2)) {
    assert_int_equal(p[0], '$');
    heard *h = &track[p[1] / 2];
    if (p[1] % 2 == 0) {
      hear_packet(h, p + 4);
    } else {
      hear_report(h, p + 4);
    }
  }
  w->out_n = 0;
}

static void listen_on(world *w, int conn, heard track[2]) {
  w->out_n = 0;
  drain(w, conn);
  listen_to(w, track);
}

static void open_world(world *w, const ocel_format *format) {
  world_reset(w);
  w->format[1] = *format;
  const ocel_server_config cfg = world_config(w);
  world_open_with(w, &cfg, 2, true);
}

// Blocks of sound, one every 20 ms, up to `time` from now.
static void speak(world *w, ocel_us time) {
  for (ocel_us t = 0; t < time; t += BLOCK_TIME) {
    sound(w, 1, BLOCK);
    pass(w, BLOCK_TIME);
  }
}

static int two_track_viewer(world *w, const char *query) {
  char url[64];
  (void)snprintf(url, sizeof url, "/trackID=0%s", query);
  const int conn = viewer(w, url, TCP_TRANSPORT);
  assert_int_equal(
      set_up(w, conn, "/trackID=1", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n"), 200);
  return conn;
}

// The timestamp that RTP-Info promised for a track.
static uint32_t promised(const world *w, unsigned track) {
  char key[32];
  (void)snprintf(key, sizeof key, "/trackID=%u;", track);
  const char *at = strstr(reply_header(w, "RTP-Info"), key);
  assert_non_null(at);
  at = strstr(at, ";rtptime=");
  assert_non_null(at);
  return (uint32_t)strtoul(at + 9, NULL, 10);
}

static void sound_is_in_the_description(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 200);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), 200);
  w.out[w.out_n] = '\0';
  assert_non_null(strstr((char *)w.out,
                         "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n"
                         "a=control:trackID=1\r\n"));
}

static void sound_begins_with_the_cached_picture(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  speak(&w, 7 * BLOCK_TIME);
  w.now += 5 * OCEL_MILLISECOND;
  show(&w, 0, true, 500);
  w.now += 15 * OCEL_MILLISECOND;
  speak(&w, 4 * BLOCK_TIME);
  const int conn = two_track_viewer(&w, "");
  play(&w, conn);
  const uint32_t picture_time = promised(&w, 0), sound_time = promised(&w, 1);
  heard track[2] = {{0}};
  listen_to(&w, track);
  assert_int_equal(track[0].first_timestamp, picture_time);
  assert_int_equal(track[1].packets, 4);
  assert_int_equal(track[1].payload_type, 0);
  assert_false(track[1].first_marker);
  // Both promises are for the instant of the picture; the first block is 15 ms later.
  assert_int_equal(track[1].first_timestamp - sound_time, 15 * 8);
  assert_int_equal(track[1].timestamp - track[1].first_timestamp, 3 * BLOCK);
}

static void sound_waits_for_the_key_picture(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  speak(&w, 3 * BLOCK_TIME);
  const int conn = two_track_viewer(&w, "?start=live");
  play(&w, conn);
  heard track[2] = {{0}};
  speak(&w, 3 * BLOCK_TIME);
  listen_on(&w, conn, track);
  assert_int_equal(track[1].packets, 0);
  show(&w, 0, true, 300);
  speak(&w, 2 * BLOCK_TIME);
  listen_on(&w, conn, track);
  assert_int_equal(track[0].packets, 2);  // parameter sets, picture
  assert_int_equal(track[1].packets, 2);
}

static void sound_alone_begins_with_the_next_block_and_asks_for_no_picture(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  speak(&w, 5 * BLOCK_TIME);
  const int conn = viewer(&w, "/trackID=1", "Transport: RTP/AVP/TCP;unicast;interleaved=2-3\r\n");
  play(&w, conn);
  const uint32_t sound_time = promised(&w, 1);
  heard track[2] = {{0}};
  listen_on(&w, conn, track);
  assert_int_equal(track[1].packets, 0);
  speak(&w, 2 * BLOCK_TIME);
  listen_on(&w, conn, track);
  assert_int_equal(track[1].packets, 2);
  assert_int_equal(track[1].first_timestamp, sound_time);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 0);
}

// What a player derives lips from: NTP time of a timestamp on each track, by its last report.
static void reports_of_both_tracks_tell_one_time(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  speak(&w, 2 * BLOCK_TIME);
  const int conn = two_track_viewer(&w, "");
  play(&w, conn);
  const uint32_t picture_time = promised(&w, 0), sound_time = promised(&w, 1);
  heard track[2] = {{0}};
  listen_to(&w, track);
  assert_int_equal(track[0].reports, 1);
  assert_int_equal(track[1].reports, 1);
  assert_true(track[0].report_time == track[1].report_time);
  assert_int_equal(track[0].report_timestamp - picture_time, 40 * 90);
  assert_int_equal(track[1].report_timestamp - sound_time, 40 * 8);
}

static void sound_is_not_given_up_while_an_old_picture_group_is_sent(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);  // a key picture every 3 s: longer than the lag that is allowed
  for (unsigned i = 0; i < 24; i++) {
    sound(&w, 1, BLOCK);
    picture(&w, 0, false, 300);
    pass(&w, 120 * OCEL_MILLISECOND);
  }
  const int conn = two_track_viewer(&w, "");
  play(&w, conn);
  heard track[2] = {{0}};
  listen_to(&w, track);
  assert_int_equal(track[0].packets, 2 + 24);
  assert_int_equal(track[1].timestamp - track[1].first_timestamp, 23 * 960);
  assert_int_equal(w.events[OCEL_EVENT_READER_SKIP], 0);
}

static void slow_readers_leave_out_the_sound_of_the_pictures_they_leave_out(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  const int conn = two_track_viewer(&w, "");
  play(&w, conn);
  heard before[2] = {{0}}, after[2] = {{0}};
  listen_to(&w, before);
  speak(&w, BLOCK_TIME);
  listen_on(&w, conn, before);
  w.write_max = 0;
  for (unsigned i = 0; i < 26; i++) {  // 2.6 s that the reader does not take
    sound(&w, 1, BLOCK);
    picture(&w, 0, i == 20, 300);
    pass(&w, 100 * OCEL_MILLISECOND);
    if (i == 0) drain(&w, conn);
  }
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  listen_on(&w, conn, after);
  assert_int_equal(w.events[OCEL_EVENT_READER_SKIP], 2);
  assert_int_equal(after[0].first_timestamp - before[0].first_timestamp, 2020 * 90);
  assert_int_equal(after[1].packets, 6);  // with the key picture and since
  assert_int_equal(after[1].missing, 0);
}

static void a_pause_repeats_no_sound(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  speak(&w, 2 * BLOCK_TIME);
  const int conn = two_track_viewer(&w, "");
  play(&w, conn);
  heard before[2] = {{0}}, after[2] = {{0}};
  listen_to(&w, before);
  assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);
  speak(&w, 2 * BLOCK_TIME);
  show(&w, 0, true, 300);
  speak(&w, 2 * BLOCK_TIME);
  assert_int_equal(ask(&w, conn, "PLAY", URL, ""), 200);
  listen_to(&w, after);
  assert_int_equal(after[1].first_sequence, before[1].next_sequence);
  assert_int_equal(after[1].packets, 2);
  assert_int_equal(after[1].first_timestamp - before[1].timestamp, 3 * BLOCK);
}

// 20 ms of 48 kHz stereo are three packets, each with the time of its first sample.
static void a_large_block_is_cut(void **state) {
  (void)state;
  static const ocel_format L16 = {.codec = OCEL_CODEC_L16, .clock_hz = 48000, .channels = 2};
  world w;
  open_world(&w, &L16);
  const int conn = two_track_viewer(&w, "");
  show(&w, 0, true, 300);
  play(&w, conn);
  sound(&w, 1, 3840);
  pass(&w, 0);
  heard track[2] = {{0}};
  listen_on(&w, conn, track);
  assert_int_equal(track[1].packets, 3);
  assert_int_equal(track[1].payload_type, 97);
  assert_int_equal(track[1].timestamp - track[1].first_timestamp, 2 * 1400 / 4);
}

static void sound_goes_by_udp_to_its_own_port(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  show(&w, 0, true, 300);
  const int conn = viewer(&w, "/trackID=0?start=gop", UDP_TRANSPORT);
  assert_int_equal(
      set_up(&w, conn, "/trackID=1", "Transport: RTP/AVP;unicast;client_port=7002-7003\r\n"), 200);
  play(&w, conn);
  ocel_datagrams batches[16];
  ocel_span spans[64];
  const ocel_datagram_room room = {.batches = batches, .max = 16, .spans = spans, .max_spans = 64};
  sound(&w, 1, BLOCK);
  pass(&w, 0);
  unsigned packets = 0;
  const size_t n = ocel_server_datagrams(w.srv, &room, w.now);
  for (size_t i = 0; i < n; i++) packets += batches[i].to.port == 7002;
  assert_int_equal(packets, 1);
  ocel_server_datagrams_sent(w.srv, n, 0);
}

// Another ring in the place of the sound's.
static ocel_ring *ring_of(ocel_codec codec) {
  const ocel_ring_config cfg = {
      .unit_max = UNIT_MAX, .bytes = 36000, .records = 32, .align = 8, .codec = codec};
  return ocel_ring_init(ring_memory[1].bytes, RING_BYTES, &cfg);
}

static void streams_that_no_packet_could_carry_are_refused(void **state) {
  (void)state;
  world w;
  open_world(&w, &PCMU);
  static const ocel_format OPUS = {.codec = OCEL_CODEC_OPUS, .clock_hz = 48000, .channels = 2};
  static const ocel_format AAC = {
      .codec = OCEL_CODEC_AAC,
      .clock_hz = 48000,
      .channels = 2,
      .config_n = 2,
      .config = {0x11, 0x90}
  };
  const ocel_stream_config good = {
      .path = "/b", .track_count = 1, .track = {w.ring[1]}, .format = {PCMU}};
  ocel_stream_config bad[3] = {good, good, good};
  bad[0].format[0] = (ocel_format){0};  // pictures from a ring of sound
  bad[1].track[0] = w.ring[0];          // and the other way round
  bad[2].format[0] = (ocel_format){.codec = OCEL_CODEC_PCMU};
  for (size_t i = 0; i < 3; i++) {
    assert_int_equal(ocel_server_add_stream(w.srv, &bad[i]), OCEL_ERR_CONFIG);
  }
  ocel_stream_config opus = good, aac = good;
  opus.format[0] = OPUS;
  opus.track[0] = ring_of(OCEL_CODEC_OPUS);  // blocks of up to 8000 bytes
  assert_int_equal(ocel_server_add_stream(w.srv, &opus), OCEL_ERR_CONFIG);
  aac.format[0] = AAC;
  aac.track[0] = ring_of(OCEL_CODEC_AAC);
  assert_int_equal(ocel_server_add_stream(w.srv, &aac), OCEL_ERR_SPACE);  // valid; one is there
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(sound_is_in_the_description),
      cmocka_unit_test(sound_begins_with_the_cached_picture),
      cmocka_unit_test(sound_waits_for_the_key_picture),
      cmocka_unit_test(sound_alone_begins_with_the_next_block_and_asks_for_no_picture),
      cmocka_unit_test(reports_of_both_tracks_tell_one_time),
      cmocka_unit_test(sound_is_not_given_up_while_an_old_picture_group_is_sent),
      cmocka_unit_test(slow_readers_leave_out_the_sound_of_the_pictures_they_leave_out),
      cmocka_unit_test(a_pause_repeats_no_sound),
      cmocka_unit_test(a_large_block_is_cut),
      cmocka_unit_test(sound_goes_by_udp_to_its_own_port),
      cmocka_unit_test(streams_that_no_packet_could_carry_are_refused),
  };
  return cmocka_run_group_tests_name("server_sound", tests, NULL, NULL);
}
