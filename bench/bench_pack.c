// SPDX-License-Identifier: Apache-2.0
// What it costs to take an access unit into a ring, and to make packets of it.
//
//   bench_pack CLIP
#include "clip_ring.h"
#include "ocel/h264_pack.h"
#include "ocel/rtp.h"
#include "stopwatch.h"

enum { SPANS = 512, SCRATCH = 8192 };

/// Packets of one access unit, with their RTP headers; none of the bytes is kept.
static size_t pack(const ocel_access_unit *au) {
  static ocel_span spans[SPANS];
  static uint8_t scratch[SCRATCH];
  ocel_gather g = ocel_gather_make(spans, SPANS, scratch, sizeof scratch);
  ocel_rtp_header head = {.payload_type = 96, .ssrc = 1};
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  size_t packets = 0;

  while (!ocel_payload_at_end(au, pos)) {
    uint8_t *at = ocel_gather_make_bytes(&g, OCEL_RTP_HEADER_SIZE);
    if (at == NULL || ocel_h264_pack(au, pos, CLIP_PAYLOAD_MAX, &g, &pos) == 0) {
      g = ocel_gather_make(spans, SPANS, scratch, sizeof scratch);  // as if it had been written
      continue;
    }
    head.marker = ocel_payload_at_end(au, pos);
    head.sequence++;
    ocel_rtp_write(at, &head);
    packets++;
  }
  return packets;
}

static double commit_pass(clip_ring *r) {
  uint64_t spent = 0;
  for (size_t i = 0; i < r->clip->unit_count; i++) {
    (void)ocel_ring_trim(r->ring);
    const uint32_t size = clip_ring_fill(r);
    const uint64_t from = stopwatch_ns();
    clip_ring_commit(r, size, (ocel_us)i);
    spent += stopwatch_ns() - from;
  }
  return (double)spent / (double)r->clip->unit_count;
}

static double pack_pass(const clip_ring *r) {
  const uint32_t head = ocel_ring_head(r->ring);
  size_t packets = 0;
  const uint64_t from = stopwatch_ns();
  for (uint32_t i = ocel_ring_tail(r->ring); i != head; i++) {
    ocel_access_unit au;
    ocel_ring_get(r->ring, i, &au);
    packets += pack(&au);
  }
  return (double)(stopwatch_ns() - from) / (double)packets;
}

int main(int argc, char **argv) {
  clip c;
  double commit[STOPWATCH_PASSES], packet[STOPWATCH_PASSES];
  if (argc != 2) {
    fprintf(stderr, "usage: bench_pack CLIP\n");
    return 2;
  }
  if (!clip_load(&c, argv[1])) return 1;
  clip_ring r = clip_ring_make(&c);
  for (size_t i = 0; i < STOPWATCH_PASSES; i++) {
    commit[i] = commit_pass(&r);
    packet[i] = pack_pass(&r);
  }
  stopwatch_print("commit to the ring (Annex B)", "access unit", commit);
  stopwatch_print("RTP packet made", "packet", packet);
  clip_free(&c);
}
