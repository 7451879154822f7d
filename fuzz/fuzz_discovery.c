// SPDX-License-Identifier: Apache-2.0
// Datagrams to WS-Discovery: an answer is well-formed, goes to who asked, and never comes at once
// for more than there are places.
#include "ocel/discovery.h"

#include "open_camera.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void zeros(void *ctx, uint8_t *out, size_t n) {
  (void)ctx;
  for (size_t i = 0; i < n; i++) out[i] = 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static uint8_t text[OCEL_DISCOVERY_MAX];
  const ocel_onvif_camera camera = open_camera();
  const ocel_discovery_config cfg = {&camera, ocel_expat_read, zeros, NULL, 80, 1};
  const ocel_addr from = ocel_addr_ipv4(192, 0, 2, 1, 1000),
                  local = ocel_addr_ipv4(192, 0, 2, 2, 0);
  ocel_discovery d;
  ocel_discovery_way way;
  ocel_discovery_init(&d, &cfg, 0);
  for (int i = 0; i < 2; i++) {
    ocel_discovery_datagram(&d, &from, &local, ocel_span_make(data, size), 0);
  }
  require(d.answered <= 1 && d.answered + d.ignored == 2);
  ocel_wbuf w = ocel_wbuf_make(text, sizeof text);
  if (!ocel_discovery_next(&d, OCEL_SECOND, &w, &way)) return 0;
  require(w.n > 0 && ocel_addr_same_host(&way.to, &from));
  require_well_formed(ocel_span_make(text, w.n));
  return 0;
}
