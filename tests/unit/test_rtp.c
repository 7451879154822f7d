// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtp.h"

#include "ocel_test.h"

typedef struct {
  const char *name;
  ocel_rtp_header header;
  const char *want;
} golden;

// clang-format off
static const golden GOLDEN[] = {
    {"RFC 3550 5.1: marker, type, sequence, timestamp, SSRC",
     {96, true, 0x1234, 0xdeadbeef, 0xcafef00d}, "80e01234deadbeefcafef00d"},
    {"no marker", {96, false, 1, 2, 3}, "806000010000000200000003"},
    {"all zero", {0, false, 0, 0, 0}, "800000000000000000000000"},
    {"all ones", {127, true, 0xffff, 0xffffffff, 0xffffffff}, "80ffffffffffffffffffffff"},
};
// clang-format on

static void headers_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    uint8_t out[OCEL_RTP_HEADER_SIZE + 1];
    char got[64] = "";
    CASE(GOLDEN[i].name);
    out[OCEL_RTP_HEADER_SIZE] = 0x5a;
    ocel_rtp_write(out, &GOLDEN[i].header);
    append_hex(got, sizeof got, ocel_span_make(out, OCEL_RTP_HEADER_SIZE));
    assert_string_equal(got, GOLDEN[i].want);
    assert_int_equal(out[OCEL_RTP_HEADER_SIZE], 0x5a);
  }
}

typedef struct {
  const char *name;
  const char *packet;
  ocel_err want;
  const char *payload;
} reading;

// clang-format off
static const reading READINGS[] = {
    {"plain", "80e01234deadbeefcafef00d 0102", OCEL_OK, "0102"},
    {"nothing in it", "80e01234deadbeefcafef00d", OCEL_OK, ""},
    {"two sources", "82e01234deadbeefcafef00d aaaaaaaabbbbbbbb 01", OCEL_OK, "01"},
    {"an extension", "90e01234deadbeefcafef00d bede0001aaaaaaaa 01", OCEL_OK, "01"},
    {"an empty extension", "90e01234deadbeefcafef00d bede0000 01", OCEL_OK, "01"},
    {"padding", "a0e01234deadbeefcafef00d 010002", OCEL_OK, "01"},
    {"nothing but padding", "a0e01234deadbeefcafef00d 0002", OCEL_OK, ""},
    {"all of it", "b1e01234deadbeefcafef00d aaaaaaaa bede0001aaaaaaaa 0101", OCEL_OK, "01"},
    {"no byte", "", OCEL_ERR_SYNTAX, ""},
    {"cut short", "80e01234deadbeefcafef0", OCEL_ERR_SYNTAX, ""},
    {"version 1", "40e01234deadbeefcafef00d", OCEL_ERR_SYNTAX, ""},
    {"sources cut short", "82e01234deadbeefcafef00d aaaaaaaabb", OCEL_ERR_SYNTAX, ""},
    {"extension without length", "90e01234deadbeefcafef00d bede", OCEL_ERR_SYNTAX, ""},
    {"extension cut short", "90e01234deadbeefcafef00d bede0002aaaaaaaa", OCEL_ERR_SYNTAX, ""},
    {"no padding after all", "a0e01234deadbeefcafef00d", OCEL_ERR_SYNTAX, ""},
    {"padding of no length", "a0e01234deadbeefcafef00d 0100", OCEL_ERR_SYNTAX, ""},
    {"more padding than packet", "a0e01234deadbeefcafef00d 0104", OCEL_ERR_SYNTAX, ""},
};
// clang-format on

static void packets_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(READINGS); i++) {
    uint8_t mem[64];
    char got[64] = "";
    ocel_rtp_header h;
    ocel_span payload = {NULL, 0};
    CASE(READINGS[i].name);
    const ocel_span packet = guarded(unhex(READINGS[i].packet, mem));
    assert_int_equal(ocel_rtp_read(packet, &h, &payload), READINGS[i].want);
    append_hex(got, sizeof got, payload);
    assert_string_equal(got, READINGS[i].payload);
    if (READINGS[i].want == OCEL_OK) {
      assert_int_equal(h.payload_type, 96);
      assert_true(h.marker);
      assert_int_equal(h.sequence, 0x1234);
      assert_int_equal(h.timestamp, 0xdeadbeef);
      assert_int_equal(h.ssrc, 0xcafef00d);
    }
  }
}

typedef struct {
  const char *name;
  ocel_us elapsed;
  uint32_t hz;
  uint32_t want;
} ticks_golden;

// clang-format off
static const ticks_golden TICKS[] = {
    {"nothing",                            0,               90000,   0},
    {"a second",                           1000000,         90000,   90000},
    {"a frame of 30 per second",           33333,           90000,   2999},
    {"just below a tick",                  11,              90000,   0},
    {"just above a tick",                  12,              90000,   1},
    {"a microsecond ago is a tick ago",    -1,              90000,   UINT32_MAX},
    {"just below a tick ago",              -11,             90000,   UINT32_MAX},
    {"just above a tick ago",              -12,             90000,   UINT32_MAX - 1},
    {"a second ago",                       -1000000,        90000,   UINT32_MAX - 89999},
    {"a second and a bit ago",             -1000001,        90000,   UINT32_MAX - 90000},
    {"last tick before the wrap",          47721858833,     90000,   4294967294},
    {"one tick later",                     47721858834,     90000,   UINT32_MAX},
    {"the wrap",                           47721858845,     90000,   0},
    {"sixty days",                         5184000000000,   90000,   2703532032},
    {"any clock: 1 Hz",                    -1,              1,       UINT32_MAX},
    {"any clock: 0 Hz",                    123456789,       0,       0},
    {"any clock: 2^20 Hz, a microsecond",  1,               1048576, 1},
    {"any clock: 2^20 Hz, 999999 us",      999999,          1048576, 1048574},
    {"the end of time",                    INT64_MAX,       90000,   1374389534},
    {"its beginning",                      INT64_MIN,       90000,   2920577761},
    {"the end of time at 2^20 Hz",         INT64_MAX,       1048576, 2943117748},
    {"its beginning at 2^20 Hz",           INT64_MIN,       1048576, 1351849546},
};
// clang-format on

static void ticks_golden_values(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(TICKS); i++) {
    CASE(TICKS[i].name);
    assert_int_equal(ocel_rtp_ticks(TICKS[i].elapsed, TICKS[i].hz), TICKS[i].want);
  }
}

// Small numbers need no wide arithmetic: floor division, in both directions.
static void ticks_are_floors(void **state) {
  (void)state;
  static const uint32_t HZ[] = {1, 8000, 44100, 48000, 90000, 1048576};
  for (size_t i = 0; i < ARRAY_LEN(HZ); i++) {
    for (int64_t us = -3000; us <= 3000; us++) {
      const int64_t product = us * (int64_t)HZ[i];
      const int64_t want = product / 1000000 - (product % 1000000 < 0 ? 1 : 0);
      assert_int_equal(ocel_rtp_ticks(us, HZ[i]), (uint32_t)want);
    }
  }
}

#ifdef __SIZEOF_INT128__
__extension__ typedef __int128 wide;

static uint32_t wide_ticks(int64_t elapsed, uint32_t hz) {
  const wide product = (wide)elapsed * hz;
  const wide quotient = product / 1000000 - (product % 1000000 < 0 ? 1 : 0);
  return (uint32_t)quotient;
}

static void ticks_match_wide_arithmetic(void **state) {
  (void)state;
  uint32_t seed = 2326;
  for (size_t i = 0; i < ARRAY_LEN(TICKS); i++) {
    assert_int_equal(wide_ticks(TICKS[i].elapsed, TICKS[i].hz), TICKS[i].want);
  }
  for (int i = 0; i < 200000; i++) {
    const unsigned shift = next_random(&seed) % 64;  // all magnitudes
    const uint64_t high = next_random(&seed);
    const int64_t us = (int64_t)(high << 32 | next_random(&seed)) >> shift;
    const uint32_t hz = next_random(&seed) % (1u << 20) + 1;
    assert_int_equal(ocel_rtp_ticks(us, hz), wide_ticks(us, hz));
  }
}
#endif

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_golden),
      cmocka_unit_test(packets_are_read),
      cmocka_unit_test(ticks_golden_values),
      cmocka_unit_test(ticks_are_floors),
#ifdef __SIZEOF_INT128__
      cmocka_unit_test(ticks_match_wide_arithmetic),
#endif
  };
  return cmocka_run_group_tests_name("rtp", tests, NULL, NULL);
}
