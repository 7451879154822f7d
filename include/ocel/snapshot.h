// SPDX-License-Identifier: Apache-2.0
// Single pictures over HTTP: GET /snapshot (the first stream) and /snapshot/PATH (the stream with
// the path "/PATH"), with ?width=N for a smaller one. A picture is kept for a moment, so that
// any number of clients, however often they ask, cost one picture in that time.
//
//   static ocel_snapshots snapshots;
//   ocel_snapshots_open(&snapshots, srv, seed);                 // adds the route
//   ... OCEL_EVENT_SNAPSHOT_WANTED, stream a, width b           // make a JPEG of it, in any thread
//   ocel_snapshots_put(&snapshots, &picture, now);              // in the server's thread
//
// Clients that wait get the picture that is put next.
#ifndef OCEL_SNAPSHOT_H
#define OCEL_SNAPSHOT_H

#include "ocel/http_route.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Pictures kept at once: of other streams or widths. Another one takes the place of the oldest
/// that is not fresh any more; until then whoever asks for it waits.
#define OCEL_SNAPSHOT_SLOTS 4u

/// Pictures kept or being sent: a slow client holds the one that it gets.
#define OCEL_SNAPSHOT_PICTURES 16u

/// How long a picture is handed out: at most this often is one asked for, in each slot.
#define OCEL_SNAPSHOT_FRESH (500 * OCEL_MILLISECOND)

#define OCEL_SNAPSHOT_WIDTH_MIN 16u
#define OCEL_SNAPSHOT_WIDTH_MAX 4096u

/// A picture that the application hands in.
typedef struct {
  uint8_t stream;
  uint16_t width;  ///< As the event said it; 0: the stream's own.
  ocel_span jpeg;  ///< Unchanged until `release`; empty: there is none, ask again later.
  /// Called once, in the server's thread, when `jpeg` is not needed any more; may be NULL. Must
  /// not call the server.
  void (*release)(void *ctx);
  void *ctx;
} ocel_snapshot;

/// What is kept of one. Private.
typedef struct {
  ocel_snapshot picture;
  uint32_t users;  // the slot and the answers; 0: free
  char etag[20];
} ocel_snapshot_kept;

typedef struct {
  ocel_snapshot_kept *kept;  // NULL: none yet
  uint8_t stream;
  bool used;
  uint16_t width;
  ocel_us put_at, asked_at;  // asked_at 0: not asked since the last one came
} ocel_snapshot_slot;

/// Fields are private.
typedef struct {
  ocel_server *server;
  uint32_t seed, count;
  ocel_http_route route;
  ocel_snapshot_slot slot[OCEL_SNAPSHOT_SLOTS];
  ocel_snapshot_kept kept[OCEL_SNAPSHOT_PICTURES];
} ocel_snapshots;

/// Adds the routes. `s` must outlive the server.
///
/// @param seed  Another one at each start: ETags are made of it.
/// @return As ocel_server_add_route.
OCEL_MUST_USE ocel_err ocel_snapshots_open(ocel_snapshots *s, ocel_server *srv, uint32_t seed);

/// Hands in a picture, asked for or not. In the server's thread, but not from a callback of it.
void ocel_snapshots_put(ocel_snapshots *s, const ocel_snapshot *picture, ocel_us now);

/// Releases what is kept. After the server has ended.
void ocel_snapshots_close(ocel_snapshots *s);

#ifdef __cplusplus
}
#endif
#endif
