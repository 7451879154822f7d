// SPDX-License-Identifier: Apache-2.0
// What goes through a session, and what the socket below does to it.
#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pair.h"

enum { LONG = 200000 };

static uint8_t *pattern(void) {
  static uint8_t bytes[LONG];
  for (size_t i = 0; i < LONG; i++) bytes[i] = (uint8_t)(i * 31 + i / 251);
  return bytes;
}

static void bytes_arrive_both_ways(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(2, 1);
  client c;
  uint8_t back[64];
  size_t taken;
  pair_talk(tls, &c);
  assert_int_equal(mbedtls_ssl_write(&c.ssl, (const uint8_t *)"question", 8), 8);
  assert_int_equal(tls->ops->read(tls, (unsigned)c.session, back, sizeof back), 8);
  assert_memory_equal(back, "question", 8);
  assert_int_equal(pair_write(tls, &c, "answer", 6, &taken), 0);
  assert_int_equal(taken, 6);
  pair_expect(&c, "answer", 6);
  errno = 0;
  assert_int_equal(tls->ops->read(tls, (unsigned)c.session, back, sizeof back), -1);
  assert_int_equal(errno, EAGAIN);
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

// A record that is read by and by: the socket has nothing more, the session has.
static void what_is_left_of_a_record_is_buffered(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  client c;
  uint8_t back[3];
  pair_talk(tls, &c);
  assert_int_equal(mbedtls_ssl_write(&c.ssl, (const uint8_t *)"abcde", 5), 5);
  assert_false(tls->ops->buffered(tls, 0));
  assert_int_equal(tls->ops->read(tls, 0, back, 3), 3);
  assert_memory_equal(back, "abc", 3);
  assert_true(tls->ops->buffered(tls, 0));
  assert_int_equal(tls->ops->read(tls, 0, back, 3), 2);
  assert_memory_equal(back, "de", 2);
  assert_false(tls->ops->buffered(tls, 0));
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

// Spans of all sizes, empty ones among them, over record borders.
static void gathered_spans_arrive_in_order(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  client c;
  ocel_span spans[40];
  uint8_t *const bytes = pattern();
  size_t n = 0, at = 0, taken;
  pair_talk(tls, &c);
  for (; n < ARRAY_LEN(spans); n++) {
    const size_t size = n % 7 * n * 50;
    spans[n] = ocel_span_make(bytes + at, size);
    at += size;
  }
  assert_true(at > 40000 && at < 150000);
  assert_int_equal(tls->ops->write(tls, 0, spans, n, &taken), 0);
  assert_int_equal(taken, at);
  pair_expect(&c, bytes, at);
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

// Whatever part of a record the socket takes: each byte that was taken arrives, once.
static void a_full_socket_loses_nothing(void **state) {
  (void)state;
  static const struct {
    const char *name;
    int fault;
    size_t send_bytes;
  } cases[] = {
      {"as it comes",       0,       0   },
      {"a few at once",     0,       1000},
      {"no room",           EAGAIN,  5000},
      {"no memory",         ENOBUFS, 5000},
      {"no memory, either", ENOMEM,  0   },
      {"interrupted",       EINTR,   0   },
  };
  uint8_t *const bytes = pattern();
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    ocel_tls *const tls = pair_open(1, 1);
    client c;
    size_t sent = 0, got = 0;
    CASE(cases[i].name);
    pair_talk(tls, &c);
    faults.send_bytes = cases[i].send_bytes;
    while (got < LONG) {
      size_t taken;
      faults.fail_errno = cases[i].fault;
      faults.fail_send_at = cases[i].fault != 0 ? faults.send_calls + 2 : 0;
      const int rc = pair_write(tls, &c, bytes + sent, LONG - sent, &taken);
      if (rc != 0) assert_true(rc == EAGAIN || rc == cases[i].fault);
      sent += taken;
      uint8_t back[4096];
      int n;
      while ((n = mbedtls_ssl_read(&c.ssl, back, sizeof back)) > 0) {
        assert_memory_equal(back, bytes + got, (size_t)n);
        got += (size_t)n;
      }
      assert_int_equal(n, MBEDTLS_ERR_SSL_WANT_READ);
      assert_true(got <= sent);
    }
    assert_int_equal(sent, LONG);
    pair_end(tls, &c);
    ocel_tls_close(tls);
  }
}

static void the_end_is_said_after_what_waits(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  client c;
  size_t taken;
  pair_talk(tls, &c);
  faults.fail_send_at = faults.send_calls + 1;
  faults.fail_errno = EAGAIN;
  faults.forever = true;
  assert_int_equal(pair_write(tls, &c, "last", 4, &taken), EAGAIN);
  assert_int_equal(taken, 4);
  assert_int_equal(tls->ops->close(tls, 0), EAGAIN);
  faults.fail_send_at = faults.send_calls + 2;
  faults.forever = false;
  assert_int_equal(tls->ops->close(tls, 0), EAGAIN);
  assert_int_equal(tls->ops->close(tls, 0), 0);
  pair_expect(&c, "last", 4);
  uint8_t back[1];
  assert_int_equal(mbedtls_ssl_read(&c.ssl, back, 1), MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY);
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

static void the_peers_end_is_told(void **state) {
  (void)state;
  uint8_t back[8];
  for (int polite = 0; polite < 2; polite++) {
    ocel_tls *const tls = pair_open(1, 1);
    client c;
    pair_talk(tls, &c);
    if (polite != 0) assert_int_equal(mbedtls_ssl_close_notify(&c.ssl), 0);
    assert_int_equal(shutdown(c.fd, SHUT_WR), 0);
    assert_int_equal(tls->ops->read(tls, 0, back, sizeof back), 0);
    pair_end(tls, &c);
    ocel_tls_close(tls);
  }
}

static void broken_sockets_and_records_are_told(void **state) {
  (void)state;
  uint8_t back[8];
  size_t taken;
  ocel_tls *const tls = pair_open(1, 1);
  client c;
  pair_talk(tls, &c);
  faults.fail_recv_at = faults.recv_calls + 1;
  faults.fail_errno = ECONNRESET;
  assert_int_equal(tls->ops->read(tls, 0, back, sizeof back), -1);
  assert_int_equal(errno, ECONNRESET);
  pair_end(tls, &c);

  pair_talk(tls, &c);
  faults.fail_send_at = faults.send_calls + 1;
  faults.fail_errno = EPIPE;
  assert_int_equal(pair_write(tls, &c, "lost", 4, &taken), EPIPE);
  assert_int_equal(taken, 0);
  pair_end(tls, &c);

  pair_talk(tls, &c);
  static const uint8_t FORGED[] = {0x17, 3, 3, 0, 24, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
                                   11,   1, 2, 3, 4,  5, 6, 7, 8, 9, 0, 1, 2, 3};
  assert_int_equal(send(c.fd, FORGED, sizeof FORGED, 0), sizeof FORGED);
  assert_int_equal(tls->ops->read(tls, 0, back, sizeof back), -1);
  assert_int_equal(errno, EPROTO);
  pair_end(tls, &c);
  ocel_tls_close(tls);
}

// A session is used again and again, by strangers; and one that ended with a record half sent.
static void a_session_begins_afresh(void **state) {
  (void)state;
  ocel_tls *const tls = pair_open(1, 1);
  for (int i = 0; i < 5; i++) {
    client c;
    size_t taken;
    pair_talk(tls, &c);
    assert_int_equal(pair_write(tls, &c, "fresh", 5, &taken), 0);
    pair_expect(&c, "fresh", 5);
    faults.fail_send_at = faults.send_calls + 1;
    faults.fail_errno = EAGAIN;
    assert_int_equal(pair_write(tls, &c, "half", 4, &taken), EAGAIN);
    pair_end(tls, &c);
  }
  assert_int_equal(ocel_tls_get_counts(tls).handshakes, 5);
  ocel_tls_close(tls);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bytes_arrive_both_ways),
      cmocka_unit_test(what_is_left_of_a_record_is_buffered),
      cmocka_unit_test(gathered_spans_arrive_in_order),
      cmocka_unit_test(a_full_socket_loses_nothing),
      cmocka_unit_test(the_end_is_said_after_what_waits),
      cmocka_unit_test(the_peers_end_is_told),
      cmocka_unit_test(broken_sockets_and_records_are_told),
      cmocka_unit_test(a_session_begins_afresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
