// SPDX-License-Identifier: Apache-2.0
// The viewers of viewing.h behind TLS: each of them speaks to a thread that speaks TLS with the
// loop. The same for each port.
#include <mbedtls/net_sockets.h>
#include <mbedtls/ssl.h>
#include <poll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ocel/tls_mbedtls.h"
#include "viewing.h"

enum { RELAYS_MAX = 64, BLOCK = 4096 };

typedef struct {
  pthread_t thread;
  int plain, secure;
  mbedtls_ssl_context ssl;
  mbedtls_ssl_config conf;
} relay;

// No replaced calls here.
void port_setup(void) {}

static relay relays[RELAYS_MAX];
static unsigned relay_count;

static int random_bytes(void *ctx, unsigned char *out, size_t n) {
  (void)ctx;
  return getrandom(out, n, 0) == (ssize_t)n ? 0 : -1;
}

static int send_some(void *fd, const unsigned char *bytes, size_t n) {
  const ssize_t sent = send(*(int *)fd, bytes, n, MSG_NOSIGNAL);
  return sent >= 0 ? (int)sent : MBEDTLS_ERR_NET_SEND_FAILED;
}

static int receive_some(void *fd, unsigned char *bytes, size_t n) {
  const ssize_t got = recv(*(int *)fd, bytes, n, 0);
  return got >= 0 ? (int)got : MBEDTLS_ERR_NET_RECV_FAILED;
}

static bool to_plain(relay *r) {
  uint8_t bytes[BLOCK];
  do {
    const int n = mbedtls_ssl_read(&r->ssl, bytes, sizeof bytes);
    if (n <= 0 || send(r->plain, bytes, (size_t)n, MSG_NOSIGNAL) != n) return false;
  } while (mbedtls_ssl_get_bytes_avail(&r->ssl) > 0);
  return true;
}

static bool to_secure(relay *r) {
  uint8_t bytes[BLOCK];
  const ssize_t n = recv(r->plain, bytes, sizeof bytes, 0);
  return n > 0 && mbedtls_ssl_write(&r->ssl, bytes, (size_t)n) == n;
}

static void *carry(void *arg) {
  relay *const r = arg;
  bool going = true;
  while (going) {
    struct pollfd fds[] = {
        {.fd = r->secure, .events = POLLIN},
        {.fd = r->plain,  .events = POLLIN}
    };
    if (poll(fds, 2, -1) < 0) break;
    if (fds[0].revents != 0) going = to_plain(r);
    if (going && fds[1].revents != 0) going = to_secure(r);
  }
  (void)mbedtls_ssl_close_notify(&r->ssl);
  (void)close(r->secure);
  (void)close(r->plain);
  mbedtls_ssl_free(&r->ssl);
  mbedtls_ssl_config_free(&r->conf);
  return NULL;
}

static int connect_through_tls(const rig *of, const char *host) {
  int ends[2];
  assert_true(relay_count < RELAYS_MAX);
  relay *const r = &relays[relay_count++];
  r->secure = client_tcp(host, ocel_loop_tls_port(of->loop));
  assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  r->plain = ends[1];
  mbedtls_ssl_init(&r->ssl);
  mbedtls_ssl_config_init(&r->conf);
  assert_int_equal(
      mbedtls_ssl_config_defaults(&r->conf, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                  MBEDTLS_SSL_PRESET_DEFAULT),
      0);
  mbedtls_ssl_conf_rng(&r->conf, random_bytes, NULL);
  mbedtls_ssl_conf_authmode(&r->conf, MBEDTLS_SSL_VERIFY_NONE);
  assert_int_equal(mbedtls_ssl_setup(&r->ssl, &r->conf), 0);
  mbedtls_ssl_set_bio(&r->ssl, &r->secure, send_some, receive_some, NULL);
  assert_int_equal(mbedtls_ssl_handshake(&r->ssl), 0);
  assert_int_equal(pthread_create(&r->thread, NULL, carry, r), 0);
  return ends[0];
}

static void join_relays(void) {
  while (relay_count > 0) assert_int_equal(pthread_join(relays[--relay_count].thread, NULL), 0);
}

static int open_tls(void **state) {
  char pem[OCEL_TLS_PEM_MAX], error[256] = "";
  const ocel_tls_config cfg = {.certificate = pem, .sessions = 24, .handshakes = 4};
  (void)rig_setup(state);
  assert_true(ocel_tls_make_pem("test", pem, sizeof pem, error, sizeof error));
  rig_tls = ocel_tls_open(&cfg, error, sizeof error);
  assert_non_null(rig_tls);
  rig_connect = connect_through_tls;
  rig_stopped = join_relays;
  return 0;
}

static int close_tls(void **state) {
  (void)state;
  ocel_tls_close(rig_tls);
  rig_tls = NULL;
  return 0;
}

static void every_byte_arrives_through_tls(void **state) {
  (void)state;
  check_viewing(false, "127.0.0.1");
  assert_true(ocel_tls_get_counts(rig_tls).handshakes > 0);
}

// Handshakes that nobody goes on with, garbage, and a loop that is closed beneath them.
static void stalled_handshakes_hold_nobody_up(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  int silent[12];
  rig_start(&r, NULL);
  for (unsigned i = 0; i < ARRAY_LEN(silent); i++) {
    silent[i] = client_tcp("127.0.0.1", ocel_loop_tls_port(r.loop));
    if (i % 2 == 0) (void)send(silent[i], "\x16\x03\x01\x02", 4, MSG_NOSIGNAL);
    if (i % 3 == 0) (void)send(silent[i], "garbage garbage", 15, MSG_NOSIGNAL);
  }
  const int fd = client_open(&r, "127.0.0.1");
  static const char ASK[] = "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n",
                    ANSWER[] = "RTSP/1.0 200 OK\r\n";
  char back[sizeof ANSWER - 1];
  send_all(fd, ASK, sizeof ASK - 1);
  read_all(fd, back, sizeof back);
  assert_memory_equal(back, ANSWER, sizeof back);
  close(fd);
  rig_end(&r);
  for (unsigned i = 0; i < ARRAY_LEN(silent); i++) close(silent[i]);
  rig_stop(&r);
}

// The engine has no connection left: that is said inside TLS.
static void a_refusal_comes_through_tls(void **state) {
  (void)state;
  rig r = {.loop = NULL};
  static const char ASK[] = "OPTIONS * RTSP/1.0\r\nCSeq: 7\r\n\r\n";
  char back[12];
  ocel_server_defaults(&r.server);
  r.server.max_clients = r.server.max_connections = 1;
  rig_start(&r, NULL);
  const int first = client_open(&r, "127.0.0.1");
  send_all(first, ASK, sizeof ASK - 1);
  read_all(first, back, sizeof back);
  assert_memory_equal(back, "RTSP/1.0 200", sizeof back);
  const int second = client_open(&r, "127.0.0.1");
  read_all(second, back, sizeof back);
  assert_memory_equal(back, "RTSP/1.0 503", sizeof back);
  close(first);
  close(second);
  rig_stop(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(every_byte_arrives_through_tls, open_tls, close_tls),
      cmocka_unit_test_setup_teardown(stopped_viewer_resumes_with_a_key_picture, open_tls,
                                      close_tls),
      cmocka_unit_test_setup_teardown(stalled_handshakes_hold_nobody_up, open_tls, close_tls),
      cmocka_unit_test_setup_teardown(a_refusal_comes_through_tls, open_tls, close_tls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
