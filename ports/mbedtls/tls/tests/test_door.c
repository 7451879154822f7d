// SPDX-License-Identifier: Apache-2.0
// Who comes in: handshakes, their bounds, versions, tickets and certificates.
#include <errno.h>
#include <sys/socket.h>

#include "pair.h"

// A ClientHello of TLS 1.`minor`, byte by byte: mbedTLS 3.x cannot make one of the old versions.
// With what every version has: ECDHE_ECDSA with AES-CBC, or AES-GCM for 1.2.
static size_t put_hello(uint8_t out[], uint8_t minor) {
  static const uint8_t TAIL[] = {
      0, 0,  2, 0xc0, 0, 1, 0,  // no session, one suite, no compression
      0, 22,                    // extensions: P-256, points, ECDSA with SHA-256
      0, 10, 0, 4,    0, 2, 0, 23, 0, 11, 0, 2, 1, 0, 0, 13, 0, 4, 0, 2, 4, 3,
  };
  enum { SUITE_LOW = 4, RANDOM = 32, BODY = 2 + RANDOM + sizeof TAIL };
  const uint8_t head[] = {22, 3, 1, 0, BODY + 4, 1, 0, 0, BODY, 3, minor};
  memcpy(out, head, sizeof head);
  memset(out + sizeof head, 0x5a, RANDOM);
  uint8_t *const tail = out + sizeof head + RANDOM;
  memcpy(tail, TAIL, sizeof TAIL);
  tail[SUITE_LOW] = minor == 3 ? 0x2b : 0x09;
  return sizeof head + RANDOM + sizeof TAIL;
}

static void old_versions_are_refused(void **state) {
  (void)state;
  enum { ALERT = 21, HANDSHAKE = 22, PROTOCOL_VERSION = 70 };
  ocel_tls *const tls = pair_open(1, 1);
  for (uint8_t minor = 1; minor <= 3; minor++) {
    int yielded;
    uint8_t bytes[128], said[7] = {0};
    client c = pair_connect(tls, 1, 0, &yielded);
    const size_t n = put_hello(bytes, minor);
    assert_int_equal(send(c.fd, bytes, n, 0), n);
    ocel_tls_outcome o = {.progress = OCEL_TLS_NOTHING};
    for (int k = 0; k < 10 && o.progress == OCEL_TLS_NOTHING; k++) {
      tls->ops->ready(tls, (unsigned)c.session);
      o = tls->ops->shake(tls, 0);
    }
    assert_int_equal(recv(c.fd, said, sizeof said, 0), sizeof said);
    assert_int_equal(said[0], minor == 3 ? HANDSHAKE : ALERT);
    if (minor < 3) assert_int_equal(said[6], PROTOCOL_VERSION);
    assert_int_equal(o.progress == OCEL_TLS_FAILED, minor < 3);
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

// In TLS 1.3 it comes behind the handshake, and the first of these calls only sees it coming.
static void take_ticket(client *c) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  uint8_t none[1];
  int rc = MBEDTLS_ERR_SSL_WANT_READ;
  mbedtls_ssl_conf_tls13_enable_signal_new_session_tickets(
      &c->conf, MBEDTLS_SSL_TLS1_3_SIGNAL_NEW_SESSION_TICKETS_ENABLED);
  for (int i = 0; i < 2; i++) rc = mbedtls_ssl_read(&c->ssl, none, sizeof none);
  assert_int_equal(rc, MBEDTLS_ERR_SSL_RECEIVED_NEW_SESSION_TICKET);
#else
  (void)c;
#endif
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
  take_ticket(&c);
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
