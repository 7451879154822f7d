// SPDX-License-Identifier: Apache-2.0
// The fixed RTP header (RFC 3550 5.1). The library never sends CSRCs, padding or extensions.
#ifndef OCEL_RTP_H
#define OCEL_RTP_H

#include "ocel/err.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OCEL_RTP_HEADER_SIZE 12u

typedef struct {
  uint8_t payload_type;  ///< 0..127.
  bool marker;
  uint16_t sequence;
  uint32_t timestamp;
  uint32_t ssrc;
} ocel_rtp_header;

/// Writes OCEL_RTP_HEADER_SIZE bytes to `out`.
void ocel_rtp_write(uint8_t *out, const ocel_rtp_header *h);

/// Reads a packet that somebody sent. CSRCs, a header extension and padding are left out of
/// `payload`, which points into `packet`.
/// @return OCEL_OK; OCEL_ERR_SYNTAX if it is no RTP of version 2, or shorter than it says.
OCEL_MUST_USE ocel_err ocel_rtp_read(ocel_span packet, ocel_rtp_header *h, ocel_span *payload);

/// Clock ticks in `elapsed` (may be negative), rounded towards minus infinity, modulo 2^32.
/// Exact for any int64_t and any `clock_hz` up to 2^20: no rate or uptime overflows.
uint32_t ocel_rtp_ticks(ocel_us elapsed, uint32_t clock_hz);

#ifdef __cplusplus
}
#endif
#endif
