// SPDX-License-Identifier: Apache-2.0
#include "ocel/event.h"

#include "ocel_test.h"

static void every_event_has_its_text_and_level(void **state) {
  (void)state;
#define OCEL_X(id, level, text)                                 \
  assert_string_equal(ocel_event_text(OCEL_EVENT_##id), text);  \
  assert_int_equal(ocel_event_level(OCEL_EVENT_##id), (level)); \
  assert_non_null(strchr("ewid", (level)));
  OCEL_EVENTS(OCEL_X)
#undef OCEL_X
}

static void every_close_reason_has_its_text(void **state) {
  (void)state;
#define OCEL_X(id, text) assert_string_equal(ocel_close_reason_text(OCEL_CLOSE_##id), text);
  OCEL_CLOSE_REASONS(OCEL_X)
#undef OCEL_X
}

static void any_other_number_is_a_question_mark(void **state) {
  (void)state;
  const int others[] = {OCEL_EVENT_COUNT, 1000, -1};
  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    assert_string_equal(ocel_event_text((ocel_event_code)others[i]), "?");
    assert_int_equal(ocel_event_level((ocel_event_code)others[i]), '?');
  }
  assert_string_equal(ocel_close_reason_text(OCEL_CLOSE_REASON_COUNT), "?");
  assert_string_equal(ocel_close_reason_text((ocel_close_reason)-1), "?");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_event_has_its_text_and_level),
      cmocka_unit_test(every_close_reason_has_its_text),
      cmocka_unit_test(any_other_number_is_a_question_mark),
  };
  return cmocka_run_group_tests_name("event", tests, NULL, NULL);
}
