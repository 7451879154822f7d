// SPDX-License-Identifier: Apache-2.0
// Two steps: the head is checked byte by byte as it comes (rtsp_scan.c), each byte once; when it
// is whole, it is taken apart in one go. A refusal looks for CSeq in whatever has come.
#include "ocel/rtsp_msg.h"

#include <assert.h>

#include "head.h"
#include "ocel/rtsp_headers.h"
#include "rtsp_scan.h"
#include "text.h"

enum { HEADER_NAME_SIZE = 18, FRAME_HEAD = 4 };

const ocel_rtsp_limits OCEL_RTSP_LIMITS_DEFAULT = {
    .url_max = 2048, .line_max = 4096, .head_max = 8192, .headers_max = 64, .body_max = 4096};

static const char HEADER_NAME[OCEL_HEADER_COUNT][HEADER_NAME_SIZE] = {
#define OCEL_X(id, text) [OCEL_HEADER_##id] = text,
    OCEL_RTSP_HEADERS(OCEL_X)
#undef OCEL_X
};

#define OCEL_X(id, text) _Static_assert(sizeof(text) <= HEADER_NAME_SIZE, text);
OCEL_RTSP_HEADERS(OCEL_X)
#undef OCEL_X

static ocel_rtsp_header header_of(ocel_span name) {
  unsigned h = 0;
  while (h < OCEL_HEADER_COUNT && !ocel_text_eq(name, HEADER_NAME[h])) h++;
  return (ocel_rtsp_header)h;
}

// Fills in the headers, the first of equal names, and `*length` with the Content-Length.
static void take_headers(ocel_span rest, ocel_rtsp_request *req, int64_t *length) {
  ocel_span name, value;
  *length = OCEL__LENGTH_ABSENT;
  while (ocel__take_header(&rest, &name, &value)) {
    const ocel_rtsp_header h = header_of(name);
    if (h == OCEL_HEADER_COUNT) continue;
    if (req->header[h].p == NULL) req->header[h] = value;
    if (h == OCEL_HEADER_CONTENT_LENGTH) ocel__take_length(value, length);
  }
}

static ocel__verdict judge_length(const ocel_rtsp_request *req, int64_t length, uint32_t body_max) {
  if (length > body_max) return OCEL__BODY_TOO_LONG;
  if (length == OCEL__LENGTH_BAD) return OCEL__BAD;
  const bool coded = req->header[OCEL_HEADER_TRANSFER_ENCODING].p != NULL;
  return length == OCEL__LENGTH_ABSENT && coded ? OCEL__LENGTH_WANTED : OCEL__FINE;
}

static void take_request(ocel_span line, ocel_rtsp_request *req) {
  ocel_span url, version;
  req->method_text = ocel__cut(line, ' ', &url);
  req->url = ocel__cut(url, ' ', &version);
  req->method = ocel_rtsp_method_of(req->method_text);
  req->status = req->method == OCEL_METHOD_COUNT ? 501 : 200;
  if (version.p[sizeof "RTSP/" - 1] != '1') req->status = 505;
}

// Takes a head apart; of one that the grammar has refused only the headers, as far as they are
// there.
static ocel__verdict take_head(ocel_span head, ocel__verdict v, uint32_t body_max,
                               ocel_rtsp_request *req, uint32_t *body) {
  ocel_span line;
  int64_t length;
  *req = (ocel_rtsp_request){.method = OCEL_METHOD_COUNT};
  if (!ocel__take_request_line(&head, &line)) return v;
  take_headers(head, req, &length);
  if (v != OCEL__FINE) return v;
  take_request(line, req);
  *body = length > 0 ? (uint32_t)length : 0;
  return judge_length(req, length, body_max);
}

typedef struct {
  ocel_err err;
  uint16_t status;
} refusal;

static const refusal REFUSAL[] = {
    [OCEL__BAD] = {OCEL_ERR_SYNTAX, 400},
      [OCEL__TOO_MUCH] = {OCEL_ERR_SPACE,  400},
    [OCEL__URL_TOO_LONG] = {OCEL_ERR_SPACE,  414},
      [OCEL__BODY_TOO_LONG] = {OCEL_ERR_SPACE,  413},
    [OCEL__LENGTH_WANTED] = {OCEL_ERR_SYNTAX, 411},
};

static ocel__verdict scan_on(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits) {
  if (scan->http) return OCEL__HTTP;
  return ocel__scan_is_whole(scan) ? OCEL__FINE : ocel__scan_head(in, scan, limits);
}

// Head and, as soon as its size is known, body.
static bool has_come(ocel_span in, const ocel_rtsp_scan *scan) {
  return ocel__scan_is_whole(scan) && in.n - scan->at >= scan->body;
}

ocel_err ocel_rtsp_parse(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits,
                         ocel_rtsp_request *req, size_t *used) {
  assert(in.n >= scan->at);
  ocel__verdict v = scan_on(in, scan, limits);
  if (v == OCEL__HTTP) return OCEL_ERR_UNSUPPORTED;
  if (v == OCEL__FINE && !has_come(in, scan)) return OCEL_ERR_MORE;

  const ocel_span head = ocel__scan_is_whole(scan) ? ocel_span_make(in.p, scan->at) : in;
  v = take_head(head, v, limits->body_max, req, &scan->body);
  if (v == OCEL__FINE && !has_come(in, scan)) return OCEL_ERR_MORE;

  const ocel_rtsp_scan done = *scan;
  *scan = (ocel_rtsp_scan){0};
  if (v != OCEL__FINE) {
    req->status = REFUSAL[v].status;
    return REFUSAL[v].err;
  }
  req->body = ocel_span_make(in.p + done.at, done.body);
  *used = done.at + (size_t)done.body;
  return OCEL_OK;
}

ocel_err ocel_rtsp_frame_parse(ocel_span in, ocel_rtsp_frame *frame, size_t *used) {
  if (in.n == 0) return OCEL_ERR_MORE;
  if (in.p[0] != '$') return OCEL_ERR_SYNTAX;
  if (in.n < FRAME_HEAD) return OCEL_ERR_MORE;
  const size_t size = ocel_be16(in.p + 2);
  if (in.n - FRAME_HEAD < size) return OCEL_ERR_MORE;
  frame->channel = in.p[1];
  frame->data = ocel_span_make(in.p + FRAME_HEAD, size);
  *used = FRAME_HEAD + size;
  return OCEL_OK;
}
