// SPDX-License-Identifier: Apache-2.0
// Sees everything that the server sends for one connection, at the server's own end: replies,
// interleaved frames, datagrams. Knows what was asked (when an honest viewer asks) and checks
// that each request has one reply in order, and that media flows only when it may.
#ifndef SIM_OBSERVER_H
#define SIM_OBSERVER_H

#include "media.h"
#include "net_udp.h"
#include "reply.h"

#include "ocel/addr.h"
#include "ocel/rtsp_state.h"

enum {
  OBSERVER_TRACKS = 4,
  OBSERVER_LEAVING = 4,
  OBSERVER_PENDING = 64,
  OBSERVER_SESSION_MAX = 64
};

/// A request that waits for its reply.
typedef struct {
  uint32_t cseq;
  ocel_rtsp_method method;
  int track;  ///< Of a SETUP or TEARDOWN; -1: the whole session.
  ocel_us sent_at;
} observer_request;

/// One track as its SETUP reply described it.
typedef struct {
  bool used, tcp;
  bool multicast;  ///< A member of its track's group: `media` stays empty.
  int track;       ///< Number in the SDP; -1 if nobody knows.
  unsigned rtp_channel, rtcp_channel;
  uint16_t rtp_port, rtcp_port;
  media_track media;
} observer_track;

/// Ids of all sessions of a run, and the SSRCs of their tracks; none may come twice.
typedef struct {
  uint32_t *ssrcs;
  size_t ssrc_n, ssrc_cap;
  char (*ids)[OBSERVER_SESSION_MAX + 1];
  size_t n, cap;
} observer_sessions;

/// Sums over everything that was sent in a run, for comparison with the server's own.
typedef struct {
  uint64_t packets, bytes;
  uint32_t replies, errors, sessions, skipped, units;
} observer_totals;

struct group;

typedef struct {
  const sim_clock *clock;
  const media_rules *media;
  observer_sessions *sessions;
  observer_totals *totals;
  struct group *group;
  uint16_t rtp_port, rtcp_port;  ///< The server's.
  ocel_us fresh_max;             ///< A group of pictures older than that is not begun with.
  ocel_us start_max;             ///< A burst begins within.
  ocel_us answer_max;            ///< For honest requests on a good link.
  ocel_us silence_max;           ///< No media for those who were not heard for that long.
  uint32_t pace, burst;          ///< Media over UDP: bytes per second, and at once; burst 0: any.
} observer_rules;

typedef struct observer {
  const observer_rules *rules;
  int viewer;
  ocel_addr peer;
  udp_sink udp;   ///< Where the network takes datagrams for this client.
  bool member;    ///< Joins groups (group.h).
  bool honest;    ///< All requests are announced with observer_asked.
  bool may_skip;  ///< The link is slow or is stalled now and then.
  bool refused;   ///< Never accepted: one 503 and the end.
  bool over;      ///< The server has closed, or the connection has been lost.
  reply_reader reader;
  observer_request pending[OBSERVER_PENDING];
  unsigned first, count;
  char session[OBSERVER_SESSION_MAX + 1];  ///< Empty: none.
  bool playing;
  ocel_us playing_since;
  bool bursts;   ///< The server begins with what is in the ring (start=gop) ...
  bool at_once;  ///< ... and did have a group of pictures when this session began to play.
  observer_track tracks[OBSERVER_TRACKS];
  observer_track leaving[OBSERVER_LEAVING];  ///< UDP tracks that have ended: a BYE may follow.
  unsigned leaving_next;
  ocel_us heard_at;  ///< When the server last heard this client (RTSP or RTCP).
  ocel_us down_at;   ///< When the connection ended; OCEL_NEVER.
  uint64_t session_packets, session_bytes;  ///< Of the present session.
  bool session_uncounted;                   ///< Skips of an ended track may be more than were seen.
  uint32_t session_units, session_skipped;  ///< Of its ended tracks only.
  ocel_us paced_at;                         ///< When `may_send` was reckoned ...
  int64_t may_send;                         ///< ... millionths of a byte; below 0: too many went.
  uint64_t wrote;                           ///< Bytes on the connection.
} observer;

observer *observer_make(const observer_rules *rules, int number, const ocel_addr *peer);
void observer_free(observer *o);

/// An honest viewer sends this request now.
void observer_asked(observer *o, const observer_request *request);

/// The server wrote these bytes to the connection.
void observer_wrote(observer *o, ocel_span bytes);

/// The server sent this datagram. `local` is the address it is to be sent from.
void observer_datagram(observer *o, bool rtcp, uint16_t to_port, ocel_span packet);

/// True if `to` is where a UDP track of this session receives.
bool observer_owns(const observer *o, const ocel_addr *to);

/// True if a track of this session, or one that it had, has this SSRC.
bool observer_knows(const observer *o, uint32_t ssrc);

/// The server closed the connection, or was told that it is gone.
void observer_closed(observer *o);

/// Checks what depends on time alone; call it now and then.
void observer_check(observer *o, ocel_us lag_max);

#endif
