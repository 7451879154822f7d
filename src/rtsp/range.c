// SPDX-License-Identifier: Apache-2.0
// Range: npt=START-[END] and its kin (RFC 2326 3.5-3.7, 12.29)
#include <string.h>

#include "ocel/rtsp_headers.h"
#include "text.h"

// *DIGIT behind the point; digits below a microsecond are dropped.
static bool read_fraction(ocel_span s, ocel_us *out) {
  ocel_us unit = OCEL_SECOND;
  *out = 0;
  for (size_t i = 0; i < s.n; i++) {
    if (!ocel__is_digit(s.p[i])) return false;
    unit /= 10;
    *out += unit * (s.p[i] - '0');
  }
  return true;
}

// hh:mm:ss, or seconds alone.
static bool read_seconds(ocel_span s, uint32_t *out) {
  ocel_span minutes, seconds;
  uint32_t h, m, sec;
  const ocel_span first = ocel__cut(s, ':', &minutes);
  if (minutes.p == NULL) return ocel_text_uint(first, UINT32_MAX, out);
  minutes = ocel__cut(minutes, ':', &seconds);
  if (!ocel_text_uint(first, UINT32_MAX / 3600 - 1, &h) || !ocel_text_uint(minutes, 59, &m) ||
      !ocel_text_uint(seconds, 59, &sec)) {
    return false;
  }
  *out = h * 3600 + m * 60 + sec;
  return true;
}

static bool read_time(ocel_span s, ocel_us *out) {
  ocel_span fraction;
  uint32_t seconds;
  ocel_us below;
  if (!read_seconds(ocel__cut(s, '.', &fraction), &seconds)) return false;
  if (!read_fraction(fraction, &below)) return false;
  *out = (ocel_us)seconds * OCEL_SECOND + below;
  return true;
}

// A time; "now" and nothing leave `*out` as it is.
static bool read_point(ocel_span s, ocel_us *out) {
  return s.n == 0 || ocel_text_eq(s, "now") || read_time(s, out);
}

// Both ends, either of which may be "now": as a start it makes the kind, as an end it is open.
static ocel_err read_npt(ocel_span value, ocel_range *out) {
  ocel_span end;
  const ocel_span start = ocel__trim(ocel__cut(value, '-', &end));
  if (end.p == NULL) return OCEL_ERR_SYNTAX;
  end = ocel__trim(end);
  if (start.n == 0 && end.n == 0) return OCEL_ERR_SYNTAX;

  if (ocel_text_eq(start, "now")) out->kind = OCEL_RANGE_NOW;
  if (!read_point(start, &out->start) || !read_point(end, &out->end)) return OCEL_ERR_SYNTAX;
  return out->end < out->start ? OCEL_ERR_SYNTAX : OCEL_OK;
}

// smpte=10:12:33:20-, clock=19961108T142300Z-: looked at only as far as telling it from noise.
static ocel_err read_other(ocel_span value, ocel_range *out) {
  unsigned dashes = 0;
  for (size_t i = 0; i < value.n; i++) {
    const uint8_t c = value.p[i];
    if (c == '-') dashes++;
    if (!ocel__is_digit(c) && (c == '\0' || strchr("-:.TZ", c) == NULL)) return OCEL_ERR_SYNTAX;
  }
  out->kind = OCEL_RANGE_OTHER;
  return dashes == 1 && value.p[0] != '-' ? OCEL_OK : OCEL_ERR_SYNTAX;
}

// "smpte", "smpte-25", "smpte-30-drop", "clock".
static bool is_other_unit(ocel_span unit) {
  static const char SMPTE[] = "smpte-";
  if (unit.n >= sizeof SMPTE - 1) unit.n = sizeof SMPTE - 1;
  return ocel_text_eq(unit, SMPTE) || ocel_text_eq(unit, "smpte") || ocel_text_eq(unit, "clock");
}

ocel_err ocel_range_parse(ocel_span value, ocel_range *out) {
  ocel_span parameters, range;
  const ocel_span unit = ocel__trim(ocel__cut(ocel__cut(value, ';', &parameters), '=', &range));
  *out = (ocel_range){.kind = OCEL_RANGE_NPT, .start = 0, .end = OCEL_NEVER};
  if (range.p == NULL) return OCEL_ERR_SYNTAX;
  range = ocel__trim(range);
  if (ocel_text_eq(unit, "npt")) return read_npt(range, out);
  if (is_other_unit(unit)) return read_other(range, out);
  return OCEL_ERR_UNSUPPORTED;
}
