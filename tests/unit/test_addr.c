// SPDX-License-Identifier: Apache-2.0
#include "ocel/addr.h"

#include "ocel_test.h"

typedef struct {
  const char *name;
  const char *ip;  // 16 bytes in hex
  const char *text;
} text_case;

static const text_case TEXTS[] = {
    {"no zero group",            "20010db8 00010002 00030004 00050006", "2001:db8:1:2:3:4:5:6"         },
    {"leading zeros go",         "20010db8 00110202 30030004 abcd0006", "2001:db8:11:202:3003:4:abcd:6"},
    {"run in the middle",        "20010db8 00000000 00000000 00000007", "2001:db8::7"                  },
    {"run at the end",           "20010db8 00000000 00000000 00000000", "2001:db8::"                   },
    {"run at the beginning",     "00000000 00000000 00000000 00000001", "::1"                          },
    {"unspecified",              "00000000 00000000 00000000 00000000", "::"                           },
    {"a single group stays",     "20010db8 00000001 00010001 00010001", "2001:db8:0:1:1:1:1:1"         },
    {"two groups go",            "20010db8 00000000 00010001 00010001", "2001:db8::1:1:1:1"            },
    {"the first of equal runs",  "20010db8 00000000 00010000 00000001", "2001:db8::1:0:0:1"            },
    {"the longer of two runs",   "20010000 00000001 00000000 00000001", "2001:0:0:1::1"                },
    {"longer run first",         "20010000 00000000 00010000 00000001", "2001::1:0:0:1"                },
    {"single zero before a run", "00000001 00000000 00010001 00010001", "0:1::1:1:1:1"                 },
    {"single zero at the end",   "00010002 00030004 00050006 00070000", "1:2:3:4:5:6:7:0"              },
    {"run to the last but one",  "00010000 00000000 00000000 00000002", "1::2"                         },
    {"lower case, all digits",   "fe80abcd ef01ffff ffffffff ffffffff",
     "fe80:abcd:ef01:ffff:ffff:ffff:ffff:ffff"                                                         },
    {"IPv4-mapped is dotted",    "00000000 00000000 0000ffff c0000207", "192.0.2.7"                    },
    {"IPv4 zeros",               "00000000 00000000 0000ffff 00000000", "0.0.0.0"                      },
    {"IPv4 broadcast",           "00000000 00000000 0000ffff ffffffff", "255.255.255.255"              },
    {"one bit off the mapping",  "00000000 00000000 0000fffe c0000207", "::fffe:c000:207"              },
    {"one bit off the zeros",    "00000001 00000000 0000ffff c0000207", "0:1::ffff:c000:207"           },
};

static ocel_addr addr_of(const char *hex) {
  ocel_addr a = {{0}, 554, 0};
  assert_int_equal(unhex(hex, a.ip).n, 16);
  return a;
}

// At every capacity: all of the text or nothing.
static void prints_as_rfc_5952_says(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(TEXTS); i++) {
    const text_case *t = &TEXTS[i];
    ocel_addr a = addr_of(t->ip);
    const size_t need = strlen(t->text);
    CASE(t->name);
    assert_true(need <= OCEL_ADDR_TEXT_MAX);
    for (size_t cap = 0; cap <= OCEL_ADDR_TEXT_MAX; cap++) {
      char mem[OCEL_ADDR_TEXT_MAX + 1] = "";
      ocel_wbuf w = ocel_wbuf_make(mem, cap);
      a.port ^= 554;  // 0 now and then: it must not pass for a group of the address
      ocel_put_addr(&w, &a);
      assert_int_equal(w.overflow, cap < need);
      assert_string_equal(mem, cap < need ? "" : t->text);
    }
  }
}

static void ipv4_is_mapped(void **state) {
  (void)state;
  const ocel_addr a = ocel_addr_ipv4(192, 0, 2, 7, 8554);
  const ocel_addr want = addr_of("00000000 00000000 0000ffff c0000207");
  assert_memory_equal(a.ip, want.ip, 16);
  assert_int_equal(a.port, 8554);
  assert_int_equal(a.scope, 0);
  assert_true(ocel_addr_is_ipv4(&a));

  for (size_t i = 0; i < 12; i++) {
    ocel_addr other = a;
    other.ip[i] ^= 1;
    assert_false(ocel_addr_is_ipv4(&other));
  }
}

static void same_host_looks_at_address_and_scope_only(void **state) {
  (void)state;
  const ocel_addr a = ocel_addr_ipv4(192, 0, 2, 7, 1);
  ocel_addr b = ocel_addr_ipv4(192, 0, 2, 7, 2);
  assert_true(ocel_addr_same_host(&a, &b));
  b.scope = 3;
  assert_false(ocel_addr_same_host(&a, &b));
  for (size_t i = 0; i < 16; i++) {
    b = a;
    b.ip[i] ^= 0x80;
    assert_false(ocel_addr_same_host(&a, &b));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(prints_as_rfc_5952_says),
      cmocka_unit_test(ipv4_is_mapped),
      cmocka_unit_test(same_host_looks_at_address_and_scope_only),
  };
  return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
