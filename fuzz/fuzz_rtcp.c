// SPDX-License-Identifier: Apache-2.0
// RTCP: what is read ends and stays inside; what is written is read back.
#include <stdlib.h>
#include <string.h>

#include "ocel/rtcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_item(const ocel_rtcp_item *item, ocel_ntp now) {
  if (item->kind != OCEL_RTCP_BLOCK) return;
  require(item->block.packets_lost >= -(1 << 23) && item->block.packets_lost < 1 << 23);
  const ocel_us trip = ocel_rtcp_round_trip(&item->block, now);
  require(trip >= -1 && trip <= 60 * OCEL_SECOND);
}

static void check_read(ocel_span in) {
  ocel_rtcp_reader r;
  ocel_rtcp_item item;
  size_t items = 0;
  const ocel_ntp now = in.n < 8 ? 0 : (ocel_ntp)ocel_be32(in.p) << 32 | ocel_be32(in.p + 4);
  if (ocel_rtcp_read(&r, in) != OCEL_OK) {
    require(!ocel_rtcp_next(&r, &item));
    return;
  }
  require(in.n > 0 && in.n % 4 == 0);
  for (; ocel_rtcp_next(&r, &item); items++) check_item(&item, now);
  require(items > 0 && items <= in.n / 4);
}

static void check_written(ocel_span in) {
  uint8_t mem[OCEL_RTCP_COMPOUND_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_rtcp_reader r;
  ocel_rtcp_item item;
  const ocel_sender_report sr = {.ssrc = ocel_be32(in.p),
                                 .ntp = (ocel_ntp)ocel_be32(in.p + 4) << 32,
                                 .timestamp = ocel_be32(in.p + 8),
                                 .packets = ocel_be32(in.p + 12),
                                 .octets = ocel_be32(in.p + 16)};
  ocel_rtcp_put_report(&w, &sr, ocel_span_make(in.p + 20, in.n - 20));
  ocel_rtcp_put_bye(&w, sr.ssrc);
  require(!w.overflow);
  require(ocel_rtcp_read(&r, ocel_span_make(mem, w.n)) == OCEL_OK);
  for (int i = 0; i < 3; i++) {  // SR without blocks, SDES, BYE
    require(ocel_rtcp_next(&r, &item) && item.sender == sr.ssrc);
    require(item.kind == (i == 2 ? OCEL_RTCP_BYE : OCEL_RTCP_OTHER));
  }
  require(!ocel_rtcp_next(&r, &item));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ocel_span in = ocel_span_make(data, size);
  check_read(in);
  if (size >= 20) check_written(in);
  return 0;
}
