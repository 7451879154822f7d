// SPDX-License-Identifier: Apache-2.0
// One run: clock, network, engine, producers, viewers, and the invariants that are checked on
// the way. A world is a function of its configuration and seed.
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "port.h"
#include "viewer_login.h"

#include "ocel/server.h"

enum { WORLD_STREAMS = 2 };

typedef struct {
  const char *path;
  ocel_start start;
  uint8_t tracks;  ///< 0: there is no such stream.
  bool sound;      ///< The second track is sound.
  producer_profile producer;
  ocel_ring_config ring;
} world_stream;

typedef struct {
  ocel_us origin;             ///< Of the virtual clock.
  ocel_server_config server;  ///< `platform` is filled in.
  bool password;              ///< LOGIN_PASSWORD is asked for.
  bool allow_basic;           ///< Basic is taken outside TLS, too.
  port_profile port;
  world_stream stream[WORLD_STREAMS];
  ocel_us lag_max;  ///< How late an honest viewer on a good link may get a picture.
} world_config;

/// Events by code, and those by reason that ended connections.
typedef struct {
  uint32_t events[OCEL_EVENT_COUNT];
  uint32_t closed[OCEL_CLOSE_REASON_COUNT];
} world_counts;

/// What the last honest viewer sent that had a Digest, as whoever listens on the network has it.
typedef struct {
  char method[20], url[400], login[LOGIN_HEADER_SIZE];
} login_heard;

typedef struct world {
  world_config cfg;
  sim_clock clock;
  rng rng, engine_rng;
  void *memory;
  ocel_server *srv;
  producer *producers[MEDIA_PRODUCERS_MAX];
  unsigned stream_of[MEDIA_PRODUCERS_MAX];
  media_rules media;
  observer_rules rules;
  observer_sessions sessions;
  observer_totals totals;
  group group;
  port port;
  tcp_link **links;
  size_t link_count, link_cap;
  viewer **viewers;
  size_t viewer_count, viewer_cap;
  login_heard heard;
  void **others;  ///< Freed at the end: hostile actors and other small things.
  size_t other_count, other_cap;
  world_counts counts;
  ocel_us check_at;
  bool over;  ///< Everybody is to leave.
} world;

/// Fills in what most scenarios want: one stream "/stream" of one track.
void world_defaults(world_config *cfg, rng *r);

void world_init(world *w, const world_config *cfg, uint64_t seed);
void world_free(world *w);

/// Starts all producers now.
void world_start_producers(world *w);

/// Lets `duration` pass.
void world_run(world *w, ocel_us duration);

/// All actors leave; time passes until the last timeout; checks that nothing is left.
void world_finish(world *w);

// ---- for the actors ----

tcp_link *world_connect(world *w, const ocel_addr *from, const tcp_profile *profile, int number);
size_t world_add_viewer(world *w, viewer *v);  ///< Returns its number.
void *world_alloc(world *w, size_t size);      ///< Zeroed; freed with the world.

/// True if a viewer of this path over TCP gets what is in the ring.
bool world_bursts(const world *w, const char *path);

/// A datagram from one of the viewer's ports; odd ports go to the server's RTCP port.
void world_viewer_sends(world *w, viewer *v, uint16_t from_port, ocel_span bytes);

/// A datagram from anywhere.
void world_spoof(world *w, const ocel_addr *from, bool rtcp, ocel_span bytes);

/// The session id of some other viewer, "00000000" if there is none.
void world_any_session(const world *w, const viewer *but, char out[OBSERVER_SESSION_MAX + 1]);

/// The viewer has sent a receiver report: the server's statistics must say the same soon.
void world_reported(world *w, viewer *v, const receiver_report *said);

// ---- invariants.c ----

/// What must hold after each round of the port.
void invariants_round(void *world);

/// What must hold at any time, but costs more: a few times per virtual second.
void invariants_often(world *w);

/// What must hold once everybody has left.
void invariants_end(world *w);

#endif
