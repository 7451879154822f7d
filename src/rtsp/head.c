// SPDX-License-Identifier: Apache-2.0
#include "head.h"

#include "ocel/rtsp_headers.h"
#include "text.h"

enum { LENGTH_DIGITS_MAX = 10 };

// Takes one line with its end; false if it has no end yet.
static bool take_line(ocel_span *rest, ocel_span *line) {
  ocel_span behind;
  (void)ocel__cut(*rest, '\n', &behind);
  if (behind.p == NULL) return false;
  *line = ocel_span_take(rest, rest->n - behind.n);
  return true;
}

bool ocel__take_request_line(ocel_span *rest, ocel_span *line) {
  do {
    if (!take_line(rest, line)) return false;
    *line = ocel__trim(*line);
  } while (line->n == 0);
  return true;
}

bool ocel__take_header(ocel_span *rest, ocel_span *name, ocel_span *value) {
  ocel_span line, more;
  if (!take_line(rest, &line) || line.p[0] == '\r' || line.p[0] == '\n') return false;
  while (rest->n > 0 && (rest->p[0] == ' ' || rest->p[0] == '\t') && take_line(rest, &more)) {
    line.n += more.n;
  }
  *name = ocel__trim(ocel__cut(line, ':', value));
  *value = ocel__trim(*value);
  return true;
}

void ocel__take_length(ocel_span value, int64_t *length) {
  uint32_t n = 0;
  const bool ok = value.n <= LENGTH_DIGITS_MAX && ocel_text_uint(value, UINT32_MAX, &n);
  *length = ok && (*length == OCEL__LENGTH_ABSENT || *length == n) ? (int64_t)n : OCEL__LENGTH_BAD;
}
