// SPDX-License-Identifier: Apache-2.0
// Opens and closes a loop: one piece of memory, a handful of descriptors, one server.
#include "ocel/loop.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "../mbedtls/hash.h"
#include "loop_state.h"

#include "../loop/turn.h"

enum { ALIGN = 64, UDP_PAYLOAD_LIMIT = 65507, RTP_HEADER_ROOM = 16, SEGMENTS_MAX = 64 };

static size_t aligned(size_t n) { return (n + ALIGN - 1) / ALIGN * ALIGN; }

static void fill_platform(ocel_loop *l) {
  l->server_cfg.platform = (ocel_platform){
      .ctx = l,
      .random = ocel__random,
      .wall_clock = ocel__wall_clock,
      .hash = ocel_mbedtls_hash,
      .event = l->cfg.on_event != NULL ? ocel__pass_event : NULL,
  };
}

// What one message to the kernel may hold: so many packets of full size that all fit a UDP
// datagram of the largest size.
static uint16_t segments(const ocel_loop *l) {
  const int fit = UDP_PAYLOAD_LIMIT / (l->server_cfg.payload_max + RTP_HEADER_ROOM);
  if (!l->gso) return 1;
  return (uint16_t)(fit < SEGMENTS_MAX ? fit : SEGMENTS_MAX);
}

static bool say(char *error, size_t size, const char *what) {
  (void)snprintf(error, size, "%s: %s; free some memory or files and start again", what,
                 strerror(errno));
  return false;
}

// One reservation holds the loop and its tables; pages are resident once touched.
static ocel_loop *reserve(const ocel_loop_config *cfg) {
  const size_t conns_at = aligned(sizeof(ocel_loop));
  const size_t todo_at = aligned(conns_at + cfg->server->max_connections * sizeof(ocel__conn));
  const size_t size = todo_at + cfg->server->max_connections * sizeof(uint16_t);
  uint8_t *const mem = ocel__sys.reserve(size);
  if (mem == NULL) return NULL;

  ocel_loop *const l = (void *)mem;
  l->reserved = size;
  l->conns = (void *)(mem + conns_at);
  l->todo = (void *)(mem + todo_at);
  l->cfg = *cfg;
  l->server_cfg = *cfg->server;
  if (cfg->tls != NULL) cfg->tls->socket = &ocel__tls_socket;
  l->epoll = l->eventfd = l->udp[0] = l->udp[1] = l->spare = -1;
  for (int door = 0; door < DOOR_COUNT; door++) l->door[door] = -1;
  l->accept_at = l->starved_at = l->wake_at = OCEL_NEVER;
  l->now = ocel_loop_now();
  return l;
}

static bool check_random(char *error, size_t size) {
  uint8_t byte;
  if (ocel__sys.getrandom(&byte, sizeof byte) == sizeof byte) return true;
  (void)snprintf(error, size,
                 "the system gives no random numbers (getrandom: %s); allow that call in the "
                 "sandbox or use Linux 3.17 or later",
                 strerror(errno));
  return false;
}

static bool watch_doors(ocel_loop *l) {
  for (unsigned door = 0; door < DOOR_COUNT; door++) {
    if (l->door[door] < 0) continue;
    if (!ocel__watch(l, EPOLL_CTL_ADD, l->door[door], EPOLLIN, ocel__data(ON_DOOR, door))) {
      return false;
    }
  }
  return true;
}

static bool open_epoll(ocel_loop *l, char *error, size_t size) {
  l->epoll = ocel__sys.epoll_create1(EPOLL_CLOEXEC);
  if (l->epoll < 0) return say(error, size, "cannot make an epoll descriptor");
  l->eventfd = ocel__sys.eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (l->eventfd < 0) return say(error, size, "cannot make an event descriptor");
  l->spare = ocel__sys.spare();
  const bool watched =
      ocel__watch(l, EPOLL_CTL_ADD, l->eventfd, EPOLLIN, ocel__data(ON_WAKE, 0)) &&
      watch_doors(l) &&
      (l->cfg.no_udp ||
       (ocel__watch(l, EPOLL_CTL_ADD, l->udp[0], EPOLLIN, ocel__data(ON_RTP, 0)) &&
        ocel__watch(l, EPOLL_CTL_ADD, l->udp[1], EPOLLIN, ocel__data(ON_RTCP, 0))));
  return watched || say(error, size, "cannot watch the sockets");
}

static bool build_server(ocel_loop *l, char *error, size_t size) {
  ocel_server_config *const cfg = &l->server_cfg;
  fill_platform(l);
  cfg->rtp_port = l->udp_port[OCEL_PORT_RTP];
  cfg->rtcp_port = l->udp_port[OCEL_PORT_RTCP];
  cfg->datagram_segments = segments(l);
  l->server_size = ocel_server_size(cfg);
  if (l->server_size == 0) {
    (void)snprintf(error, size,
                   "a setting of the server is out of range; see the bounds in ocel/server.h");
    return false;
  }
  l->server_mem = ocel__sys.reserve(l->server_size);
  if (l->server_mem == NULL) return say(error, size, "no memory for the server");
  l->server = ocel_server_init(l->server_mem, l->server_size, cfg, l->now);
  return l->server != NULL;
}

static bool prepare(ocel_loop *l, char *error, size_t size) {
  const unsigned handshakes = l->cfg.tls != NULL ? l->cfg.tls->sessions : 0;
  const unsigned sockets = l->server_cfg.max_connections + handshakes;
  return check_random(error, size) && ocel__raise_limit(sockets, error, size) &&
         ocel__listen(l, error, size) && open_epoll(l, error, size) && build_server(l, error, size);
}

ocel_loop *ocel_loop_open(const ocel_loop_config *cfg, char *error, size_t error_size) {
  ocel_loop *const l = reserve(cfg);
  if (l == NULL) {
    (void)say(error, error_size, "no memory for the connections");
    return NULL;
  }
  if (prepare(l, error, error_size)) return l;
  ocel_loop_close(l);
  return NULL;
}

static void close_if_open(int fd) {
  if (fd >= 0) (void)ocel__sys.close(fd);
}

void ocel_loop_close(ocel_loop *l) {
  if (l == NULL) return;
  for (unsigned i = 0; l->open_count > 0; i++) {
    if ((l->conns[i].flags & CONN_OPEN) == 0) continue;
    ocel__tls_end(l, l->conns[i].tls_plus_1);
    (void)ocel__sys.close(l->conns[i].fd);
    l->open_count--;
  }
  for (unsigned i = 0; i < LINGER_MAX; i++) {
    ocel__tls_end(l, l->linger[i].tls_plus_1);
    close_if_open(l->linger[i].fd_plus_1 - 1);
  }
  ocel__tls_give_up(l);
  for (int door = 0; door < DOOR_COUNT; door++) close_if_open(l->door[door]);
  const int own[] = {l->udp[0], l->udp[1], l->spare, l->eventfd, l->epoll};
  for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) close_if_open(own[i]);
  if (l->server_mem != NULL) ocel__sys.release(l->server_mem, l->server_size);
  ocel__sys.release(l, l->reserved);
}

ocel_server *ocel_loop_server(ocel_loop *l) { return l->server; }

uint16_t ocel_loop_port(const ocel_loop *l) { return l->port[DOOR_PLAIN]; }

uint16_t ocel_loop_tls_port(const ocel_loop *l) { return l->port[DOOR_TLS]; }

uint16_t ocel_loop_http_port(const ocel_loop *l) { return l->port[DOOR_HTTP]; }

uint16_t ocel_loop_rtp_port(const ocel_loop *l) { return l->udp_port[OCEL_PORT_RTP]; }

uint16_t ocel_loop_rtcp_port(const ocel_loop *l) { return l->udp_port[OCEL_PORT_RTCP]; }
