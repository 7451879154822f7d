// SPDX-License-Identifier: Apache-2.0
#include "ocel/network.h"

#include "ocel_test.h"

typedef struct {
  const char *name;
  const char *network;  // 16 bytes in hex
  uint8_t bits;
  const char *address;
  bool has;
} network_case;

#define MAPPED "00000000 00000000 0000ffff "

static const network_case CASES[] = {
    {"nothing in common, nothing asked", "20010db8 00000000 00000000 00000000", 0,
     MAPPED "c0000207",                                                                                                     true },
    {"every IPv4 address",               MAPPED "00000000",                     96,  MAPPED "ffffffff",                     true },
    {"no IPv6 address among IPv4",       MAPPED "00000000",                     96,  "20010db8 00000000 00000000 00000001",
     false                                                                                                                       },
    {"/24, first",                       MAPPED "c0000200",                     120, MAPPED "c0000200",                     true },
    {"/24, last",                        MAPPED "c0000200",                     120, MAPPED "c00002ff",                     true },
    {"/24, one below",                   MAPPED "c0000200",                     120, MAPPED "c00001ff",                     false},
    {"/24, one above",                   MAPPED "c0000200",                     120, MAPPED "c0000300",                     false},
    {"what is behind the bits is noise", MAPPED "c00002aa",                     120, MAPPED "c0000207",                     true },
    {"/12, last",                        MAPPED "ac100000",                     108, MAPPED "ac1fffff",                     true },
    {"/12, one above",                   MAPPED "ac100000",                     108, MAPPED "ac200000",                     false},
    {"/31",                              MAPPED "c0000206",                     127, MAPPED "c0000207",                     true },
    {"/31, one above",                   MAPPED "c0000206",                     127, MAPPED "c0000208",                     false},
    {"one host",                         MAPPED "c0000207",                     128, MAPPED "c0000207",                     true },
    {"another host",                     MAPPED "c0000207",                     128, MAPPED "c0000206",                     false},
    {"/64",                              "20010db8 00000001 00000000 00000000", 64,  "20010db8 00000001 ffffffff ffffffff", true },
    {"/64, neighbour",                   "20010db8 00000001 00000000 00000000", 64,
     "20010db8 00000002 00000000 00000000",                                                                                 false},
    {"link-local",                       "fe800000 00000000 00000000 00000000", 10,  "febf0000 00000000 00000000 00000001",
     true                                                                                                                        },
    {"not link-local",                   "fe800000 00000000 00000000 00000000", 10,
     "fec00000 00000000 00000000 00000001",                                                                                 false},
    {"more bits than there are",         MAPPED "c0000207",                     129, MAPPED "c0000207",                     false},
};

static void an_address_is_in_a_network_or_not(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    ocel_network n = {.bits = CASES[i].bits};
    ocel_addr a = {.port = 554, .scope = 3};
    CASE(CASES[i].name);
    assert_int_equal(unhex(CASES[i].network, n.ip).n, 16);
    assert_int_equal(unhex(CASES[i].address, a.ip).n, 16);
    assert_int_equal(ocel_network_has(&n, &a), CASES[i].has);
  }
}

// Each length against an address that differs from the network in one bit.
static void every_bit_counts_up_to_the_last(void **state) {
  (void)state;
  for (unsigned bits = 0; bits <= 128; bits++) {
    for (unsigned differs = 0; differs < 128; differs++) {
      const ocel_network n = {.bits = (uint8_t)bits};
      ocel_addr a = {.port = 0};
      a.ip[differs / 8] = (uint8_t)(0x80u >> differs % 8);
      assert_int_equal(ocel_network_has(&n, &a), differs >= bits);
    }
  }
}

static void a_list_has_what_one_of_it_has(void **state) {
  (void)state;
  ocel_network list[2] = {{.bits = 128}, {.bits = 120}};
  const ocel_addr inside = ocel_addr_ipv4(192, 0, 2, 7, 1),
                  outside = ocel_addr_ipv4(10, 0, 0, 1, 1);
  memcpy(list[0].ip, ocel_addr_ipv4(198, 51, 100, 1, 0).ip, 16);
  memcpy(list[1].ip, ocel_addr_ipv4(192, 0, 2, 0, 0).ip, 16);
  assert_true(ocel_networks_have(list, 2, &inside));
  assert_false(ocel_networks_have(list, 1, &inside));
  assert_false(ocel_networks_have(list, 2, &outside));
  assert_false(ocel_networks_have(list, 0, &inside));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_is_in_a_network_or_not),
      cmocka_unit_test(every_bit_counts_up_to_the_last),
      cmocka_unit_test(a_list_has_what_one_of_it_has),
  };
  return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
