// SPDX-License-Identifier: Apache-2.0
#include "rtsp_scan.h"

#include <string.h>

#include "text.h"

enum { METHOD_MAX = 32, DIGIT_PLACE = '0' };

static const char VERSION[2][9] = {"RTSP/0.0", "HTTP/0.0"};  // 0 stands for any digit

// Places in the grammar. A new scan is zeroed, so BLANK comes first.
typedef enum {
  BLANK,  // empty lines before the request line
  METHOD,
  URL,
  VERSION_TEXT,
  LINE,  // where a header line may begin
  NAME,
  NAME_SPACE,  // between a header's name and its colon
  VALUE,
  WHOLE,
} part;

static bool is_token_byte(uint8_t c) {
  return c > ' ' && c < 0x7f && strchr("()<>@,;:\\\"/[]?={}", c) == NULL;
}

static uint16_t element_size(const ocel_rtsp_scan *s) { return (uint16_t)(s->at - s->mark); }

static ocel__verdict go(ocel_rtsp_scan *s, part to, unsigned mark) {
  s->part = (uint8_t)to;
  s->mark = (uint16_t)mark;
  return OCEL__FINE;
}

static ocel__verdict on_blank(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  (void)limits;
  return ocel__is_letter(c) ? go(s, METHOD, s->at) : OCEL__BAD;
}

static ocel__verdict on_method(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  (void)limits;
  if (c == ' ') return go(s, URL, s->at + 1u);
  return is_token_byte(c) && element_size(s) < METHOD_MAX ? OCEL__FINE : OCEL__BAD;
}

static ocel__verdict on_url(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  if (c == ' ' && element_size(s) > 0) return go(s, VERSION_TEXT, s->at + 1u);
  if (c <= ' ' || c >= 0x7f) return OCEL__BAD;
  return element_size(s) < limits->url_max ? OCEL__FINE : OCEL__URL_TOO_LONG;
}

static ocel__verdict on_version(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  (void)limits;
  if (element_size(s) == 0 && c == 'H') {
    s->http = true;
    return OCEL__HTTP;
  }
  const uint8_t want = (uint8_t)VERSION[s->http][element_size(s)];  // at last NUL: no byte is that
  return (want == DIGIT_PLACE ? ocel__is_digit(c) : c == want) ? OCEL__FINE : OCEL__BAD;
}

static ocel__verdict on_line(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  const bool fold = c == ' ' || c == '\t';
  if (s->lines == limits->headers_max) return OCEL__TOO_MUCH;
  if (fold ? s->lines == 0 : !is_token_byte(c)) return OCEL__BAD;
  s->lines++;
  return go(s, fold ? VALUE : NAME, s->at);
}

static ocel__verdict on_name(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  if (element_size(s) >= limits->line_max) return OCEL__TOO_MUCH;
  if (c == ':') return go(s, VALUE, s->mark);
  if (c == ' ' || c == '\t') return go(s, NAME_SPACE, s->mark);
  return is_token_byte(c) && s->part == NAME ? OCEL__FINE : OCEL__BAD;
}

static ocel__verdict on_value(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  (void)c;
  return element_size(s) < limits->line_max ? OCEL__FINE : OCEL__TOO_MUCH;
}

typedef ocel__verdict (*reader)(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits);

static const reader ON[] = {
    [BLANK] = on_blank, [METHOD] = on_method, [URL] = on_url,         [VERSION_TEXT] = on_version,
    [LINE] = on_line,   [NAME] = on_name,     [NAME_SPACE] = on_name, [VALUE] = on_value,
};

// Where the end of a line leads; no line may end in a place that is left out.
static const part AT_LINE_END[WHOLE + 1] = {
    [VERSION_TEXT] = LINE,
    [LINE] = WHOLE,
    [VALUE] = LINE,
};

static ocel__verdict on_line_end(ocel_rtsp_scan *s) {
  if (s->part == BLANK) return OCEL__FINE;
  const unsigned end = s->cr ? 1 : 0;
  if (s->part == VERSION_TEXT && element_size(s) - end != sizeof VERSION[0] - 1) return OCEL__BAD;
  const part next = AT_LINE_END[s->part];
  return next != BLANK ? go(s, next, s->at) : OCEL__BAD;
}

static ocel__verdict on_byte(ocel_rtsp_scan *s, uint8_t c, const ocel_rtsp_limits *limits) {
  if (s->at == limits->head_max) return OCEL__TOO_MUCH;
  ocel__verdict v = OCEL__FINE;
  if (c == '\n') {
    v = on_line_end(s);
  } else if (s->cr || (c < ' ' && c != '\t' && c != '\r') || c == 0x7f) {
    v = OCEL__BAD;
  } else if (c != '\r') {
    v = ON[s->part](s, c, limits);
  }
  s->cr = c == '\r';
  s->at++;
  return v;
}

ocel__verdict ocel__scan_head(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits) {
  ocel__verdict v = OCEL__FINE;
  while (v == OCEL__FINE && scan->at < in.n && !ocel__scan_is_whole(scan)) {
    v = on_byte(scan, in.p[scan->at], limits);
  }
  return v;
}

bool ocel__scan_is_whole(const ocel_rtsp_scan *scan) { return scan->part == WHOLE; }
