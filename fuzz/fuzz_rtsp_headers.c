// SPDX-License-Identifier: Apache-2.0
// Transport, Range, Session, lists, CSeq: the first byte selects the reader. What was read is
// printed and read again.
#include <stdlib.h>
#include <string.h>

#include "ocel/rtsp_headers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void require_inside(ocel_span part, ocel_span whole) {
  if (part.n > 0) require(part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

static void put_pair(ocel_wbuf *w, const char *name, uint32_t first, uint32_t second) {
  ocel_put_str(w, name);
  ocel_put_uint(w, first);
  ocel_put_u8(w, '-');
  ocel_put_uint(w, second);
}

static void check_printed_transport(const ocel_transport *t) {
  uint8_t mem[256];
  ocel_transport again;
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  ocel_put_str(&w, t->tcp ? "RTP/AVP/TCP" : "RTP/AVP");
  if (t->multicast) ocel_put_str(&w, ";multicast");
  if (t->record) ocel_put_str(&w, ";mode=\"RECORD\"");
  if (t->has_ports) put_pair(&w, ";client_port=", t->rtp_port, t->rtcp_port);
  if (t->has_channels) put_pair(&w, ";interleaved=", t->rtp_channel, t->rtcp_channel);
  ocel_span list = ocel_span_make(mem, w.n);
  require(ocel_transport_next(&list, &again) && again.supported);
  require(again.tcp == t->tcp && again.multicast == t->multicast && again.record == t->record);
  require(again.rtp_port == t->rtp_port && again.rtcp_port == t->rtcp_port);
  require(again.rtp_channel == t->rtp_channel && again.rtcp_channel == t->rtcp_channel);
  require(again.has_ports == t->has_ports && again.has_channels == t->has_channels);
}

static void check_transport(ocel_span in) {
  ocel_transport t;
  ocel_span list = in;
  for (size_t left = in.n; ocel_transport_next(&list, &t); left = list.n) {
    require(list.n < left);
    require_inside(t.destination, in);
    if (t.has_ports) require(t.rtp_port > 0 && t.rtcp_port > 0 && t.rtp_port != t.rtcp_port);
    if (t.has_channels) require(t.rtp_channel != t.rtcp_channel);
    if (t.supported) check_printed_transport(&t);
  }
  require(list.n == 0);
}

static void put_seconds(ocel_wbuf *w, ocel_us t) {
  ocel_put_uint(w, (uint64_t)(t / OCEL_SECOND));
  ocel_put_u8(w, '.');
  for (ocel_us unit = OCEL_SECOND / 10; unit > 0; unit /= 10) {
    ocel_put_uint(w, (uint64_t)(t / unit % 10));
  }
}

static void check_range(ocel_span in) {
  uint8_t mem[128];
  ocel_range range, again;
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  if (ocel_range_parse(in, &range) != OCEL_OK) return;
  require(range.start >= 0 && range.end >= range.start);
  if (range.kind == OCEL_RANGE_OTHER) return;
  ocel_put_str(&w, "npt=");
  if (range.kind == OCEL_RANGE_NOW) {
    ocel_put_str(&w, "now");
  } else {
    put_seconds(&w, range.start);
  }
  ocel_put_u8(&w, '-');
  if (range.end != OCEL_NEVER) put_seconds(&w, range.end);
  require(ocel_range_parse(ocel_span_make(mem, w.n), &again) == OCEL_OK);
  require(again.kind == range.kind && again.start == range.start && again.end == range.end);
}

static void check_session(ocel_span in) {
  const ocel_span id = ocel_session_id(in);
  require(id.n <= 64);
  require_inside(id, in);
  if (id.n > 0) require(ocel_span_eq(ocel_session_id(id), id));
}

static void check_list(ocel_span in) {
  ocel_span list = in, token;
  for (size_t left = in.n; ocel_token_next(&list, &token); left = list.n) {
    ocel_span one = token, same;
    require(list.n < left && token.n > 0);
    require_inside(token, in);
    if (memchr(token.p, '"', token.n) != NULL) continue;  // it may hold a comma
    require(ocel_token_next(&one, &same) && ocel_span_eq(same, token));
  }
  (void)ocel_accepts_sdp(in);
}

static void check_cseq(ocel_span in) {
  uint8_t mem[16];
  uint32_t cseq, again;
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  if (!ocel_cseq(in, &cseq)) return;
  ocel_put_uint(&w, cseq);
  require(ocel_cseq(ocel_span_make(mem, w.n), &again) && again == cseq);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static void (*const CHECK[])(ocel_span in) = {check_transport, check_range, check_session,
                                                check_list, check_cseq};
  if (size < 1) return 0;
  CHECK[data[0] % (sizeof CHECK / sizeof CHECK[0])](ocel_span_make(data + 1, size - 1));
  return 0;
}
