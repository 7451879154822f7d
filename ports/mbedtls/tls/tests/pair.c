// SPDX-License-Identifier: Apache-2.0
#include "pair.h"

#include <errno.h>
#include <fcntl.h>
#include <mbedtls/net_sockets.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STEPS_MAX = 10000, PEERS_MAX = 64 };

socket_faults faults;

static bool fails(unsigned at, unsigned call) {
  const bool now = at != 0 && (call == at || (faults.forever && call > at));
  if (now) errno = faults.fail_errno;
  return now;
}

static ptrdiff_t server_send(int fd, const void *bytes, size_t n) {
  if (fails(faults.fail_send_at, ++faults.send_calls)) return -1;
  if (faults.send_bytes != 0 && n > faults.send_bytes) n = faults.send_bytes;
  return send(fd, bytes, n, MSG_NOSIGNAL);
}

static ptrdiff_t server_recv(int fd, void *bytes, size_t n) {
  if (fails(faults.fail_recv_at, ++faults.recv_calls)) return -1;
  return recv(fd, bytes, n, 0);
}

static const ocel_tls_socket SOCKET = {.send = server_send, .recv = server_recv};

const ocel_tls_socket *pair_socket(void) { return &SOCKET; }

static int random_bytes(void *ctx, unsigned char *out, size_t n) {
  (void)ctx;
  return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

static int client_send(void *ctx, const unsigned char *bytes, size_t n) {
  const ssize_t sent = send(*(int *)ctx, bytes, n, MSG_NOSIGNAL);
  if (sent >= 0) return (int)sent;
  return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
}

static int client_recv(void *ctx, unsigned char *bytes, size_t n) {
  const ssize_t got = recv(*(int *)ctx, bytes, n, 0);
  if (got >= 0) return (int)got;
  return errno == EAGAIN ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

const char *pair_pem(void) {
  static char pem[OCEL_TLS_PEM_MAX];
  char error[256];
  if (pem[0] == '\0') assert_true(ocel_tls_make_pem("test", pem, sizeof pem, error, sizeof error));
  return pem;
}

ocel_tls *pair_open(unsigned sessions, unsigned handshakes) {
  char error[256] = "";
  const ocel_tls_config cfg = {.certificate = pair_pem(),
                               .sessions = (uint16_t)sessions,
                               .handshakes = (uint16_t)handshakes,
                               .handshake_timeout = OCEL_SECOND};
  memset(&faults, 0, sizeof faults);
  ocel_tls *const tls = ocel_tls_open(&cfg, error, sizeof error);
  if (tls == NULL) fail_msg("%s", error);
  tls->socket = &SOCKET;
  return tls;
}

// mbedTLS keeps the address of the descriptor and of the configuration: a client may be copied
// before it has shaken hands only.
static void set_up(client *c) {
  mbedtls_ssl_init(&c->ssl);
  mbedtls_ssl_config_init(&c->conf);
  assert_int_equal(
      mbedtls_ssl_config_defaults(&c->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT),
      0);
  mbedtls_ssl_conf_rng(&c->conf, random_bytes, NULL);
  mbedtls_ssl_conf_authmode(&c->conf, MBEDTLS_SSL_VERIFY_NONE);
}

client pair_connect(ocel_tls *tls, uint8_t host, ocel_us now, int *yielded) {
  client c;
  int ends[2];
  const ocel_addr peer = ocel_addr_ipv4(192, 0, 2, host, 40000);
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
  set_up(&c);
  c.shaken = false;
  c.resumed = NULL;
  c.fd = ends[0];
  c.server_fd = ends[1];
  faults.server = true;
  c.session = tls->ops->begin(tls, ends[1], &peer, now, yielded);
  faults.server = false;
  return c;
}

static int client_step(client *c) {
  const int rc = c->shaken ? 0 : mbedtls_ssl_handshake(&c->ssl);
  c->shaken = rc == 0;
  return rc;
}

ocel_tls_progress pair_shake(ocel_tls *tls, client *c, ocel_us now) {
  assert_int_equal(mbedtls_ssl_setup(&c->ssl, &c->conf), 0);
  if (c->resumed != NULL) assert_int_equal(mbedtls_ssl_set_session(&c->ssl, c->resumed), 0);
  mbedtls_ssl_set_bio(&c->ssl, &c->fd, client_send, client_recv, NULL);
  for (unsigned i = 0; i < STEPS_MAX; i++) {
    const int rc = client_step(c);
    const bool over =
        rc != 0 && rc != MBEDTLS_ERR_SSL_WANT_READ && rc != MBEDTLS_ERR_SSL_WANT_WRITE;
    faults.server = true;
    tls->ops->ready(tls, (unsigned)c->session);
    const ocel_tls_outcome o = tls->ops->shake(tls, now);
    faults.server = false;
    if (o.progress == OCEL_TLS_FAILED) return o.progress;
    if (o.progress == OCEL_TLS_DONE) {
      assert_int_equal(o.session, c->session);
      while (client_step(c) == MBEDTLS_ERR_SSL_WANT_READ) continue;
      return o.progress;
    }
    if (over) return OCEL_TLS_NOTHING;
  }
  fail_msg("the handshake does not end");
  return OCEL_TLS_NOTHING;
}

void pair_talk(ocel_tls *tls, client *c) {
  int yielded;
  *c = pair_connect(tls, 1, 0, &yielded);
  assert_int_equal(yielded, -1);
  assert_true(c->session >= 0);
  assert_int_equal(pair_shake(tls, c, 0), OCEL_TLS_DONE);
}

void pair_end(ocel_tls *tls, client *c) {
  if (c->session >= 0) tls->ops->end(tls, (unsigned)c->session);
  pair_drop(c);
}

void pair_drop(client *c) {
  mbedtls_ssl_free(&c->ssl);
  mbedtls_ssl_config_free(&c->conf);
  (void)close(c->fd);
  (void)close(c->server_fd);
}

void pair_expect(client *c, const void *bytes, size_t n) {
  uint8_t got[4096];
  const uint8_t *want = bytes;
  while (n > 0) {
    const int rc = mbedtls_ssl_read(&c->ssl, got, n < sizeof got ? n : sizeof got);
    if (rc <= 0) fail_msg("%zu bytes are missing (-0x%04x)", n, (unsigned)-rc);
    assert_memory_equal(got, want, (size_t)rc);
    want += rc;
    n -= (size_t)rc;
  }
}

int pair_write(ocel_tls *tls, const client *c, const void *bytes, size_t n, size_t *taken) {
  const ocel_span span = ocel_span_make(bytes, n);
  return tls->ops->write(tls, (unsigned)c->session, &span, 1, taken);
}
