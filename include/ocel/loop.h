// SPDX-License-Identifier: Apache-2.0
// A loop carries bytes between one engine (ocel/server.h) and sockets. Ports implement it:
// ports/posix with epoll, ports/espidf with lwIP's select(); no program has more than one of them.
//
//   ocel_loop_config cfg = {.port = 8554, .rtp_port = 5004, .rtcp_port = 5005, .server = &server};
//   ocel_loop *loop = ocel_loop_open(&cfg, error, sizeof error);
//   ocel_server_add_stream(ocel_loop_server(loop), ...);
//   (start producers; each calls ocel_loop_wake(loop) after ocel_ring_commit)
//   ocel_loop_run(loop);    // until ocel_loop_stop
//   ocel_loop_close(loop);  // after the producers have ended
//
// One thread owns a loop and the server inside it: it opens, runs and closes it. Only
// ocel_loop_wake and ocel_loop_stop may be called from elsewhere.
#ifndef OCEL_LOOP_H
#define OCEL_LOOP_H

#include "ocel/server.h"
#include "ocel/tls.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ocel_loop ocel_loop;

/// What to listen on and whom to tell. Zero is a sensible value of every field but `server`.
typedef struct {
  const char *bind;                  ///< Numeric IPv4 or IPv6 address; NULL or "": every address.
  uint16_t port;                     ///< Stream connections; 0: any free port.
  uint16_t rtp_port, rtcp_port;      ///< The UDP pair; 0: any free port.
  const ocel_server_config *server;  ///< Copied. Its `platform`, `rtp_port`, `rtcp_port` and
                                     ///< `datagram_segments` are filled in by the loop.
  /// An event of the engine; may be NULL. `peer` is the address of the connection that it is
  /// about, or NULL. Called in the loop's thread; must not call the server.
  void (*on_event)(void *ctx, const ocel_event *e, const ocel_addr *peer);
  /// Called in the loop's thread after each ocel_loop_wake (several may become one call), at the
  /// time given to ocel_loop_wake_at, and at least once a second; may be NULL. May call the
  /// server's functions, and commit to a ring, which is then looked at in the same turn.
  void (*on_wake)(void *ctx, ocel_us now);
  void *ctx;           ///< Handed to both.
  ocel_tls *tls;       ///< Serve RTSPS too, on a port of its own (ocel/tls_mbedtls.h); NULL: no.
                       ///< Outlives the loop, and serves no other.
  uint16_t tls_port;   ///< Ignored without `tls`; 0: any free port.
  uint16_t http_port;  ///< A second listener that serves all that `port` does, where browsers and
                       ///< RTSP over HTTP expect it; 0: none.
  bool http_port_optional;  ///< Goes on without `http_port` if it cannot be had.
  uint8_t dscp;             ///< Marks what is sent (RFC 2474), TCP and UDP; 0..63.
  uint32_t tcp_pace;        ///< Bytes per second to one connection at most, evenly, where the
                            ///< kernel can do that (Linux); 0: as fast as it goes.
  bool no_udp;              ///< Serve over TCP only; `rtp_port` and `rtcp_port` are then ignored.
  bool external_memory;  ///< Take the server's memory from PSRAM, where a machine has such beside
                         ///< its own.
} ocel_loop_config;

/// Opens the sockets and builds the server.
///
/// @param error  Gets one sentence that says what is wrong and what to do about it, also about an
///               optional port that could not be had.
/// @return NULL, with nothing left open, if a port or the memory cannot be had, or if
///         `cfg->server` is out of range.
ocel_loop *ocel_loop_open(const ocel_loop_config *cfg, char *error, size_t error_size);

/// The engine; lives as long as the loop. Streams are added to it before ocel_loop_run or from
/// on_wake.
ocel_server *ocel_loop_server(ocel_loop *loop);

/// The ports in use; 0 for those that are not there: UDP, TLS, HTTP.
uint16_t ocel_loop_port(const ocel_loop *loop);
uint16_t ocel_loop_tls_port(const ocel_loop *loop);
uint16_t ocel_loop_http_port(const ocel_loop *loop);
uint16_t ocel_loop_rtp_port(const ocel_loop *loop);
uint16_t ocel_loop_rtcp_port(const ocel_loop *loop);

/// New access units lie in a ring, or on_wake has something to do. From any thread or signal
/// handler; on ESP-IDF from any task, not from an interrupt.
void ocel_loop_wake(ocel_loop *loop);

/// Asks for one call of on_wake at `when`; the earliest of several counts. Only in the loop's
/// thread. So a source that never waits (a file in memory) needs no thread of its own: it saves
/// a change of threads per picture.
void ocel_loop_wake_at(ocel_loop *loop, ocel_us when);

/// Serves until ocel_loop_stop.
/// @return 0; or a positive errno value if the operating system refuses to go on.
int ocel_loop_run(ocel_loop *loop);

/// Ends ocel_loop_run: sessions are ended, what is pending is flushed for a bounded time (one
/// second). From any thread or signal handler; also before ocel_loop_run, which then returns at
/// once.
void ocel_loop_stop(ocel_loop *loop);

/// Closes every socket and frees the server. NULL is allowed.
void ocel_loop_close(ocel_loop *loop);

/// The monotonic clock of the server and of `ocel_commit.captured_at`.
ocel_us ocel_loop_now(void);

#ifdef __cplusplus
}
#endif
#endif
