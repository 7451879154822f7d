// SPDX-License-Identifier: Apache-2.0
// What the program tells about the server: events, status line, counters.
#include "ocel_test.h"

#include <stdlib.h>
#include <unistd.h>

#include "addresses.h"
#include "events.h"
#include "ocel/rtsp_state.h"
#include "stats_json.h"
#include "status.h"

static const struct {
  ocel_event event;
  bool peer;
  const char *want;
} EVENTS[] = {
    {{OCEL_EVENT_SESSION_PLAY, 3, 0, 1},                  true,  "192.0.2.7:4711: plays over TCP"               },
    {{OCEL_EVENT_SESSION_PLAY, 3, 0, 0},                  true,  "192.0.2.7:4711: plays over UDP"               },
    {{OCEL_EVENT_SESSION_END, 3, 0, OCEL_CLOSE_TEARDOWN},
     true,                                                       "192.0.2.7:4711: session ended: TEARDOWN"      },
    {{OCEL_EVENT_REQUEST, 3, OCEL_METHOD_DESCRIBE, 404},
     true,                                                       "192.0.2.7:4711: DESCRIBE answered 404"        },
    {{OCEL_EVENT_READER_SKIP, 3, 0, 12},                  true,  "192.0.2.7:4711: too slow: 12 pictures skipped"},
    {{OCEL_EVENT_KEYFRAME_WANTED, -1, 0, 0},              false, "a key picture is wanted"                      },
    {{OCEL_EVENT_CONNECTED, 3, 0, 0},                     true,  "192.0.2.7:4711: connection opened (a 0, b 0)" },
    {{(ocel_event_code)999, -1, 1, 2},                    false, "? (a 1, b 2)"                                 },
};

static void events_are_told(void **state) {
  (void)state;
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, 7, 4711);
  for (size_t i = 0; i < ARRAY_LEN(EVENTS); i++) {
    char text[OCELD_EVENT_TEXT_MAX];
    oceld_event_text(&EVENTS[i].event, EVENTS[i].peer ? &peer : NULL, text, sizeof text);
    assert_string_equal(text, EVENTS[i].want);
  }
}

static void every_event_fits_and_is_told_without_placeholders(void **state) {
  (void)state;
  const ocel_addr peer = {
      {0x20, 1, 0xd, 0xb8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
      65535, 0
  };
  for (int code = 0; code < OCEL_EVENT_COUNT; code++) {
    const ocel_event e = {(ocel_event_code)code, 4095, 4294967295u, 4294967295u};
    char text[OCELD_EVENT_TEXT_MAX];
    oceld_event_text(&e, &peer, text, sizeof text);
    assert_int_equal(strncmp(text, "[2001:db8:", 10), 0);
    assert_null(strchr(text, '{'));
    assert_true(strlen(text) < sizeof text - 1);
  }
}

static void the_status_line_tells_rates(void **state) {
  (void)state;
  oceld_status last = {0};
  char line[160];
  oceld_snapshot s = {0};
  assert_false(oceld_status_line(&last, &s, line, sizeof line));
  s.taken_at = 5 * OCEL_SECOND;
  s.server.uptime = 3 * OCEL_SECOND;
  s.server.playing = 1;
  assert_true(oceld_status_line(&last, &s, line, sizeof line));
  assert_string_equal(line, "1 client | 0.0 fps | 0 kbit/s in, 0 out | 0 skipped | up 0:00:03");
  assert_false(oceld_status_line(&last, &s, line, sizeof line));
  s.taken_at += 2 * OCEL_SECOND;
  s.server.uptime = 100 * 3600 * OCEL_SECOND + 59 * 60 * OCEL_SECOND;
  s.server.playing = 2;
  s.server.bytes = 1000000;
  s.server.skipped = 7;
  s.streams[0].access_units = 60;
  s.streams[0].bytes = 500000;
  assert_true(oceld_status_line(&last, &s, line, sizeof line));
  assert_string_equal(line,
                      "2 clients | 30.0 fps | 2000 kbit/s in, 4000 out | 7 skipped | up 100:59:00");
}

static const oceld_stream_options STREAMS[2] = {{.path = "/stream"}, {.path = "/sub"}};

static oceld_snapshot filled(ocel_client_stats *clients) {
  const ocel_client_stats some[2] = {
      {.conn = 3,
       .peer = ocel_addr_ipv4(192, 0, 2, 7, 4711),
       .playing = true,
       .tcp = true,
       .since = 1500000,
       .bytes = 18446744073,
       .packets = 11,
       .access_units = 5,
       .skipped = 1,
       .lag = 2,
       .packets_lost = -4,
       .fraction_lost = 255,
       .jitter = 250,
       .round_trip = -1},
      {.conn = 4,    .peer = {{0xfe, 0x80, [15] = 1}, 5000, 2},            .jitter = -1,                   .round_trip = 1                },
  };
  memcpy(clients, some, sizeof some);
  oceld_snapshot s = {.clients = clients, .client_count = 2, .stream_count = 2};
  s.groups[0].stream = s.groups[1].stream = -1;
  s.server.uptime = 61 * OCEL_SECOND + 5;
  s.server.packets = 12;
  s.tls = (ocel_tls_counts){9, 4, 3, 2, 1};
  s.streams[0].ready = true;
  s.streams[0].width = 1280;
  s.streams[1].track_count = 1;
  s.streams[1].track[0] = (ocel_track_stats){.frame_rate = 29097, .encode_time = -1};
  return s;
}

#define CLIENT_TRACK_JSON                                                                    \
  "{\"set_up\": false, \"ssrc\": 0, \"packets\": 0, \"octets\": 0, \"lag\": 0, \"behind\": " \
  "0.000000, \"packets_lost\": 0, \"fraction_lost\": 0, \"jitter\": 0.000000, "              \
  "\"round_trip\": 0.000000}"

static const char WANT_JSON[] =
    "{\"server\": {\"uptime\": 61.000005, \"connections\": 0, \"sessions\": 0, \"playing\": 0, "
    "\"connections_total\": 0, \"sessions_total\": 0, \"refused\": 0, \"turned_away\": 0, "
    "\"requests\": 0, "
    "\"errors\": 0, \"auth_failures\": 0, \"bytes\": 0, \"packets\": 12, \"retransmitted\": 0, "
    "\"skipped\": 0, "
    "\"stray_datagrams\": 0, "
    "\"send_errors\": 0},\n \"tls\": {\"handshakes\": 9, \"failed\": 4, "
    "\"expired\": 3, \"yielded\": 2, \"refused\": 1},\n \"streams\": [\n  {\"path\": \"/stream\", "
    "\"ready\": true, "
    "\"playing\": "
    "0, \"members\": 0, \"access_units\": 0, \"bytes\": 0, \"key_units\": 0, \"dropped\": 0, "
    "\"width\": 1280, \"height\": 0, \"lag\": 0, \"tracks\": []},\n  {\"path\": \"/sub\", "
    "\"ready\": false, \"playing\": 0, \"members\": 0, \"access_units\": 0, \"bytes\": 0, "
    "\"key_units\": 0, \"dropped\": 0, \"width\": 0, \"height\": 0, \"lag\": 0, \"tracks\": "
    "[{\"codec\": \"H264\", \"access_units\": 0, \"bytes\": 0, \"key_units\": 0, \"dropped\": 0, "
    "\"packets_sent\": 0, \"bytes_sent\": 0, \"skipped\": 0, \"frame_rate\": 29.097, \"bit_rate\": "
    "0, \"bit_rate_sent\": 0, \"encode_time\": null}]}],\n \"groups\": [],\n \"clients\": [\n  "
    "{\"peer\": \"192.0.2.7:4711\", \"conn\": 3, "
    "\"stream\": 0, \"playing\": true, \"tcp\": true, \"multicast\": false, \"since\": 1.500000, "
    "\"bytes\": 18446744073, "
    "\"packets\": 11, \"access_units\": 5, \"retransmitted\": 0, \"skipped\": 1, \"lag\": 2, "
    "\"behind\": 0.000000, "
    "\"packets_lost\": -4, "
    "\"fraction_lost\": 255, \"jitter\": 0.000250, \"round_trip\": null, \"tracks\": "
    "[" CLIENT_TRACK_JSON ", " CLIENT_TRACK_JSON
    "]},\n"
    "  {\"peer\": \"[fe80::1]:5000\", \"conn\": 4, \"stream\": 0, \"playing\": false, "
    "\"tcp\": false, \"multicast\": false, \"since\": 0.000000, \"bytes\": 0, \"packets\": 0, "
    "\"access_units\": 0, "
    "\"retransmitted\": 0, \"skipped\": 0, \"lag\": 0, \"behind\": 0.000000, \"packets_lost\": 0, "
    "\"fraction_lost\": 0, "
    "\"jitter\": null, "
    "\"round_trip\": 0.000001, \"tracks\": [" CLIENT_TRACK_JSON ", " CLIENT_TRACK_JSON "]}]}\n";

static void a_stream_is_told_in_a_line(void **state) {
  (void)state;
  char line[240];
  ocel_stream_stats s = {.playing = 2, .dropped = 3, .width = 640, .height = 480, .lag = 4};
  s.track_count = 2;
  s.track[0] = (ocel_track_stats){.frame_rate = 29970,
                                  .bit_rate = 500000,
                                  .bit_rate_sent = 1000000,
                                  .skipped = 5,
                                  .encode_time = 2150};
  s.track[1] = (ocel_track_stats){.bit_rate = 64000, .bit_rate_sent = 128000, .encode_time = -1};
  oceld_stream_line("/sub", &s, line, sizeof line);
  assert_string_equal(line,
                      "/sub: 640x480, 2 clients, 30.0 fps, 564 kbit/s in, 1128 out, 3 dropped, 5 "
                      "skipped, lag 4, 2.1 ms to encode");
}

static void counters_are_written_whole(void **state) {
  (void)state;
  ocel_client_stats clients[2];
  const oceld_snapshot s = filled(clients);
  char path[] = "/tmp/oceld-stats-XXXXXX", got[4096] = "", beside[64] = "";
  oceld_failure why;
  const int fd = mkstemp(path);
  assert_true(fd >= 0);
  (void)close(fd);
  assert_true(oceld_stats_write(path, STREAMS, &s, &why));
  FILE *in = fopen(path, "r");
  assert_non_null(in);
  got[fread(got, 1, sizeof got - 1, in)] = '\0';
  (void)fclose(in);
  (void)unlink(path);
  assert_string_equal(got, WANT_JSON);
  append(beside, sizeof beside, path);
  append(beside, sizeof beside, ".tmp");
  assert_int_equal(access(beside, F_OK), -1);
}

static void a_folder_that_is_not_there_is_told(void **state) {
  (void)state;
  const oceld_snapshot s = {0};
  oceld_failure why;
  assert_false(oceld_stats_write("/nonexistent/s.json", STREAMS, &s, &why));
  assert_non_null(strstr(why.text, "/nonexistent/s.json"));
  assert_non_null(strstr(why.text, "No such file"));
}

static void keep_first(void *ctx, const char *url) {
  char *first = ctx;
  if (first[0] == '\0') (void)snprintf(first, 64, "%s", url);
}

static void urls_can_be_opened(void **state) {
  (void)state;
  static const char *const CASES[][2] = {
      {"",          "rtsp://127.0.0.1:8554/cam"},
      {"0.0.0.0",   "rtsp://127.0.0.1:8554/cam"},
      {"::",        "rtsp://127.0.0.1:8554/cam"},
      {"192.0.2.7", "rtsp://192.0.2.7:8554/cam"},
      {"::1",       "rtsp://[::1]:8554/cam"    },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    const oceld_place plain = {"rtsp", 8554, "/cam"}, secure = {"rtsps", 8554, "/cam"};
    char first[64] = "";
    oceld_addresses_tell(CASES[i][0], &plain, keep_first, first);
    assert_string_equal(first, CASES[i][1]);
    first[0] = '\0';
    oceld_addresses_tell(CASES[i][0], &secure, keep_first, first);
    assert_memory_equal(first, "rtsps", 5);
    assert_string_equal(first + 5, CASES[i][1] + 4);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_are_told),
      cmocka_unit_test(every_event_fits_and_is_told_without_placeholders),
      cmocka_unit_test(the_status_line_tells_rates),
      cmocka_unit_test(a_stream_is_told_in_a_line),
      cmocka_unit_test(counters_are_written_whole),
      cmocka_unit_test(a_folder_that_is_not_there_is_told),
      cmocka_unit_test(urls_can_be_opened),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
