// SPDX-License-Identifier: Apache-2.0
// A request-URI taken apart and put together again has the same parts.
#include <stdlib.h>
#include <string.h>

#include "ocel/rtsp_headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { PRINTED_MAX = 1 << 14 };

static void require(bool holds) {
  if (!holds) abort();
}

static void require_inside(ocel_span part, ocel_span whole) {
  if (part.n > 0) require(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

// The form that servers name and clients send: the control part behind the query.
static void print(ocel_wbuf *w, const ocel_rtsp_url *url) {
  ocel_put_span(w, url->base);
  ocel_put_span(w, url->path);
  if (url->base.n == 0 && url->path.n == 0) ocel_put_u8(w, '/');  // a bare path is not empty
  if (url->query.n > 0) {
    ocel_put_u8(w, '?');
    ocel_put_span(w, url->query);
  }
  if (url->control.n > 0) {
    ocel_put_u8(w, '/');
    ocel_put_span(w, url->control);
  }
}

static void check_printed(const ocel_rtsp_url *url) {
  static uint8_t mem[PRINTED_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_rtsp_url again;
  print(&w, url);
  if (w.overflow) return;
  require(ocel_rtsp_url_parse(ocel_span_make(mem, w.n), &again) == OCEL_OK);
  require(ocel_span_eq(again.base, url->base) && ocel_span_eq(again.query, url->query));
  require(ocel_span_eq(again.control, url->control));
  require(ocel_rtsp_path_is(again.path, url->path) && ocel_rtsp_path_is(url->path, again.path));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ocel_span in = ocel_span_make(data, size);
  ocel_rtsp_url url;
  (void)ocel_rtsp_control_track(in);
  (void)ocel_query_value(in, "start");
  if (ocel_rtsp_url_parse(in, &url) != OCEL_OK) return 0;
  require_inside(url.base, in);
  require_inside(url.path, in);
  require_inside(url.query, in);
  require_inside(url.control, in);
  require_inside(ocel_query_value(url.query, "start"), in);
  if (url.control.n > 0) require(ocel_rtsp_control_track(url.control) >= 0);
  if (url.path.n > 0) require(url.path.p[0] == '/');
  require(ocel_rtsp_path_is(url.path, url.path));
  if (!url.asterisk) check_printed(&url);
  return 0;
}
