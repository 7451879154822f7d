// SPDX-License-Identifier: Apache-2.0
// Authorization headers and the comparison of URIs. The first line is the request's URL,
// the rest the header's value.
#include <stdlib.h>
#include <string.h>

#include "ocel/rtsp_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void require_inside(ocel_span part, ocel_span whole) {
  if (part.n > 0) require(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void put_field(ocel_wbuf *w, const char *name, ocel_span value) {
  ocel_put_str(w, name);
  ocel_put_str(w, "=\"");
  ocel_put_span(w, value);
  ocel_put_str(w, "\", ");
}

// What was read is printed and read again.
static void check_digest(const ocel_authorization *a, ocel_span in) {
  uint8_t mem[4096];
  ocel_authorization again;
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  const ocel_span parts[] = {a->username, a->realm, a->nonce, a->uri, a->response, a->algorithm};
  for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
    require_inside(parts[i], in);
    if (parts[i].n > 0 && memchr(parts[i].p, '"', parts[i].n) != NULL) return;
  }
  require(a->response.n == 2 * ocel_hash_size(a->hash));
  ocel_put_str(&w, "Digest ");
  put_field(&w, "username", a->username);
  put_field(&w, "nonce", a->nonce);
  put_field(&w, "uri", a->uri);
  put_field(&w, "response", a->response);
  if (w.overflow) return;
  require(ocel_authorization_parse(ocel_span_make(mem, w.n), &again) == OCEL_OK);
  require(ocel_span_eq(again.username, a->username) && ocel_span_eq(again.nonce, a->nonce));
  require(ocel_span_eq(again.uri, a->uri) && ocel_span_eq(again.response, a->response));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ocel_authorization a;
  ocel_span in = ocel_span_make(data, size);
  size_t line = 0;
  while (line < in.n && in.p[line] != '\n') line++;
  const ocel_span url = ocel_span_take(&in, line);
  if (in.n > 0) (void)ocel_span_take(&in, 1);
  if (ocel_authorization_parse(in, &a) != OCEL_OK) return 0;
  if (a.scheme == OCEL_AUTH_BASIC) {
    require_inside(a.basic, in);
    return 0;
  }
  check_digest(&a, in);
  require(ocel_digest_uri_is(a.uri, a.uri));
  if (ocel_digest_uri_is(a.uri, url)) require(url.n > 0);
  return 0;
}
