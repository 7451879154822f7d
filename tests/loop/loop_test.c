// SPDX-License-Identifier: Apache-2.0
#include "loop_test.h"

#include <dirent.h>
#include <poll.h>
#include <sys/time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 10 };

static ocel_loop_sys originals;
const ocel_loop_sys *const real_sys = &originals;

static unsigned files_before;

int rig_setup(void **state) {
  (void)state;
  if (originals.socket == NULL) originals = ocel__sys;
  ocel__sys = originals;
  port_setup();
  files_before = open_files();
  return 0;
}

static void count_event(void *ctx, const ocel_event *e, const ocel_addr *peer) {
  rig *const r = ctx;
  (void)e;
  if (peer != NULL) r->last_peer_port = peer->port;
  r->events++;
}

static void count_wake(void *ctx, ocel_us now) {
  rig *const r = ctx;
  (void)now;
  r->wakes++;
}

static void *run(void *arg) {
  rig *const r = arg;
  r->result = ocel_loop_run(r->loop);
  return NULL;
}

ocel_tls *rig_tls;
int (*rig_connect)(const rig *r, const char *host);
void (*rig_stopped)(void);

void rig_open(rig *r, const char *bind) {
  char error[256] = "";
  if (r->server.max_connections == 0) ocel_server_defaults(&r->server);
  r->cfg.bind = bind != NULL ? bind : "127.0.0.1";
  r->cfg.server = &r->server;
  r->cfg.on_event = count_event;
  r->cfg.on_wake = count_wake;
  r->cfg.ctx = r;
  r->cfg.tls = rig_tls;
  r->loop = ocel_loop_open(&r->cfg, error, sizeof error);
  assert_string_equal(error, "");
  assert_non_null(r->loop);
}

void rig_run(rig *r) { assert_int_equal(pthread_create(&r->thread, NULL, run, r), 0); }

void rig_start(rig *r, const char *bind) {
  rig_open(r, bind);
  rig_run(r);
}

void rig_end(rig *r) {
  ocel_loop_stop(r->loop);
  assert_int_equal(pthread_join(r->thread, NULL), 0);
  assert_int_equal(r->result, 0);
  r->ended = true;
}

void rig_stop(rig *r) {
  if (!r->ended) rig_end(r);
  ocel_loop_close(r->loop);
  if (rig_stopped != NULL) rig_stopped();
  assert_int_equal(open_files(), files_before);
}

static int client(int type, const char *host, uint16_t port) {
  const struct timeval limit = {PATIENCE_SECONDS, 0};
  ocel_sockaddr to;
  assert_true(ocel__addr_parse(host, port, &to));
  const int fd = socket(to.any.sa_family, type | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit), 0);
  assert_int_equal(setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit), 0);
  assert_int_equal(connect(fd, &to.any, ocel__addr_size(&to)), 0);
  return fd;
}

int client_tcp(const char *host, uint16_t port) { return client(SOCK_STREAM, host, port); }

int client_open(const rig *r, const char *host) {
  if (rig_tls != NULL) return rig_connect(r, host);
  return client_tcp(host, ocel_loop_port(r->loop));
}

int client_udp(const rig *r, const char *host, ocel_port port) {
  const bool rtp = port == OCEL_PORT_RTP;
  return client(SOCK_DGRAM, host, rtp ? ocel_loop_rtp_port(r->loop) : ocel_loop_rtcp_port(r->loop));
}

void send_all(int fd, const void *bytes, size_t n) {
  for (size_t done = 0; done < n;) {
    const ssize_t went = send(fd, (const uint8_t *)bytes + done, n - done, MSG_NOSIGNAL);
    assert_true(went > 0);
    done += (size_t)went;
  }
}

void read_all(int fd, void *bytes, size_t n) {
  for (size_t done = 0; done < n;) {
    const ssize_t got = recv(fd, (uint8_t *)bytes + done, n - done, 0);
    if (got <= 0)
      fail_msg("%zu of %zu bytes came, then %s", done, n, got ? strerror(errno) : "end");
    done += (size_t)got;
  }
}

void read_to_end(int fd) {
  char bytes[4096];
  ssize_t n;
  do {
    n = recv(fd, bytes, sizeof bytes, 0);
  } while (n > 0);
}

void check_echo(int fd, const char *text) {
  char back[256] = "";
  send_all(fd, text, strlen(text));
  read_all(fd, back, strlen(text));
  assert_string_equal(back, text);
}

void check_end(int fd) {
  char byte;
  const ssize_t n = recv(fd, &byte, 1, 0);
  if (n != 0) fail_msg("no end: %s", n > 0 ? "a byte" : strerror(errno));
}

void wait_for(const atomic_uint *counter, unsigned n) {
  for (int i = 0; i < PATIENCE_SECONDS * 1000 && *counter < n; i++) (void)poll(NULL, 0, 1);
  if (*counter < n) fail_msg("%u instead of %u", *counter, n);
}

unsigned open_files(void) {
  unsigned n = 0;
  DIR *const d = opendir("/proc/self/fd");
  assert_non_null(d);
  while (readdir(d) != NULL) n++;
  (void)closedir(d);
  return n;
}
