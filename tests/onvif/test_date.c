// SPDX-License-Identifier: Apache-2.0
// Dates and seconds, in both directions.
#include "onvif/date.h"

#include "ocel_test.h"

typedef struct {
  const char *text;
  int64_t seconds;
} dated;

static const dated DATES[] = {
    {"1970-01-01T00:00:00Z",           0                    },
    {"1972-02-29T23:59:59Z",           68255999             },
    {"2000-02-29T12:00:00Z",           951825600            },
    {"2026-11-24T20:15:30",            1795551330           },
    {"2026-11-24T20:15:30.123456789Z", 1795551330           },
    {"2026-11-24T22:15:30.1+02:00",    1795551330           },
    {"2026-11-24T16:45:30-03:30",      1795551330           },
    {"2100-03-01T00:00:00+00:00",      4107542400           },
    {"9999-12-31T23:59:59Z",           INT64_C(253402300799)},
};

static void dates_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(DATES); i++) {
    int64_t seconds = -1;
    CASE(DATES[i].text);
    assert_true(ocel__date_read(guarded(ocel_span_str(DATES[i].text)), &seconds));
    assert_true(seconds == DATES[i].seconds);
  }
}

static const char *const NO_DATES[] = {
    "",
    "2026",
    "2026-11-24",
    "2026-11-24T20:15:3",
    "2026-11-24 20:15:30Z",
    "2026-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "2026-00-01T00:00:00Z",
    "2026-01-00T00:00:00Z",
    "2026-01-32T00:00:00Z",
    "2026-04-31T00:00:00Z",
    "2026-01-01T24:00:00Z",
    "2026-01-01T00:60:00Z",
    "2026-01-01T00:00:60Z",
    "1969-12-31T23:59:59Z",
    "2026-01-01T00:00:00.Z",
    "2026-01-01T00:00:00Zx",
    "2026-01-01T00:00:00x",
    "2026-01-01T00:00:00+15:00",
    "2026-01-01T00:00:00+01:60",
    "2026-01-01T00:00:00+0100",
    "2026-01-01T00:00:00+01:00Z",
    "20x6-01-01T00:00:00Z",
};

static void what_is_no_date_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(NO_DATES); i++) {
    int64_t seconds;
    CASE(NO_DATES[i]);
    assert_false(ocel__date_read(guarded(ocel_span_str(NO_DATES[i])), &seconds));
  }
}

static void every_day_comes_back(void **state) {
  (void)state;
  int32_t last = 0;
  for (int64_t day = 0; day < 366 * 450; day++) {
    const ocel__date d = ocel__date_of(day * 86400 + 3661);
    int64_t seconds;
    assert_true(ocel__date_seconds(&d, &seconds));
    assert_true(seconds == day * 86400 + 3661);
    assert_int_equal(d.hour * 10000 + d.minute * 100 + d.second, 10101);
    const int32_t number = d.year * 10000 + d.month * 100 + d.day;
    assert_true(number > last);
    last = number;
  }
}

static void times_out_of_range_become_the_nearest(void **state) {
  (void)state;
  assert_int_equal(ocel__date_of(-1).year, 1970);
  assert_int_equal(ocel__date_of(INT64_MAX).year, 9999);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(dates_are_read),
      cmocka_unit_test(what_is_no_date_is_refused),
      cmocka_unit_test(every_day_comes_back),
      cmocka_unit_test(times_out_of_range_become_the_nearest),
  };
  return cmocka_run_group_tests_name("onvif_date", tests, NULL, NULL);
}
