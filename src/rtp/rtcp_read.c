// SPDX-License-Identifier: Apache-2.0
// A datagram is judged as a whole before anything in it is believed (RFC 3550 A.2).
#include "ocel/rtcp.h"
#include "rtcp_format.h"

// Bytes that the fields of a packet take at least, given its type and count; one with less lies.
static size_t least_size(unsigned type, size_t count) {
  switch (type) {
    case RTCP_SR: return RTCP_SR_SIZE + count * RTCP_BLOCK_SIZE;
    case RTCP_RR: return RTCP_RR_SIZE + count * RTCP_BLOCK_SIZE;
    case RTCP_SDES:
    case RTCP_BYE: return RTCP_HEAD_SIZE + count * RTCP_SSRC_SIZE;
    case RTCP_APP:
    case RTCP_RTPFB:
    case RTCP_PSFB: return RTCP_HEAD_SIZE + 2 * RTCP_WORD;
    default: return RTCP_HEAD_SIZE;
  }
}

// Size of the packet at the front of `rest`, its padding included and verified; 0 if it is none.
static size_t packet_size(ocel_span rest) {
  if (rest.n < RTCP_HEAD_SIZE || (rest.p[0] & RTCP_VERSION_MASK) != RTCP_VERSION_2) return 0;
  const size_t size = RTCP_WORD * (ocel_be16(rest.p + 2) + (size_t)1);
  if (size > rest.n) return 0;

  size_t content = size;
  if ((rest.p[0] & RTCP_PADDING) != 0) {
    // RFC 3550 6.4.1: only in the last packet, counting itself, a multiple of four.
    const size_t padding = rest.p[size - 1];
    if (size != rest.n || padding == 0 || padding % RTCP_WORD != 0 || padding >= size) return 0;
    content -= padding;
  }
  return content < least_size(rest.p[1], rest.p[0] & RTCP_COUNT_MASK) ? 0 : size;
}

// RFC 3550 6.1: a report first; RFC 5506 3.1: or alone what is not worth one.
static bool may_come_first(unsigned type) {
  return type == RTCP_SR || type == RTCP_RR || type == RTCP_BYE || type == RTCP_RTPFB ||
         type == RTCP_PSFB;
}

// Without the padding of a packet that packet_size has judged.
static size_t content_size(ocel_span packet) {
  const bool padded = (packet.p[0] & RTCP_PADDING) != 0;
  return packet.n - (padded ? packet.p[packet.n - 1] : 0u);
}

ocel_err ocel_rtcp_read(ocel_rtcp_reader *r, ocel_span packet) {
  *r = (ocel_rtcp_reader){0};
  if (packet.n < RTCP_HEAD_SIZE || !may_come_first(packet.p[1])) return OCEL_ERR_SYNTAX;
  for (ocel_span rest = packet; rest.n > 0;) {
    const size_t size = packet_size(rest);
    if (size == 0) return OCEL_ERR_SYNTAX;
    (void)ocel_span_take(&rest, size);
  }
  r->rest = packet;
  return OCEL_OK;
}

// RFC 3550 6.4.1: the cumulative number of packets lost has 24 bits and a sign.
static int32_t signed24(uint32_t v) {
  v &= 0xffffff;
  return v < 0x800000 ? (int32_t)v : (int32_t)v - 0x1000000;
}

static void take_block(ocel_rtcp_reader *r, ocel_rtcp_item *out) {
  const uint8_t *p = ocel_span_take(&r->blocks, RTCP_BLOCK_SIZE).p;
  out->kind = OCEL_RTCP_BLOCK;
  out->sender = r->sender;
  out->block = (ocel_report_block){
      .ssrc = ocel_be32(p),
      .fraction_lost = p[4],
      .packets_lost = signed24(ocel_be32(p + 4)),
      .highest_sequence = ocel_be32(p + 8),
      .jitter = ocel_be32(p + 12),
      .last_sr = ocel_be32(p + 16),
      .delay_since_sr = ocel_be32(p + 20),
  };
}

static void take_nack(ocel_rtcp_reader *r, ocel_rtcp_item *out) {
  const uint8_t *p = ocel_span_take(&r->nacks, RTCP_NACK_SIZE).p;
  out->kind = OCEL_RTCP_NACK;
  out->sender = r->sender;
  out->nack = (ocel_nack){r->source, ocel_be16(p), ocel_be16(p + 2)};
}

// Opens the packet: its kind, or the blocks and entries in it.
static void open_packet(ocel_rtcp_reader *r, ocel_span packet, ocel_rtcp_item *out) {
  const size_t count = packet.p[0] & RTCP_COUNT_MASK;
  const unsigned type = packet.p[1];
  if (least_size(type, count) > RTCP_HEAD_SIZE) out->sender = ocel_be32(packet.p + 4);
  if (type == RTCP_BYE && count > 0) out->kind = OCEL_RTCP_BYE;
  r->sender = out->sender;
  if (type == RTCP_SR || type == RTCP_RR) {
    r->blocks = ocel_span_make(packet.p + least_size(type, 0), count * RTCP_BLOCK_SIZE);
  } else if (type == RTCP_RTPFB && count == RTCP_GENERIC_NACK) {
    const size_t entries = content_size(packet) - RTCP_FEEDBACK_SIZE;
    r->source = ocel_be32(packet.p + 8);
    r->nacks = ocel_span_make(packet.p + RTCP_FEEDBACK_SIZE, entries);
  }
}

bool ocel_rtcp_next(ocel_rtcp_reader *r, ocel_rtcp_item *out) {
  *out = (ocel_rtcp_item){.kind = OCEL_RTCP_OTHER};
  if (r->blocks.n == 0 && r->nacks.n == 0) {
    if (r->rest.n == 0) return false;
    open_packet(r, ocel_span_take(&r->rest, packet_size(r->rest)), out);
  }
  if (r->blocks.n > 0) {
    take_block(r, out);
  } else if (r->nacks.n > 0) {
    take_nack(r, out);
  }
  return true;
}

ocel_us ocel_rtcp_round_trip(const ocel_report_block *b, ocel_ntp now) {
  const uint32_t minute = UINT32_C(60) << 16;
  const uint32_t trip = (uint32_t)(now >> 16) - b->delay_since_sr - b->last_sr;
  if (b->last_sr == 0 || trip > minute) return -1;
  return (ocel_us)((uint64_t)trip * OCEL_SECOND >> 16);
}
