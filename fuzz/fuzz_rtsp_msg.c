// SPDX-License-Identifier: Apache-2.0
// Requests and interleaved frames: in pieces as at once, all parts inside, print and parse again.
// The first byte is the size of the pieces, the second selects the limits.
#include <stdlib.h>
#include <string.h>

#include "ocel/rtsp_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PRINTED_MAX = 1 << 17 };

static void require(bool holds) {
  if (!holds) abort();
}

static void require_inside(ocel_span part, ocel_span whole) {
  if (part.n > 0) require(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void require_same(const ocel_rtsp_request *a, const ocel_rtsp_request *b) {
  require(a->status == b->status && a->method == b->method);
  require(ocel_span_eq(a->method_text, b->method_text) && ocel_span_eq(a->url, b->url));
  require(ocel_span_eq(a->body, b->body));
  for (size_t h = 0; h < OCEL_HEADER_COUNT; h++) {
    require(ocel_span_eq(a->header[h], b->header[h]));
  }
}

static ocel_err parse_in_pieces(ocel_span in, size_t piece, const ocel_rtsp_limits *limits,
                                ocel_rtsp_request *req, size_t *used) {
  ocel_rtsp_scan scan = {0};
  ocel_err rc = OCEL_ERR_MORE;
  for (size_t n = 0; rc == OCEL_ERR_MORE;) {
    rc = ocel_rtsp_parse(ocel_span_make(in.p, n), &scan, limits, req, used);
    if (n == in.n) break;
    n = in.n - n > piece ? n + piece : in.n;
  }
  return rc;
}

static void put_header(ocel_wbuf *w, const char *name, ocel_span value) {
  if (value.p == NULL) return;
  ocel_put_str(w, name);
  ocel_put_u8(w, ':');
  ocel_put_span(w, value);
  ocel_put_str(w, "\r\n");
}

static void print(ocel_wbuf *w, const ocel_rtsp_request *req) {
  static const char *const NAME[] = {
#define OCEL_X(id, text) [OCEL_HEADER_##id] = text,
      OCEL_RTSP_HEADERS(OCEL_X)
#undef OCEL_X
  };
  ocel_put_span(w, req->method_text);
  ocel_put_u8(w, ' ');
  ocel_put_span(w, req->url);
  ocel_put_str(w, req->status == 505 ? " RTSP/2.0\r\n" : " RTSP/1.0\r\n");
  for (size_t h = 0; h < OCEL_HEADER_COUNT; h++) put_header(w, NAME[h], req->header[h]);
  ocel_put_str(w, "\r\n");
  ocel_put_span(w, req->body);
}

static void check_printed(const ocel_rtsp_request *req) {
  static uint8_t mem[PRINTED_MAX];
  const ocel_rtsp_limits most = {UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT16_MAX, UINT32_MAX};
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request again;
  size_t used;
  print(&w, req);
  if (w.overflow) return;
  require(ocel_rtsp_parse(ocel_span_make(mem, w.n), &scan, &most, &again, &used) == OCEL_OK);
  require(used == w.n);
  require_same(req, &again);
}

static void check_request(ocel_span in, size_t piece, const ocel_rtsp_limits *limits) {
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request req, slow;
  size_t used = 0, slow_used = 0;
  const ocel_err rc = ocel_rtsp_parse(in, &scan, limits, &req, &used);
  require(parse_in_pieces(in, piece, limits, &slow, &slow_used) == rc);
  if (rc == OCEL_ERR_MORE || rc == OCEL_ERR_UNSUPPORTED) return;
  require(req.status == slow.status);
  require(scan.at == 0 && scan.part == 0);
  for (size_t h = 0; h < OCEL_HEADER_COUNT; h++) require_inside(req.header[h], in);
  if (rc != OCEL_OK) {
    require(req.status >= 400);
    return;
  }
  require(used > 0 && used <= in.n && slow_used == used);
  require_same(&req, &slow);
  require_inside(req.url, ocel_span_make(in.p, used));
  require_inside(req.body, ocel_span_make(in.p, used));
  require(req.body.n <= limits->body_max && req.url.n <= limits->url_max);
  scan = (ocel_rtsp_scan){0};
  require(ocel_rtsp_parse(ocel_span_make(in.p, used - 1), &scan, limits, &slow, &slow_used) ==
          OCEL_ERR_MORE);
  check_printed(&req);
}

static void check_frame(ocel_span in) {
  ocel_rtsp_frame frame;
  size_t used = 0;
  if (ocel_rtsp_frame_parse(in, &frame, &used) != OCEL_OK) return;
  require(used <= in.n && frame.data.n == used - 4);
  require_inside(frame.data, in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const ocel_rtsp_limits SMALL = {
      .url_max = 20, .line_max = 30, .head_max = 200, .headers_max = 4, .body_max = 10};
  if (size < 2) return 0;
  const ocel_span in = ocel_span_make(data + 2, size - 2);
  const size_t piece = data[0] == 0 ? 1 : data[0];
  check_request(in, piece, data[1] % 2 == 0 ? &OCEL_RTSP_LIMITS_DEFAULT : &SMALL);
  check_frame(in);
  return 0;
}
