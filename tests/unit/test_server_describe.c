// SPDX-License-Identifier: Apache-2.0
// What the engine tells of a stream: the version of its description, and the transports it has.
#include "server_fixture.h"

#define UDP_OR_TCP_TRANSPORT                          \
  "Transport: RTP/AVP;unicast;client_port=7000-7001," \
  "RTP/AVP/TCP;unicast;interleaved=0-1\r\n"

// The session version: the second number of the o= line.
static unsigned long described_version(world *w, int conn) {
  char text[2048];
  w->out_n = 0;
  assert_int_equal(ask(w, conn, "DESCRIBE", URL, ""), 200);
  (void)snprintf(text, sizeof text, "%.*s", (int)w->out_n, (const char *)w->out);
  const char *origin = strstr(text, "\r\no=");
  assert_non_null(origin);
  unsigned long id, version;
  assert_int_equal(sscanf(origin, "\r\no=%*s %lu %lu ", &id, &version), 2);
  return version;
}

// A key picture with a parameter set that picture() does not use.
static void other_picture(world *w, const char *sps, const char *pps) {
  uint8_t *p = ocel_ring_reserve(w->ring[0], 256);
  assert_non_null(p);
  uint32_t n = 0;
  const char *nals[] = {sps, pps, "65 b8 40 41 42"};
  for (size_t i = 0; i < ARRAY_LEN(nals); i++) {
    memcpy(p + n, "\0\0\0\1", 4);
    n += 4 + (uint32_t)unhex(nals[i], p + n + 4).n;
  }
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = w->now};
  assert_int_equal(ocel_ring_commit(w->ring[0], n, &how), OCEL_OK);
  pass(w, 0);
}

static void the_description_gets_a_new_version_with_new_parameter_sets(void **state) {
  static const char SPS[] = "67 42 c0 1e 8d 64 02 80 f6 40", PPS[] = "68 ce 3c 80";
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  show(&w, 0, true, 100);
  const unsigned long first = described_version(&w, conn);
  other_picture(&w, SPS, PPS);  // the same again
  assert_int_equal(described_version(&w, conn), first);
  other_picture(&w, SPS, "68 ce 38 80");
  const unsigned long second = described_version(&w, conn);
  assert_true(second > first);
  other_picture(&w, "67 42 c0 1f 8d 64 02 80 f6 40", "68 ce 38 80");
  assert_true(described_version(&w, conn) > second);
}

static void a_server_without_udp_refuses_it_and_takes_tcp(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.rtp_port = cfg.rtcp_port = 0;
  world_open_with(&w, &cfg, 1, true);
  const int conn = connect_from(&w, 7);
  assert_int_equal(set_up(&w, conn, "/trackID=0", UDP_TRANSPORT), 461);
  assert_int_equal(set_up(&w, conn, "/trackID=0", UDP_OR_TCP_TRANSPORT), 200);
  assert_memory_equal(reply_header(&w, "Transport"), "RTP/AVP/TCP;", 12);
}

// GStreamer asks for UDP first even inside TLS; a later choice of the same list is taken.
static void inside_tls_no_plain_datagrams(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_through(&w, 7, true);
  assert_int_equal(set_up(&w, conn, "/trackID=0", UDP_TRANSPORT), 461);
  assert_int_equal(set_up(&w, conn, "/trackID=0", UDP_OR_TCP_TRANSPORT), 200);
  assert_memory_equal(reply_header(&w, "Transport"), "RTP/AVP/TCP;", 12);
  w.session[0] = 0;
  const int plain = connect_through(&w, 8, false);
  assert_int_equal(set_up(&w, plain, "/trackID=0", UDP_OR_TCP_TRANSPORT), 200);
  assert_memory_equal(reply_header(&w, "Transport"), "RTP/AVP;", 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_description_gets_a_new_version_with_new_parameter_sets),
      cmocka_unit_test(a_server_without_udp_refuses_it_and_takes_tcp),
      cmocka_unit_test(inside_tls_no_plain_datagrams),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
