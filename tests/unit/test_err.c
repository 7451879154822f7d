// SPDX-License-Identifier: Apache-2.0
#include "ocel/err.h"

#include <limits.h>

#include "ocel_test.h"

static void every_error_has_its_name_and_text(void **state) {
  (void)state;
  assert_int_equal(OCEL_OK, 0);
#define OCEL_X(id, value, text)                        \
  assert_string_equal(ocel_err_name(OCEL_##id), #id);  \
  assert_string_equal(ocel_err_text(OCEL_##id), text); \
  assert_true((value) <= 0);
  OCEL_ERRORS(OCEL_X)
#undef OCEL_X
}

static void any_other_number_is_a_question_mark(void **state) {
  (void)state;
  const int others[] = {1, 2, INT_MAX, INT_MIN, INT_MIN + 1, -100, OCEL_ERR_CONFIG - 1};
  for (size_t i = 0; i < ARRAY_LEN(others); i++) {
    assert_string_equal(ocel_err_name((ocel_err)others[i]), "?");
    assert_string_equal(ocel_err_text((ocel_err)others[i]), "?");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_error_has_its_name_and_text),
      cmocka_unit_test(any_other_number_is_a_question_mark),
  };
  return cmocka_run_group_tests_name("err", tests, NULL, NULL);
}
