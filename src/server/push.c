// SPDX-License-Identifier: Apache-2.0
// Connections to which access units are pushed over HTTP. No framing is written yet.
#include "http.h"

uint16_t ocel__push_open(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                         const ocel_http_push *push) {
  (void)s;
  (void)c;
  (void)ask;
  (void)push;
  return 501;
}

ocel_err ocel__push_read(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used) {
  (void)s;
  (void)c;
  *used = in.n;
  return OCEL_OK;
}
