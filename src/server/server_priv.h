// SPDX-License-Identifier: Apache-2.0
// The engine's structures and the calls between its files. One connection carries at most one
// session; a session has one reader per track that was set up.
#ifndef OCEL_SERVER_PRIV_H
#define OCEL_SERVER_PRIV_H

#include "ocel/h264_pack.h"
#include "ocel/http_msg.h"
#include "ocel/jpeg_pack.h"
#include "ocel/retransmission.h"
#include "ocel/rtcp.h"
#include "ocel/rtp.h"
#include "ocel/rtsp_auth.h"
#include "ocel/rtsp_headers.h"
#include "ocel/rtsp_msg.h"
#include "ocel/server.h"
#include "ocel/sound_pack.h"
#include "meter.h"
#include "roles.h"
#include "secrets.h"
#include "talk.h"
#include "tickets.h"

enum {
  OCEL__OUT_MAX = 1472,  // replies, reports and the rest of a half-written packet
  OCEL__PLAN_MAX = 128,  // packets of one gather
  OCEL__BATCH_MAX = 64,  // datagram batches of one call
  OCEL__FRAME_HEAD = 4,  // '$', channel, length (RFC 2326 10.12)
  OCEL__SCRATCH = OCEL__PLAN_MAX * (OCEL__FRAME_HEAD + OCEL_RTP_HEADER_SIZE + 2) + 2048,
  OCEL__PATH_MAX = 63,
  OCEL__SET_MAX = 256,       // bytes of a parameter set
  OCEL__PACE_BURST = 65536,  // bytes that a paced reader may get at once, unless `udp_burst` says
  OCEL__CNAME_SIZE = 16,
  OCEL__NONCE_SIZE = 24,   // hexadecimal digits: 96 bits
  OCEL__SUSPECTS = 16,     // addresses that lately sent wrong passwords
  OCEL__MISSING_MAX = 32,  // entries of NACKs that wait
};

#define OCEL__HOUSEKEEPING (100 * OCEL_MILLISECOND)
#define OCEL__PACE_STEP OCEL_MILLISECOND
#define OCEL__SESSION_GRACE (10 * OCEL_SECOND)
#define OCEL__TUNNEL_WAIT (5 * OCEL_SECOND)  // for the other half of an RTSP-over-HTTP tunnel

// Where a reader is in its track, and the sequence number of the packet that comes next.
typedef struct {
  uint32_t au;
  ocel_payload_pos pos;
  uint16_t sequence;
} ocel__cursor;

typedef enum {
  READER_IDLE,  // not playing
  READER_BYE,   // over UDP: only its BYE is still to be sent
  READER_WAIT,  // for a key picture at or after `cursor.au`
  READER_SKIP,  // the same, after the reader was too slow
  READER_RUN,
} ocel__reader_mode;

typedef struct {
  bool set_up, tcp;
  bool multicast;  // a member of its stream's group: reads nothing itself
  bool anchored;   // `ts_offset` is final: something has been sent
  bool fresh;      // no packet since PLAY: the first must be the one that RTP-Info promised
  bool reported;   // a receiver report came
  bool feedback;   // RTP/AVPF: packets that it misses are sent again
  ocel__reader_mode mode;
  uint8_t rtp_channel, rtcp_channel;
  uint16_t rtp_port, rtcp_port;
  uint32_t ssrc;
  uint32_t ts_offset;        // before `anchored`: the timestamp promised for the first packet
  uint32_t packets, octets;  // modulo 2^32, for the sender report
  ocel__cursor cursor;
  uint32_t run_au;          // since this access unit every packet has the next number
  uint32_t again_ssrc;      // of retransmissions
  uint16_t again_sequence;  // of the next one
  ocel_us report_due;
  ocel_report_block report;  // the last one
  uint32_t peer_ssrc;        // who sent it
  ocel_us round_trip;
} ocel__reader;

typedef struct {
  uint64_t id;
  ocel_rtsp_state state;  // OCEL_INIT: there is no session
  uint8_t stream;
  ocel_start start;  // asked by URL
  ocel_us begun_at;  // when the first picture since PLAY was captured
  ocel_us since, heard_at, ended_at;
  ocel_us paced_at;
  int32_t pace_tokens;
  int32_t again_tokens;  // octets that may be sent again
  uint64_t bytes, packets;
  uint32_t access_units, retransmitted, skipped;
  ocel__reader reader[OCEL_TRACKS_MAX];
  ocel__talk talk;
} ocel__session;

typedef enum { CONN_FREE, CONN_OPEN, CONN_FLUSH, CONN_DEAD } ocel__conn_state;

typedef struct {
  ocel__conn_state state;  // FLUSH: closes once `out` is written; DEAD: closes now
  bool blocked;            // takes no bytes until `writable`
  bool secure;             // inside TLS
  bool in_tasks, in_datagrams;
  ocel__role role;
  bool trusted;    // has shown the password
  bool judging;    // `defer_until` is when its password is looked at
  bool has_nonce;  // `nonce` has been told
  ocel_close_reason reason;
  int16_t buffer;       // request buffer, or -1
  uint32_t skip;        // bytes of an interleaved frame still to be thrown away
  ocel_us active_at;    // last request
  ocel_us progress_at;  // last byte taken
  ocel_us defer_until;  // DESCRIBE waits for its stream, or a password for its turn; 0: no
  ocel_addr peer, local;
  uint8_t nonce[OCEL__NONCE_SIZE];  // the same as long as the connection lives
  ocel__session session;
  union {
    ocel__tunnel tunnel;        // ROLE_GET, ROLE_POST
    ocel__http_answering http;  // ROLE_HTTP
    ocel__push push;            // ROLE_PUSH
  };
  uint16_t out_at, out_n;
  uint8_t out[OCEL__OUT_MAX];
} ocel__conn;

_Static_assert(sizeof(ocel__conn) <= 2048, "what one client costs is a promise");

typedef struct {
  ocel_ring *ring;
  ocel_format format;
  uint8_t payload_type;  // of the format
  uint32_t seen;         // access units looked at: numbers below
  uint32_t newest_key;
  bool has_key;
  uint32_t sets_since;  // the key picture that brought the parameter sets that are known
  uint32_t dropped_seen;
  uint16_t sps_n, pps_n;
  uint8_t sps[OCEL__SET_MAX], pps[OCEL__SET_MAX];
  ocel_jpeg_size size;  // of the newest picture of JPEG
  uint64_t bytes, access_units, encode_us;
  uint32_t key_units, skipped;
  uint64_t packets_sent, bytes_sent;
  ocel__meter meter;
} ocel__track;

typedef struct {
  char path[OCEL__PATH_MAX + 1], name[OCEL__PATH_MAX + 1];
  ocel_start start;
  bool keyframe_on_request, ready, key_wanted, disabled;
  uint32_t bitrate;
  uint64_t sdp_id, sdp_version;
  ocel_us key_asked_at, since;
  uint8_t track_count;
  ocel__track track[OCEL_TRACKS_MAX];
  ocel__loudspeaker loudspeaker;
} ocel__stream;

// One packet of the last gather, or one datagram batch: what to book once it is written.
typedef struct {
  uint16_t conn;
  uint8_t track;
  bool bye;
  bool again;            // a retransmission, which moves no cursor
  uint16_t packets;      // 0: a report or BYE
  uint16_t units_begun;  // access units whose first packet is among them
  uint32_t size;         // with all headers
  uint32_t octets;       // payload
  ocel__cursor after;
} ocel__plan;

typedef struct {
  int16_t conn;  // owner, or -1
  uint32_t n;    // bytes in it
  ocel_rtsp_scan scan;
  ocel_us since;  // when the first of them came
} ocel__buffer;

// First in, first out: numbers of connections, each at most once (`in_tasks`, `in_datagrams`).
// A connection that is freed stays queued; whoever takes it out sees that it is not open.
typedef struct {
  uint16_t *items;
  uint16_t cap, first, n;
} ocel__queue;

// Packets that a viewer asked for: `sequence`, and by bits those behind it (ocel_nack).
typedef struct {
  uint16_t conn, sequence, mask;
  uint8_t track;
} ocel__missing;

// What happens often and is told of seldom.
typedef struct {
  uint32_t untold;
  bool told_any;
  ocel_us told;
} ocel__tally;

struct ocel_server {
  ocel_server_config cfg;
  ocel_rtsp_limits limits;
  ocel_us now;  // of the entry point that is being served, or was last
  ocel_us started, housekeeping_at, pace_at;
  bool stopping;
  uint8_t cname[OCEL__CNAME_SIZE];
  ocel__secret secrets[OCEL__USERS];
  uint8_t nonce_key[16];
  ocel__nonce nonces[OCEL__NONCES];
  uint32_t nonces_end;  // those made until then and not in `nonces` are stale
  ocel__suspicion suspects[OCEL__SUSPECTS];
  ocel__ticket tickets[OCEL__TICKETS];
  ocel__tally refusals, strangers;
  ocel_server_stats stats;
  uint16_t stream_count;
  uint16_t route_count;
  int16_t conn_high;  // connections used so far: numbers below
  const ocel_http_route **routes;
  ocel__stream *streams;
  ocel__conn *conns;
  ocel__buffer *buffers;
  uint8_t *buffer_bytes;
  ocel__queue tasks, datagrams;
  ocel_retransmission retransmission;
  uint16_t missing_first, missing_n;
  ocel__missing missing[OCEL__MISSING_MAX];
  // the last gather or datagrams call
  const ocel_span *spans;
  size_t out_planned, plan_n;
  ocel__plan plan[OCEL__PLAN_MAX];
  uint8_t scratch[OCEL__SCRATCH];
};

// ---- server.c ----
void ocel__event(ocel_server *s, ocel_event_code code, const ocel__conn *c, uint32_t a, uint32_t b);
uint32_t ocel__random32(ocel_server *s);

static inline int ocel__number(const ocel_server *s, const ocel__conn *c) {
  return (int)(c - s->conns);
}
// Bytes that a paced reader may get at once.
static inline int32_t ocel__pace_burst(const ocel_server *s) {
  return s->cfg.udp_burst != 0 ? (int32_t)s->cfg.udp_burst : OCEL__PACE_BURST;
}
static inline bool ocel__newer(uint32_t a, uint32_t b) { return (int32_t)(a - b) > 0; }

// ---- queue.c ----
void ocel__queue_task(ocel_server *s, ocel__conn *c);
void ocel__queue_datagrams(ocel_server *s, ocel__conn *c);
/// The first in line, which stays there; NULL if there is none.
ocel__conn *ocel__queue_first(const ocel_server *s, const ocel__queue *q);
void ocel__queue_drop_task(ocel_server *s);
void ocel__queue_drop_datagrams(ocel_server *s);

// ---- conn.c ----
/// Ends the connection: at once, or with `flush` when what is in `out` has been written.
void ocel__conn_close(ocel_server *s, ocel__conn *c, ocel_close_reason why, bool flush,
                      ocel_us now);
/// Frees the slot. Nothing is sent any more.
void ocel__conn_free(ocel_server *s, ocel__conn *c, ocel_us now);
/// Appends to `out`; false, with nothing appended, if it does not fit.
bool ocel__out_put(ocel_server *s, ocel__conn *c, ocel_span bytes);
void ocel__conn_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now);

// ---- doors.c ----
/// Same host, or same /64 of IPv6.
bool ocel__same_neighbour(const ocel_addr *a, const ocel_addr *b);
/// True if `peer` lies in an allowed network.
bool ocel__allows(const ocel_server *s, const ocel_addr *peer);
/// True if one more connection of `peer` is not too many; one of its own that is idle yields.
bool ocel__has_share(ocel_server *s, const ocel_addr *peer, ocel_us now);
/// Counts a refusal for lack of room.
void ocel__tell_refused(ocel_server *s, ocel_us now);
/// True if nothing is lost with the connection: no session, no request.
bool ocel__holds_nothing(const ocel__conn *c);
/// Closes the connection that has idled longest (of the neighbours of `among`, unless NULL);
/// false if there is none but `newcomer`.
bool ocel__evict_idle(ocel_server *s, const ocel_addr *among, const ocel__conn *newcomer,
                      ocel_us now);

// ---- input.c ----
/// Goes on with buffered requests once replies are written, or a deferred DESCRIBE is due.
void ocel__input_resume(ocel_server *s, ocel__conn *c, ocel_us now);
void ocel__buffer_release(ocel_server *s, ocel__conn *c);
/// Reads bytes as if they had come in on `c`; false, with nothing done, if its buffer has no room.
bool ocel__input(ocel_server *s, ocel__conn *c, ocel_span bytes, ocel_us now);

// ---- http.c ----
/// An HTTP request at the front of `in`. Returns like ocel__tunnel_read: OCEL_ERR_MORE, or
/// OCEL_OK with the bytes consumed, or OCEL_ERR_SYNTAX when the connection has been given up;
/// OCEL_ERR_STATE: it stays and is tried again.
ocel_err ocel__http(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan,
                    size_t *used);
/// Answers with `status` and closes.
void ocel__http_refuse(ocel_server *s, ocel__conn *c, uint16_t status);

// ---- http_answer.c ----
static inline bool ocel__is_answering(const ocel__conn *c) {
  return c->role == ROLE_HTTP && c->http.body != OCEL_HTTP_EMPTY;
}
/// What is to be sent behind `out`; empty if nothing, or it is not known.
ocel_span ocel__http_rest(const ocel__conn *c);
/// `n` bytes of that have been sent, and `out` is written: goes on with the answer.
void ocel__http_advance(ocel_server *s, ocel__conn *c, size_t n);
/// The connection is going, with its answer.
void ocel__http_abandon(ocel__conn *c);

// ---- tunnel.c ----
static inline bool ocel__is_tunnel(const ocel__conn *c) {
  return c->role == ROLE_GET || c->role == ROLE_POST;
}
/// A GET or POST that names a cookie. 200, and the connection is half of a tunnel; or a refusal.
uint16_t ocel__tunnel_open(ocel_server *s, ocel__conn *c, const ocel_http_request *req);
/// What comes in on a POST; OCEL_ERR_STATE: it stays until the GET is there.
ocel_err ocel__tunnel_read(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used);
/// The connection is going: a POST leaves its GET alone, a GET takes its POST along.
void ocel__tunnel_leave(ocel_server *s, ocel__conn *c, ocel_us now);
void ocel__tunnel_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now);

// ---- push.c ----
/// What comes in on a connection that is a push.
ocel_err ocel__push_read(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used);

// ---- request.c ----
/// OCEL_ERR_MORE: not answered yet; the request stays and is tried again.
ocel_err ocel__request(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, ocel_us now);
/// Answers with `status` and nothing else.
void ocel__refuse(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, uint16_t status);

// ---- setup.c ----
void ocel__reader_set_up(ocel_server *s, ocel__session *ss, unsigned track,
                         const ocel_transport *t);

// ---- session.c ----
static inline bool ocel__has_session(const ocel__conn *c) { return c->session.state != OCEL_INIT; }
ocel__session *ocel__session_begin(ocel_server *s, ocel__conn *c, unsigned stream, ocel_us now);
void ocel__session_end(ocel_server *s, ocel__conn *c, ocel_close_reason why, ocel_us now);
/// Takes one track away, with its BYE.
void ocel__session_drop_track(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now);
/// How many tracks are set up.
unsigned ocel__session_tracks(const ocel__session *ss);
/// True while a BYE is still to be sent over UDP, which may be after the session's end.
bool ocel__session_says_bye(const ocel__session *ss);
void ocel__session_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now);
/// RTCP from the client about `track`. False if it cannot be read.
bool ocel__session_rtcp(ocel_server *s, ocel__conn *c, unsigned track, ocel_span packet,
                        ocel_us now);

// ---- reader.c ----
static inline bool ocel__is_begun(const ocel__cursor *at) {
  return at->pos.unit != 0 || at->pos.offset != 0;
}
ocel__track *ocel__track_of(const ocel_server *s, const ocel__session *ss, unsigned track);
void ocel__reader_play(ocel_server *s, ocel__conn *c, unsigned track, ocel_start start,
                       ocel_us now);
/// The RTP timestamp of the next packet, if it can be known.
bool ocel__reader_next_timestamp(const ocel_server *s, const ocel__session *ss, unsigned track,
                                 uint32_t *timestamp);
/// Brings the cursor to where it can read; true if there is something to send.
bool ocel__reader_sync(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now);
/// Fixes the timestamps before anything is sent: the first picture, whichever it has become,
/// gets the one that RTP-Info promised. The cursor must be where `sync` has brought it.
void ocel__reader_anchor(const ocel_server *s, ocel__session *ss, unsigned track);
bool ocel__reader_report_due(const ocel__reader *r, ocel_us now);
void ocel__reader_put_report(const ocel_server *s, const ocel__session *ss, unsigned track,
                             ocel_us now, ocel_wbuf *w);
/// Appends the packet at `at`, with its interleaved head over TCP, and moves `at` behind it.
/// Books it in `p`. False, with nothing changed, if the list has no room.
bool ocel__reader_emit(const ocel_server *s, const ocel__session *ss, ocel__cursor *at,
                       ocel_gather *g, ocel__plan *p);
/// Appends the payload at `at`, without any head, and moves `at->pos`. 0: no room.
size_t ocel__reader_pack(const ocel_server *s, const ocel__track *t, const ocel_access_unit *au,
                         ocel_gather *g, ocel__cursor *at);
/// The head of a packet that goes from `from` to `to`, without its number and source.
ocel_rtp_header ocel__reader_head(const ocel__reader *r, const ocel__track *t,
                                  const ocel_access_unit *au, ocel_payload_pos from,
                                  ocel_payload_pos to);
void ocel__put_frame_head(ocel_wbuf *w, uint8_t channel, size_t size);
void ocel__reader_book(ocel_server *s, const ocel__plan *p);

// ---- sound.c ----
static inline bool ocel__is_sound(const ocel__track *t) { return ocel_format_is_sound(&t->format); }
/// When the access unit was captured; it must be in the ring.
static inline ocel_us ocel__captured_at(const ocel__track *t, uint32_t au) {
  ocel_access_unit unit;
  ocel_ring_get(t->ring, au, &unit);
  return unit.captured_at;
}

// ---- stream.c ----
/// Looks at new access units and lets the rings go on; true if there were any.
bool ocel__streams_tick(ocel_server *s, ocel_us now);
/// The stream's number, or -1.
int ocel__stream_find(const ocel_server *s, ocel_span path);
/// The same, of streams that are served now.
int ocel__stream_find_served(const ocel_server *s, ocel_span path);
void ocel__stream_put_sdp(const ocel__stream *st, const ocel_addr *local, bool again, ocel_wbuf *w);
/// Asks the encoder for a key picture, now or as soon as the interval allows.
void ocel__stream_want_key(ocel_server *s, unsigned stream, ocel_us now);

#endif
