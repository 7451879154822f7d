// SPDX-License-Identifier: Apache-2.0
#include "date.h"

#define DAY INT64_C(86400)
#define LAST INT64_C(253402300799)  // 9999-12-31T23:59:59Z

enum { MARCH = 2, DAYS_400 = 146097, DAYS_TO_1970 = 719468 };  // from 0000-03-01

// Days from 1970-01-01; the year begins in March, so that the leap day is its last.
static int64_t days_of(int64_t year, int64_t month, int64_t day) {
  const int64_t y = month <= MARCH ? year - 1 : year, shifted = (month + 9) % 12;
  const int64_t in_year = (153 * shifted + 2) / 5 + day - 1;
  return y * 365 + y / 4 - y / 100 + y / 400 + in_year - DAYS_TO_1970;
}

ocel__date ocel__date_of(int64_t seconds) {
  const int64_t at = seconds < 0 ? 0 : seconds > LAST ? LAST : seconds;
  const int64_t days = at / DAY + DAYS_TO_1970, rest = at % DAY;
  const int64_t era = days / DAYS_400, of_era = days % DAYS_400;
  const int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
  const int64_t shifted = (5 * of_year + 2) / 153;
  const int64_t month = shifted < 10 ? shifted + 3 : shifted - 9;
  return (ocel__date){.year = (int32_t)(year + era * 400 + (month <= MARCH)),
                      .month = (int32_t)month,
                      .day = (int32_t)(of_year - (153 * shifted + 2) / 5 + 1),
                      .hour = (int32_t)(rest / 3600),
                      .minute = (int32_t)(rest / 60 % 60),
                      .second = (int32_t)(rest % 60)};
}

static bool within(int32_t value, int32_t least, int32_t most) {
  return value >= least && value <= most;
}

bool ocel__date_seconds(const ocel__date *d, int64_t *out) {
  if (!within(d->year, 1970, 9999) || !within(d->month, 1, 12) || !within(d->day, 1, 31) ||
      !within(d->hour, 0, 23) || !within(d->minute, 0, 59) || !within(d->second, 0, 59)) {
    return false;
  }
  *out = days_of(d->year, d->month, d->day) * DAY + d->hour * INT64_C(3600) +
         d->minute * INT64_C(60) + d->second;
  return ocel__date_of(*out).day == d->day;  // no 30th of February
}

// ---- reading ----

// Takes `digits` digits and the character behind them, if one is wanted.
static bool take_number(ocel_span *s, size_t digits, char behind, int32_t *out) {
  if (s->n < digits + (behind != '\0')) return false;
  *out = 0;
  for (size_t i = 0; i < digits; i++) {
    if (s->p[i] < '0' || s->p[i] > '9') return false;
    *out = *out * 10 + (s->p[i] - '0');
  }
  if (behind != '\0' && s->p[digits] != (uint8_t)behind) return false;
  (void)ocel_span_take(s, digits + (behind != '\0'));
  return true;
}

static bool take_fraction(ocel_span *s) {
  if (s->n == 0 || s->p[0] != '.') return true;
  (void)ocel_span_take(s, 1);
  const size_t before = s->n;
  while (s->n > 0 && s->p[0] >= '0' && s->p[0] <= '9') (void)ocel_span_take(s, 1);
  return s->n < before;
}

// "02:00" behind its sign.
static bool take_offset(ocel_span *s, uint8_t sign, int32_t *ahead) {
  int32_t hours, minutes;
  if (sign != '+' && sign != '-') return false;
  if (!take_number(s, 2, ':', &hours) || !take_number(s, 2, '\0', &minutes)) return false;
  if (s->n > 0 || hours > 14 || minutes > 59) return false;
  *ahead = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
  return true;
}

// "", "Z", "+02:00": seconds that local time is ahead.
static bool take_zone(ocel_span *s, int32_t *ahead) {
  *ahead = 0;
  if (s->n == 0) return true;
  const uint8_t sign = ocel_span_take(s, 1).p[0];
  return sign == 'Z' ? s->n == 0 : take_offset(s, sign, ahead);
}

bool ocel__date_read(ocel_span text, int64_t *out) {
  ocel__date d;
  int32_t ahead;
  const bool read = take_number(&text, 4, '-', &d.year) && take_number(&text, 2, '-', &d.month) &&
                    take_number(&text, 2, 'T', &d.day) && take_number(&text, 2, ':', &d.hour) &&
                    take_number(&text, 2, ':', &d.minute) &&
                    take_number(&text, 2, '\0', &d.second) && take_fraction(&text) &&
                    take_zone(&text, &ahead);
  if (!read || !ocel__date_seconds(&d, out)) return false;
  *out -= ahead;
  return true;
}
