// SPDX-License-Identifier: Apache-2.0
// RTCP packets (RFC 3550 6): sender reports, SDES and BYE are written; receiver reports, BYE and
// generic NACK (RFC 4585) are read. All of it is bytes in, values out; nothing is kept here.
#ifndef OCEL_RTCP_H
#define OCEL_RTCP_H

#include "ocel/err.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Longest CNAME text, bytes (RFC 3550 6.5: the length is one byte; we stay far below).
#define OCEL_CNAME_MAX 32u

/// Room that the largest compound packet made here needs: SR + SDES(CNAME) + BYE.
#define OCEL_RTCP_COMPOUND_MAX (28u + 8u + 2u + OCEL_CNAME_MAX + 4u + 8u)

/// What a sender report says (RFC 3550 6.4.1).
typedef struct {
  uint32_t ssrc;
  ocel_ntp ntp;        ///< Wall clock at the instant of the report ...
  uint32_t timestamp;  ///< ... and the RTP timestamp of that same instant.
  uint32_t packets;    ///< Sent so far, modulo 2^32.
  uint32_t octets;     ///< Payload octets sent so far, modulo 2^32.
} ocel_sender_report;

/// Writes SR + SDES with one CNAME item, a compound packet (RFC 3550 6.1). A longer name than
/// OCEL_CNAME_MAX is cut.
void ocel_rtcp_put_report(ocel_wbuf *w, const ocel_sender_report *sr, ocel_span cname);

/// Writes BYE for one source (RFC 3550 6.6). Send it behind a report: compound packets must
/// begin with one.
void ocel_rtcp_put_bye(ocel_wbuf *w, uint32_t ssrc);

/// One reception report block (RFC 3550 6.4.2).
typedef struct {
  uint32_t ssrc;              ///< The source it is about: ours.
  uint8_t fraction_lost;      ///< Of 256, since the last report.
  int32_t packets_lost;       ///< Cumulative, -2^23..2^23-1.
  uint32_t highest_sequence;  ///< Extended highest sequence number received.
  uint32_t jitter;            ///< In timestamp units.
  uint32_t last_sr;           ///< Middle 32 bits of the NTP time of the SR it answers; 0: none.
  uint32_t delay_since_sr;    ///< In 1/65536 s.
} ocel_report_block;

/// What a reader may come across in a compound packet.
typedef enum { OCEL_RTCP_BLOCK, OCEL_RTCP_BYE, OCEL_RTCP_NACK, OCEL_RTCP_OTHER } ocel_rtcp_kind;

/// Packets that a receiver misses (RFC 4585 6.2.1).
typedef struct {
  uint32_t ssrc;      ///< Of whose stream: ours.
  uint16_t sequence;  ///< One that is missing; bit i of `mask`: `sequence` + i + 1 is missing too.
  uint16_t mask;
} ocel_nack;

typedef struct {
  ocel_rtcp_kind kind;
  uint32_t sender;          ///< SSRC of the packet's sender; of BYE: the first source; 0 if unsaid.
  ocel_report_block block;  ///< Valid for OCEL_RTCP_BLOCK.
  ocel_nack nack;           ///< Valid for OCEL_RTCP_NACK.
} ocel_rtcp_item;

/// Iterator over a received compound packet. Fields are private.
typedef struct {
  ocel_span rest;
  ocel_span blocks, nacks;
  uint32_t sender, source;
} ocel_rtcp_reader;

/// Starts on one datagram (or interleaved frame), borrowed while the reader is used.
///
/// @return OCEL_OK; OCEL_ERR_SYNTAX unless every packet in it has version 2, a length that
///         fits its datagram and its count, padding at most in the last, and the first is SR or
///         RR (RFC 3550 A.2); reduced-size packets (RFC 5506) are accepted too when they are
///         feedback or BYE.
OCEL_MUST_USE ocel_err ocel_rtcp_read(ocel_rtcp_reader *r, ocel_span packet);

/// Next report block, BYE, entry of a NACK, or other packet (a report without blocks, a BYE of
/// nobody and a NACK without an entry are such); false at the end.
bool ocel_rtcp_next(ocel_rtcp_reader *r, ocel_rtcp_item *out);

/// Round trip from a report block (RFC 3550 6.4.1, figure 2), microseconds; -1 if the block
/// answers no report of ours or the sum is impossible (negative, or over a minute).
ocel_us ocel_rtcp_round_trip(const ocel_report_block *b, ocel_ntp now);

#ifdef __cplusplus
}
#endif
#endif
