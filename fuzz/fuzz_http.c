// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP requests, targets, bodies in chunks, base64: in pieces as at once, all parts
// inside. The first byte is the size of the pieces.
#include <stdlib.h>
#include <string.h>

#include "ocel/base64.h"
#include "ocel/http_msg.h"
#include "ocel/http_target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OUT_MAX = 1 << 16 };

static void require(bool holds) {
  if (!holds) abort();
}

static void require_inside(ocel_span part, ocel_span whole) {
  if (part.n > 0) require(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

// ---- heads ----

static ocel_err parse(ocel_span in, ocel_rtsp_scan *scan, ocel_http_request *req, size_t *used) {
  ocel_rtsp_request rtsp;
  const ocel_err rc = ocel_rtsp_parse(in, scan, &OCEL_RTSP_LIMITS_DEFAULT, &rtsp, used);
  if (rc != OCEL_ERR_UNSUPPORTED) return OCEL_ERR_STATE;
  return ocel_http_parse(in, scan, &OCEL_RTSP_LIMITS_DEFAULT, req, used);
}

static void check_head(ocel_span in, size_t piece) {
  ocel_rtsp_scan fast = {0}, slow = {0};
  ocel_http_request a, b;
  size_t used = 0, slow_used = 0;
  const ocel_err rc = parse(in, &fast, &a, &used);
  if (rc == OCEL_ERR_STATE) return;
  ocel_err late = OCEL_ERR_MORE;
  for (size_t n = 0; late == OCEL_ERR_MORE || late == OCEL_ERR_STATE;) {
    late = parse(ocel_span_make(in.p, n), &slow, &b, &slow_used);
    if (n == in.n) break;
    n = in.n - n > piece ? n + piece : in.n;
  }
  require(late == rc);
  if (rc == OCEL_ERR_MORE) return;
  require(a.status == b.status && a.method == b.method && used == slow_used);
  require((rc == OCEL_OK) == (used > 0) || a.status >= 400);
  require(rc != OCEL_OK || used <= in.n);
  require_inside(a.target, in);
  for (size_t h = 0; h < OCEL_HTTP_HEADER_COUNT; h++) require_inside(a.header[h], in);
}

// ---- targets ----

static void check_target(ocel_span in) {
  static uint8_t mem[OUT_MAX];
  ocel_http_target t;
  if (in.n > sizeof mem || ocel_http_target_parse(in, &t) != OCEL_OK) return;
  if (in.n > 0 && in.p[0] == '/') require_inside(t.path, in);
  require_inside(t.query, in);
  ocel_wbuf path = ocel_wbuf_make(mem, sizeof mem);
  if (ocel_http_path_decode(t.path, &path) == OCEL_OK) {
    require(path.n <= t.path.n);
    for (size_t i = 0; i < path.n; i++) require(mem[i] >= ' ' && mem[i] != 0x7f);
  }
  ocel_wbuf value = ocel_wbuf_make(mem, sizeof mem);
  const bool found = ocel_http_query(t.query, "a", &value);
  require(!value.overflow && (found || value.n == 0) && value.n <= t.query.n);
}

// ---- chunks ----

static ocel_err unchunk(ocel_span in, size_t piece, ocel_wbuf *out) {
  ocel_http_chunks k = {0};
  while (in.n > 0) {
    ocel_span part = ocel_span_take(&in, in.n < piece ? in.n : piece), data;
    do {
      const ocel_span before = part;
      const ocel_err rc = ocel_http_chunks_next(&k, &part, &data);
      if (rc != OCEL_OK) return rc;
      require_inside(data, before);
      ocel_put_span(out, data);
    } while (data.n > 0);
  }
  return OCEL_OK;
}

// ---- base64 ----

static ocel_err decode(ocel_span in, size_t piece, ocel_wbuf *out) {
  ocel_base64 b = {0};
  while (in.n > 0) {
    ocel_span part = ocel_span_take(&in, in.n < piece ? in.n : piece);
    const size_t n = part.n, before = out->n;
    const ocel_err rc = ocel_base64_decode(&b, &part, out);
    require(out->n - before <= n && !out->overflow);
    if (rc != OCEL_OK) return rc;
    require(part.n == 0 || out->n == out->cap);
  }
  return OCEL_OK;
}

static void check_round_trip(ocel_span in) {
  static uint8_t text[OUT_MAX], back[OUT_MAX];
  ocel_wbuf t = ocel_wbuf_make(text, sizeof text), b = ocel_wbuf_make(back, sizeof back);
  if (in.n > sizeof text / 2) return;
  ocel_put_base64(&t, in);
  require(decode(ocel_span_make(text, t.n), t.n + 1, &b) == OCEL_OK);
  require(ocel_span_eq(ocel_span_make(back, b.n), in));
}

typedef ocel_err (*reader)(ocel_span in, size_t piece, ocel_wbuf *out);

static void check_pieces(ocel_span in, size_t piece, reader read) {
  static uint8_t fast[OUT_MAX], slow[OUT_MAX];
  if (in.n > OUT_MAX / 2) return;
  ocel_wbuf a = ocel_wbuf_make(fast, sizeof fast), b = ocel_wbuf_make(slow, sizeof slow);
  require(read(in, in.n + 1, &a) == read(in, piece, &b));
  require(ocel_span_eq(ocel_span_make(fast, a.n), ocel_span_make(slow, b.n)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size < 1) return 0;
  const ocel_span in = ocel_span_make(data + 1, size - 1);
  const size_t piece = data[0] == 0 ? 1 : data[0];
  check_head(in, piece);
  check_target(in);
  check_pieces(in, piece, unchunk);
  check_pieces(in, piece, decode);
  check_round_trip(in);
  return 0;
}
