// SPDX-License-Identifier: Apache-2.0
// Opens and closes a loop: two pieces of memory, a handful of sockets, one server.
#include "ocel/loop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../mbedtls/hash.h"
#include "loop_state.h"

#include "../loop/turn.h"

enum { ALIGN = 64 };

static size_t aligned(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

static void fill_config(ocel_loop *l) {
  ocel_server_config *const cfg = &l->server_cfg;
  cfg->platform = (ocel_platform){
      .ctx = l,
      .random = ocel__random,
      .wall_clock = ocel__wall_clock,
      .hash = ocel_mbedtls_hash,
      .event = l->cfg.on_event != NULL ? ocel__pass_event : NULL,
  };
  cfg->rtp_port = l->udp_port[OCEL_PORT_RTP];
  cfg->rtcp_port = l->udp_port[OCEL_PORT_RTCP];
  cfg->datagram_segments = 1;  // lwIP has no segmentation offload.
}

static bool say_memory(bool external, size_t need, char *error, size_t size) {
  (void)snprintf(error, size, "%u bytes of %s in one piece are not to be had; %s", (unsigned)need,
                 external ? "PSRAM" : "internal RAM",
                 external ? "allow fewer clients, or smaller buffers of the camera"
                          : "allow fewer clients, or take external_memory (PSRAM)");
  return false;
}

// Always internal RAM: the flags that other tasks set are exchanged atomically, which ESP-IDF's own
// drivers do not do in PSRAM.
static ocel_loop *reserve(const ocel_loop_config *cfg, char *error, size_t error_size) {
  const size_t conns_at = aligned(sizeof(ocel_loop));
  const size_t bytes = conns_at + cfg->server->max_connections * sizeof(ocel__conn);
  uint8_t *const mem = ocel__sys.reserve(bytes, false);
  if (mem == NULL) {
    (void)say_memory(false, bytes, error, error_size);
    return NULL;
  }
  ocel_loop *const l = (void *)mem;
  l->conns = (void *)(mem + conns_at);
  l->cfg = *cfg;
  l->server_cfg = *cfg->server;
  if (cfg->tls != NULL) cfg->tls->socket = &ocel__tls_socket;
  for (int door = 0; door < DOOR_COUNT; door++) l->door[door] = -1;
  l->udp[0] = l->udp[1] = l->bell = -1;
  l->wake_at = l->udp_retry_at = l->udp_give_up_at = OCEL_NEVER;
  l->now = ocel_loop_now();
  return l;
}

static bool build_server(ocel_loop *l, char *error, size_t error_size) {
  fill_config(l);
  const size_t bytes = ocel_server_size(&l->server_cfg);
  if (bytes == 0) {
    (void)snprintf(error, error_size,
                   "a setting of the server is out of range; see the bounds in ocel/server.h");
    return false;
  }
  l->server_mem = ocel__sys.reserve(bytes, l->cfg.external_memory);
  if (l->server_mem == NULL) return say_memory(l->cfg.external_memory, bytes, error, error_size);
  l->server = ocel_server_init(l->server_mem, bytes, &l->server_cfg, l->now);
  return l->server != NULL;
}

static bool open_bell(ocel_loop *l, char *error, size_t size) {
  if (ocel__bell_open(l)) return true;
  (void)snprintf(error, size,
                 "cannot open the socket that wakes the network task: %s; set "
                 "CONFIG_LWIP_NETIF_LOOPBACK=y and raise CONFIG_LWIP_MAX_SOCKETS (%d)",
                 strerror(errno), CONFIG_LWIP_MAX_SOCKETS);
  return false;
}

ocel_loop *ocel_loop_open(const ocel_loop_config *cfg, char *error, size_t error_size) {
  ocel_loop *const l = reserve(cfg, error, error_size);
  if (l == NULL) return NULL;
  if (ocel__listen(l, error, error_size) && open_bell(l, error, error_size) &&
      build_server(l, error, error_size)) {
    return l;
  }
  ocel_loop_close(l);
  return NULL;
}

static void close_if_open(int fd) {
  if (fd >= 0) (void)ocel__sys.close(fd);
}

static void close_handshakes(ocel_loop *l) {
  bool write;
  for (unsigned i = 0; i < ocel__tls_sessions(l); i++) {
    const int fd = ocel__tls_waiting(l, i, &write);
    if (fd < 0) continue;
    ocel__tls_end(l, (uint16_t)(i + 1));
    (void)ocel__sys.close(fd);
  }
}

void ocel_loop_close(ocel_loop *l) {
  if (l == NULL) return;
  for (unsigned i = 0; i < l->server_cfg.max_connections; i++) {
    if ((l->conns[i].flags & CONN_OPEN) == 0) continue;
    ocel__tls_end(l, l->conns[i].tls_plus_1);
    (void)ocel__sys.close(l->conns[i].fd);
  }
  for (unsigned i = 0; i < LINGER_MAX; i++) {
    if (!l->linger[i].used) continue;
    ocel__tls_end(l, l->linger[i].tls_plus_1);
    (void)ocel__sys.close(l->linger[i].fd);
  }
  close_handshakes(l);
  for (int door = 0; door < DOOR_COUNT; door++) close_if_open(l->door[door]);
  close_if_open(l->udp[0]);
  close_if_open(l->udp[1]);
  close_if_open(l->bell);
  if (l->server_mem != NULL) ocel__sys.release(l->server_mem);
  ocel__sys.release(l);
}

ocel_server *ocel_loop_server(ocel_loop *l) { return l->server; }

uint16_t ocel_loop_port(const ocel_loop *l) { return l->port[DOOR_PLAIN]; }

uint16_t ocel_loop_tls_port(const ocel_loop *l) { return l->port[DOOR_TLS]; }

uint16_t ocel_loop_http_port(const ocel_loop *l) { return l->port[DOOR_HTTP]; }

uint16_t ocel_loop_rtp_port(const ocel_loop *l) { return l->udp_port[OCEL_PORT_RTP]; }

uint16_t ocel_loop_rtcp_port(const ocel_loop *l) { return l->udp_port[OCEL_PORT_RTCP]; }

ocel_loop_counts ocel_loop_get_counts(const ocel_loop *l) {
  ocel_loop_counts counts = l->counts;
  counts.wake_failed = atomic_load(&l->wake_failed);
  return counts;
}
