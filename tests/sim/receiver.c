// SPDX-License-Identifier: Apache-2.0
#include "receiver.h"

#include <string.h>

// ---- what arrives ----

static void note_sequence(receiver *r, uint16_t sequence) {
  if (!r->started) {
    r->started = true;
    r->base = r->highest = sequence;
    return;
  }
  const uint16_t step = (uint16_t)(sequence - r->highest);
  if (step == 0 || step >= 0x8000) return;  // doubled or late
  if (sequence < r->highest) r->cycles += 0x10000;
  r->highest = sequence;
}

static void note_jitter(receiver *r, const sim_clock *clock, uint32_t timestamp) {
  const uint32_t arrival = (uint32_t)((clock->now - clock->origin) * r->khz / 1000);
  const uint32_t transit = arrival - timestamp;
  const int32_t d = (int32_t)(transit - r->transit);
  const bool first = r->received == 1;
  r->transit = transit;
  if (first) return;
  r->jitter += (uint32_t)(d < 0 ? -d : d) - ((r->jitter + 8) >> 4);
}

void receiver_rtp(receiver *r, const sim_clock *clock, ocel_span packet) {
  if (packet.n < 12) return;
  if (!r->started) r->ssrc = ocel_be32(packet.p + 8);
  if (!r->started) r->khz = (packet.p[1] & 0x7f) == 0 ? 8 : 90;
  note_sequence(r, ocel_be16(packet.p + 2));
  r->received++;
  r->packets++;
  r->bytes += packet.n;
  note_jitter(r, clock, ocel_be32(packet.p + 4));
}

void receiver_rtcp(receiver *r, const sim_clock *clock, ocel_span packet) {
  if (packet.n < 28 || packet.p[1] != 200) return;
  const ocel_ntp ntp = (uint64_t)ocel_be32(packet.p + 8) << 32 | ocel_be32(packet.p + 12);
  r->last_sr = (uint32_t)(ntp >> 16);
  r->sr_at = clock->now;
  r->sr_transit = clock->now - sim_clock_from_ntp(clock, ntp);
}

// ---- reports ----

// RFC 3550 A.3; everything lost would be 256, which does not fit.
static uint8_t fraction(int32_t lost, uint32_t expected) {
  if (expected == 0 || lost <= 0) return 0;
  const uint32_t f = ((uint32_t)lost << 8) / expected;
  return (uint8_t)(f > 255 ? 255 : f);
}

static void put_block(receiver *r, const sim_clock *clock, ocel_wbuf *w, receiver_report *said) {
  const uint32_t highest = r->cycles | r->highest;
  const uint32_t expected = r->started ? highest - r->base + 1 : 0;
  const uint32_t expected_now = expected - r->expected_before;
  const int32_t lost_now = (int32_t)(expected_now - (r->received - r->received_before));
  r->expected_before = expected;
  r->received_before = r->received;
  said->lost = (int32_t)(expected - r->received);
  said->fraction = fraction(lost_now, expected_now);
  said->jitter = r->jitter >> 4;
  said->khz = r->khz;
  said->has_sr = r->last_sr != 0;
  said->sr_transit = r->sr_transit;
  const uint64_t delay = (uint64_t)(clock->now - r->sr_at) * 65536 / 1000000;
  ocel_put_be32(w, r->ssrc);
  ocel_put_be32(w, (uint32_t)said->fraction << 24 | ((uint32_t)said->lost & 0xffffff));
  ocel_put_be32(w, highest);
  ocel_put_be32(w, said->jitter);
  ocel_put_be32(w, r->last_sr);
  ocel_put_be32(w, said->has_sr ? (uint32_t)delay : 0);
}

size_t receiver_put_report(receiver *r, const sim_clock *clock, bool bye, uint8_t *out,
                           receiver_report *said) {
  ocel_wbuf w = ocel_wbuf_make(out, RECEIVER_REPORT_MAX);
  const unsigned blocks = r->started ? 1 : 0;
  *said = (receiver_report){0};
  ocel_put_be32(&w, 0x80c90000 | blocks << 24 | (1 + 6 * blocks));
  ocel_put_be32(&w, r->own_ssrc);
  if (blocks > 0) put_block(r, clock, &w, said);
  ocel_put_be32(&w, 0x81ca0003);  // SDES: one chunk with CNAME "sim"
  ocel_put_be32(&w, r->own_ssrc);
  ocel_put_be32(&w, 0x01037369);
  ocel_put_be32(&w, 0x6d000000);
  if (bye) {
    ocel_put_be32(&w, 0x81cb0001);
    ocel_put_be32(&w, r->own_ssrc);
  }
  return w.n;
}
