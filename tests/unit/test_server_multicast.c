// SPDX-License-Identifier: Apache-2.0
// Multicast: one copy for all members, from the first that plays to the last that leaves.
#include "server_fixture.h"

#define MULTICAST "Transport: RTP/AVP;multicast\r\n"

enum { BATCHES = 16, SPANS = 128 };

static ocel_server_config multicast_config(world *w) {
  ocel_server_config cfg = world_config(w);
  cfg.multicast = ocel_addr_ipv4(239, 1, 2, 3, 6000);
  cfg.multicast_ttl = 7;
  return cfg;
}

static void open_group(world *w) {
  world_reset(w);
  const ocel_server_config cfg = multicast_config(w);
  world_open_with(w, &cfg, 1, true);
  picture(w, 0, true, 500);
  pass(w, 0);
}

typedef struct {
  unsigned rtp, rtcp;
  uint16_t first, last;  // sequence numbers
  uint32_t ssrc, timestamp;
} sent;

// Sends what waits, and checks that all of it goes to the group.
static sent send_all(world *w) {
  static ocel_datagrams batches[BATCHES];
  static ocel_span spans[SPANS];
  const ocel_datagram_room room = {batches, BATCHES, spans, SPANS};
  sent got = {0};
  for (size_t n; (n = ocel_server_datagrams(w->srv, &room, w->now)) > 0;) {
    for (size_t i = 0; i < n; i++) {
      const ocel_datagrams *d = &batches[i];
      const bool rtp = d->port == OCEL_PORT_RTP;
      const ocel_addr want = ocel_addr_ipv4(239, 1, 2, 3, 0);
      assert_true(ocel_addr_same_host(&d->to, &want));
      assert_int_equal(d->to.port, rtp ? 6000 : 6001);
      assert_int_equal(d->local->ip[15], 0);
      const uint8_t *p = d->parts[0].p;
      (rtp ? &got.rtp : &got.rtcp)[0]++;
      if (!rtp) continue;
      got.last = (uint16_t)(p[2] << 8 | p[3]);
      if (got.rtp == 1) got.first = got.last;
      got.ssrc = be32(p + 8);
      got.timestamp = be32(p + 4);
    }
    ocel_server_datagrams_sent(w->srv, n, 0);
  }
  return got;
}

static int join(world *w, uint8_t host) {
  const int conn = connect_from(w, host);
  w->session[0] = '\0';
  assert_int_equal(set_up(w, conn, "/trackID=0", MULTICAST), 200);
  assert_int_equal(ask(w, conn, "PLAY", URL "/", ""), 200);
  return conn;
}

static void shoot(world *w, bool key) {
  w->now += 40 * OCEL_MILLISECOND;
  picture(w, 0, key, 300);
  pass(w, 0);
}

static void the_server_names_group_ports_and_ttl(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(set_up(&w, conn, "/trackID=0",
                          "Transport: RTP/AVP/UDP;multicast;destination=10.0.0.1;port=9-10\r\n"),
                   200);
  const char *transport = reply_header(&w, "Transport");
  assert_non_null(
      strstr(transport, "RTP/AVP;multicast;destination=239.1.2.3;port=6000-6001;ttl=7"));
  assert_non_null(strstr(transport, ";ssrc="));
  assert_null(strstr(transport, "server_port"));
}

static void members_share_one_copy(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const int a = join(&w, 7);
  assert_string_equal(reply_header(&w, "RTP-Info"), "");
  const sent first = send_all(&w);
  assert_int_equal(first.rtp, 2);  // parameter sets, picture
  assert_int_equal(first.rtcp, 1);
  const int b = join(&w, 8);
  assert_int_equal(send_all(&w).rtp, 0);
  char ssrc[16];
  (void)snprintf(ssrc, sizeof ssrc, "%08X", (unsigned)first.ssrc);
  unsigned packets = 2;
  for (unsigned i = 1; i <= 20; i++) {
    shoot(&w, i % 10 == 0);
    const sent next = send_all(&w);
    packets += next.rtp;
    assert_int_equal(next.rtp, i % 10 == 0 ? 2 : 1);
    assert_int_equal(next.last, (uint16_t)(first.first + packets - 1));
    assert_int_equal(next.ssrc, first.ssrc);
  }
  ocel_server_stats stats;
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.packets, packets);
  assert_int_equal(stats.playing, 2);
  assert_int_equal(stats.sessions, 2);
  ocel_server_closed(w.srv, a, w.now);
  shoot(&w, false);
  assert_int_equal(send_all(&w).rtp, 1);
  ocel_server_closed(w.srv, b, w.now);
  shoot(&w, true);
  const sent none = send_all(&w);
  assert_int_equal(none.rtp + none.rtcp, 0);
}

static void each_newcomer_has_a_key_picture_asked_for(void **state) {
  (void)state;
  world w;
  open_group(&w);
  (void)join(&w, 7);
  (void)send_all(&w);
  pass(&w, OCEL_SECOND);
  const unsigned asked = w.events[OCEL_EVENT_KEYFRAME_WANTED];
  (void)join(&w, 8);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], asked + 1);
}

static void pause_leaves_and_play_comes_back(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const int conn = join(&w, 7);
  const sent before = send_all(&w);
  assert_int_equal(ask(&w, conn, "PAUSE", URL "/", ""), 200);
  shoot(&w, false);
  assert_int_equal(send_all(&w).rtp, 0);
  assert_int_equal(ask(&w, conn, "PLAY", URL "/", ""), 200);
  shoot(&w, true);
  const sent after = send_all(&w);
  assert_int_equal(after.rtp, 2);
  assert_int_equal(after.first, (uint16_t)(before.last + 1));
  assert_int_equal(after.ssrc, before.ssrc);
  assert_true((int32_t)(after.timestamp - before.timestamp) > 0);
}

static void a_silent_member_times_out_and_reports_keep_one(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const int silent = join(&w, 7), reporting = join(&w, 8);
  static const uint8_t REPORT[] = {0x80, 201, 0, 1, 0, 0, 0, 9};
  for (int i = 0; i < 8; i++) {
    const ocel_addr from = ocel_addr_ipv4(192, 0, 2, 8, 6001);
    pass(&w, 10 * OCEL_SECOND);
    ocel_server_datagram(w.srv, OCEL_PORT_RTCP, &from, ocel_span_make(REPORT, sizeof REPORT),
                         w.now);
    drain(&w, silent);
  }
  assert_true(w.closed[silent]);
  assert_false(w.closed[reporting]);
  shoot(&w, true);
  assert_true(send_all(&w).rtp > 0);
}

static void reports_go_on_by_the_interval(void **state) {
  (void)state;
  world w;
  unsigned reports = 0;
  open_group(&w);
  const int conn = join(&w, 7);
  for (int i = 0; i < 25 * 20; i++) {  // twenty seconds
    shoot(&w, i % 25 == 0);
    reports += send_all(&w).rtcp;
    drain(&w, conn);
  }
  assert_int_equal(reports, 4);
}

static void refusals(void **state) {
  (void)state;
  static const struct {
    const char *name, *transport;
    int status;
  } CASES[] = {
      {"inside TCP there is none",   "Transport: RTP/AVP/TCP;multicast\r\n",                461},
      {"not to record",              "Transport: RTP/AVP;multicast;mode=record\r\n",        461},
      {"the client's second choice", "Transport: RTP/SAVP;multicast,RTP/AVP;multicast\r\n", 200},
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    world w;
    CASE(CASES[i].name);
    open_group(&w);
    const int conn = connect_from(&w, 7);
    assert_int_equal(set_up(&w, conn, "/trackID=0", CASES[i].transport), CASES[i].status);
  }
}

static void neither_tls_nor_the_other_family_gets_it(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const ocel_addr v4 = ocel_addr_ipv4(192, 0, 2, 7, 4000);
  ocel_addr v6 = v4;
  v6.ip[0] = 0xfd;
  const int secure = ocel_server_accept(w.srv, &v4, &v4, true, w.now);
  const int other = ocel_server_accept(w.srv, &v6, &v6, false, w.now);
  assert_int_equal(set_up(&w, secure, "/trackID=0", MULTICAST), 461);
  assert_int_equal(set_up(&w, other, "/trackID=0", MULTICAST), 461);
}

static void addresses_and_ports_have_bounds(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  static const struct {
    uint8_t first;
    uint16_t port;
    uint8_t ttl;
    bool ok;
  } CASES[] = {
      {224, 6000,  1,   true },
      {239, 6000,  255, true },
      {223, 6000,  1,   false},
      {240, 6000,  1,   false},
      {239, 6000,  0,   false},
      {239, 65531, 1,   true },
      {239, 65532, 1,   false},
      {1,   0,     0,   true },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    ocel_server_config cfg = world_config(&w);
    cfg.multicast = ocel_addr_ipv4(CASES[i].first, 0, 0, 9, CASES[i].port);
    cfg.multicast_ttl = CASES[i].ttl;
    assert_int_equal(ocel_server_size(&cfg) > 0, CASES[i].ok);
  }
  ocel_server_config cfg = world_config(&w);
  cfg.multicast = (ocel_addr){
      .ip = {0xff, 0x12},
        .port = 6000
  };
  assert_true(ocel_server_size(&cfg) > 0);
  cfg.multicast.ip[0] = 0xfe;
  assert_true(ocel_server_size(&cfg) == 0);
  cfg = multicast_config(&w);
  cfg.rtp_port = cfg.rtcp_port = 0;
  assert_true(ocel_server_size(&cfg) == 0);
}

static void everybody_leaves_at_the_end(void **state) {
  (void)state;
  world w;
  open_group(&w);
  const int conn = join(&w, 7);
  (void)send_all(&w);
  ocel_server_shutdown(w.srv, w.now);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  shoot(&w, true);
  assert_int_equal(send_all(&w).rtp, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_server_names_group_ports_and_ttl),
      cmocka_unit_test(members_share_one_copy),
      cmocka_unit_test(each_newcomer_has_a_key_picture_asked_for),
      cmocka_unit_test(pause_leaves_and_play_comes_back),
      cmocka_unit_test(a_silent_member_times_out_and_reports_keep_one),
      cmocka_unit_test(reports_go_on_by_the_interval),
      cmocka_unit_test(refusals),
      cmocka_unit_test(neither_tls_nor_the_other_family_gets_it),
      cmocka_unit_test(addresses_and_ports_have_bounds),
      cmocka_unit_test(everybody_leaves_at_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
