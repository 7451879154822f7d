// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_headers.h"

#include "ocel_test.h"

typedef struct {
  const char *value;
  ocel_err rc;
  ocel_range_kind kind;
  ocel_us start, end;
} golden;

#define S OCEL_SECOND
#define OPEN OCEL_NEVER
#define NPT OCEL_RANGE_NPT
#define NOW OCEL_RANGE_NOW
#define OTHER OCEL_RANGE_OTHER
#define SYNTAX OCEL_ERR_SYNTAX
#define UNSUPPORTED OCEL_ERR_UNSUPPORTED

// clang-format off
static const golden GOLDEN[] = {
    // as clients send it
    {"npt=0.000-",                     OCEL_OK,     NPT,   0,               OPEN},
    {"npt=0-",                         OCEL_OK,     NPT,   0,               OPEN},
    {"npt=now-",                       OCEL_OK,     NOW,   0,               OPEN},
    // RFC 2326 3.6
    {"npt=123.45-125",                 OCEL_OK,     NPT,   123450000,       125 * S},
    {"npt=12:05:35.3-",                OCEL_OK,     NPT,   43535300000,     OPEN},
    {"npt=0:0:0-99:59:59.999999",      OCEL_OK,     NPT,   0,               359999999999},
    {"npt=-20",                        OCEL_OK,     NPT,   0,               20 * S},
    {"npt=10-20",                      OCEL_OK,     NPT,   10 * S,          20 * S},
    {"npt=20-20",                      OCEL_OK,     NPT,   20 * S,          20 * S},
    {"npt=5.-6.",                      OCEL_OK,     NPT,   5 * S,           6 * S},
    {"npt=0.000001-0.0000019",         OCEL_OK,     NPT,   1,               1},
    {"npt=0.99999999999999999999-",    OCEL_OK,     NPT,   999999,          OPEN},
    {"npt=now-100",                    OCEL_OK,     NOW,   0,               100 * S},
    {"npt=3-now",                      OCEL_OK,     NPT,   3 * S,           OPEN},
    {"npt=4294967295-",                OCEL_OK,     NPT,   4294967295 * S,  OPEN},
    {"npt=1193045:59:59-",             OCEL_OK,     NPT,   4294965599 * S,  OPEN},
    {" NPT = Now - ",                  OCEL_OK,     NOW,   0,               OPEN},
    {"npt= 1 - 2 ",                    OCEL_OK,     NPT,   1 * S,           2 * S},
    {"npt=0-;time=19970123T143720Z",   OCEL_OK,     NPT,   0,               OPEN},
    // RFC 2326 3.5, 3.7
    {"smpte=10:12:33:20-",             OCEL_OK,     OTHER, 0,               OPEN},
    {"smpte-25=10:07:00-10:07:33:05.01", OCEL_OK,   OTHER, 0,               OPEN},
    {"SMPTE-30-drop=10:07:00-",        OCEL_OK,     OTHER, 0,               OPEN},
    {"clock=19961108T142300Z-19961108T143520.25Z", OCEL_OK, OTHER, 0,       OPEN},
    {"clock=19961108T142300Z-",        OCEL_OK,     OTHER, 0,               OPEN},
    {"clock = 19961108T142300Z- ", OCEL_OK, OTHER, 0, OPEN},
    {"smpte-2=1-", OCEL_OK, OTHER, 0, OPEN},
    // unreadable
    {"clock=x9-", SYNTAX, NPT, 0, 0},
    {"",                               SYNTAX,      NPT,   0,               0},
    {"npt",                            SYNTAX,      NPT,   0,               0},
    {"npt=",                           SYNTAX,      NPT,   0,               0},
    {"npt=0",                          SYNTAX,      NPT,   0,               0},
    {"npt=now",                        SYNTAX,      NPT,   0,               0},
    {"npt=-",                          SYNTAX,      NPT,   0,               0},
    {"npt=20-10",                      SYNTAX,      NPT,   0,               0},
    {"npt=0.5-0.499999",               SYNTAX,      NPT,   0,               0},
    {"npt=a-",                         SYNTAX,      NPT,   0,               0},
    {"npt=0-b",                        SYNTAX,      NPT,   0,               0},
    {"npt=0-1-2",                      SYNTAX,      NPT,   0,               0},
    {"npt=--1",                        SYNTAX,      NPT,   0,               0},
    {"npt=.5-",                        SYNTAX,      NPT,   0,               0},
    {"npt=1.2.3-",                     SYNTAX,      NPT,   0,               0},
    {"npt=1.x-",                       SYNTAX,      NPT,   0,               0},
    {"npt=1:2-",                       SYNTAX,      NPT,   0,               0},
    {"npt=1:2:3:4-",                   SYNTAX,      NPT,   0,               0},
    {"npt=:2:3-",                      SYNTAX,      NPT,   0,               0},
    {"npt=1:60:0-",                    SYNTAX,      NPT,   0,               0},
    {"npt=1:0:60-",                    SYNTAX,      NPT,   0,               0},
    {"npt=4294967296-",                SYNTAX,      NPT,   0,               0},
    {"npt=1193046:0:0-",               SYNTAX,      NPT,   0,               0},
    {"npt=99999999999999999999-",      SYNTAX,      NPT,   0,               0},
    {"clock=",                         SYNTAX,      NPT,   0,               0},
    {"clock=-19961108T142300Z",        SYNTAX,      NPT,   0,               0},
    {"clock=19961108T142300Z",         SYNTAX,      NPT,   0,               0},
    {"clock=1996-11-08T142300Z",       SYNTAX,      NPT,   0,               0},
    {"clock=yesterday-",               SYNTAX,      NPT,   0,               0},
    {"smpte=10:07:00-\"",              SYNTAX,      NPT,   0,               0},
    // RFC 2326 12.29: other units
    {"bytes=0-",                       UNSUPPORTED, NPT,   0,               0},
    {"=0-",                            UNSUPPORTED, NPT,   0,               0},
    {"smpt=0-",                        UNSUPPORTED, NPT,   0,               0},
    {"smptes=0-",                      UNSUPPORTED, NPT,   0,               0},
    {"clocks=0-",                      UNSUPPORTED, NPT,   0,               0},
    {"np=0-",                          UNSUPPORTED, NPT,   0,               0},
};
// clang-format on

static void ranges_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    const golden *g = &GOLDEN[i];
    ocel_range got;
    CASE(g->value);
    assert_int_equal(ocel_range_parse(guarded(ocel_span_str(g->value)), &got), g->rc);
    if (g->rc != OCEL_OK) continue;
    assert_int_equal(got.kind, g->kind);
    assert_true(got.start == g->start);
    assert_true(got.end == g->end);
  }
}

static void nul_is_unreadable(void **state) {
  (void)state;
  ocel_range got;
  assert_int_equal(ocel_range_parse(ocel_span_make("clock=1\0-", 9), &got), SYNTAX);
  assert_int_equal(ocel_range_parse(ocel_span_make("npt=1\0-", 7), &got), SYNTAX);
}

// A value cut off anywhere is read or refused, and nothing behind it is looked at.
static void prefixes_are_read_or_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    for (size_t n = 0; n < strlen(GOLDEN[i].value); n++) {
      ocel_range got;
      const ocel_err rc = ocel_range_parse(guarded(ocel_span_make(GOLDEN[i].value, n)), &got);
      if (rc == OCEL_OK) assert_true(got.start >= 0 && got.end >= got.start);
      assert_true(rc == OCEL_OK || rc == SYNTAX || rc == UNSUPPORTED);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ranges_golden),
      cmocka_unit_test(nul_is_unreadable),
      cmocka_unit_test(prefixes_are_read_or_refused),
  };
  return cmocka_run_group_tests_name("range", tests, NULL, NULL);
}
