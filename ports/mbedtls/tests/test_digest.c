// SPDX-License-Identifier: Apache-2.0
// The Digest of RFC 2069 2.4 (with its erratum 749), and the same with SHA-256.
#include "hash.h"
#include "ocel/rtsp_auth.h"

#include "ocel_test.h"

static const char *const RESPONSE[] = {
    [OCEL_HASH_MD5] = "1949323746fe6a43ef61f9606e7febea",
    // Computed with Python's hashlib.
    [OCEL_HASH_SHA256] = "89381827616a396139e299fae10b3a81aaa7bb9e04bee0dcb56ca48dd58af998",
};

static void the_response_is_that_of_the_rfc(void **state) {
  (void)state;
  const ocel_hasher h = {ocel_mbedtls_hash, NULL};
  const ocel_digest_identity who = {ocel_span_str("Mufasa"), ocel_span_str("testrealm@host.com"),
                                    ocel_span_str("CircleOfLife")};
  for (int kind = OCEL_HASH_MD5; kind <= OCEL_HASH_SHA256; kind++) {
    uint8_t secret[OCEL_DIGEST_MAX], got[OCEL_DIGEST_MAX];
    const ocel_authorization a = {
        .hash = (ocel_hash_kind)kind,
        .nonce = ocel_span_str("dcd98b7102dd2f0e8b11d0f600bfb0c093"),
        .uri = ocel_span_str("/dir/index.html"),
    };
    assert_true(ocel_digest_secret(&h, a.hash, &who, secret));
    assert_true(ocel_digest_response(&h, secret, ocel_span_str("GET"), &a, got));
    assert_memory_equal(got, RESPONSE[kind], 2 * ocel_hash_size(a.hash));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_response_is_that_of_the_rfc),
  };
  return cmocka_run_group_tests_name("mbedtls_digest", tests, NULL, NULL);
}
