// SPDX-License-Identifier: Apache-2.0
// One track of one session as the server sends it: every RTP and RTCP packet is held against
// the standards and against what the producer committed.
#ifndef SIM_MEDIA_H
#define SIM_MEDIA_H

#include "depacketizer.h"
#include "producer.h"

enum { MEDIA_PRODUCERS_MAX = 4 };

/// What holds for all tracks of a run.
typedef struct {
  const sim_clock *clock;
  uint32_t payload_max;
  ocel_us report_max;  ///< Longest time between two sender reports of a playing track.
  producer *producers[MEDIA_PRODUCERS_MAX];
  unsigned producer_count;
} media_rules;

/// When a sender report was made and what it said.
typedef struct {
  bool open;  ///< Not yet compared: the timestamps' offset was not known.
  ocel_us instant;
  uint32_t timestamp;
} media_report;

/// What RTP-Info said of the first packet, or what the first packet was.
typedef struct {
  bool has_sequence, has_timestamp;
  uint16_t sequence;
  uint32_t timestamp;
} media_first;

typedef struct media_track {
  const media_rules *rules;
  int viewer;         ///< For reports.
  bool ordered;       ///< Replies and packets share one connection (TCP).
  bool may_skip;      ///< A slow reader: gaps and late reports are no mistake.
  bool knows_pauses;  ///< media_pause is called for each PAUSE.
  bool has_ssrc;
  uint32_t ssrc;
  bool sound;    ///< Told by the payload type of the first packet.
  bool started;  ///< An RTP packet has been sent.
  bool fresh;    ///< None since the last PLAY or PAUSE.
  bool ended;    ///< BYE has been sent.
  bool fixed;    ///< The timestamps' offset and the next access unit are known.
  uint16_t next_sequence;
  uint32_t offset;  ///< Timestamp minus capture time in ticks.
  const producer *producer;
  uint32_t next;  ///< Number of the access unit that should come next.

  bool in_unit;        ///< Within an access unit ...
  uint32_t timestamp;  ///< ... of this timestamp (else: the last one's) ...
  uint8_t *mem;        ///< ... whose NAL units so far lie here.
  size_t n, cap;
  unsigned count;
  size_t start[PRODUCER_UNITS_MAX + 1];
  bool fragmented;  ///< The packet under way is an FU-A.
  depacketizer depack;

  bool reported;  ///< A sender report has been sent.
  ocel_us reported_at;
  media_report report;
  bool promised;  ///< RTP-Info has been seen since the last start.
  media_first promise, first;

  uint64_t packets, bytes, octets;  ///< RTP: how many, with headers, payload only.
  uint32_t units;                   ///< Access units begun.
  uint32_t complete;                ///< Access units sent to the end.
  uint32_t skipped;                 ///< Not sent although the session played ...
  bool uncounted;  ///< ... but for some: before a PAUSE, or after a first one given up.
} media_track;

void media_init(media_track *t, const media_rules *rules, int number);
void media_free(media_track *t);

/// A PLAY was answered, and RTP-Info said this of the first packet.
void media_promise(media_track *t, const media_first *promise);

/// PAUSE: what was begun may remain unfinished, and the next packet starts afresh.
void media_pause(media_track *t);

/// One RTP packet, in the order of sending.
void media_rtp(media_track *t, ocel_span packet);

/// One RTCP compound packet of the server.
void media_rtcp(media_track *t, ocel_span packet);

/// Compares the last sender report with the packets' timestamps, once their offset is known.
void media_check_report(media_track *t);

/// How long the oldest access unit that is not sent yet has been waiting; 0: none is.
ocel_us media_lag(const media_track *t);

#endif
