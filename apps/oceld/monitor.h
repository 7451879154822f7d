// SPDX-License-Identifier: Apache-2.0
// The counters of the server, copied once a second in the loop's thread for whoever tells them.
#ifndef OCELD_MONITOR_H
#define OCELD_MONITOR_H

#include <pthread.h>

#include "ocel/server.h"
#include "ocel/tls_mbedtls.h"
#include "options.h"

/// One moment of the server.
typedef struct {
  ocel_us taken_at;
  ocel_server_stats server;
  ocel_tls_counts tls;  ///< All 0 without TLS.
  unsigned stream_count;
  ocel_stream_stats streams[OCELD_STREAMS_MAX];
  ocel_client_stats groups[OCELD_STREAMS_MAX];  ///< `stream` is -1 where there is no multicast.
  ocel_client_stats *clients;                   ///< NULL if nobody wants them.
  size_t client_count;
} oceld_snapshot;

typedef struct {
  const ocel_server *server;
  const ocel_tls *tls;    ///< May be NULL; set it before the loop runs.
  unsigned stream_count;  ///< Numbers of streams to ask for.
  uint16_t connections;   ///< Numbers of connections to ask for; 0: clients are not wanted.
  pthread_mutex_t lock;   ///< Guards `latest`.
  oceld_snapshot latest;
} oceld_monitor;

/// @return False if memory is short.
bool oceld_monitor_init(oceld_monitor *m, const ocel_server *server, unsigned streams,
                        uint16_t connections);

/// Takes a snapshot if the last one is a second old. In the loop's thread only.
void oceld_monitor_update(oceld_monitor *m, ocel_us now);

/// Gives the latest snapshot; keep it until oceld_monitor_leave. `taken_at` is 0 before the first.
const oceld_snapshot *oceld_monitor_enter(oceld_monitor *m);
void oceld_monitor_leave(oceld_monitor *m);

void oceld_monitor_free(oceld_monitor *m);

#endif
