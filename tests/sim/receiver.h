// SPDX-License-Identifier: Apache-2.0
// A viewer's side of RTP: what arrives is counted as RFC 3550 A.1, A.3, A.8 say, and receiver
// reports are made of it.
#ifndef SIM_RECEIVER_H
#define SIM_RECEIVER_H

#include "clock.h"

#include "ocel/span.h"

enum { RECEIVER_REPORT_MAX = 64 };

typedef struct {
  bool started;
  uint32_t ssrc;  ///< Of the server.
  uint32_t khz;   ///< Of the timestamps: 8 for sound, 90 for pictures.
  uint32_t own_ssrc;
  uint16_t base, highest;
  uint32_t cycles;  ///< Of `highest`, in the upper 16 bits.
  uint32_t received;
  uint32_t expected_before, received_before;
  uint32_t transit;
  uint32_t jitter;     ///< Times 16.
  uint32_t last_sr;    ///< Middle bits of the last SR's NTP time.
  ocel_us sr_at;       ///< When it arrived.
  ocel_us sr_transit;  ///< How long it was on its way.
  uint64_t packets, bytes;
} receiver;

/// What a receiver report says, for comparison with what the server makes of it.
typedef struct {
  int32_t lost;
  uint8_t fraction;
  uint32_t jitter, khz;
  bool has_sr;
  ocel_us sr_transit;
} receiver_report;

void receiver_rtp(receiver *r, const sim_clock *clock, ocel_span packet);
void receiver_rtcp(receiver *r, const sim_clock *clock, ocel_span packet);

/// Writes RR + SDES, or RR + SDES + BYE.
/// @return Its size, at most RECEIVER_REPORT_MAX.
size_t receiver_put_report(receiver *r, const sim_clock *clock, bool bye, uint8_t *out,
                           receiver_report *said);

#endif
