// SPDX-License-Identifier: Apache-2.0
// One virtual TCP connection: latency, a bounded send buffer, a client that reads at its own
// pace, bytes split anywhere, FIN, RST, and a peer that silently vanishes.
#ifndef SIM_NET_TCP_H
#define SIM_NET_TCP_H

#include "clock.h"
#include "rng.h"

#include "ocel/addr.h"
#include "ocel/span.h"

typedef struct {
  ocel_us latency;  ///< One way.
  uint32_t buffer;  ///< Bytes that may be on their way to the client, unread.
  uint32_t rate;    ///< Bytes per second that the client reads; 0: whatever is there.
  uint32_t chunk;   ///< Most bytes that move in one go, both ways; 0: no limit.
  bool secure;      ///< Inside TLS, of which the engine sees nothing.
} tcp_profile;

/// A LAN: nothing that would slow anybody down.
extern const tcp_profile TCP_GOOD;

typedef struct tcp_segment {
  struct tcp_segment *next;
  ocel_us ready;  ///< When it has arrived.
  size_t n, off;
  uint8_t data[];
} tcp_segment;

typedef struct {
  tcp_segment *first, *last;
  size_t bytes;
} tcp_queue;

struct tcp_link;
struct observer;

/// What the client's end is told.
typedef struct {
  void *ctx;
  void (*bytes)(void *ctx, ocel_span bytes);
  void (*closed)(void *ctx);  ///< The server has closed and all bytes were delivered.
} tcp_client;

/// What the server's end is told; it then looks with the functions below.
typedef void (*tcp_notify_fn)(void *server, struct tcp_link *link);

typedef struct tcp_link {
  sim_clock *clock;
  rng rng;
  tcp_profile profile;
  ocel_addr peer, local;
  tcp_client client;
  void *server;
  tcp_notify_fn notify;
  tcp_queue up, down;
  ocel_us fin_at, reset_at;   ///< When the server sees it; OCEL_NEVER.
  ocel_us stalled_until;      ///< The client does not read before.
  ocel_us server_closed_at;   ///< OCEL_NEVER while open.
  bool client_done;           ///< The client's end takes nothing any more.
  bool vanished;              ///< Cable pulled: nothing arrives, nobody says so.
  bool polling;               ///< An event for the client's end is on its way.
  bool writable;              ///< The server waits for room, and there is some.
  bool wants_writable;        ///< The server waits for room.
  bool queued;                ///< In the server's list of links to look at.
  bool read_paused;           ///< The server takes no bytes until it has written some.
  int conn;                   ///< The server's number, or one of the two below.
  struct observer *observer;  ///< Of the server's end.
} tcp_link;

enum { TCP_NOT_ACCEPTED = -1, TCP_OVER = -2 };

tcp_link *tcp_make(sim_clock *clock, rng random, const tcp_profile *profile);
void tcp_free(tcp_link *l);

// ---- the client's end ----
void tcp_connect(tcp_link *l);  ///< SYN; the server is notified after the latency.
void tcp_send(tcp_link *l, ocel_span bytes);
void tcp_fin(tcp_link *l);    ///< Half-closes; still reads.
void tcp_reset(tcp_link *l);  ///< RST.
void tcp_vanish(tcp_link *l);
void tcp_stall(tcp_link *l, ocel_us until);  ///< Stops reading until then.

// ---- the server's end ----
size_t tcp_readable(const tcp_link *l);  ///< Bytes that have arrived.
size_t tcp_read(tcp_link *l, uint8_t *out, size_t max);
bool tcp_at_eof(const tcp_link *l);            ///< FIN has come and all before it was read.
bool tcp_is_reset(const tcp_link *l);          ///< RST has come.
size_t tcp_room(const tcp_link *l);            ///< Bytes that a write would take now.
void tcp_write(tcp_link *l, ocel_span bytes);  ///< At most tcp_room().
void tcp_close(tcp_link *l);

#endif
