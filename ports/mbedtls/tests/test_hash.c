// SPDX-License-Identifier: Apache-2.0
// Test vectors of RFC 1321 A.5 and FIPS 180-4, whole and in parts.
#include "hash.h"

#include "ocel_test.h"

typedef struct {
  const char *name;
  ocel_hash_kind kind;
  const char *text, *hex;
} vector;

static const vector VECTORS[] = {
    {"MD5 of nothing",     OCEL_HASH_MD5,    "",               "d41d8cd98f00b204e9800998ecf8427e"        },
    {"MD5 of abc",         OCEL_HASH_MD5,    "abc",            "900150983cd24fb0d6963f7d28e17f72"        },
    {"MD5 of a message",   OCEL_HASH_MD5,    "message digest", "f96b697d7cb7938d525a2f31aaf161d0"        },
    {"SHA-256 of nothing", OCEL_HASH_SHA256, "",
     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"                                  },
    {"SHA-256 of abc",     OCEL_HASH_SHA256, "abc",
     "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"                                  },
    {"SHA-1 of nothing",   OCEL_HASH_SHA1,   "",               "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"SHA-1 of abc",       OCEL_HASH_SHA1,   "abc",            "a9993e364706816aba3e25717850c26c9cd0d89d"},
};

static void vectors_are_met_however_they_are_cut(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(VECTORS); i++) {
    const vector *v = &VECTORS[i];
    uint8_t want[OCEL_HASH_MAX], got[OCEL_HASH_MAX];
    CASE(v->name);
    const ocel_span expected = unhex(v->hex, want);
    assert_int_equal(expected.n, ocel_hash_size(v->kind));
    const ocel_span text = ocel_span_str(v->text);
    for (size_t cut = 0; cut <= text.n; cut++) {
      const ocel_span parts[] = {
          {text.p,       cut         },
          {NULL,         0           },
          {text.p + cut, text.n - cut}
      };
      memset(got, 0, sizeof got);
      assert_true(ocel_mbedtls_hash(NULL, v->kind, parts, ARRAY_LEN(parts), got));
      assert_memory_equal(got, want, expected.n);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(vectors_are_met_however_they_are_cut),
  };
  return cmocka_run_group_tests_name("mbedtls_hash", tests, NULL, NULL);
}
