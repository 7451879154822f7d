// SPDX-License-Identifier: Apache-2.0
// RTCP is written here; rtcp_read.c reads it.
#include "ocel/rtcp.h"

#include "rtcp_format.h"

static void put_head(ocel_wbuf *w, unsigned count, unsigned type, size_t size) {
  ocel_put_u8(w, (uint8_t)(RTCP_VERSION_2 | count));
  ocel_put_u8(w, (uint8_t)type);
  ocel_put_be16(w, (uint16_t)(size / RTCP_WORD - 1));
}

static void put_sender_report(ocel_wbuf *w, const ocel_sender_report *sr) {
  put_head(w, 0, RTCP_SR, RTCP_SR_SIZE);
  ocel_put_be32(w, sr->ssrc);
  ocel_put_be32(w, (uint32_t)(sr->ntp >> 32));
  ocel_put_be32(w, (uint32_t)sr->ntp);
  ocel_put_be32(w, sr->timestamp);
  ocel_put_be32(w, sr->packets);
  ocel_put_be32(w, sr->octets);
}

// RFC 3550 6.5: one chunk with one item; its list ends with one to four null octets.
static void put_cname(ocel_wbuf *w, uint32_t ssrc, ocel_span cname) {
  if (cname.n > OCEL_CNAME_MAX) cname.n = OCEL_CNAME_MAX;
  const size_t used = RTCP_HEAD_SIZE + RTCP_SSRC_SIZE + RTCP_ITEM_HEAD_SIZE + cname.n;
  const size_t end = RTCP_WORD - used % RTCP_WORD;

  put_head(w, 1, RTCP_SDES, used + end);
  ocel_put_be32(w, ssrc);
  ocel_put_u8(w, RTCP_CNAME);
  ocel_put_u8(w, (uint8_t)cname.n);
  ocel_put_span(w, cname);
  for (size_t i = 0; i < end; i++) ocel_put_u8(w, 0);
}

void ocel_rtcp_put_report(ocel_wbuf *w, const ocel_sender_report *sr, ocel_span cname) {
  put_sender_report(w, sr);
  put_cname(w, sr->ssrc, cname);
}

void ocel_rtcp_put_bye(ocel_wbuf *w, uint32_t ssrc) {
  put_head(w, 1, RTCP_BYE, RTCP_HEAD_SIZE + RTCP_SSRC_SIZE);
  ocel_put_be32(w, ssrc);
}
