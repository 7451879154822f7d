// SPDX-License-Identifier: Apache-2.0
// The simulator's own parts: what is not checked itself cannot check others.
#include "ocel_test.h"

#include <stdlib.h>

#include "depacketizer.h"
#include "net_tcp.h"
#include "producer.h"
#include "receiver.h"
#include "reply.h"

// ---- clock ----

typedef struct {
  char order[8];
} notes;

typedef struct {
  notes *to;
  char what;
} note;

static void write_note(void *ctx) {
  const note *n = ctx;
  const char text[2] = {n->what, '\0'};
  append(n->to->order, sizeof n->to->order, text);
}

static void events_run_by_time_then_by_age(void **state) {
  (void)state;
  sim_clock c;
  notes seen = {""};
  note a = {&seen, 'a'}, b = {&seen, 'b'}, d = {&seen, 'd'}, e = {&seen, 'e'};
  sim_clock_init(&c, 100);
  sim_clock_at(&c, 300, write_note, &d);
  sim_clock_at(&c, 200, write_note, &a);
  sim_clock_at(&c, 200, write_note, &b);
  sim_clock_at(&c, 301, write_note, &e);
  sim_clock_run(&c, 300);
  assert_string_equal(seen.order, "abd");
  assert_int_equal(c.now, 300);
  sim_clock_free(&c);
}

static void wall_clock_and_back(void **state) {
  (void)state;
  sim_clock c;
  sim_clock_init(&c, INT64_C(1) << 62);
  for (ocel_us us = 0; us < 100 * OCEL_SECOND; us += 99991) {
    assert_int_equal(sim_clock_from_ntp(&c, sim_clock_ntp(&c, c.origin + us)), c.origin + us);
  }
  sim_clock_free(&c);
}

// ---- TCP ----

typedef struct {
  uint8_t bytes[4096];
  size_t n;
  bool closed;
} end;

static void end_bytes(void *ctx, ocel_span s) {
  end *e = ctx;
  memcpy(e->bytes + e->n, s.p, s.n);
  e->n += s.n;
}

static void end_closed(void *ctx) { ((end *)ctx)->closed = true; }

static tcp_link *make_link(sim_clock *c, end *e, uint32_t chunk) {
  const tcp_profile profile = {.latency = 1000, .buffer = 100, .chunk = chunk};
  tcp_link *l = tcp_make(c, rng_make(7), &profile);
  l->client = (tcp_client){e, end_bytes, end_closed};
  return l;
}

static void bytes_arrive_in_order_whatever_the_pieces(void **state) {
  (void)state;
  for (uint32_t chunk = 0; chunk < 5; chunk++) {
    sim_clock c;
    end e = {.n = 0};
    uint8_t mem[600], got[600];
    sim_clock_init(&c, 0);
    tcp_link *l = make_link(&c, &e, chunk);
    for (size_t i = 0; i < sizeof mem; i++) mem[i] = (uint8_t)(i * 7);
    tcp_send(l, ocel_span_make(mem, sizeof mem));
    assert_int_equal(tcp_readable(l), 0);
    for (size_t done = 0; done < sizeof mem;) {
      const size_t left = sizeof mem - done;
      const size_t n = tcp_room(l) < left ? tcp_room(l) : left;
      tcp_write(l, ocel_span_make(mem + done, n));
      done += n;
      sim_clock_run(&c, c.now + 2000);
    }
    assert_int_equal(e.n, sizeof mem);
    assert_memory_equal(e.bytes, mem, sizeof mem);
    assert_int_equal(tcp_read(l, got, sizeof got), sizeof mem);
    assert_memory_equal(got, mem, sizeof mem);
    tcp_free(l);
    sim_clock_free(&c);
  }
}

static void a_stalled_client_fills_the_buffer(void **state) {
  (void)state;
  sim_clock c;
  end e = {.n = 0};
  uint8_t mem[100] = {0};
  sim_clock_init(&c, 0);
  tcp_link *l = make_link(&c, &e, 0);
  tcp_stall(l, 50000);
  tcp_write(l, ocel_span_make(mem, 100));
  l->wants_writable = true;
  sim_clock_run(&c, 49999);
  assert_int_equal(e.n, 0);
  assert_int_equal(tcp_room(l), 0);
  assert_false(l->writable);
  sim_clock_run(&c, 60000);
  assert_int_equal(e.n, 100);
  assert_true(l->writable);
  tcp_free(l);
  sim_clock_free(&c);
}

static void ends_of_a_connection(void **state) {
  (void)state;
  sim_clock c;
  end e = {.n = 0};
  uint8_t mem[4] = {1, 2, 3, 4};
  sim_clock_init(&c, 0);
  tcp_link *l = make_link(&c, &e, 0);
  tcp_send(l, ocel_span_make(mem, 4));
  tcp_fin(l);
  sim_clock_run(&c, 1000);
  assert_false(tcp_at_eof(l));  // there are bytes before it
  assert_int_equal(tcp_read(l, mem, 4), 4);
  assert_true(tcp_at_eof(l));
  tcp_write(l, ocel_span_make(mem, 4));
  tcp_close(l);
  sim_clock_run(&c, 3000);
  assert_int_equal(e.n, 4);
  assert_true(e.closed);
  tcp_free(l);

  l = make_link(&c, &e, 0);
  tcp_send(l, ocel_span_make(mem, 4));
  tcp_reset(l);
  assert_false(tcp_is_reset(l));
  sim_clock_run(&c, 5000);
  assert_true(tcp_is_reset(l));
  assert_int_equal(tcp_readable(l), 0);
  tcp_free(l);
  sim_clock_free(&c);
}

// ---- replies ----

static void note_reply(void *ctx, const rtsp_reply *r) {
  char text[16];
  reply_text(reply_header(r, "cseq"), text, sizeof text);
  append(ctx, 64, text);
  reply_text(r->body, text, sizeof text);
  append(ctx, 64, text);
}

static void note_frame(void *ctx, unsigned channel, ocel_span data) {
  const char text[4] = {'$', (char)('0' + channel), (char)('0' + data.n), '\0'};
  append(ctx, 64, text);
}

static const char STREAM[] =
    "RTSP/1.0 200 OK\r\nCSeq: 5\r\n\r\n$\1\0\2hiRTSP/1.0 404 Not Found\r\nCSeq: 6\r\n"
    "Content-Length: 3\r\n\r\nxyz$\2\0\1!";

static void replies_and_frames_in_pieces_of_any_size(void **state) {
  (void)state;
  for (size_t piece = 1; piece < sizeof STREAM; piece++) {
    char seen[64] = "";
    reply_reader r;
    reply_reader_init(&r, (reply_sink){seen, note_reply, note_frame});
    ocel_span rest = ocel_span_make(STREAM, sizeof STREAM - 1);
    while (rest.n > 0) {
      assert_null(reply_read(&r, ocel_span_take(&rest, piece < rest.n ? piece : rest.n)));
    }
    assert_string_equal(seen, "5$126xyz$21");
    assert_true(reply_reader_at_rest(&r));
    reply_reader_free(&r);
  }
}

static void what_is_no_reply(void **state) {
  (void)state;
  static const char *const WRONG[] = {
      "HTTP/2.0 200 OK\r\n\r\n",
      "RTSP/1.0 200 OK\r\nCSeq 5\r\n\r\n",
      "RTSP/1.0 200 OK\nCSeq: 5\r\n\r\n",
      "RTSP/1.0 200 OK\r\nCSeq: \1\r\n\r\n",
      "RTSP/1.0 abc OK\r\nCSeq: 5\r\n\r\n",
      "RTSP/1.0 200 OK\r\nContent-Length: x\r\n\r\n",
      "x",
  };
  for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
    char seen[64] = "";
    reply_reader r;
    CASE(WRONG[i]);
    reply_reader_init(&r, (reply_sink){seen, note_reply, note_frame});
    assert_non_null(reply_read(&r, ocel_span_str(WRONG[i])));
    reply_reader_free(&r);
  }
}

// ---- depacketizer ----

static void note_nal(void *ctx, ocel_span nal) {
  append_hex(ctx, 128, nal);
  append(ctx, 128, "/");
}

typedef struct {
  const char *name, *packets[4], *nals;
  bool wrong;  // the last packet is refused
} depack_case;

static const depack_case DEPACK[] = {
    {"single NAL unit",           {"65aabb"},                     "65aabb/",    false},
    {"STAP-A",                    {"78000267aa000268bb"},         "67aa/68bb/", false},
    {"FU-A",                      {"7c85aa", "7c05bb", "7c45cc"}, "65aabbcc/",  false},
    {"F bit",                     {"e5aa"},                       "",           true },
    {"STAP-A: size past the end", {"78000367aa"},                 "",           true },
    {"STAP-A: empty unit",        {"780000"},                     "",           true },
    {"STAP-A: NRI",               {"38000267aa"},                 "67aa/",      true },
    {"STAP-A: STAP-A within",     {"7800027800"},                 "",           true },
    {"FU-A: no payload",          {"7c85"},                       "",           true },
    {"FU-A: start and end",       {"7cc5aa"},                     "",           true },
    {"FU-A: reserved bit",        {"7ca5aa"},                     "",           true },
    {"FU-A: no start",            {"7c05aa"},                     "",           true },
    {"FU-A: started twice",       {"7c85aa", "7c85aa"},           "",           true },
    {"FU-A: type changes",        {"7c85aa", "7c01aa"},           "",           true },
    {"FU-A: NRI changes",         {"7c85aa", "5c05aa"},           "",           true },
    {"another unit within",       {"7c85aa", "65aa"},             "",           true },
    {"type 0",                    {"60aa"},                       "",           true },
    {"STAP-B",                    {"79000000026700"},             "",           true },
};

static void payloads(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(DEPACK); i++) {
    const depack_case *k = &DEPACK[i];
    char seen[128] = "";
    depacketizer d;
    const char *wrong = NULL;
    CASE(k->name);
    depack_init(&d, seen, note_nal);
    for (size_t j = 0; j < ARRAY_LEN(k->packets) && k->packets[j] != NULL; j++) {
      uint8_t mem[64];
      assert_null(wrong);
      wrong = depack_payload(&d, unhex(k->packets[j], mem));
    }
    assert_int_equal(wrong != NULL, k->wrong);
    assert_string_equal(seen, k->nals);
    depack_free(&d);
  }
}

// ---- producer ----

static void woken(void *ctx) { (void)ctx; }

static producer *make_producer(sim_clock *c) {
  static const ocel_ring_config RING = {
      .unit_max = 200000, .bytes = 1 << 20, .records = 64, .align = 64};
  producer_profile f = PRODUCER_CAMERA;
  f.slices = 3;
  f.key_max = 150000;
  producer *p = producer_make(c, rng_make(3), 1, &f, &RING);
  p->committed = woken;
  producer_start(p, c->now);
  return p;
}

// ITU-T H.264 7.4.1: within a NAL unit no 00 00 00, 00 00 01, 00 00 02; 00 00 03 only before
// 00..03; the last byte is not 00.
static void units_are_legal_and_can_be_told_again(void **state) {
  (void)state;
  sim_clock c;
  sim_clock_init(&c, 0);
  producer *p = make_producer(&c);
  static uint8_t mem[200000];
  sim_clock_run(&c, 3 * OCEL_SECOND);
  assert_true(p->next > 20);
  for (uint32_t n = 0; n < p->next; n++) {
    const producer_au *au = producer_find(p, n);
    assert_non_null(au);
    for (unsigned u = 0; u < au->count; u++) {
      const size_t size = producer_make_unit(p, au, u, mem);
      for (size_t i = 0; i + 2 < size; i++) {
        assert_false(mem[i] == 0 && mem[i + 1] == 0 && mem[i + 2] <= 2);
      }
      assert_true(mem[size - 1] != 0);
      assert_true(producer_unit_is(p, au, u, ocel_span_make(mem, size)));
      mem[size / 2] ^= 1;
      assert_false(producer_unit_is(p, au, u, ocel_span_make(mem, size)));
    }
  }
  producer_free(p);
  sim_clock_free(&c);
}

// ---- receiver ----

static void losses_are_counted_as_rfc3550_says(void **state) {
  (void)state;
  static const uint16_t SEQUENCES[] = {65533, 65534, 0, 1, 1, 3};  // lost: 65535, 2; twice: 1
  sim_clock c;
  receiver r = {0};
  receiver_report said;
  uint8_t out[RECEIVER_REPORT_MAX];
  sim_clock_init(&c, 0);
  for (size_t i = 0; i < ARRAY_LEN(SEQUENCES); i++) {
    uint8_t packet[12] = {0x80, 96, (uint8_t)(SEQUENCES[i] >> 8), (uint8_t)SEQUENCES[i]};
    receiver_rtp(&r, &c, ocel_span_make(packet, sizeof packet));
  }
  assert_int_equal(receiver_put_report(&r, &c, false, out, &said), 8 + 24 + 16);
  assert_int_equal(said.lost, 1);  // 7 expected, 6 received (A.3: a double hides a loss)
  assert_int_equal(said.fraction, 256 / 7);
  assert_int_equal(be32(out + 16), 0x10003);  // extended highest sequence number
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(events_run_by_time_then_by_age),
      cmocka_unit_test(wall_clock_and_back),
      cmocka_unit_test(bytes_arrive_in_order_whatever_the_pieces),
      cmocka_unit_test(a_stalled_client_fills_the_buffer),
      cmocka_unit_test(ends_of_a_connection),
      cmocka_unit_test(replies_and_frames_in_pieces_of_any_size),
      cmocka_unit_test(what_is_no_reply),
      cmocka_unit_test(payloads),
      cmocka_unit_test(units_are_legal_and_can_be_told_again),
      cmocka_unit_test(losses_are_counted_as_rfc3550_says),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
