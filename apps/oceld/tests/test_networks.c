// SPDX-License-Identifier: Apache-2.0
#include "networks.h"

#include "ocel_test.h"

static const struct {
  const char *text, *first;  // ip in hex
  uint8_t bits, count;
} LISTS[] = {
    {"",                           "",                                 0,   0},
    {" ,, ",                       "",                                 0,   0},
    {"192.0.2.7",                  "00000000000000000000ffffc0000207", 128, 1},
    {"192.0.2.0/24",               "00000000000000000000ffffc0000200", 120, 1},
    {"0.0.0.0/0",                  "00000000000000000000ffff00000000", 96,  1},
    {"::/0",                       "00000000000000000000000000000000", 0,   1},
    {"fd00::/8",                   "fd000000000000000000000000000000", 8,   1},
    {"2001:db8::1",                "20010db8000000000000000000000001", 128, 1},
    {"10.0.0.0/8, ::1 fe80::/10,", "00000000000000000000ffff0a000000", 104, 3},
};

static void lists_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(LISTS); i++) {
    ocel_network list[OCEL_NETWORKS_MAX];
    uint8_t count, ip[16];
    oceld_failure why;
    CASE(LISTS[i].text);
    assert_true(oceld_networks_read(LISTS[i].text, list, &count, &why));
    assert_int_equal(count, LISTS[i].count);
    if (count == 0) continue;
    assert_int_equal(unhex(LISTS[i].first, ip).n, sizeof ip);
    assert_memory_equal(list[0].ip, ip, sizeof ip);
    assert_int_equal(list[0].bits, LISTS[i].bits);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lists_are_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
