// SPDX-License-Identifier: Apache-2.0
// Retransmission of what a viewer over UDP says it misses (RFC 4585 6.2.1, RFC 4588).
#include "ocel/retransmission.h"

#include "server_fixture.h"

enum { PACKETS_MAX = 256, PACKET_MAX = 1500, HEAD = 12 };

#define FEEDBACK "Transport: RTP/AVPF;unicast;client_port=7000-7001\r\n"

typedef struct {
  size_t n;
  uint8_t bytes[PACKET_MAX];
} packet;

// The RTP packets that came; reports are left out.
typedef struct {
  size_t n;
  packet p[PACKETS_MAX];
} packets;

static packets sent, again;

static void keep(packets *list, const ocel_datagrams *d) {
  uint8_t mem[65536];
  size_t n = 0;
  for (size_t i = 0; i < d->part_count; i++) {
    memcpy(mem + n, d->parts[i].p, d->parts[i].n);
    n += d->parts[i].n;
  }
  for (size_t at = 0; at < n; at += d->segment) {
    packet *p = &list->p[list->n++];
    assert_true(list->n <= PACKETS_MAX);
    p->n = n - at < d->segment ? n - at : d->segment;
    assert_true(p->n <= PACKET_MAX);
    memcpy(p->bytes, mem + at, p->n);
  }
}

// Sends all that waits; only what one call hands out with `take` false, which is then not sent.
static void receive(world *w, packets *list, bool take) {
  ocel_datagrams out[16];
  ocel_span spans[128];
  size_t n;
  list->n = 0;
  do {
    n = ocel_server_datagrams(w->srv, &(ocel_datagram_room){out, 16, spans, 128}, w->now);
    for (size_t i = 0; i < n; i++) {
      if (out[i].port == OCEL_PORT_RTP) keep(list, &out[i]);
    }
    ocel_server_datagrams_sent(w->srv, take ? n : 0, 0);
  } while (n > 0 && take);
}

static uint16_t sequence_of(const packet *p) { return (uint16_t)(p->bytes[2] << 8 | p->bytes[3]); }

static void put32(uint8_t *p, uint32_t v) {
  for (int i = 0; i < 4; i++) p[i] = (uint8_t)(v >> (24 - 8 * i));
}

// A NACK of one entry, without a report before it (RFC 5506).
static void miss_from(world *w, uint8_t host, uint16_t port, uint32_t ssrc, uint32_t entry) {
  uint8_t mem[16] = {0x81, 205, 0, 3, 0, 0, 0, 9};
  const ocel_addr from = ocel_addr_ipv4(192, 0, 2, host, port);
  put32(mem + 8, ssrc);
  put32(mem + 12, entry);
  ocel_server_datagram(w->srv, OCEL_PORT_RTCP, &from, ocel_span_make(mem, sizeof mem), w->now);
}

static uint32_t ssrc_sent(void) { return be32(sent.p[0].bytes + 8); }

static void miss(world *w, uint16_t sequence, uint16_t mask) {
  miss_from(w, 7, 7001, ssrc_sent(), (uint32_t)sequence << 16 | mask);
}

// Sends so much that a quarter of it is enough for a test.
static void earn(world *w) {
  show(w, 0, true, 7000);
  for (int i = 0; i < 20; i++) {
    show(w, 0, false, 7000);
    receive(w, &sent, true);
  }
}

// Pictures of which there are aggregates, single units and fragments.
static void show_some(world *w) {
  show(w, 0, true, 5000);
  for (uint32_t i = 0; i < 3; i++) {
    show(w, 0, false, 100 + 1500 * i);
    w->now += 40 * OCEL_MILLISECOND;
  }
  receive(w, &sent, true);
}

static int watch_as(world *w, const char *transport, bool rich) {
  const int conn = viewer(w, "", transport);
  play(w, conn);
  if (rich) earn(w);
  show_some(w);
  return conn;
}

static int watch(world *w) {
  world_open(w);
  return watch_as(w, FEEDBACK, true);
}

static void assert_is_again(const packet *got, const packet *original) {
  assert_int_equal(got->n, original->n + 2);
  assert_int_equal(got->bytes[0], 0x80);
  assert_int_equal(got->bytes[1], (original->bytes[1] & 0x80) | 98);
  assert_memory_equal(got->bytes + 4, original->bytes + 4, 4);      // timestamp
  assert_memory_not_equal(got->bytes + 8, original->bytes + 8, 4);  // SSRC
  assert_memory_equal(got->bytes + HEAD, original->bytes + 2, 2);   // RFC 4588 4: OSN
  assert_memory_equal(got->bytes + HEAD + 2, original->bytes + HEAD, original->n - HEAD);
}

static void each_packet_can_be_had_again(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  assert_true(sent.n > 8);
  uint16_t next = 0;
  for (size_t i = 0; i < sent.n; i++) {
    const size_t k = sent.n - 1 - i;
    miss(&w, sequence_of(&sent.p[k]), 0);
    receive(&w, &again, true);
    assert_int_equal(again.n, 1);
    assert_is_again(&again.p[0], &sent.p[k]);
    if (i > 0) assert_int_equal(sequence_of(&again.p[0]), next);
    next = (uint16_t)(sequence_of(&again.p[0]) + 1);
  }
}

static void numbers_may_wrap(void **state) {
  (void)state;
  world w;
  bool wrapped = false;
  for (uint32_t seed = 1; !wrapped; seed++) {
    assert_true(seed < 200000);
    world_open(&w);
    w.random = seed * 2654435761u;
    (void)watch_as(&w, FEEDBACK, false);
    wrapped = sequence_of(&sent.p[0]) > sequence_of(&sent.p[sent.n - 1]);
  }
  miss(&w, sequence_of(&sent.p[0]), 0);
  receive(&w, &again, true);
  assert_int_equal(again.n, 1);
  assert_is_again(&again.p[0], &sent.p[0]);
}

static void one_entry_asks_for_up_to_seventeen(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  // The third, fourth and sixth packet; the reader's next picture comes behind them.
  miss(&w, sequence_of(&sent.p[2]), 1 << 0 | 1 << 2);
  show(&w, 0, false, 100);
  receive(&w, &again, true);
  assert_int_equal(again.n, 4);
  assert_is_again(&again.p[0], &sent.p[2]);
  assert_is_again(&again.p[1], &sent.p[3]);
  assert_is_again(&again.p[2], &sent.p[5]);
  assert_int_equal(sequence_of(&again.p[2]), (uint16_t)(sequence_of(&again.p[0]) + 2));
  assert_int_equal(sequence_of(&again.p[3]), (uint16_t)(sequence_of(&sent.p[sent.n - 1]) + 1));
  ocel_server_stats stats;
  ocel_client_stats client;
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.retransmitted, 3);
  assert_int_equal(ocel_server_get_client_stats(w.srv, 0, w.now, &client), OCEL_OK);
  assert_int_equal(client.retransmitted, 3);
}

static void expect_nothing(world *w) {
  receive(w, &again, true);
  assert_int_equal(again.n, 0);
}

static void what_was_never_sent_is_not_made_up(void **state) {
  (void)state;
  world w;
  world_open(&w);
  (void)watch_as(&w, FEEDBACK, false);
  const uint16_t first = sequence_of(&sent.p[0]);
  const uint16_t last = sequence_of(&sent.p[sent.n - 1]);
  const uint16_t WRONG[] = {(uint16_t)(first - 1), (uint16_t)(last + 1), (uint16_t)(first + 30000),
                            (uint16_t)(first - 30000)};
  for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
    miss(&w, WRONG[i], 0);
    expect_nothing(&w);
  }
}

static void only_the_viewers_own_rtcp_is_heard(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  const uint32_t entry = (uint32_t)sequence_of(&sent.p[1]) << 16;
  miss_from(&w, 8, 7001, ssrc_sent(), entry);
  miss_from(&w, 7, 7000, ssrc_sent(), entry);
  miss_from(&w, 7, 7001, ssrc_sent() + 1, entry);
  expect_nothing(&w);
  miss_from(&w, 7, 7001, ssrc_sent(), entry);
  receive(&w, &again, true);
  assert_int_equal(again.n, 1);
}

static void nobody_gets_it_without_the_profile(void **state) {
  (void)state;
  world w;
  world_open(&w);
  (void)watch_as(&w, UDP_TRANSPORT, true);
  miss(&w, sequence_of(&sent.p[1]), 0);
  expect_nothing(&w);
}

static void after_pause_and_after_the_end_there_is_nothing(void **state) {
  (void)state;
  world w;
  const int conn = watch(&w);
  const uint16_t old = sequence_of(&sent.p[1]);
  miss(&w, old, 0);
  assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), 200);
  expect_nothing(&w);
  play(&w, conn);
  show(&w, 0, true, 5000);
  receive(&w, &sent, true);
  miss(&w, old, 0);  // of the run before
  expect_nothing(&w);
  miss(&w, sequence_of(&sent.p[1]), 0);
  receive(&w, &again, true);
  assert_int_equal(again.n, 1);
  miss(&w, sequence_of(&sent.p[1]), 0);
  assert_int_equal(ask(&w, conn, "TEARDOWN", URL, ""), 200);
  expect_nothing(&w);
}

static void what_has_left_the_ring_is_gone(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  const uint16_t old = sequence_of(&sent.p[1]);
  for (int i = 0; i < 12; i++) {
    show(&w, 0, false, 7000);
    receive(&w, &again, true);
  }
  miss(&w, old, 0);
  expect_nothing(&w);
}

static void a_quarter_may_be_sent_again(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  size_t repeated = 0;
  ocel_client_stats stats;
  assert_int_equal(ocel_server_get_client_stats(w.srv, 0, w.now, &stats), OCEL_OK);
  for (int i = 0; i < 500; i++) {
    miss(&w, sequence_of(&sent.p[1]), 0xffff);
    receive(&w, &again, true);
    for (size_t k = 0; k < again.n; k++) repeated += again.p[k].n;
  }
  assert_in_range(repeated, stats.bytes / 8, stats.bytes / 4);
}

static void questions_are_bounded_and_one_viewer_leaves_room(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  const int other = connect_from(&w, 8);
  w.session[0] = '\0';
  assert_int_equal(set_up(&w, other, "", FEEDBACK), 200);
  play(&w, other);
  const uint32_t flooder = ssrc_sent();
  earn(&w);
  show_some(&w);
  for (int i = 0; i < 1000; i++) miss_from(&w, 7, 7001, flooder, 0x12340000u + (uint32_t)i);
  size_t own = sent.n - 1;  // the other viewer's come last
  const uint32_t ssrc = be32(sent.p[own].bytes + 8);
  miss_from(&w, 8, 7001, ssrc, (uint32_t)sequence_of(&sent.p[own]) << 16);
  receive(&w, &again, true);
  assert_true(again.n >= 1);
  assert_is_again(&again.p[again.n - 1], &sent.p[own]);
}

static void what_the_port_does_not_take_is_asked_for_again(void **state) {
  (void)state;
  world w;
  (void)watch(&w);
  ocel_server_stats stats;
  miss(&w, sequence_of(&sent.p[1]), 0);
  show(&w, 0, false, 100);
  receive(&w, &again, false);
  assert_int_equal(again.n, 2);
  receive(&w, &again, true);
  assert_int_equal(again.n, 1);
  assert_int_equal(sequence_of(&again.p[0]), (uint16_t)(sequence_of(&sent.p[sent.n - 1]) + 1));
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.retransmitted, 0);
}

static void many_entries_of_one_packet_are_read(void **state) {
  (void)state;
  world w;
  uint8_t mem[12 + 4 * 8] = {0x81, 205, 0, 10, 0, 0, 0, 9};
  const ocel_addr from = ocel_addr_ipv4(192, 0, 2, 7, 7001);
  (void)watch(&w);
  put32(mem + 8, ssrc_sent());
  for (size_t i = 0; i < 8; i++) {
    put32(mem + 12 + 4 * i, (uint32_t)sequence_of(&sent.p[i % 2 == 0 ? 1 : 0]) << 16);
  }
  ocel_server_datagram(w.srv, OCEL_PORT_RTCP, &from, ocel_span_make(mem, sizeof mem), w.now);
  receive(&w, &again, true);
  assert_true(again.n >= 2);
  assert_is_again(&again.p[0], &sent.p[1]);
  assert_is_again(&again.p[1], &sent.p[0]);
}

static void sound_comes_again_too(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  w.format[1] = (ocel_format){.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};
  const ocel_server_config cfg = world_config(&w);
  world_open_with(&w, &cfg, 2, true);
  const int conn = viewer(&w, "/trackID=1", FEEDBACK);
  play(&w, conn);
  for (int i = 0; i < 4; i++) {
    sound(&w, 1, 3000);  // of three packets, each with a time of its own
    pass(&w, 375 * OCEL_MILLISECOND);
  }
  receive(&w, &sent, true);
  assert_int_equal(sent.n, 12);
  miss(&w, sequence_of(&sent.p[10]), 0);
  miss(&w, sequence_of(&sent.p[0]), 0);
  receive(&w, &again, true);
  assert_int_equal(again.n, 2);
  for (size_t i = 0; i < 2; i++) again.p[i].bytes[1] = (uint8_t)(again.p[i].bytes[1] - 1);  // 99
  assert_is_again(&again.p[0], &sent.p[10]);
  assert_is_again(&again.p[1], &sent.p[0]);
}

// ---- who is offered it ----

typedef struct {
  const char *name;
  ocel_retransmission whose;
  bool secure;
  const char *headers;
  bool offered;
} offer;

static const offer OFFERS[] = {
    {"GStreamer",              OCEL_RETRANSMISSION_KNOWN, false, "User-Agent: GStreamer/1.22.0\r\n", true },
    {"FFmpeg",                 OCEL_RETRANSMISSION_KNOWN, false, "User-Agent: Lavf59.27.100\r\n",    false},
    {"a short name",           OCEL_RETRANSMISSION_KNOWN, false, "User-Agent: GStreamer\r\n",        false},
    {"nobody's name",          OCEL_RETRANSMISSION_KNOWN, false, "",                                 false},
    {"inside TLS is no UDP",   OCEL_RETRANSMISSION_ALL,   true,  "",                                 false},
    {"everybody",              OCEL_RETRANSMISSION_ALL,   false, "",                                 true },
    {"not even who would ask", OCEL_RETRANSMISSION_OFF,   false, "User-Agent: GStreamer/1.22.0\r\n",
     false                                                                                                },
};

static void it_is_offered_to_whom_it_may_help(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(OFFERS); i++) {
    const offer *o = &OFFERS[i];
    world w;
    CASE(o->name);
    world_open(&w);
    if (o->whose != OCEL_RETRANSMISSION_KNOWN) ocel_server_set_retransmission(w.srv, o->whose);
    show(&w, 0, true, 100);
    const int conn = connect_through(&w, 7, o->secure);
    assert_int_equal(ask(&w, conn, "DESCRIBE", URL, o->headers), 200);
    w.out[w.out_n] = '\0';
    const char *text = (const char *)w.out;
    assert_int_equal(strstr(text, "m=video 0 RTP/AVPF 96 98\r\n") != NULL, o->offered);
    assert_int_equal(strstr(text, "a=rtcp-fb:96 nack\r\n") != NULL, o->offered);
    assert_int_equal(strstr(text, "m=video 0 RTP/AVP 96\r\n") == NULL, o->offered);
  }
}

static void without_udp_it_is_not_offered(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.rtp_port = cfg.rtcp_port = 0;
  world_open_with(&w, &cfg, 1, true);
  ocel_server_set_retransmission(w.srv, OCEL_RETRANSMISSION_ALL);
  show(&w, 0, true, 100);
  assert_int_equal(ask(&w, connect_from(&w, 7), "DESCRIBE", URL, ""), 200);
  w.out[w.out_n] = '\0';
  assert_null(strstr((const char *)w.out, "AVPF"));
}

static void the_reply_has_the_profile_that_was_asked_for(void **state) {
  (void)state;
  static const char *const PROTOCOL[][2] = {
      {"Transport: RTP/AVPF;unicast;client_port=7000-7001\r\n", "RTP/AVPF;unicast;client_port="   },
      {"Transport: RTP/AVPF/TCP;unicast;interleaved=0-1\r\n",   "RTP/AVPF/TCP;unicast;interleaved"},
      {"Transport: RTP/AVP/UDP;unicast;client_port=6-7\r\n",    "RTP/AVP;unicast;client_port="    },
  };
  for (size_t i = 0; i < ARRAY_LEN(PROTOCOL); i++) {
    world w;
    world_open(&w);
    (void)viewer(&w, "", PROTOCOL[i][0]);
    assert_memory_equal(reply_header(&w, "Transport"), PROTOCOL[i][1], strlen(PROTOCOL[i][1]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_packet_can_be_had_again),
      cmocka_unit_test(numbers_may_wrap),
      cmocka_unit_test(one_entry_asks_for_up_to_seventeen),
      cmocka_unit_test(what_was_never_sent_is_not_made_up),
      cmocka_unit_test(only_the_viewers_own_rtcp_is_heard),
      cmocka_unit_test(nobody_gets_it_without_the_profile),
      cmocka_unit_test(after_pause_and_after_the_end_there_is_nothing),
      cmocka_unit_test(what_has_left_the_ring_is_gone),
      cmocka_unit_test(a_quarter_may_be_sent_again),
      cmocka_unit_test(questions_are_bounded_and_one_viewer_leaves_room),
      cmocka_unit_test(what_the_port_does_not_take_is_asked_for_again),
      cmocka_unit_test(many_entries_of_one_packet_are_read),
      cmocka_unit_test(sound_comes_again_too),
      cmocka_unit_test(it_is_offered_to_whom_it_may_help),
      cmocka_unit_test(without_udp_it_is_not_offered),
      cmocka_unit_test(the_reply_has_the_profile_that_was_asked_for),
  };
  return cmocka_run_group_tests_name("server_again", tests, NULL, NULL);
}
