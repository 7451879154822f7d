// SPDX-License-Identifier: Apache-2.0
// JPEG pictures pushed over HTTP as parts of a multipart answer.
#include "push_fixture.h"

#include "jpeg_unpack.h"

#define PART_HEAD "Content-Type: image/jpeg\r\nContent-Length: "
#define BOUNDARY "\r\n--ocel-part\r\n"

static world w;
static uint8_t file[UNIT_MAX];

static void open_push(void) {
  world_reset(&w);
  w.format[0] = (ocel_format){.codec = OCEL_CODEC_JPEG, .rate = 12500};
  const ocel_server_config cfg = world_config(&w);
  world_open_with(&w, &cfg, 1, false);
  add_push_route(&w, OCEL_PUSH_MULTIPART);
}

static size_t make_file(uint16_t scan) {
  const jpeg_file f = {
      .width = 320, .height = 240, .scan = scan, .sampling = 0x22, .huffman = true};
  ocel_wbuf out = ocel_wbuf_make(file, sizeof file);
  jpeg_file_put(&out, &f);
  assert_false(out.overflow);
  return out.n;
}

static void show_file(uint16_t scan) {
  const size_t n = make_file(scan);
  uint8_t *p = ocel_ring_reserve(w.ring[0], UNIT_MAX);
  const ocel_commit how = {.wrap = OCEL_WRAP_BLOCK, .captured_at = w.now};
  assert_non_null(p);
  memcpy(p, file, n);
  assert_int_equal(ocel_ring_commit(w.ring[0], (uint32_t)n, &how), OCEL_OK);
  pass(&w, 40 * OCEL_MILLISECOND);
}

static int push_client(void) {
  const int conn = connect_from(&w, 7);
  assert_int_equal(request(&w, conn, "GET", "/live", ""), 200);
  return conn;
}

// Takes one part off the front: it must be the file with such a scan.
static void take_part(ocel_span *rest, uint16_t scan) {
  const size_t n = make_file(scan);
  char head[100];
  (void)snprintf(head, sizeof head, PART_HEAD "%u\r\n\r\n", (unsigned)n);
  assert_true(rest->n >= strlen(head) + n + sizeof BOUNDARY - 1);
  assert_memory_equal(ocel_span_take(rest, strlen(head)).p, head, strlen(head));
  assert_memory_equal(ocel_span_take(rest, n).p, file, n);
  assert_memory_equal(ocel_span_take(rest, sizeof BOUNDARY - 1).p, BOUNDARY, sizeof BOUNDARY - 1);
}

static void each_picture_is_a_part_and_the_boundary_follows_at_once(void **state) {
  (void)state;
  static const size_t sizes[] = {SIZE_MAX, 1, 100, 1301, 1460};
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
    open_push();
    const int conn = push_client();
    static const char FIRST[] = "--ocel-part\r\n";
    assert_string_equal(reply_header(&w, "Content-Type"),
                        "multipart/x-mixed-replace; boundary=ocel-part");
    assert_string_equal(reply_header(&w, "Connection"), "close");
    assert_string_equal(body_of(&w), FIRST);
    w.out_n = 0;
    w.write_max = sizes[i];
    for (uint16_t k = 0; k < 4; k++) {
      show_file((uint16_t)(1000 + 900 * k));
      do {
        ocel_server_writable(w.srv, conn);
        drain(&w, conn);
      } while (i > 0 && (w.out_n < 13 || memcmp(w.out + w.out_n - 13, FIRST, 13) != 0));
    }
    ocel_span rest = {w.out, w.out_n};
    for (uint16_t k = 0; k < 4; k++) take_part(&rest, (uint16_t)(1000 + 900 * k));
    assert_int_equal(rest.n, 0);
  }
}

static void a_client_that_reads_is_there_and_one_that_does_not_is_left(void **state) {
  (void)state;
  open_push();
  const int conn = push_client();
  for (unsigned i = 0; i < 200; i++) {
    w.out_n = 0;
    show_file(1000);
    pass(&w, OCEL_SECOND);
    drain(&w, conn);
    assert_true(w.out_n > 1000);
  }
  w.write_max = 0;
  for (unsigned i = 0; i < 12; i++) {
    show_file(1000);
    pass(&w, OCEL_SECOND);
    drain(&w, conn);
  }
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_STALLED);
}

static void sound_without_its_picture_is_not_pushed(void **state) {
  (void)state;
  world_reset(&w);
  w.format[0] = (ocel_format){.codec = OCEL_CODEC_JPEG, .rate = 12500};
  w.format[1] = (ocel_format){
      .codec = OCEL_CODEC_AAC,
      .clock_hz = 48000,
      .channels = 2,
      .config_n = 2,
      .config = {0x11, 0x90}
  };
  const ocel_server_config cfg = world_config(&w);
  world_open_with(&w, &cfg, 2, false);
  add_push_route(&w, OCEL_PUSH_WEBSOCKET);
  assert_int_equal(request(&w, connect_from(&w, 7), "GET", "/live", HANDSHAKE), 404);
  fixture_push.framing = OCEL_PUSH_MULTIPART;
  assert_int_equal(request(&w, connect_from(&w, 7), "GET", "/live", ""), 200);
}

static void what_a_client_says_meanwhile_is_not_read(void **state) {
  (void)state;
  open_push();
  const int conn = push_client();
  assert_int_equal(request(&w, conn, "GET", "/live", ""), -1);
  assert_int_equal(w.out_n, 0);
  assert_false(w.closed[conn]);
}

static void a_picture_that_leaves_the_ring_half_sent_closes_the_connection(void **state) {
  (void)state;
  open_push();
  const int conn = push_client();
  show_file(6000);
  w.write_max = 3000;
  drain(&w, conn);
  for (unsigned k = 0; k < 30; k++) show_file(4000);
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_true(w.closed[conn]);
  assert_int_equal(w.last.a, OCEL_CLOSE_OVERTAKEN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_picture_is_a_part_and_the_boundary_follows_at_once),
      cmocka_unit_test(a_client_that_reads_is_there_and_one_that_does_not_is_left),
      cmocka_unit_test(sound_without_its_picture_is_not_pushed),
      cmocka_unit_test(what_a_client_says_meanwhile_is_not_read),
      cmocka_unit_test(a_picture_that_leaves_the_ring_half_sent_closes_the_connection),
  };
  return cmocka_run_group_tests_name("server_push_parts", tests, NULL, NULL);
}
