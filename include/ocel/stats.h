// SPDX-License-Identifier: Apache-2.0
// Counters of the engine, as plain structs that are copied on demand. They only ever grow,
// modulo their width, unless a comment says "now".
#ifndef OCEL_STATS_H
#define OCEL_STATS_H

#include "ocel/addr.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The whole server.
typedef struct {
  ocel_us uptime;
  uint32_t connections;  ///< Now open.
  uint32_t sessions;     ///< Now set up.
  uint32_t playing;      ///< Now playing.
  uint32_t connections_total;
  uint32_t sessions_total;
  uint32_t refused;      ///< Connections and sessions refused for lack of room.
  uint32_t turned_away;  ///< Connections from addresses that are not allowed.
  uint32_t requests;
  uint32_t errors;           ///< Requests answered with 400 or more.
  uint32_t auth_failures;    ///< Requests with a wrong user name or password.
  uint64_t bytes;            ///< Media bytes sent: RTP packets with their headers.
  uint64_t packets;          ///< RTP packets sent.
  uint32_t skipped;          ///< Access units that slow readers did not get.
  uint32_t stray_datagrams;  ///< UDP datagrams from nobody we know, or unreadable.
  uint32_t send_errors;      ///< Datagrams that the port could not send.
} ocel_server_stats;

/// One stream (its video track).
typedef struct {
  bool ready;             ///< Parameter sets are known.
  uint32_t playing;       ///< Sessions playing it now.
  uint64_t access_units;  ///< Committed by the producer.
  uint64_t bytes;         ///< Of those, payload.
  uint32_t key_units;
  uint32_t dropped;        ///< Pictures that the producer had to drop (ocel_ring_dropped).
  uint16_t width, height;  ///< From the SPS; 0 until ready.
} ocel_stream_stats;

/// One client: one session on one connection, its tracks together.
typedef struct {
  int conn;
  ocel_addr peer;
  int stream;
  bool playing, tcp;
  ocel_us since;  ///< How long the session exists.
  uint64_t bytes;
  uint64_t packets;
  uint32_t access_units;  ///< Begun to be sent.
  uint32_t skipped;       ///< Access units it did not get.
  uint32_t lag;           ///< Now: access units between its position and the newest.
  int32_t packets_lost;   ///< From receiver reports (RFC 3550 6.4.1).
  uint8_t fraction_lost;  ///< Of 256, latest report.
  ocel_us jitter;         ///< Latest report; -1 when none has come.
  ocel_us round_trip;     ///< Latest report; -1 when unknown.
} ocel_client_stats;

#ifdef __cplusplus
}
#endif
#endif
