// SPDX-License-Identifier: Apache-2.0
#include "ocel/gather.h"

#include "ocel_test.h"

static void neighbours_in_scratch_become_one_span(void **state) {
  (void)state;
  ocel_span spans[4];
  uint8_t scratch[16];
  const ocel_span media = ocel_span_str("media");
  ocel_gather g = ocel_gather_make(spans, 4, scratch, sizeof scratch);

  memset(ocel_gather_make_bytes(&g, 4), 'a', 4);
  memset(ocel_gather_make_bytes(&g, 2), 'b', 2);
  assert_int_equal(g.n, 1);
  assert_true(ocel_gather_ref(&g, media));
  memset(ocel_gather_make_bytes(&g, 1), 'c', 1);
  memset(ocel_gather_make_bytes(&g, 3), 'd', 3);

  assert_int_equal(g.n, 3);
  assert_int_equal(g.used, 10);
  assert_true(ocel_span_eq(spans[0], ocel_span_str("aaaabb")));
  assert_ptr_equal(spans[1].p, media.p);
  assert_int_equal(spans[1].n, media.n);
  assert_true(ocel_span_eq(spans[2], ocel_span_str("cddd")));
}

// A reference that happens to end where the unused scratch begins is not scratch.
static void a_reference_in_front_of_the_scratch_stays_alone(void **state) {
  (void)state;
  ocel_span spans[2];
  uint8_t memory[8];
  ocel_gather g = ocel_gather_make(spans, 2, memory + 4, 4);
  assert_true(ocel_gather_ref(&g, ocel_span_make(memory, 4)));
  assert_ptr_equal(ocel_gather_make_bytes(&g, 2), memory + 4);
  assert_int_equal(g.n, 2);
  assert_int_equal(spans[0].n, 4);
}

static void an_empty_reference_adds_nothing(void **state) {
  (void)state;
  ocel_span spans[1];
  uint8_t scratch[1];
  ocel_gather g = ocel_gather_make(spans, 1, scratch, 1);
  assert_true(ocel_gather_ref(&g, ocel_span_make(NULL, 0)));
  assert_int_equal(g.n, 0);
  assert_true(ocel_gather_ref(&g, ocel_span_str("x")));
  assert_true(ocel_gather_ref(&g, ocel_span_make(NULL, 0)));
  assert_int_equal(g.n, 1);
}

static void full_lists_refuse_and_stay_as_they_are(void **state) {
  (void)state;
  ocel_span spans[2];
  uint8_t scratch[4];

  // Scratch one byte short, one span free.
  ocel_gather g = ocel_gather_make(spans, 2, scratch, 4);
  assert_null(ocel_gather_make_bytes(&g, 5));
  assert_int_equal(g.n + g.used, 0);
  assert_non_null(ocel_gather_make_bytes(&g, 4));
  assert_null(ocel_gather_make_bytes(&g, 1));
  assert_int_equal(spans[0].n, 4);
  assert_int_equal(g.n, 1);
  assert_true(ocel_gather_ref(&g, ocel_span_str("x")));  // takes no scratch
  assert_int_equal(g.n, 2);

  // No span free: scratch may still lengthen the last span, but not begin another.
  g = ocel_gather_make(spans, 1, scratch, 4);
  assert_non_null(ocel_gather_make_bytes(&g, 1));
  assert_false(ocel_gather_ref(&g, ocel_span_str("x")));
  assert_int_equal(g.n, 1);
  assert_non_null(ocel_gather_make_bytes(&g, 1));
  assert_int_equal(spans[0].n, 2);

  g = ocel_gather_make(spans, 1, scratch, 4);
  assert_true(ocel_gather_ref(&g, ocel_span_str("x")));
  assert_null(ocel_gather_make_bytes(&g, 1));
  assert_int_equal(g.used, 0);
  assert_false(ocel_gather_ref(&g, ocel_span_str("y")));

  g = ocel_gather_make(NULL, 0, NULL, 0);
  assert_null(ocel_gather_make_bytes(&g, 1));
  assert_false(ocel_gather_ref(&g, ocel_span_str("x")));
}

static void fits_says_what_fits(void **state) {
  (void)state;
  ocel_span spans[3];
  uint8_t scratch[8];
  ocel_gather g = ocel_gather_make(spans, 3, scratch, 8);
  assert_non_null(ocel_gather_make_bytes(&g, 3));
  assert_true(ocel_gather_fits(&g, 2, 5));
  assert_false(ocel_gather_fits(&g, 3, 5));
  assert_false(ocel_gather_fits(&g, 2, 6));
}

static void reset_undoes_even_the_lengthening_of_a_span(void **state) {
  (void)state;
  ocel_span spans[4];
  uint8_t scratch[16];
  ocel_gather g = ocel_gather_make(spans, 4, scratch, sizeof scratch);

  const ocel_gather_mark empty = ocel_gather_mark_now(&g);
  memset(ocel_gather_make_bytes(&g, 2), 'a', 2);
  const ocel_gather_mark two = ocel_gather_mark_now(&g);
  memset(ocel_gather_make_bytes(&g, 3), 'b', 3);
  assert_true(ocel_gather_ref(&g, ocel_span_str("x")));

  ocel_gather_reset(&g, two);
  assert_int_equal(g.n, 1);
  assert_int_equal(g.used, 2);
  assert_int_equal(spans[0].n, 2);
  memset(ocel_gather_make_bytes(&g, 1), 'c', 1);
  assert_true(ocel_span_eq(spans[0], ocel_span_str("aac")));

  ocel_gather_reset(&g, empty);
  assert_int_equal(g.n + g.used, 0);
  assert_ptr_equal(ocel_gather_make_bytes(&g, 1), scratch);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(neighbours_in_scratch_become_one_span),
      cmocka_unit_test(a_reference_in_front_of_the_scratch_stays_alone),
      cmocka_unit_test(an_empty_reference_adds_nothing),
      cmocka_unit_test(full_lists_refuse_and_stay_as_they_are),
      cmocka_unit_test(fits_says_what_fits),
      cmocka_unit_test(reset_undoes_even_the_lengthening_of_a_span),
  };
  return cmocka_run_group_tests_name("gather", tests, NULL, NULL);
}
