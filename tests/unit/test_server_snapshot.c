// SPDX-License-Identifier: Apache-2.0
// GET /snapshot: what is asked of the application, how often, and who gets what it hands in.
#include "ocel/snapshot.h"

#include "http_fixture.h"

static ocel_snapshots snapshots;

typedef struct {
  char bytes[64];
  unsigned released;
} file;

static void on_release(void *ctx) { ((file *)ctx)->released++; }

static void open_world(world *w) {
  world_open(w);
  assert_int_equal(ocel_snapshots_open(&snapshots, w->srv, 0xabcd), OCEL_OK);
}

static void put(world *w, file *f, uint16_t width, const char *bytes) {
  memset(f, 0, sizeof *f);
  (void)snprintf(f->bytes, sizeof f->bytes, "%s", bytes);
  const ocel_snapshot picture = {
      .width = width, .jpeg = ocel_span_str(f->bytes), .release = on_release, .ctx = f};
  ocel_snapshots_put(&snapshots, &picture, w->now);
}

static unsigned wanted(const world *w) { return w->events[OCEL_EVENT_SNAPSHOT_WANTED]; }

// What is written on `conn` once time has passed.
static int later(world *w, int conn, ocel_us time) {
  w->out_n = 0;
  pass(w, time);
  drain(w, conn);
  return http_status(w);
}

static void a_client_waits_for_the_picture_that_it_has_asked_for(void **state) {
  (void)state;
  world w;
  file f;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(get(&w, conn, "/snapshot"), -1);
  assert_int_equal(wanted(&w), 1);
  put(&w, &f, 0, "picture");
  assert_int_equal(later(&w, conn, 100 * OCEL_MILLISECOND), 200);
  assert_string_equal(body_of(&w), "picture");
  assert_string_equal(reply_header(&w, "Content-Type"), "image/jpeg");
  assert_string_equal(reply_header(&w, "Cache-Control"), "private, no-cache");
  assert_string_equal(reply_header(&w, "ETag"), "\"0000ABCD00000001\"");
  assert_int_equal(f.released, 0);  // it is kept
}

static void any_number_of_clients_cost_one_picture(void **state) {
  (void)state;
  world w;
  file f;
  open_world(&w);
  int conn[3];
  for (uint8_t i = 0; i < 3; i++) {
    conn[i] = connect_from(&w, (uint8_t)(10 + i));
    assert_int_equal(get(&w, conn[i], "/snapshot"), -1);
  }
  put(&w, &f, 0, "picture");
  assert_int_equal(later(&w, conn[0], 100 * OCEL_MILLISECOND), 200);
  for (size_t i = 0; i < 20; i++) assert_int_equal(get(&w, conn[i % 3], "/snapshot"), 200);
  assert_int_equal(wanted(&w), 1);
}

static void a_picture_is_asked_for_again_when_it_is_old(void **state) {
  (void)state;
  world w;
  file first, second;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  put(&w, &first, 0, "first");
  pass(&w, OCEL_SNAPSHOT_FRESH - 1);
  assert_int_equal(get(&w, conn, "/snapshot"), 200);
  assert_int_equal(wanted(&w), 0);
  pass(&w, 1);
  assert_int_equal(get(&w, conn, "/snapshot"), -1);
  assert_int_equal(wanted(&w), 1);
  put(&w, &second, 0, "second");
  assert_int_equal(first.released, 1);
  assert_int_equal(later(&w, conn, 100 * OCEL_MILLISECOND), 200);
  assert_string_equal(body_of(&w), "second");
  assert_string_equal(reply_header(&w, "ETag"), "\"0000ABCD00000002\"");
}

static void who_has_it_gets_304(void **state) {
  (void)state;
  world w;
  file f;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  put(&w, &f, 0, "picture");
  assert_int_equal(request(&w, conn, "GET", "/snapshot", "If-None-Match: \"0000ABCD00000001\"\r\n"),
                   304);
  assert_int_equal(request(&w, conn, "HEAD", "/snapshot", ""), 200);
  assert_string_equal(reply_header(&w, "Content-Length"), "7");
  assert_string_equal(body_of(&w), "");
  put(&w, &f, 0, "other");
  assert_int_equal(request(&w, conn, "GET", "/snapshot", "If-None-Match: \"0000ABCD00000001\"\r\n"),
                   200);
}

static void without_a_picture_there_is_an_error_in_the_end(void **state) {
  (void)state;
  world w;
  file f;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(get(&w, conn, "/snapshot"), -1);
  put(&w, &f, 0, "");  // the application has none
  assert_int_equal(f.released, 1);
  int status = -1;
  for (int i = 0; i < 40 && status < 0; i++) status = later(&w, conn, 100 * OCEL_MILLISECOND);
  assert_int_equal(status, 503);
  assert_in_range(wanted(&w), 5, 7);  // each 500 ms, for 3 s
}

static void a_width_is_a_picture_of_its_own(void **state) {
  (void)state;
  world w;
  file f, g;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  put(&w, &f, 0, "large");
  assert_int_equal(get(&w, conn, "/snapshot?width=320"), -1);
  assert_int_equal(w.last.code, OCEL_EVENT_SNAPSHOT_WANTED);
  assert_int_equal(w.last.a, 0);
  assert_int_equal(w.last.b, 320);
  put(&w, &g, 320, "small");
  assert_int_equal(later(&w, conn, 100 * OCEL_MILLISECOND), 200);
  assert_string_equal(body_of(&w), "small");
  assert_int_equal(get(&w, conn, "/snapshot"), 200);
  assert_string_equal(body_of(&w), "large");
}

static void requests_that_make_no_sense_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *target;
    int status;
  } CASES[] = {
      {"/snapshot?width=",           400},
      {"/snapshot?width=15",         400},
      {"/snapshot?width=4097",       400},
      {"/snapshot?width=99999999",   400},
      {"/snapshot?width=4294967616", 400},
      {"/snapshot?width=-20",        400},
      {"/snapshot?width=2x",         400},
      {"/snapshot/other",            404},
      {"/snapshots",                 404},
      {"/snapshot/stream/",          200},
      {"/snapshot/",                 200},
      {"/snapshot/stream",           200},
      {"/snapshot?other=1",          200},
  };
  world w;
  file f;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  put(&w, &f, 0, "picture");
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    CASE(CASES[i].target);
    assert_int_equal(get(&w, conn, CASES[i].target), CASES[i].status);
  }
  assert_int_equal(request(&w, conn, "POST", "/snapshot", "Content-Length: 0\r\n"), 405);
  assert_int_equal(wanted(&w), 0);
}

// Whoever asks for one width after the other does not make the encoder work more.
static void many_widths_share_the_slots(void **state) {
  (void)state;
  world w;
  open_world(&w);
  for (unsigned i = 0; i < 8; i++) {
    char target[64];
    const int conn = connect_from(&w, (uint8_t)(10 + i));
    (void)snprintf(target, sizeof target, "/snapshot?width=%u", 100 + i);
    assert_int_equal(get(&w, conn, target), -1);
  }
  assert_int_equal(wanted(&w), OCEL_SNAPSHOT_SLOTS);
  pass(&w, OCEL_SNAPSHOT_FRESH);
  assert_true(wanted(&w) <= 2 * OCEL_SNAPSHOT_SLOTS);
}

// A slow client keeps its picture; the cache goes on without it.
static void a_picture_lives_until_it_is_sent(void **state) {
  (void)state;
  world w;
  file f, g;
  open_world(&w);
  const int conn = connect_from(&w, 7);
  put(&w, &f, 0, "a picture that takes long to send");
  w.write_max = 8;
  assert_int_equal(get(&w, conn, "/snapshot"), -1);
  put(&w, &g, 0, "next");
  assert_int_equal(f.released, 0);
  w.write_max = SIZE_MAX;
  ocel_server_writable(w.srv, conn);
  drain(&w, conn);
  assert_int_equal(http_status(&w), 200);
  assert_string_equal(body_of(&w), "a picture that takes long to send");
  assert_int_equal(f.released, 1);
  assert_int_equal(g.released, 0);
}

static void slow_clients_cannot_take_all_memory(void **state) {
  (void)state;
  world w;
  static file files[OCEL_SNAPSHOT_PICTURES + 2];
  open_world(&w);
  const int conn = connect_from(&w, 7);
  // As if that many answers were on their way.
  for (size_t i = 0; i < OCEL_SNAPSHOT_PICTURES; i++) {
    put(&w, &files[i], 0, "held");
    snapshots.slot[0].kept->users++;
  }
  put(&w, &files[OCEL_SNAPSHOT_PICTURES], 0, "too many");
  assert_int_equal(files[OCEL_SNAPSHOT_PICTURES].released, 1);
  for (size_t i = 0; i < OCEL_SNAPSHOT_PICTURES; i++) assert_int_equal(files[i].released, 0);
  assert_int_equal(get(&w, conn, "/snapshot"), -1);
  snapshots.kept[3].users = 0;
  put(&w, &files[OCEL_SNAPSHOT_PICTURES + 1], 0, "room again");
  assert_int_equal(later(&w, conn, 100 * OCEL_MILLISECOND), 200);
}

static void closing_releases_what_is_kept(void **state) {
  (void)state;
  world w;
  file f, g;
  open_world(&w);
  put(&w, &f, 0, "one");
  put(&w, &g, 640, "two");
  ocel_snapshots_close(&snapshots);
  assert_int_equal(f.released, 1);
  assert_int_equal(g.released, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_client_waits_for_the_picture_that_it_has_asked_for),
      cmocka_unit_test(any_number_of_clients_cost_one_picture),
      cmocka_unit_test(a_picture_is_asked_for_again_when_it_is_old),
      cmocka_unit_test(who_has_it_gets_304),
      cmocka_unit_test(without_a_picture_there_is_an_error_in_the_end),
      cmocka_unit_test(a_width_is_a_picture_of_its_own),
      cmocka_unit_test(requests_that_make_no_sense_are_refused),
      cmocka_unit_test(many_widths_share_the_slots),
      cmocka_unit_test(a_picture_lives_until_it_is_sent),
      cmocka_unit_test(slow_clients_cannot_take_all_memory),
      cmocka_unit_test(closing_releases_what_is_kept),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
