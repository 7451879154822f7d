// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_state.h"

#include "ocel_test.h"

static const ocel_rtsp_state ALL[] = {OCEL_INIT, OCEL_READY, OCEL_PLAYING};

static void expect(ocel_rtsp_method m, ocel_rtsp_state s, int status, ocel_rtsp_state next) {
  const ocel_rtsp_step step = ocel_rtsp_step_for(m, s);
  assert_int_equal(step.status, status);
  if (status == 200) assert_int_equal(step.next, next);
}

static void asking_never_changes_the_state(void **state) {
  (void)state;
  static const ocel_rtsp_method ASK[] = {OCEL_METHOD_OPTIONS, OCEL_METHOD_DESCRIBE,
                                         OCEL_METHOD_GET_PARAMETER, OCEL_METHOD_SET_PARAMETER};
  for (size_t m = 0; m < ARRAY_LEN(ASK); m++) {
    for (size_t s = 0; s < ARRAY_LEN(ALL); s++) expect(ASK[m], ALL[s], 200, ALL[s]);
  }
}

// RFC 2326 A.2.
static void a_session_is_set_up_played_paused_and_torn_down(void **state) {
  (void)state;
  expect(OCEL_METHOD_SETUP, OCEL_INIT, 200, OCEL_READY);
  expect(OCEL_METHOD_SETUP, OCEL_READY, 200, OCEL_READY);  // the second track
  expect(OCEL_METHOD_PLAY, OCEL_READY, 200, OCEL_PLAYING);
  expect(OCEL_METHOD_PLAY, OCEL_PLAYING, 200, OCEL_PLAYING);  // GStreamer, recorders
  expect(OCEL_METHOD_PAUSE, OCEL_PLAYING, 200, OCEL_READY);
  expect(OCEL_METHOD_PAUSE, OCEL_READY, 200, OCEL_READY);
  expect(OCEL_METHOD_TEARDOWN, OCEL_READY, 200, OCEL_INIT);
  expect(OCEL_METHOD_TEARDOWN, OCEL_PLAYING, 200, OCEL_INIT);
}

static void without_a_session_454(void **state) {
  (void)state;
  expect(OCEL_METHOD_PLAY, OCEL_INIT, 454, OCEL_INIT);
  expect(OCEL_METHOD_PAUSE, OCEL_INIT, 454, OCEL_INIT);
  expect(OCEL_METHOD_TEARDOWN, OCEL_INIT, 454, OCEL_INIT);
}

static void setup_while_playing_455(void **state) {
  (void)state;
  expect(OCEL_METHOD_SETUP, OCEL_PLAYING, 455, OCEL_INIT);
}

static void methods_of_recorders_and_servers_405(void **state) {
  (void)state;
  for (size_t s = 0; s < ARRAY_LEN(ALL); s++) {
    expect(OCEL_METHOD_ANNOUNCE, ALL[s], 405, OCEL_INIT);
    expect(OCEL_METHOD_RECORD, ALL[s], 405, OCEL_INIT);
    expect(OCEL_METHOD_REDIRECT, ALL[s], 405, OCEL_INIT);
  }
}

static void names_are_found_again(void **state) {
  (void)state;
  for (unsigned m = 0; m < OCEL_METHOD_COUNT; m++) {
    const char *name = ocel_rtsp_method_name((ocel_rtsp_method)m);
    CASE(name);
    assert_int_equal(ocel_rtsp_method_of(ocel_span_str(name)), m);
  }
  assert_string_equal(ocel_rtsp_method_name(OCEL_METHOD_GET_PARAMETER), "GET_PARAMETER");
  assert_string_equal(ocel_rtsp_method_name(OCEL_METHOD_COUNT), "?");
}

// RFC 2326 6.1: the method is case-sensitive.
static void other_names_are_none(void **state) {
  (void)state;
  static const char *const NONE[] = {
      "",      "PLA", "PLAYS",          "play",           "Play",
      " PLAY", "GET", "GET_PARAMETER_", "SET_PARAMETERS", "DESCRIBE "};
  for (size_t i = 0; i < ARRAY_LEN(NONE); i++) {
    assert_int_equal(ocel_rtsp_method_of(ocel_span_str(NONE[i])), OCEL_METHOD_COUNT);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(asking_never_changes_the_state),
      cmocka_unit_test(a_session_is_set_up_played_paused_and_torn_down),
      cmocka_unit_test(without_a_session_454),
      cmocka_unit_test(setup_while_playing_455),
      cmocka_unit_test(methods_of_recorders_and_servers_405),
      cmocka_unit_test(names_are_found_again),
      cmocka_unit_test(other_names_are_none),
  };
  return cmocka_run_group_tests_name("rtsp_state", tests, NULL, NULL);
}
