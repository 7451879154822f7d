// SPDX-License-Identifier: Apache-2.0
// Who comes in: handshakes, their bounds, versions, tickets and certificates.
#include <errno.h>
#include <sys/socket.h>

#include "pair.h"

static void old_versions_are_refused(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  for (int minor = MBEDTLS_SSL_MINOR_VERSION_1; minor <= MBEDTLS_SSL_MINOR_VERSION_3; minor++) {
    int yielded;
    client c = pair_connect(tls, 1, 0, &yielded);
    mbedtls_ssl_conf_min_version(&c.conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_1);
    mbedtls_ssl_conf_max_version(&c.conf, MBEDTLS_SSL_MAJOR_VERSION_3, minor);
    const bool done = pair_shake(tls, &c, 0) == OCEL_TLS_DONE;
    assert_int_equal(done, minor == MBEDTLS_SSL_MINOR_VERSION_3);
    pair_end(tls, &c);
  }
  assert_int_equal(ocel_tls_get_counts(tls).failed, 2);
  ocel_tls_close(tls);
}

// Without forward secrecy, or with CBC: nothing in common.
static void weak_suites_are_refused(void **state) {
  (void)state;
  static const int WEAK[] = {MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
                             MBEDTLS_TLS_RSA_WITH_AES_128_GCM_SHA256,
                             MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384, 0};
  ocel_tls *const tls = pair_open(1, 1);
  int yielded;
  client c = pair_connect(tls, 1, 0, &yielded);
  mbedtls_ssl_conf_ciphersuites(&c.conf, WEAK);
  assert_int_not_equal(pair_shake(tls, &c, 0), OCEL_TLS_DONE);
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

static void garbage_fails_the_handshake(void **state) {
  (void)state;
  static const char *const GARBAGE[] = {
      "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
      "\x16\x03\x01\xff\xff\x01\x00\xff\xfc\x03", "\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00"};
  ocel_tls *const tls = pair_open(1, 1);
  for (size_t i = 0; i < ARRAY_LEN(GARBAGE); i++) {
    int yielded;
    client c = pair_connect(tls, 1, 0, &yielded);
    assert_int_equal(send(c.fd, GARBAGE[i], i == 0 ? 31 : 10, 0), i == 0 ? 31 : 10);
    (void)shutdown(c.fd, SHUT_WR);
    tls->ops->ready(tls, (unsigned)c.session);
    ocel_tls_outcome o = tls->ops->shake(tls, 0);
    for (int k = 0; k < 10 && o.progress == OCEL_TLS_NOTHING; k++) {
      tls->ops->ready(tls, (unsigned)c.session);
      o = tls->ops->shake(tls, 0);
    }
    assert_int_equal(o.progress, OCEL_TLS_FAILED);
    assert_int_equal(o.fd, c.server_fd);
    pair_end(tls, &c);
  }
  ocel_tls_close(tls);
}

static void a_silent_handshake_ends_in_time(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(2, 2);
  int yielded;
  assert_int_equal(tls->ops->deadline(tls), OCEL_NEVER);
  client c = pair_connect(tls, 1, 500, &yielded);
  assert_int_equal(tls->ops->deadline(tls), OCEL_SECOND + 500);
  tls->ops->ready(tls, (unsigned)c.session);
  assert_int_equal(tls->ops->deadline(tls), 0);
  assert_int_equal(tls->ops->shake(tls, OCEL_SECOND + 499).progress, OCEL_TLS_NOTHING);
  assert_int_equal(tls->ops->deadline(tls), OCEL_SECOND + 500);
  const ocel_tls_outcome o = tls->ops->shake(tls, OCEL_SECOND + 500);
  assert_int_equal(o.progress, OCEL_TLS_FAILED);
  assert_int_equal(o.fd, c.server_fd);
  assert_true(ocel_addr_same_host(&o.peer, &(ocel_addr){0}) == false);
  pair_end(tls, &c);
  assert_int_equal(ocel_tls_get_counts(tls).expired, 1);
  assert_int_equal(tls->ops->deadline(tls), OCEL_NEVER);
  ocel_tls_close(tls);
}

// Sessions that are open give no room; of the handshakes, the greediest address does.
static void the_greediest_address_yields(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(5, 3);
  int yielded;
  client honest = pair_connect(tls, 1, 0, &yielded);
  client greedy[4];
  for (int i = 0; i < 2; i++) {
    greedy[i] = pair_connect(tls, 2, 10 + i, &yielded);
    assert_int_equal(yielded, -1);
  }
  greedy[2] = pair_connect(tls, 2, 20, &yielded);
  assert_int_equal(yielded, greedy[0].server_fd);
  client other = pair_connect(tls, 3, 30, &yielded);
  assert_int_equal(yielded, greedy[1].server_fd);
  assert_int_equal(pair_shake(tls, &honest, 40), OCEL_TLS_DONE);
  greedy[3] = pair_connect(tls, 2, 50, &yielded);
  assert_int_equal(yielded, -1);
  assert_int_equal(ocel_tls_get_counts(tls).yielded, 2);
  for (int i = 0; i < 2; i++) pair_drop(&greedy[i]);
  for (int i = 2; i < 4; i++) pair_end(tls, &greedy[i]);
  pair_end(tls, &other);
  pair_end(tls, &honest);
  ocel_tls_close(tls);
}

static void open_sessions_stay(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(2, 2);
  client open[2];
  int yielded;
  bool write;
  for (int i = 0; i < 2; i++) pair_talk(tls, &open[i]);
  assert_int_equal(tls->ops->waiting(tls, 0, &write), -1);
  client late = pair_connect(tls, 1, 0, &yielded);
  assert_int_equal(late.session, -1);
  assert_int_equal(yielded, -1);
  assert_int_equal(ocel_tls_get_counts(tls).refused, 1);
  pair_drop(&late);
  for (int i = 0; i < 2; i++) pair_end(tls, &open[i]);
  ocel_tls_close(tls);
}

// Nobody waits for another's handshake.
static void handshakes_take_turns(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(3, 3);
  int yielded;
  bool write;
  client silent[2] = {pair_connect(tls, 1, 0, &yielded), pair_connect(tls, 1, 0, &yielded)};
  for (int i = 0; i < 2; i++) {
    assert_int_equal(tls->ops->waiting(tls, (unsigned)silent[i].session, &write),
                     silent[i].server_fd);
    assert_false(write);
  }
  client c;
  pair_talk(tls, &c);
  pair_end(tls, &c);
  for (int i = 0; i < 2; i++) pair_end(tls, &silent[i]);
  ocel_tls_close(tls);
}

static unsigned socket_calls(ocel_tls *tls, client *c) {
  const unsigned before = faults.recv_calls + faults.send_calls;
  assert_int_equal(pair_shake(tls, c, 0), OCEL_TLS_DONE);
  return faults.recv_calls + faults.send_calls - before;
}

// A resumed handshake has no certificate and no key exchange: the session that the client offers
// is the one it gets.
static void a_ticket_resumes_a_session(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  mbedtls_ssl_session kept;
  int yielded;
  mbedtls_ssl_session_init(&kept);
  client c = pair_connect(tls, 1, 0, &yielded);
  const unsigned full = socket_calls(tls, &c);
  assert_int_equal(mbedtls_ssl_get_session(&c.ssl, &kept), 0);
  pair_end(tls, &c);

  c = pair_connect(tls, 1, 0, &yielded);
  c.resumed = &kept;
  assert_true(socket_calls(tls, &c) < full);
  pair_end(tls, &c);
  mbedtls_ssl_session_free(&kept);
  ocel_tls_close(tls);
}

static void a_new_certificate_is_for_newcomers(void **state) {
  (void)state;
  char pem[OCEL_TLS_PEM_MAX], error[256] = "", old[OCEL_TLS_FINGERPRINT_SIZE];
  ocel_tls *const tls = pair_open(2, 1);
  client first, second;
  size_t taken;
  pair_talk(tls, &first);
  memcpy(old, ocel_tls_fingerprint(tls), sizeof old);
  for (int i = 0; i < 2; i++) {  // The first of the two is never used.
    assert_true(ocel_tls_make_pem("next", pem, sizeof pem, error, sizeof error));
    assert_true(ocel_tls_reload(tls, pem, NULL, error, sizeof error));
  }
  assert_string_not_equal(ocel_tls_fingerprint(tls), old);
  pair_talk(tls, &second);
  assert_int_equal(pair_write(tls, &first, "still here", 10, &taken), 0);
  pair_expect(&first, "still here", 10);
  char subject[64];
  assert_true(mbedtls_x509_dn_gets(subject, sizeof subject,
                                   &mbedtls_ssl_get_peer_cert(&second.ssl)->subject) > 0);
  assert_string_equal(subject, "CN=next");
  assert_false(ocel_tls_reload(tls, "nothing", NULL, error, sizeof error));
  assert_non_null(strstr(error, "BEGIN CERTIFICATE"));
  pair_end(tls, &first);
  pair_end(tls, &second);
  pair_talk(tls, &first);
  assert_true(mbedtls_x509_dn_gets(subject, sizeof subject,
                                   &mbedtls_ssl_get_peer_cert(&first.ssl)->subject) > 0);
  assert_string_equal(subject, "CN=next");
  pair_end(tls, &first);
  ocel_tls_close(tls);
}

static void bad_settings_are_explained(void **state) {
  (void)state;
  char other[OCEL_TLS_PEM_MAX], broken[2 * OCEL_TLS_PEM_MAX], error[256];
  assert_true(ocel_tls_make_pem("other", other, sizeof other, error, sizeof error));
  (void)snprintf(broken, sizeof broken,
                 "%s-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", pair_pem());
  static const char LOCKED[] =
      "-----BEGIN EC PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n"
      "DEK-Info: AES-128-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA\n"
      "-----END EC PRIVATE KEY-----\n";
  const struct {
    const char *certificate, *key;
    uint16_t sessions, handshakes;
    const char *says;
  } cases[] = {
      {"",         NULL,   1, 1, "BEGIN CERTIFICATE"     },
      {broken,     NULL,   1, 1, "1 of its certificates" },
      {pair_pem(), "",     1, 1, "BEGIN PRIVATE KEY"     },
      {pair_pem(), LOCKED, 1, 1, "openssl pkey"          },
      {pair_pem(), other,  1, 1, "do not belong together"},
      {pair_pem(), NULL,   0, 0, "0 TLS sessions"        },
      {pair_pem(), NULL,   1, 2, "2 handshakes"          },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    const ocel_tls_config cfg = {.certificate = cases[i].certificate,
                                 .key = cases[i].key,
                                 .sessions = cases[i].sessions,
                                 .handshakes = cases[i].handshakes};
    error[0] = '\0';
    assert_null(ocel_tls_open(&cfg, error, sizeof error));
    if (strstr(error, cases[i].says) == NULL) fail_msg("\"%s\" says no %s", error, cases[i].says);
  }
  static const char *const NAMES[] = {
      "", "two words", "a,b=c", "0123456789012345678901234567890123456789012345678901234567890123"};
  for (size_t i = 0; i < ARRAY_LEN(NAMES); i++) {
    assert_false(ocel_tls_make_pem(NAMES[i], other, sizeof other, error, sizeof error));
  }
  assert_false(ocel_tls_make_pem("short", other, 300, error, sizeof error));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(old_versions_are_refused),
      cmocka_unit_test(weak_suites_are_refused),
      cmocka_unit_test(garbage_fails_the_handshake),
      cmocka_unit_test(a_silent_handshake_ends_in_time),
      cmocka_unit_test(the_greediest_address_yields),
      cmocka_unit_test(open_sessions_stay),
      cmocka_unit_test(handshakes_take_turns),
      cmocka_unit_test(a_ticket_resumes_a_session),
      cmocka_unit_test(a_new_certificate_is_for_newcomers),
      cmocka_unit_test(bad_settings_are_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
