// SPDX-License-Identifier: Apache-2.0
// Every refusal by its right status, one case for each meaning (RFC 2326 7.1.1, 11).
#include "server_fixture.h"

#define TRACK URL "/trackID=0"

// What has happened before the request.
typedef enum { FRESH, SET_UP, PLAYING } before;

typedef struct {
  const char *name;
  before before;
  unsigned tracks;
  const char *method, *url, *headers;
  int status;
} refusal;

static const refusal REFUSALS[] = {
    {"400 a URL that is none",                          FRESH,   1, "DESCRIBE",      "ftp://x/stream",       "",                                 400},
    {"400 SETUP without Transport",                     FRESH,   1, "SETUP",         TRACK,                  "",                                 400},
    {"404 DESCRIBE of an unknown path",                 FRESH,   1, "DESCRIBE",      "rtsp://h/other",       "",                                 404},
    {"404 SETUP of an unknown path",                    FRESH,   1, "SETUP",         "rtsp://h/x/trackID=0", TCP_TRANSPORT,                      404},
    {"404 SETUP of a track that is not there",          FRESH,   1, "SETUP",         URL "/trackID=1",       TCP_TRANSPORT,
     404                                                                                                                                            },
    {"404 TEARDOWN of a track not set up",              SET_UP,  1, "TEARDOWN",      URL "/trackID=1",       "",                                 404},
    {"405 ANNOUNCE to a server that only plays",        FRESH,   1, "ANNOUNCE",      URL,                    "",                                 405},
    {"405 RECORD to a server that only plays",          FRESH,   1, "RECORD",        URL,                    "",                                 405},
    {"406 DESCRIBE that wants something else than SDP", FRESH,   1, "DESCRIBE",      URL,
     "Accept: application/mheg\r\n",                                                                                                             406},
    {"451 SET_PARAMETER of anything",                   FRESH,   1, "SET_PARAMETER", URL,
     "Content-Length: 6\r\n\r\nx: 1\r\n",                                                                                                        451},
    {"451 GET_PARAMETER of an unknown name",            FRESH,   1, "GET_PARAMETER", URL,
     "Content-Length: 3\r\n\r\nx\r\n",                                                                                                           451},
    {"454 PLAY before SETUP",                           FRESH,   1, "PLAY",          URL,                    "",                                 454},
    {"454 PAUSE before SETUP",                          FRESH,   1, "PAUSE",         URL,                    "",                                 454},
    {"454 TEARDOWN before SETUP",                       FRESH,   1, "TEARDOWN",      URL,                    "",                                 454},
    {"454 a session that never was",                    FRESH,   1, "GET_PARAMETER", URL,
     "Session: 0123456789ABCDEF\r\n",                                                                                                            454},
    {"455 SETUP while playing",                         PLAYING, 1, "SETUP",         TRACK,                  TCP_TRANSPORT,                      455},
    {"457 a range that ends before it starts",          SET_UP,  1, "PLAY",          URL,                    "Range: npt=9-5\r\n",               457},
    {"457 a range in the future",                       SET_UP,  1, "PLAY",          URL,                    "Range: npt=3600-\r\n",             457},
    {"457 a range of unknown unit",                     SET_UP,  1, "PLAY",          URL,                    "Range: furlongs=1-\r\n",           457},
    {"459 SETUP of the whole with two tracks",          FRESH,   2, "SETUP",         URL,                    TCP_TRANSPORT,                      459},
    {"460 PLAY of one of two tracks",                   SET_UP,  2, "PLAY",          TRACK,                  "",                                 460},
    {"460 PAUSE of one of two tracks",                  PLAYING, 2, "PAUSE",         TRACK,                  "",                                 460},
    {"461 no transport that we have",                   FRESH,   1, "SETUP",         TRACK,
     "Transport: RTP/SAVP;unicast;client_port=7000-7001\r\n",                                                                                    461},
    {"461 multicast",                                   FRESH,   1, "SETUP",         TRACK,                  "Transport: RTP/AVP;multicast\r\n", 461},
    {"461 UDP without ports",                           FRESH,   1, "SETUP",         TRACK,                  "Transport: RTP/AVP;unicast\r\n",   461},
    {"461 recording",                                   FRESH,   1, "SETUP",         TRACK,
     "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n",                                                                           461},
    {"461 channels beyond 255",                         FRESH,   1, "SETUP",         TRACK,
     "Transport: RTP/AVP/TCP;unicast;interleaved=255-256\r\n",                                                                                   461},
    {"501 an unknown method",                           FRESH,   1, "BREW",          URL,                    "",                                 501},
    {"551 an option that we do not have",               FRESH,   1, "DESCRIBE",      URL,
     "Require: www.onvif.org/ver20/backchannel\r\n",                                                                                             551},
    {"551 the same asked of proxies",                   FRESH,   1, "OPTIONS",       URL,                    "Proxy-Require: gzipped\r\n",       551},
};

static void bring_to(world *w, int conn, const refusal *r) {
  for (unsigned i = 0; i < r->tracks; i++) show(w, i, true, 500);
  if (r->before == FRESH) return;
  assert_int_equal(set_up(w, conn, "/trackID=0", TCP_TRANSPORT), 200);
  if (r->tracks == 2) assert_int_equal(set_up(w, conn, "/trackID=1", TCP_TRANSPORT), 200);
  if (r->before == PLAYING) play(w, conn);
}

static void each_refusal_has_its_status(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(REFUSALS); i++) {
    const refusal *r = &REFUSALS[i];
    world w;
    char cseq[16];
    CASE(r->name);
    world_open_tracks(&w, r->tracks);
    const int conn = connect_from(&w, 7);
    bring_to(&w, conn, r);
    w.write_max = SIZE_MAX;
    assert_int_equal(ask(&w, conn, r->method, r->url, r->headers), r->status);
    (void)snprintf(cseq, sizeof cseq, "%u", w.cseq);
    assert_string_equal(reply_header(&w, "CSeq"), cseq);
    assert_false(w.closed[conn]);
    // The refusal has left everything as it was.
    const int after = r->before == FRESH ? 454 : 200;
    assert_int_equal(ask(&w, conn, "PAUSE", URL, ""), after);
  }
}

typedef struct {
  const char *name, *request;
  int status;
} unreadable;

static const unreadable UNREADABLE[] = {
    {"400 no CSeq",                  "OPTIONS * RTSP/1.0\r\n\r\n",                                  400},
    {"400 a CSeq that is no number", "OPTIONS * RTSP/1.0\r\nCSeq: one\r\n\r\n",                     400},
    {"400 no request line",          "\x16\x03\x01\r\n\r\n",                                        400},
    {"400 negative Content-Length",  "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -6\r\n\r\n",
     400                                                                                               },
    {"411 a chunked body",
     "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nTransfer-Encoding: chunked\r\n\r\n",                   411},
    {"413 a body beyond the limit",
     "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 99999\r\n\r\n",                        413},
    {"505 the next version",         "OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\n",                       505},
};

static void unreadable_requests_are_answered(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(UNREADABLE); i++) {
    world w;
    CASE(UNREADABLE[i].name);
    world_open(&w);
    const int conn = connect_from(&w, 7);
    assert_int_equal(say(&w, conn, UNREADABLE[i].request), UNREADABLE[i].status);
  }
}

static void a_url_too_long_gets_414(void **state) {
  (void)state;
  world w;
  char request[700] = "DESCRIBE rtsp://h/";
  world_open(&w);
  memset(request + strlen(request), 'x', 600);
  append(request, sizeof request, " RTSP/1.0\r\nCSeq: 5\r\n\r\n");
  const int conn = connect_from(&w, 7);
  assert_int_equal(say(&w, conn, request), 414);
  assert_true(w.closed[conn]);
}

static void a_request_beyond_its_buffer_gets_413(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.request_max = 1024;
  world_open_with(&w, &cfg, 1, true);
  const int conn = connect_from(&w, 7);
  (void)say(&w, conn, "SET_PARAMETER * RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 2000\r\n\r\n");
  for (int i = 0; i < 100 && !w.closed[conn]; i++) {
    const size_t room = ocel_server_room(w.srv, conn);
    assert_true(room > 0);
    w.out_n = 0;
    hear(&w, conn, "0123456789", room < 10 ? room : 10);
    drain(&w, conn);
  }
  assert_int_equal(status_in(w.out, w.out_n), 413);
  assert_true(w.closed[conn]);
}

static void sessions_beyond_max_clients_get_453(void **state) {
  (void)state;
  world w;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_clients = 2;
  world_open_with(&w, &cfg, 1, true);
  int conn[3];
  for (int i = 0; i < 3; i++) {
    conn[i] = connect_from(&w, 7);
    w.session[0] = '\0';
    assert_int_equal(set_up(&w, conn[i], "", TCP_TRANSPORT), i < 2 ? 200 : 453);
  }
  ocel_server_closed(w.srv, conn[0], w.now);
  assert_int_equal(set_up(&w, conn[2], "", TCP_TRANSPORT), 200);
}

static void connections_beyond_the_limit_are_refused(void **state) {
  (void)state;
  world w;
  ocel_server_stats stats;
  world_reset(&w);
  ocel_server_config cfg = world_config(&w);
  cfg.max_clients = cfg.max_connections = 2;
  world_open_with(&w, &cfg, 1, true);
  for (int i = 0; i < 2; i++) {
    w.session[0] = '\0';
    assert_int_equal(set_up(&w, connect_from(&w, 7), "", TCP_TRANSPORT), 200);
  }
  assert_int_equal(connect_from(&w, 8), -1);
  assert_int_equal(status_in(ocel_server_refusal().p, ocel_server_refusal().n), 503);
  ocel_server_get_stats(w.srv, w.now, &stats);
  assert_int_equal(stats.refused, 1);
}

static void describe_before_the_first_picture_waits_then_gets_503(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), -1);
  pass(&w, 2900 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(w.out_n, 0);
  pass(&w, 200 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(status_in(w.out, w.out_n), 503);
  assert_string_equal(reply_header(&w, "Retry-After"), "1");
}

static void describe_that_waits_is_answered_with_the_first_picture(void **state) {
  (void)state;
  world w;
  world_open(&w);
  const int conn = connect_from(&w, 7);
  assert_int_equal(ask(&w, conn, "DESCRIBE", URL, ""), -1);
  picture(&w, 0, true, 300);
  pass(&w, 100 * OCEL_MILLISECOND);
  drain(&w, conn);
  assert_int_equal(status_in(w.out, w.out_n), 200);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_refusal_has_its_status),
      cmocka_unit_test(unreadable_requests_are_answered),
      cmocka_unit_test(a_url_too_long_gets_414),
      cmocka_unit_test(a_request_beyond_its_buffer_gets_413),
      cmocka_unit_test(sessions_beyond_max_clients_get_453),
      cmocka_unit_test(connections_beyond_the_limit_are_refused),
      cmocka_unit_test(describe_before_the_first_picture_waits_then_gets_503),
      cmocka_unit_test(describe_that_waits_is_answered_with_the_first_picture),
  };
  return cmocka_run_group_tests_name("server_refusals", tests, NULL, NULL);
}
