// SPDX-License-Identifier: Apache-2.0
// What one RTP receiver counts: bytes, gaps in the sequence numbers, pictures, the first picture
// that can be decoded, and how old a picture is when its last packet arrives.
#ifndef BENCH_LOAD_MEDIA_H
#define BENCH_LOAD_MEDIA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Bytes of a packet that `media_rtp` and `media_rtcp` look at.
enum { MEDIA_HEAD_MAX = 28 };

/// Ages of pictures, microseconds, of all receivers together; collected while `on`.
typedef struct {
  bool on;
  int32_t *us;
  size_t n, max;
} media_ages;

typedef struct {
  uint64_t bytes;  ///< RTP packets with their heads.
  uint64_t packets, lost, reordered, units;
  bool first_picture;  ///< A whole IDR access unit has come.
  bool started, in_idr, have_report;
  uint16_t next_seq;
  uint32_t idr_timestamp;
  uint32_t report_rtp;  ///< The sender report's pair of clocks.
  uint64_t report_ns;   ///< Since 1970.
} media;

/// A packet as it came.
typedef struct {
  const uint8_t *head;  ///< Its first `head_size` bytes; more than MEDIA_HEAD_MAX are not needed.
  size_t head_size;
  size_t size;          ///< All its bytes.
  uint64_t arrival_ns;  ///< Since 1970; 0: not known.
} media_packet;

/// One RTP packet.
void media_rtp(media *m, const media_packet *p, media_ages *ages);

/// One RTCP packet; only a sender report matters.
void media_rtcp(media *m, const media_packet *p);

#endif
