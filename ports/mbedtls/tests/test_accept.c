// SPDX-License-Identifier: Apache-2.0
// The handshake of WebSocket with the true SHA-1: the example of RFC 6455 1.3.
#include "ocel/websocket.h"

#include "hash.h"
#include "ocel_test.h"

static void the_example_of_the_standard_is_met(void **state) {
  (void)state;
  static const ocel_hasher hasher = {ocel_mbedtls_hash, NULL};
  char text[OCEL_WEBSOCKET_ACCEPT_SIZE + 1] = "";
  ocel_wbuf w = ocel_wbuf_make(text, sizeof text - 1);
  assert_true(ocel_websocket_put_accept(&w, &hasher, ocel_span_str("dGhlIHNhbXBsZSBub25jZQ==")));
  assert_string_equal(text, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_example_of_the_standard_is_met),
  };
  return cmocka_run_group_tests_name("websocket_accept", tests, NULL, NULL);
}
