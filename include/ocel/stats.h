// SPDX-License-Identifier: Apache-2.0
// Counters of the engine, as plain structs that are copied on demand. They only ever grow,
// modulo their width, unless a comment says "now".
//
//   server   everything since ocel_server_init
//   stream   its tracks, and who plays them; a multicast group's packets count once
//   client   one session on one connection, and its tracks
//
// Rates are those of the last OCEL_STATS_WINDOW, by the capture times of the access units.
#ifndef OCEL_STATS_H
#define OCEL_STATS_H

#include "ocel/addr.h"
#include "ocel/err.h"
#include "ocel/format.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_server ocel_server;

/// How far back rates look.
#define OCEL_STATS_WINDOW (2 * OCEL_SECOND)

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
  uint32_t retransmitted;    ///< RTP packets sent again, which `packets` does not count.
  uint32_t skipped;          ///< Access units that slow readers did not get.
  uint32_t stray_datagrams;  ///< UDP datagrams from nobody we know, or unreadable.
  uint32_t send_errors;      ///< Datagrams that the port could not send.
} ocel_server_stats;

/// One track of a stream.
typedef struct {
  ocel_codec codec;
  uint64_t access_units;   ///< Committed by the producer.
  uint64_t bytes;          ///< Of those, payload.
  uint32_t key_units;      ///< Of those, where decoding can start.
  uint32_t dropped;        ///< Units that the producer had to drop (ocel_ring_dropped).
  uint64_t packets_sent;   ///< RTP packets, to all clients together.
  uint64_t bytes_sent;     ///< Those packets with their RTP headers.
  uint32_t skipped;        ///< Access units that slow readers did not get.
  uint32_t frame_rate;     ///< Now: access units in a thousand seconds (29970: 29.97 fps).
  uint32_t bit_rate;       ///< Now: bits per second committed.
  uint32_t bit_rate_sent;  ///< Now: bits per second sent.
  ocel_us encode_time;     ///< Now: mean of what producers told (ocel_commit); -1: nothing.
} ocel_track_stats;

/// One stream. What stands outside `track` is of its first track of pictures, or the first.
typedef struct {
  bool ready;             ///< Parameter sets are known.
  uint32_t playing;       ///< Sessions playing it now.
  uint32_t members;       ///< Of those, members of its multicast group.
  uint64_t access_units;  ///< Committed by the producer.
  uint64_t bytes;         ///< Of those, payload.
  uint32_t key_units;
  uint32_t dropped;        ///< Pictures that the producer had to drop (ocel_ring_dropped).
  uint16_t width, height;  ///< From the SPS, or the newest JPEG; 0 until ready.
  uint32_t lag;            ///< Now: the largest of its clients'.
  uint8_t track_count;
  ocel_track_stats track[OCEL_TRACKS_MAX];  ///< In the order of the SDP.
} ocel_stream_stats;

/// One track of a client. What reports say (RFC 3550 6.4.1) is of the latest.
typedef struct {
  bool set_up;
  uint32_t ssrc;          ///< Of the packets; a group's own for its members.
  uint32_t packets;       ///< RTP packets sent; 0 for a member of a group.
  uint32_t octets;        ///< Their payload, as in sender reports.
  uint32_t lag;           ///< Now: access units between its position and the newest.
  ocel_us behind;         ///< Now: time between the capture of those two.
  int32_t packets_lost;   ///< Told by the client; below 0 if packets were duplicated.
  uint8_t fraction_lost;  ///< Of 256.
  ocel_us jitter;         ///< -1 when no report has come.
  ocel_us round_trip;     ///< -1 when unknown.
} ocel_client_track_stats;

/// One client: one session on one connection, its tracks together.
typedef struct {
  int conn;  ///< -1: a multicast group.
  ocel_addr peer;
  int stream;
  bool playing, tcp;
  bool multicast;  ///< A member of its stream's group, or the group itself.
  ocel_us since;   ///< How long the session exists; 0 for a group.
  uint64_t bytes;  ///< RTP packets with their headers; 0 for a member of a group.
  uint64_t packets;
  uint32_t access_units;   ///< Begun to be sent.
  uint32_t retransmitted;  ///< RTP packets that it got again, which `packets` does not count.
  uint32_t skipped;        ///< Access units it did not get.
  uint32_t lag;            ///< Now: the larger of its tracks'.
  ocel_us behind;          ///< Now: the larger of its tracks'.
  int32_t packets_lost;    ///< Sum of its tracks'; a track that is below 0 counts as 0.
  uint8_t fraction_lost;   ///< Of 256, the larger of its tracks'.
  ocel_us jitter;          ///< The larger; -1 when no report has come.
  ocel_us round_trip;      ///< The larger; -1 when unknown.
  ocel_client_track_stats track[OCEL_TRACKS_MAX];  ///< In the order of the SDP.
} ocel_client_stats;

void ocel_server_get_stats(const ocel_server *srv, ocel_us now, ocel_server_stats *out);

/// `stream` is 0 and up; OCEL_ERR_STATE if there is no stream of that number.
OCEL_MUST_USE ocel_err ocel_server_get_stream_stats(const ocel_server *srv, int stream, ocel_us now,
                                                    ocel_stream_stats *out);

/// OCEL_ERR_STATE if that connection has no session. `conn` is 0..max_connections-1.
OCEL_MUST_USE ocel_err ocel_server_get_client_stats(const ocel_server *srv, int conn, ocel_us now,
                                                    ocel_client_stats *out);

/// The multicast group of a stream: what was sent to it, once for all members. OCEL_ERR_STATE if
/// there is no stream of that number, or no multicast.
OCEL_MUST_USE ocel_err ocel_server_get_group_stats(const ocel_server *srv, int stream, ocel_us now,
                                                   ocel_client_stats *out);

#ifdef __cplusplus
}
#endif
#endif
