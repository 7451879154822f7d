// SPDX-License-Identifier: Apache-2.0
// A stream of JPEG: its description, where readers begin, and what they get over TCP and UDP.
#include "server_fixture.h"

#include "jpeg_unpack.h"

static const jpeg_file PICTURE = {
    .width = 320, .height = 240, .scan = 3000, .sampling = 0x22, .huffman = true};

static void open_world(world *w) {
  world_reset(w);
  w->format[0] = (ocel_format){.codec = OCEL_CODEC_JPEG, .rate = 12500};
  const ocel_server_config cfg = world_config(w);
  world_open_with(w, &cfg, 1, false);
}

static ocel_err commit(world *w, const jpeg_file *f) {
  uint8_t *p = ocel_ring_reserve(w->ring[0], UNIT_MAX);
  const ocel_commit how = {.wrap = OCEL_WRAP_BLOCK, .captured_at = w->now};
  assert_non_null(p);
  ocel_wbuf out = ocel_wbuf_make(p, UNIT_MAX);
  jpeg_file_put(&out, f);
  return ocel_ring_commit(w->ring[0], (uint32_t)out.n, &how);
}

static void show_file(world *w, const jpeg_file *f) {
  assert_int_equal(commit(w, f), OCEL_OK);
  pass(w, 0);
}

// What came of one picture.
typedef struct {
  uint8_t file[UNIT_MAX];
  jpeg_unpacker unpacker;
  unsigned packets, pictures;
} received;

static void receive(received *r, const uint8_t *packet, size_t n) {
  const bool marker = (packet[1] & 0x80) != 0;
  assert_int_equal(packet[1] & 0x7f, 26);
  if (r->unpacker.offset == 0) {
    r->unpacker.out = ocel_wbuf_make(r->file, sizeof r->file);
  }
  assert_true(jpeg_unpack(&r->unpacker, ocel_span_make(packet + 12, n - 12), marker));
  r->packets++;
  r->pictures += marker;
  if (marker) r->unpacker.offset = 0;
}

static void is_the_picture(const received *r, const jpeg_file *f) {
  uint8_t want[UNIT_MAX];
  ocel_unit a[OCEL_JPEG_PARTS], b[OCEL_JPEG_PARTS];
  uint16_t count;
  ocel_wbuf w = ocel_wbuf_make(want, sizeof want);
  jpeg_file_put(&w, f);
  assert_int_equal(ocel_jpeg_find(want, ocel_span_make(want, w.n), a, &count), OCEL_OK);
  assert_int_equal(ocel_jpeg_find(r->file, ocel_span_make(r->file, r->unpacker.out.n), b, &count),
                   OCEL_OK);
  assert_int_equal(a[OCEL_JPEG_SCAN].size, b[OCEL_JPEG_SCAN].size);
  assert_memory_equal(want + a[OCEL_JPEG_SCAN].offset, r->file + b[OCEL_JPEG_SCAN].offset,
                      a[OCEL_JPEG_SCAN].size);
}

// The RTP packets behind the replies in `out`, channel 0.
static void receive_frames(const world *w, received *r) {
  const uint8_t *p = w->out, *const end = w->out + w->out_n;
  while (p < end && p[0] != '$') p = (const uint8_t *)strstr((const char *)p, "\r\n\r\n") + 4;
  for (; p < end; p += 4u + ocel_be16(p + 2)) {
    if (p[1] == 0) receive(r, p + 4, ocel_be16(p + 2));
  }
}

static void the_description_waits_for_a_picture(void **state) {
  (void)state;
  world w;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), -1);
  show_file(&w, &PICTURE);
  drain(&w, conn);
  w.out[w.out_n] = '\0';
  const char *sdp = strstr((const char *)w.out, "\r\n\r\nv=0");
  assert_non_null(sdp);
  assert_non_null(strstr(sdp,
                         "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\n"
                         "a=x-dimensions:320,240\r\na=framerate:12.5\r\n"));
}

static uint64_t described_version(world *w, int conn) {
  unsigned long long id, version;
  assert_int_equal(ask(w, conn, "DESCRIBE", URL, ""), 200);
  const char *o = strstr((const char *)w->out, "o=- ");
  assert_int_equal(sscanf(o, "o=- %llu %llu", &id, &version), 2);
  return version;
}

static void another_size_is_another_version_of_the_description(void **state) {
  (void)state;
  world w;
  open_world(&w);
  show_file(&w, &PICTURE);
  const int conn = connect_from(&w, 7);
  const uint64_t before = described_version(&w, conn);
  show_file(&w, &PICTURE);
  assert_int_equal(described_version(&w, conn), before);
  jpeg_file wider = PICTURE;
  wider.width = 328;
  show_file(&w, &wider);
  assert_int_equal(described_version(&w, conn), before + 1);
}

// Every picture is a key picture: a reader begins with the one that is there.
static void a_reader_over_tcp_gets_the_newest_picture_at_once(void **state) {
  (void)state;
  world w;
  received r = {.packets = 0};
  open_world(&w);
  jpeg_file first = PICTURE;
  first.scan = 100;
  show_file(&w, &first);
  show_file(&w, &PICTURE);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  receive_frames(&w, &r);
  assert_int_equal(r.pictures, 1);
  assert_int_equal(r.packets, 3);
  is_the_picture(&r, &PICTURE);
  assert_int_equal(w.events[OCEL_EVENT_KEYFRAME_WANTED], 0);
}

static void a_reader_over_udp_gets_datagrams_of_one_size(void **state) {
  (void)state;
  world w;
  received r = {.packets = 0};
  ocel_datagrams batches[8];
  ocel_span spans[64];
  const ocel_datagram_room room = {.batches = batches, .max = 8, .spans = spans, .max_spans = 64};
  open_world(&w);
  show_file(&w, &PICTURE);
  const int conn = viewer(&w, "", UDP_TRANSPORT);
  play(&w, conn);
  const size_t n = ocel_server_datagrams(w.srv, &room, w.now);
  for (size_t i = 0; i < n; i++) {
    uint8_t bytes[UNIT_MAX];
    ocel_wbuf out = ocel_wbuf_make(bytes, sizeof bytes);
    if (batches[i].port != OCEL_PORT_RTP) continue;
    for (size_t k = 0; k < batches[i].part_count; k++) ocel_put_span(&out, batches[i].parts[k]);
    for (size_t at = 0; at < out.n; at += batches[i].segment) {
      const size_t left = out.n - at;
      receive(&r, bytes + at, left < batches[i].segment ? left : batches[i].segment);
    }
  }
  ocel_server_datagrams_sent(w.srv, n, 0);
  assert_int_equal(r.pictures, 1);
  is_the_picture(&r, &PICTURE);
}

// RFC 2435 has no place for it; the next one is served.
static void a_file_that_cannot_be_sent_is_dropped_and_counted(void **state) {
  (void)state;
  world w;
  received r = {.packets = 0};
  jpeg_file other = PICTURE;
  open_world(&w);
  show_file(&w, &PICTURE);
  const int conn = viewer(&w, "", TCP_TRANSPORT);
  play(&w, conn);
  other.sampling = 0x11;
  assert_int_equal(commit(&w, &other), OCEL_ERR_UNSUPPORTED);
  assert_int_equal(ocel_ring_dropped(w.ring[0]), 1);
  w.out_n = 0;
  pass(&w, OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(w.out_n, 0);
  show_file(&w, &PICTURE);
  drain(&w, conn);
  receive_frames(&w, &r);
  is_the_picture(&r, &PICTURE);
  ocel_stream_stats stats;
  assert_int_equal(ocel_server_get_stream_stats(w.srv, 0, w.now, &stats), OCEL_OK);
  assert_int_equal(stats.dropped, 1);
  assert_int_equal(stats.access_units, 2);
}

static void packets_too_small_for_the_tables_are_refused(void **state) {
  (void)state;
  world w;
  open_world(&w);
  ocel_server_config cfg = world_config(&w);
  const ocel_stream_config stream = {
      .path = "/b", .track_count = 1, .track = {w.ring[0]}, .format = {{.codec = OCEL_CODEC_JPEG}}};
  static const struct {
    uint16_t payload_max;
    int want;
  } CASES[] = {
      {144, OCEL_ERR_CONFIG},
      {145, 0              }
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    cfg.payload_max = CASES[i].payload_max;
    w.srv = ocel_server_init(server_memory.bytes, SERVER_BYTES, &cfg, w.now);
    assert_int_equal(ocel_server_add_stream(w.srv, &stream), CASES[i].want);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_description_waits_for_a_picture),
      cmocka_unit_test(another_size_is_another_version_of_the_description),
      cmocka_unit_test(a_reader_over_tcp_gets_the_newest_picture_at_once),
      cmocka_unit_test(a_reader_over_udp_gets_datagrams_of_one_size),
      cmocka_unit_test(a_file_that_cannot_be_sent_is_dropped_and_counted),
      cmocka_unit_test(packets_too_small_for_the_tables_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
