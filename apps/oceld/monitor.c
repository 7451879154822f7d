// SPDX-License-Identifier: Apache-2.0
#include "monitor.h"

#include <stdlib.h>
#include <string.h>

// Wakes come a little early or late; so does a second.
static const ocel_us INTERVAL = OCEL_SECOND - 50 * OCEL_MILLISECOND;

bool oceld_monitor_init(oceld_monitor *m, const ocel_server *server, unsigned streams,
                        uint16_t connections) {
  memset(m, 0, sizeof *m);
  m->server = server;
  m->stream_count = streams;
  m->connections = connections;
  (void)pthread_mutex_init(&m->lock, NULL);
  if (connections == 0) return true;
  m->latest.clients = calloc(connections, sizeof *m->latest.clients);
  return m->latest.clients != NULL;
}

static void copy_stream(oceld_monitor *m, unsigned i, ocel_us now) {
  oceld_snapshot *s = &m->latest;
  if (ocel_server_get_stream_stats(m->server, (int)i, now, &s->streams[i]) != OCEL_OK) {
    memset(&s->streams[i], 0, sizeof s->streams[i]);
  }
  if (ocel_server_get_group_stats(m->server, (int)i, now, &s->groups[i]) != OCEL_OK) {
    s->groups[i].stream = -1;
  }
}

static void copy(oceld_monitor *m, ocel_us now) {
  oceld_snapshot *s = &m->latest;
  s->taken_at = now;
  ocel_server_get_stats(m->server, now, &s->server);
  if (m->tls != NULL) s->tls = ocel_tls_get_counts(m->tls);
  s->stream_count = m->stream_count;
  for (unsigned i = 0; i < m->stream_count; i++) copy_stream(m, i, now);
  s->client_count = 0;
  for (int i = 0; i < m->connections; i++) {
    ocel_client_stats *next = &s->clients[s->client_count];
    if (ocel_server_get_client_stats(m->server, i, now, next) == OCEL_OK) s->client_count++;
  }
}

// The loop never waits: if somebody reads the last snapshot just now, the next wake does it.
void oceld_monitor_update(oceld_monitor *m, ocel_us now) {
  if (m->latest.taken_at != 0 && now - m->latest.taken_at < INTERVAL) return;
  if (pthread_mutex_trylock(&m->lock) != 0) return;
  copy(m, now);
  (void)pthread_mutex_unlock(&m->lock);
}

const oceld_snapshot *oceld_monitor_enter(oceld_monitor *m) {
  (void)pthread_mutex_lock(&m->lock);
  return &m->latest;
}

void oceld_monitor_leave(oceld_monitor *m) { (void)pthread_mutex_unlock(&m->lock); }

void oceld_monitor_free(oceld_monitor *m) {
  free(m->latest.clients);
  (void)pthread_mutex_destroy(&m->lock);
}
