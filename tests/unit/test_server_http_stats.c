// SPDX-License-Identifier: Apache-2.0
// /api/stats and /metrics: what is in them, and that any number of clients fits. Whether they are
// JSON and Prometheus' format to others is seen in tests/e2e/test_http.py.
#include <stdlib.h>

#include "http_fixture.h"
#include "ocel/http_stats.h"

static int open_stats(world *w) {
  world_open(w);
  assert_int_equal(ocel_server_add_stats_routes(w->srv), OCEL_OK);
  return connect_from(w, 9);
}

// Undoes chunks, in place.
static const char *text_of(world *w) {
  static char text[OUT_BYTES];
  size_t n = 0;
  const char *at = body_of(w);
  char *end;
  unsigned long size;
  while ((size = strtoul(at, &end, 16)) > 0) {
    memcpy(text + n, end + 2, size);
    n += size;
    at = end + 2 + size + 2;
  }
  text[n] = '\0';
  return text;
}

static const char *ask_for(world *w, int conn, const char *target) {
  assert_int_equal(get(w, conn, target), 200);
  return text_of(w);
}

static void expect(const char *text, const char *part) {
  if (strstr(text, part) == NULL) print_message("not there: %s\nin:\n%s\n", part, text);
  assert_non_null(strstr(text, part));
}

static void both_are_typed(void **state) {
  (void)state;
  world w;
  const int conn = open_stats(&w);
  (void)ask_for(&w, conn, "/api/stats");
  assert_string_equal(reply_header(&w, "Content-Type"), "application/json");
  assert_string_equal(reply_header(&w, "Cache-Control"), "no-store");
  (void)ask_for(&w, conn, "/metrics");
  assert_string_equal(reply_header(&w, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

static void a_server_without_clients_is_described(void **state) {
  (void)state;
  world w;
  const int conn = open_stats(&w);
  w.now += 1500 * OCEL_MILLISECOND;
  const char *json = ask_for(&w, conn, "/api/stats");
  expect(json, "{\"server\":{\"uptime\":1.500000,\"connections\":1,");
  expect(json, "{\"path\":\"/stream\",\"ready\":false,\"playing\":0,");
  expect(json, "\"tracks\":[{\"codec\":\"H264\",");
  expect(json, "\"encode_time\":null}");
  expect(json, "\"clients\":[]}\n");
  const char *metrics = ask_for(&w, conn, "/metrics");
  expect(metrics,
         "# HELP ocel_uptime_seconds Time since the server began.\n"
         "# TYPE ocel_uptime_seconds gauge\nocel_uptime_seconds 1.500000\n");
  expect(metrics, "# TYPE ocel_requests_total counter\nocel_requests_total 2\n");
  expect(metrics, "\nocel_stream_ready{stream=\"/stream\"} 0\n");
  expect(metrics,
         "\nocel_track_key_units_total{stream=\"/stream\",track=\"0\",codec=\"H264\"} 0\n");
  expect(metrics, "# TYPE ocel_client_round_trip_seconds gauge\n");
  assert_null(strstr(metrics, "\nocel_client_round_trip_seconds{"));
  assert_null(strstr(metrics, "\nocel_track_encode_seconds{"));
}

static void a_client_is_described(void **state) {
  (void)state;
  world w;
  const int conn = open_stats(&w);
  show(&w, 0, true, 300);
  const int player = viewer(&w, "/trackID=0", TCP_TRANSPORT);
  play(&w, player);
  drain(&w, player);
  const char *json = ask_for(&w, conn, "/api/stats");
  expect(json, "\"ready\":true,\"playing\":1,");
  expect(json, "\"width\":640,\"height\":480,");
  expect(json,
         "\n{\"conn\":1,\"peer\":\"192.0.2.7:40000\",\"stream\":0,\"playing\":true,\"tcp\":true,"
         "\"multicast\":false,");
  expect(json, "\"access_units\":1,");
  expect(json, "\"fraction_lost\":0.000,\"jitter\":null,\"round_trip\":null}]}\n");
  const char *metrics = ask_for(&w, conn, "/metrics");
  expect(metrics,
         "\nocel_client_playing{conn=\"1\",peer=\"192.0.2.7:40000\",stream=\"/stream\"} 1\n");
  expect(metrics, "\nocel_client_access_units_total{conn=\"1\",");
  assert_null(strstr(metrics, "\nocel_client_jitter_seconds{"));
}

// What a report says, in units that need no factor.
static void reports_become_si_units(void **state) {
  (void)state;
  static const uint8_t LOST[] = {0xff, 0xff, 0xfe};  // -2
  world w;
  const int conn = open_stats(&w);
  show(&w, 0, true, 300);
  const int player = viewer(&w, "/trackID=0", TCP_TRANSPORT);
  const char *ssrc = strstr(reply_header(&w, "Transport"), "ssrc=");
  assert_non_null(ssrc);
  uint8_t mem[4 + 32];
  ocel_wbuf r = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_be32(&r, 0x24010020);  // $, channel 1, 32 bytes
  ocel_put_be32(&r, 0x81c90007);
  ocel_put_be32(&r, 7);
  ocel_put_be32(&r, (uint32_t)strtoul(ssrc + 5, NULL, 16));
  ocel_put_u8(&r, 64);
  ocel_put_span(&r, ocel_span_make(LOST, sizeof LOST));
  ocel_put_be32(&r, 0);
  ocel_put_be32(&r, 45);
  ocel_put_be32(&r, 0);
  ocel_put_be32(&r, 0);
  hear(&w, player, (const char *)mem, r.n);
  const char *json = ask_for(&w, conn, "/api/stats");
  expect(json, "\"fraction_lost\":0.250,\"jitter\":0.000500,");
  expect(
      ask_for(&w, conn, "/metrics"),
      "\nocel_client_lost_ratio{conn=\"1\",peer=\"192.0.2.7:40000\",stream=\"/stream\"} 0.250\n");
}

static size_t count(const char *text, const char *part) {
  size_t n = 0;
  for (const char *at = text; (at = strstr(at, part)) != NULL; at++) n++;
  return n;
}

static void more_clients_than_fit_are_described(void **state) {
  (void)state;
  enum { CLIENTS = 6 };
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_clients = CLIENTS;
  world_open_with(&w, &cfg, 1, true);
  assert_int_equal(ocel_server_add_stats_routes(w.srv), OCEL_OK);
  const int conn = connect_from(&w, 9);
  show(&w, 0, true, 300);
  for (int i = 0; i < CLIENTS; i++) {
    w.session[0] = '\0';
    (void)viewer(&w, "/trackID=0", TCP_TRANSPORT);
  }
  const char *json = ask_for(&w, conn, "/api/stats");
  assert_int_equal(count(json, "\"conn\":"), CLIENTS);
  assert_int_equal(count(json, "},\n{\"conn\":"), CLIENTS - 1);
  const char *metrics = ask_for(&w, conn, "/metrics");
  assert_int_equal(count(metrics, "\nocel_client_lag_access_units{"), CLIENTS);
  assert_int_equal(count(metrics, "# TYPE ocel_client_lag_access_units "), 1);
  assert_int_equal(count(metrics, "# HELP "), count(metrics, "# TYPE "));
}

static void routes_need_room(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_routes = 1;
  world_open_with(&w, &cfg, 1, true);
  assert_int_equal(ocel_server_add_stats_routes(w.srv), OCEL_ERR_SPACE);
  world_reset(&w);
  cfg = world_config(&w);
  world_open_with(&w, &cfg, 1, true);
  assert_int_equal(ocel_server_add_stats_routes(w.srv), OCEL_OK);
  assert_int_equal(ocel_server_add_stats_routes(w.srv), OCEL_ERR_CONFIG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_are_typed),
      cmocka_unit_test(a_server_without_clients_is_described),
      cmocka_unit_test(a_client_is_described),
      cmocka_unit_test(reports_become_si_units),
      cmocka_unit_test(more_clients_than_fit_are_described),
      cmocka_unit_test(routes_need_room),
  };
  return cmocka_run_group_tests_name("server_http_stats", tests, NULL, NULL);
}
