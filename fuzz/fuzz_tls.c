// SPDX-License-Identifier: Apache-2.0
// What a stranger sends to the TLS port, against random numbers that repeat themselves: the
// handshake ends with the stranger's last byte, and the next one can begin. The first byte is the
// size of the pieces in which the rest arrives.
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ocel/tls_mbedtls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FD = 3, TURNS_MAX = 100000 };

static struct {
  ocel_span rest;
  size_t piece;
  bool wait;  // The next call finds nothing yet.
  uint32_t random;
} stranger;

static void require(bool holds) {
  if (!holds) abort();
}

static int random_bytes(void *ctx, unsigned char *out, size_t n) {
  (void)ctx;
  for (size_t i = 0; i < n; i++) {
    stranger.random = stranger.random * 1664525u + 1013904223u;
    out[i] = (unsigned char)(stranger.random >> 24);
  }
  return 0;
}

static ptrdiff_t swallow(int fd, const void *bytes, size_t n) {
  (void)bytes;
  require(fd == FD && n > 0);
  return (ptrdiff_t)n;
}

static ptrdiff_t feed(int fd, void *bytes, size_t n) {
  require(fd == FD && n > 0);
  stranger.wait = !stranger.wait;
  if (stranger.wait) {
    errno = EAGAIN;
    return -1;
  }
  size_t take = stranger.rest.n < stranger.piece ? stranger.rest.n : stranger.piece;
  if (take > n) take = n;
  const ocel_span some = ocel_span_take(&stranger.rest, take);
  if (take > 0) memcpy(bytes, some.p, take);
  return (ptrdiff_t)take;
}

static ocel_tls *open_server(void) {
  static const ocel_tls_socket SOCKET = {.send = swallow, .recv = feed};
  char pem[OCEL_TLS_PEM_MAX], error[256];
  const ocel_tls_config cfg = {
      .certificate = pem, .sessions = 1, .handshakes = 1, .random = random_bytes};
  require(ocel_tls_make_pem("fuzz", pem, sizeof pem, error, sizeof error));
  ocel_tls *const tls = ocel_tls_open(&cfg, error, sizeof error);
  require(tls != NULL);
  tls->socket = &SOCKET;
  return tls;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static ocel_tls *tls;
  static const ocel_addr PEER = {0};
  int yielded;
  ocel_tls_outcome o = {.progress = OCEL_TLS_NOTHING};
  if (size < 1) return 0;
  if (tls == NULL) tls = open_server();
  stranger.rest = ocel_span_make(data + 1, size - 1);
  stranger.piece = data[0] + 1u;
  stranger.random = 1;
  const int session = tls->ops->begin(tls, FD, &PEER, 0, &yielded);
  require(session == 0 && yielded == -1);
  for (int i = 0; i < TURNS_MAX && o.progress == OCEL_TLS_NOTHING; i++) {
    tls->ops->ready(tls, 0);
    o = tls->ops->shake(tls, 1);
  }
  require(o.progress == OCEL_TLS_FAILED && o.session == 0 && o.fd == FD);
  tls->ops->end(tls, 0);
  require(tls->ops->deadline(tls) == OCEL_NEVER);
  return 0;
}
