// SPDX-License-Identifier: Apache-2.0
// The accept of a true SHA-1 is tested where there is one: ports/mbedtls/tests.
#include "ocel/websocket.h"

#include "fake_hash.h"
#include "ocel_test.h"

enum { CONTENT_MAX = 1000 };

static void keys_are_base64_of_sixteen_bytes(void **state) {
  (void)state;
  static const struct {
    const char *key;
    bool valid;
  } cases[] = {
      {"dGhlIHNhbXBsZSBub25jZQ==",     true },
      {"dGhlIHNhbXBsZSBub25jZQ=",      false},
      {"dGhlIHNhbXBsZSBub25jZQAA",     false},
      {"dGhlIHNhbXBsZSBub25jZQA=",     false},
      {"dGhlIHNhbXBsZSBub25j!Q==",     false},
      {"dGhl HNhbXBsZSBub25jZQ==",     false},
      {"dGhlIHNhbXBsZSBub25jZQ==AAAA", false},
      {"",                             false},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].key);
    assert_int_equal(ocel_websocket_key_valid(guarded(ocel_span_str(cases[i].key))),
                     cases[i].valid);
  }
}

static bool no_hash(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                    uint8_t *out) {
  (void)ctx, (void)kind, (void)parts, (void)n, (void)out;
  return false;
}

static void without_a_hash_or_room_there_is_no_accept(void **state) {
  (void)state;
  const ocel_span key = ocel_span_str("dGhlIHNhbXBsZSBub25jZQ==");
  static const ocel_hasher hashers[] = {
      {NULL,      NULL},
      {no_hash,   NULL},
      {fake_hash, NULL},
      {fake_hash, NULL},
  };
  static const size_t room[] = {100, 100, OCEL_WEBSOCKET_ACCEPT_SIZE - 1,
                                OCEL_WEBSOCKET_ACCEPT_SIZE};
  for (size_t i = 0; i < 4; i++) {
    uint8_t mem[100];
    ocel_wbuf w = ocel_wbuf_make(mem, room[i]);
    assert_int_equal(ocel_websocket_put_accept(&w, &hashers[i], key), i == 3);
    assert_int_equal(w.n, i == 3 ? OCEL_WEBSOCKET_ACCEPT_SIZE : 0);
    assert_false(w.overflow);
  }
}

// RFC 6455 5.2, 5.7
static void heads_are_as_short_as_they_can_be(void **state) {
  (void)state;
  static const struct {
    ocel_websocket_opcode opcode;
    bool last;
    size_t n;
    const char *hex;
  } cases[] = {
      {OCEL_WEBSOCKET_TEXT,         true,  5,     "81 05"     },
      {OCEL_WEBSOCKET_TEXT,         false, 3,     "01 03"     },
      {OCEL_WEBSOCKET_CONTINUATION, true,  0,     "80 00"     },
      {OCEL_WEBSOCKET_BINARY,       true,  125,   "82 7d"     },
      {OCEL_WEBSOCKET_BINARY,       true,  126,   "82 7e 007e"},
      {OCEL_WEBSOCKET_BINARY,       true,  256,   "82 7e 0100"},
      {OCEL_WEBSOCKET_BINARY,       true,  65535, "82 7e ffff"},
      {OCEL_WEBSOCKET_PING,         true,  0,     "89 00"     },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    uint8_t mem[8], want[8];
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    ocel_websocket_put_head(&w, cases[i].opcode, cases[i].last, cases[i].n);
    assert_true(ocel_span_eq(ocel_span_make(mem, w.n), unhex(cases[i].hex, want)));
    assert_int_equal(w.n, ocel_websocket_head_size(cases[i].n));
  }
}

static void a_close_frame_tells_its_status(void **state) {
  (void)state;
  uint8_t mem[8], want[8];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_websocket_put_close(&w, OCEL_WEBSOCKET_TOO_BIG);
  assert_true(ocel_span_eq(ocel_span_make(mem, w.n), unhex("88 02 03f1", want)));
}

// ---- what comes in ----

static void frames_are_read_whatever_they_lack(void **state) {
  (void)state;
  static const struct {
    const char *name, *hex;
    ocel_websocket_opcode opcode;
    bool last;
    const char *content;
  } cases[] = {
      {"text (5.7)",      "81 85 37fa213d 7f9f4d5158", OCEL_WEBSOCKET_TEXT,         true,  "Hello"},
      {"first of a text", "01 83 00000000 48656c",     OCEL_WEBSOCKET_TEXT,         false, "Hel"  },
      {"continuation",    "80 82 00000000 6c6f",       OCEL_WEBSOCKET_CONTINUATION, true,  "lo"   },
      {"pong",            "8a 81 01020304 40",         OCEL_WEBSOCKET_PONG,         true,  "A"    },
      {"close without",   "88 80 01020304",            OCEL_WEBSOCKET_CLOSE,        true,  ""     },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    uint8_t mem[32], text[8] = "";
    ocel_websocket_frame frame;
    size_t used = 0;
    CASE(cases[i].name);
    const ocel_span whole = unhex(cases[i].hex, mem);
    for (size_t n = 0; n < whole.n; n++) {
      const ocel_span part = guarded(ocel_span_make(whole.p, n));
      assert_int_equal(ocel_websocket_parse(part, CONTENT_MAX, &frame, &used), OCEL_ERR_MORE);
    }
    mem[whole.n] = 0xff;
    const ocel_span more = ocel_span_make(mem, whole.n + 1);
    assert_int_equal(ocel_websocket_parse(more, CONTENT_MAX, &frame, &used), OCEL_OK);
    assert_int_equal(used, whole.n);
    assert_int_equal(frame.opcode, cases[i].opcode);
    assert_int_equal(frame.last, cases[i].last);
    ocel_wbuf w = ocel_wbuf_make(text, sizeof text - 1);
    ocel_websocket_put_content(&w, &frame);
    assert_string_equal((const char *)text, cases[i].content);
  }
}

static void broken_frames_are_refused_by_their_head(void **state) {
  (void)state;
  static const struct {
    const char *name, *hex;
    ocel_err rc;
  } cases[] = {
      {"not masked (5.1)",                "81 05",                  OCEL_ERR_SYNTAX},
      {"reserved bit",                    "c1 80",                  OCEL_ERR_SYNTAX},
      {"reserved opcode 3",               "83 80",                  OCEL_ERR_SYNTAX},
      {"reserved opcode 7",               "87 80",                  OCEL_ERR_SYNTAX},
      {"reserved opcode 11",              "8b 80",                  OCEL_ERR_SYNTAX},
      {"control in pieces (5.5)",         "09 80",                  OCEL_ERR_SYNTAX},
      {"control of 126 bytes (5.5)",      "89 fe 007e",             OCEL_ERR_SYNTAX},
      {"16 bits for 125",                 "82 fe 007d",             OCEL_ERR_SYNTAX},
      {"64 bits for 65535",               "82 ff 000000000000ffff", OCEL_ERR_SYNTAX},
      {"over the limit",                  "82 fe 03e9",             OCEL_ERR_SPACE },
      {"over the limit, 64 bits",         "82 ff 0000000000010000", OCEL_ERR_SPACE },
      {"the longest there is",            "82 ff ffffffffffffffff", OCEL_ERR_SPACE },
      {"at the limit",                    "82 fe 03e8",             OCEL_ERR_MORE  },
      {"a length that is not whole",      "82 fe 03",               OCEL_ERR_MORE  },
      {"a long length that is not whole", "82 ff 00000000000100",   OCEL_ERR_MORE  },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    uint8_t mem[32];
    ocel_websocket_frame frame;
    size_t used;
    CASE(cases[i].name);
    assert_int_equal(
        ocel_websocket_parse(guarded(unhex(cases[i].hex, mem)), CONTENT_MAX, &frame, &used),
        cases[i].rc);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(keys_are_base64_of_sixteen_bytes),
      cmocka_unit_test(without_a_hash_or_room_there_is_no_accept),
      cmocka_unit_test(heads_are_as_short_as_they_can_be),
      cmocka_unit_test(a_close_frame_tells_its_status),
      cmocka_unit_test(frames_are_read_whatever_they_lack),
      cmocka_unit_test(broken_frames_are_refused_by_their_head),
  };
  return cmocka_run_group_tests_name("websocket", tests, NULL, NULL);
}
