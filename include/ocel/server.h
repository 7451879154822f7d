// SPDX-License-Identifier: Apache-2.0
// The RTSP server as a state machine: bytes and a clock in, bytes and events out. It opens no
// socket, starts no thread, reads no clock and never allocates.
//
//   loop: wait for sockets, a producer's wake, or ocel_server_deadline()
//         ocel_server_accept / _recv / _writable / _closed / _datagram   what happened
//         ocel_server_tick                                   the time; looks at the rings too
//         while (ocel_server_next_task(srv, &task))          stream connections:
//           WRITE: ocel_server_gather, write, ocel_server_advance
//           CLOSE: close the socket (the number is free from then on)
//         while (ocel_server_datagrams(...) > 0)             UDP: send, ocel_server_datagrams_sent
//
// Not thread-safe: one task owns one server. Only the rings are shared with producers.
#ifndef OCEL_SERVER_H
#define OCEL_SERVER_H

#include "ocel/addr.h"
#include "ocel/datagrams.h"
#include "ocel/err.h"
#include "ocel/event.h"
#include "ocel/format.h"
#include "ocel/hash.h"
#include "ocel/network.h"
#include "ocel/ring.h"
#include "ocel/span.h"
#include "ocel/stats.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What the engine may not fetch by itself. Copied by `init`; `ctx` is passed back.
typedef struct {
  void *ctx;
  void (*random)(void *ctx, uint8_t *out, size_t n);  ///< Unpredictable bytes.
  ocel_ntp (*wall_clock)(void *ctx);                  ///< Now. Must look like a date.
  void (*event)(void *ctx, const ocel_event *event);  ///< May be NULL. Must not call back.
  ocel_hash_fn *hash;                                 ///< Needed for passwords only; may be NULL.
} ocel_platform;

/// Bounds and times. `ocel_server_defaults` fills all but `platform`.
typedef struct {
  ocel_platform platform;
  uint16_t max_clients;      ///< Sessions at once, 1..4096.
  uint16_t max_connections;  ///< Stream connections at once; max_clients..8192.
  /// From one IPv4 address or /64 of IPv6; an idle one yields to a newcomer. 0: no limit (0).
  uint16_t max_connections_per_address;
  uint16_t max_streams;      ///< 1..16.
  uint16_t max_routes;       ///< Of HTTP (ocel/http_route.h); 0..256 (default 16).
  uint16_t request_buffers;  ///< Half-received requests at once; 2..8192. The oldest yields.
  uint16_t request_max;      ///< Bytes of one request, head and body; 1024..32768 (default 8192).
  uint16_t payload_max;      ///< Largest RTP payload, bytes; 64..1400 (default 1400).
  uint8_t allowed_count;     ///< Of `allowed`; 0: everybody may connect (default).
  ocel_network allowed[OCEL_NETWORKS_MAX];  ///< Who may connect.
  uint16_t rtp_port, rtcp_port;             ///< The server's UDP ports; 0 and 0: no UDP.
  uint16_t datagram_segments;  ///< Packets that one datagram batch may hold, 1..64 (GSO).
  /// Multicast group, with the even RTP port of the first track; each further track, and each
  /// further stream, has the next pair (OCEL_TRACKS_MAX pairs a stream). Port 0: no multicast.
  ocel_addr multicast;
  uint8_t multicast_ttl;      ///< Told to clients; the port sets it on its sockets. 1..255 (1).
  uint32_t udp_pace;          ///< Bytes per second to one UDP reader that catches up; 0: unpaced.
  uint32_t udp_burst;         ///< Paces the newest picture too, but for 1..2^30 bytes; 0: not (0).
  ocel_us session_timeout;    ///< Advertised; enforced 10 s later. 60 s.
  ocel_us request_timeout;    ///< From the first byte of a request to its last. 10 s.
  ocel_us idle_timeout;       ///< A connection without a session. 30 s.
  ocel_us stall_timeout;      ///< A reader whose connection takes no byte. 10 s.
  ocel_us describe_wait;      ///< DESCRIBE before the parameter sets are known. 3 s.
  ocel_us lag_max;            ///< A reader further behind skips to a newer key picture. 2 s.
  ocel_us report_interval;    ///< Sender reports. 5 s.
  ocel_us keyframe_interval;  ///< Key pictures are asked of an encoder at most this often. 500 ms.
} ocel_server_config;

void ocel_server_defaults(ocel_server_config *cfg);
/// Bytes `ocel_server_init` needs for `cfg`; 0 if `cfg` is out of range.
size_t ocel_server_size(const ocel_server_config *cfg);

/// Builds a server inside `mem` (aligned to 16), which must outlive it. NULL if `size` is too
/// small or `cfg` is out of range.
ocel_server *ocel_server_init(void *mem, size_t size, const ocel_server_config *cfg, ocel_us now);

/// Where a new reader begins.
typedef enum {
  OCEL_START_DEFAULT,  ///< GOP over TCP, IDR over UDP.
  OCEL_START_GOP,      ///< At the newest key picture in the ring: at once, in a burst.
  OCEL_START_IDR,      ///< At the next key picture, which is asked of the encoder.
  OCEL_START_LIVE,     ///< At the next key picture that comes by itself.
} ocel_start;

typedef struct {
  const char *path;          ///< "/stream"; begins with '/', at most 63 bytes; copied.
  const char *name;          ///< s= of the SDP, at most 63 bytes; NULL: "ocel". Copied.
  ocel_start start;          ///< Overridden by `?start=gop|idr|live` of a URL.
  bool keyframe_on_request;  ///< The producer can make one when OCEL_EVENT_KEYFRAME_WANTED says so.
  uint32_t bitrate;          ///< b=AS in the SDP, bits per second; 0: not said.
  uint8_t track_count;       ///< 1..OCEL_TRACKS_MAX.
  ocel_ring *track[OCEL_TRACKS_MAX];    ///< In the order of the SDP.
  ocel_format format[OCEL_TRACKS_MAX];  ///< What they carry (zero: H.264), as their rings do. Opus:
                                        ///< unit_max <= payload_max; JPEG: payload_max >= 145.
} ocel_stream_config;

/// @return The stream's number; OCEL_ERR_SPACE when max_streams are there; OCEL_ERR_CONFIG.
int ocel_server_add_stream(ocel_server *srv, const ocel_stream_config *cfg);

/// Whether a stream is served, which it is at first. One that is not is answered as if it were not
/// there (404), and whoever has a session on it is disconnected.
void ocel_server_enable_stream(ocel_server *srv, int stream, bool enabled, ocel_us now);

// ---- what happened ----

/// False if no network allows `peer`, who connected: close at once, before TLS. It is counted.
bool ocel_server_admits(ocel_server *srv, const ocel_addr *peer, ocel_us now);

/// A stream connection was accepted. `local` is the address it came in on; `secure` says that a
/// TLS session carries it, so that media in plain datagrams is refused (461).
/// @return Its number, 0..max_connections-1; -1 if there is no room, or it is not admitted: write
///         ocel_server_refusal() to it and close it.
int ocel_server_accept(ocel_server *srv, const ocel_addr *peer, const ocel_addr *local, bool secure,
                       ocel_us now);

/// The bytes of a 503 reply, static.
ocel_span ocel_server_refusal(void);

/// How many bytes may be handed to `recv` now; 0 means: do not read from this connection until
/// something has been written to it.
size_t ocel_server_room(const ocel_server *srv, int conn);

/// Bytes came in; at most ocel_server_room(). They are not kept by reference.
void ocel_server_recv(ocel_server *srv, int conn, ocel_span bytes, ocel_us now);

/// The peer is gone (or half-closed); the port has closed or closes the socket. Frees the number.
void ocel_server_closed(ocel_server *srv, int conn, ocel_us now);

/// The connection takes bytes again after ocel_server_advance was told `blocked`.
void ocel_server_writable(ocel_server *srv, int conn);

/// A datagram came in on one of the two UDP ports.
void ocel_server_datagram(ocel_server *srv, ocel_port port, const ocel_addr *from, ocel_span bytes,
                          ocel_us now);

/// Time passes, and new access units may lie in the rings. Call it after every wake.
void ocel_server_tick(ocel_server *srv, ocel_us now);

/// When `tick` is needed next even if nothing happens; OCEL_NEVER when nothing is open.
ocel_us ocel_server_deadline(const ocel_server *srv);

// ---- what to do ----

typedef enum { OCEL_TASK_WRITE, OCEL_TASK_CLOSE } ocel_task_kind;

typedef struct {
  ocel_task_kind kind;
  int conn;
} ocel_task;

/// The next connection that has something to write, or is to be closed; false if none.
/// WRITE comes back until `advance` was told `blocked` or nothing is left.
bool ocel_server_next_task(ocel_server *srv, ocel_task *out);

/// What is to be written on `conn`, in order.
/// @param spans  Filled with up to `max` (>= 8) spans; valid until the next call on this server,
///               which is `advance`: leave the array as it is until then.
/// @return Number of spans; 0: nothing.
size_t ocel_server_gather(ocel_server *srv, int conn, ocel_span *spans, size_t max, ocel_us now);

/// The first `n` bytes of what `gather` gave have been written. `blocked`: the connection takes
/// no more until ocel_server_writable.
void ocel_server_advance(ocel_server *srv, int conn, size_t n, bool blocked, ocel_us now);

/// Fills `room` with batches that wait to be sent and returns how many; 0: none now. Valid until
/// the next call.
size_t ocel_server_datagrams(ocel_server *srv, const ocel_datagram_room *room, ocel_us now);

/// The first `n` of them have been dealt with: sent, or given up (`failed` of those n, counted).
/// The rest will be given again.
void ocel_server_datagrams_sent(ocel_server *srv, size_t n, size_t failed);

/// Ends every session and connection, with BYE; newcomers are welcome.
void ocel_server_disconnect(ocel_server *srv, ocel_us now);

/// Ends every session, with BYE, and closes once all is written. Nothing new is accepted.
void ocel_server_shutdown(ocel_server *srv, ocel_us now);

#ifdef __cplusplus
}
#endif
#endif
