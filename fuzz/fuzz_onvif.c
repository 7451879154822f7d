// SPDX-License-Identifier: Apache-2.0
// SOAP requests to all of ONVIF's services, unlocked: each has one well-formed answer, in items
// that fit, and nothing out of range gets through to the camera.
#include "ocel/onvif.h"

#include "onvif/action.h"
#include "open_camera.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_answer(ocel_http_answer *answer) {
  static uint8_t text[1 << 16];
  size_t n = 0;
  for (bool more = true; more;) {
    ocel_wbuf w = ocel_wbuf_make(text + n, OCEL_HTTP_PART_MAX);
    more = answer->part(answer->ctx, &answer->progress, &w);
    require(!w.overflow && n + w.n + OCEL_HTTP_PART_MAX <= sizeof text);
    n += w.n;
  }
  require_well_formed(ocel_span_make(text, n));
}

// The first byte says how the request came, the rest is its body.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static ocel_onvif onvif;
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, 1, 1), local = ocel_addr_ipv4(192, 0, 2, 2, 80);
  ocel_onvif_config cfg;
  if (size < 1) return 0;
  ocel_onvif_defaults(&cfg);
  cfg.read_xml = ocel_expat_read;
  cfg.unlocked = true;
  cfg.camera = open_camera();
  require(ocel_onvif_init(&onvif, &cfg) == OCEL_OK);
  ocel_span header[OCEL_HTTP_HEADER_COUNT] = {
      {NULL, 0}
  };
  header[OCEL_HTTP_HEADER_HOST] = ocel_span_make(data, size < 90 ? size : 90);
  const ocel_http_call call = {.method = OCEL_HTTP_POST,
                               .header = header,
                               .body = ocel_span_make(data + 1, size - 1),
                               .peer = &peer,
                               .local = &local,
                               .secure = (data[0] & 1) != 0};
  ocel_http_answer answer = {.status = 200};
  ocel__onvif_handle(&onvif, &call, &answer);
  require(answer.body == OCEL_HTTP_PARTS);
  check_answer(&answer);
  answer.release(answer.ctx);
  return 0;
}
