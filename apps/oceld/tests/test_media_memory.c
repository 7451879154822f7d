// SPDX-License-Identifier: Apache-2.0
#include "media_memory.h"

#include <stdlib.h>

#include "ocel_test.h"

enum { MIB = 1024 * 1024 };

static const struct {
  const char *name;
  oceld_source_traits traits;
  uint32_t ring_size;
  uint32_t least, most;  // Bytes of the plan; 0: refused.
} PLANS[] = {
    {"little video",
     {.unit_max = 65536, .gop_bytes = 50000, .gop_units = 25},
     0,                                                                                  3 * MIB / 2,
     3 * MIB / 2                                                                                       },
    {"one second of 4M",
     {.unit_max = 150000, .gop_bytes = 500000, .gop_units = 25},
     0,                                                                                  3 * MIB / 2,
     2 * MIB                                                                                           },
    {"ten seconds",
     {.unit_max = 150000, .gop_bytes = 5000000, .gop_units = 250},
     0,                                                                                  10 * MIB,
     12 * MIB                                                                                          },
    {"never over 64 MB",
     {.unit_max = 150000, .gop_bytes = 500 * MIB, .gop_units = 9},
     0,                                                                                  64 * MIB,
     64 * MIB                                                                                          },
    {"huge pictures",
     {.unit_max = 30 * MIB, .gop_bytes = 60 * MIB, .gop_units = 2},
     0,                                                                                  90 * MIB,
     91 * MIB                                                                                          },
    {"as asked",
     {.unit_max = 65536, .gop_bytes = 50000, .gop_units = 25},
     8 * MIB,
     8 * MIB,
     8 * MIB                                                                                           },
    {"asked too little", {.unit_max = 500000, .gop_bytes = 50000, .gop_units = 25}, MIB, 0,           0},
};

static void rings_are_planned_for_two_groups_of_pictures(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(PLANS); i++) {
    ocel_ring_config plan;
    oceld_failure why;
    CASE(PLANS[i].name);
    const bool ok = oceld_ring_plan(&PLANS[i].traits, PLANS[i].ring_size, &plan, &why);
    assert_int_equal(ok, PLANS[i].least != 0);
    if (!ok) {
      assert_non_null(strstr(why.text, "give at least 3M"));
      continue;
    }
    assert_in_range(plan.bytes, PLANS[i].least, PLANS[i].most);
    assert_true(plan.unit_max >= PLANS[i].traits.unit_max);
    assert_true(ocel_ring_size(&plan) > 0);  // The ring accepts the plan.
  }
}

// As many units of the middle size as two groups have must fit, whatever their number.
static void records_are_enough_for_the_bytes(void **state) {
  (void)state;
  const oceld_source_traits traits = {.unit_max = 4000, .gop_bytes = 240 * 900, .gop_units = 240};
  ocel_ring_config plan;
  oceld_failure why;
  assert_true(oceld_ring_plan(&traits, 8 * MIB, &plan, &why));
  assert_true(plan.records >= 2 * 240);
  assert_int_equal(plan.records & (plan.records - 1), 0);
}

static void a_ring_is_made(void **state) {
  (void)state;
  const ocel_ring_config good = {.unit_max = 1000, .bytes = 20000, .records = 4, .align = 64};
  const ocel_ring_config bad = {.unit_max = 1000, .bytes = 20, .records = 4, .align = 64};
  void *memory;
  assert_non_null(oceld_ring_make(&good, &memory));
  free(memory);
  assert_null(oceld_ring_make(&bad, &memory));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rings_are_planned_for_two_groups_of_pictures),
      cmocka_unit_test(records_are_enough_for_the_bytes),
      cmocka_unit_test(a_ring_is_made),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
