// SPDX-License-Identifier: Apache-2.0
// Each call of mbedTLS, each allocation inside it, and each call to the socket fails in turn: the
// connection or the start pays for it, no memory is lost, and the next client is served.
#include <errno.h>
#include <mbedtls/ecp.h>
#include <mbedtls/md.h>
#include <mbedtls/pk.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>
#include <sys/random.h>

#include "pair.h"
#include "version.h"

static struct {
  unsigned calls, allocations;          // That could have failed so far.
  unsigned fail_call, fail_allocation;  // The one that does, from 1; 0: none.
  long live;                            // Allocations that have not been freed.
} library;

static bool call_fails(void) { return faults.server && ++library.calls == library.fail_call; }

// ---- what stands before the library (ld --wrap) ----

#define WRAP(type, name, parameters, arguments, failure) \
  type __real_##name parameters;                         \
  type __wrap_##name parameters;                         \
  type __wrap_##name parameters { return call_fails() ? (failure) : __real_##name arguments; }

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size) {
  if (faults.server && ++library.allocations == library.fail_allocation) return NULL;
  void *const p = __real_calloc(count, size);
  library.live += p != NULL;
  return p;
}

void __real_free(void *p);
void __wrap_free(void *p);
void __wrap_free(void *p) {
  library.live -= p != NULL;
  __real_free(p);
}

typedef int (*rng)(void *, unsigned char *, size_t);

WRAP(ssize_t, getrandom, (void *out, size_t n, unsigned flags), (out, n, flags), -1)
WRAP(int, mbedtls_x509_crt_parse, (mbedtls_x509_crt * c, const unsigned char *p, size_t n),
     (c, p, n), MBEDTLS_ERR_X509_ALLOC_FAILED)
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
WRAP(int, mbedtls_pk_parse_key,
     (mbedtls_pk_context * k, const unsigned char *p, size_t n, const unsigned char *pw, size_t pn,
      rng f, void *ctx),
     (k, p, n, pw, pn, f, ctx), MBEDTLS_ERR_PK_ALLOC_FAILED)
WRAP(int, mbedtls_pk_check_pair,
     (const mbedtls_pk_context *a, const mbedtls_pk_context *b, rng f, void *ctx), (a, b, f, ctx),
     MBEDTLS_ERR_PK_ALLOC_FAILED)
WRAP(int, mbedtls_x509write_crt_set_serial_raw,
     (mbedtls_x509write_cert * c, unsigned char *serial, size_t n), (c, serial, n), -1)
WRAP(int, mbedtls_pk_write_key_pem, (const mbedtls_pk_context *k, unsigned char *p, size_t n),
     (k, p, n), -1)
#else
WRAP(int, mbedtls_pk_parse_key,
     (mbedtls_pk_context * k, const unsigned char *p, size_t n, const unsigned char *pw, size_t pn),
     (k, p, n, pw, pn), MBEDTLS_ERR_PK_ALLOC_FAILED)
WRAP(int, mbedtls_pk_check_pair, (const mbedtls_pk_context *a, const mbedtls_pk_context *b), (a, b),
     MBEDTLS_ERR_PK_ALLOC_FAILED)
WRAP(int, mbedtls_x509write_crt_set_serial, (mbedtls_x509write_cert * c, const mbedtls_mpi *m),
     (c, m), -1)
WRAP(int, mbedtls_pk_write_key_pem, (mbedtls_pk_context * k, unsigned char *p, size_t n), (k, p, n),
     -1)
#endif
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
WRAP(psa_status_t, psa_crypto_init, (void), (), PSA_ERROR_INSUFFICIENT_MEMORY)
#endif
WRAP(int, mbedtls_md,
     (const mbedtls_md_info_t *i, const unsigned char *p, size_t n, unsigned char *out),
     (i, p, n, out), -1)
WRAP(int, mbedtls_ssl_config_defaults, (mbedtls_ssl_config * c, int e, int t, int p), (c, e, t, p),
     MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_conf_own_cert,
     (mbedtls_ssl_config * c, mbedtls_x509_crt *crt, mbedtls_pk_context *k), (c, crt, k),
     MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_ticket_setup,
     (mbedtls_ssl_ticket_context * t, rng f, void *ctx, mbedtls_cipher_type_t c, uint32_t life),
     (t, f, ctx, c, life), MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_setup, (mbedtls_ssl_context * s, const mbedtls_ssl_config *c), (s, c),
     MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_session_reset, (mbedtls_ssl_context * s), (s), MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_handshake, (mbedtls_ssl_context * s), (s), MBEDTLS_ERR_SSL_ALLOC_FAILED)
WRAP(int, mbedtls_ssl_read, (mbedtls_ssl_context * s, unsigned char *p, size_t n), (s, p, n),
     MBEDTLS_ERR_SSL_INTERNAL_ERROR)
WRAP(int, mbedtls_ssl_write, (mbedtls_ssl_context * s, const unsigned char *p, size_t n), (s, p, n),
     MBEDTLS_ERR_SSL_INTERNAL_ERROR)
WRAP(int, mbedtls_ssl_close_notify, (mbedtls_ssl_context * s), (s), MBEDTLS_ERR_SSL_INTERNAL_ERROR)
WRAP(int, mbedtls_pk_setup, (mbedtls_pk_context * k, const mbedtls_pk_info_t *i), (k, i),
     MBEDTLS_ERR_PK_ALLOC_FAILED)
WRAP(int, mbedtls_ecp_gen_key, (mbedtls_ecp_group_id g, mbedtls_ecp_keypair *k, rng f, void *ctx),
     (g, k, f, ctx), MBEDTLS_ERR_ECP_ALLOC_FAILED)
WRAP(int, mbedtls_x509write_crt_set_subject_name, (mbedtls_x509write_cert * c, const char *n),
     (c, n), -1)
WRAP(int, mbedtls_x509write_crt_set_issuer_name, (mbedtls_x509write_cert * c, const char *n),
     (c, n), -1)
WRAP(int, mbedtls_x509write_crt_set_validity,
     (mbedtls_x509write_cert * c, const char *from, const char *to), (c, from, to), -1)
WRAP(int, mbedtls_x509write_crt_set_basic_constraints, (mbedtls_x509write_cert * c, int ca, int n),
     (c, ca, n), -1)
WRAP(int, mbedtls_x509write_crt_pem,
     (mbedtls_x509write_cert * c, unsigned char *p, size_t n, rng f, void *ctx), (c, p, n, f, ctx),
     -1)

// ---- a server's life ----

static bool served(ocel_tls *tls) {
  int yielded;
  size_t taken;
  uint8_t back[8];
  client c = pair_connect(tls, 1, 0, &yielded);
  bool ok = c.session >= 0 && pair_shake(tls, &c, 0) == OCEL_TLS_DONE;
  ok = ok && c.shaken && mbedtls_ssl_write(&c.ssl, (const uint8_t *)"ask", 3) == 3;
  faults.server = true;
  ok = ok && tls->ops->read(tls, (unsigned)c.session, back, sizeof back) == 3;
  ok = ok && pair_write(tls, &c, "answer", 6, &taken) == 0;
  ok = ok && tls->ops->close(tls, (unsigned)c.session) == 0;
  faults.server = false;
  if (ok) pair_expect(&c, "answer", 6);
  faults.server = true;
  if (c.session >= 0) tls->ops->end(tls, (unsigned)c.session);
  faults.server = false;
  pair_drop(&c);
  return ok;
}

// Start, one client, another certificate, another client, without a failure of their own. What
// fails says so; whatever fails, a server that has started serves the next client.
static void live(void) {
  char pem[OCEL_TLS_PEM_MAX], error[256] = "";
  const ocel_tls_config cfg = {.certificate = pem, .sessions = 1, .handshakes = 1};
  faults.server = true;
  const bool made = ocel_tls_make_pem("test", pem, sizeof pem, error, sizeof error);
  ocel_tls *const tls = made ? ocel_tls_open(&cfg, error, sizeof error) : NULL;
  faults.server = false;
  assert_int_equal(tls == NULL, error[0] != '\0');
  if (tls == NULL) return;

  tls->socket = pair_socket();
  (void)served(tls);
  error[0] = '\0';
  faults.server = true;
  const bool reloaded = ocel_tls_reload(tls, pem, NULL, error, sizeof error);
  faults.server = false;
  assert_int_equal(reloaded, error[0] == '\0');
  (void)served(tls);
  library.fail_call = library.fail_allocation = faults.fail_send_at = faults.fail_recv_at = 0;
  assert_true(served(tls));
  ocel_tls_close(tls);
}

// What mbedTLS 3.x keeps for the process: each life begins as the first did.
static void free_library(void) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  mbedtls_psa_crypto_free();
#endif
}

static void begin_life(void) {
  free_library();
  memset(&faults, 0, sizeof faults);
  memset(&library, 0, sizeof library);
}

static void end_life(void) {
  faults.server = false;
  free_library();
  assert_int_equal(library.live, 0);
}

static void nothing_fails(void **state) {
  (void)state;
  begin_life();
  live();
  end_life();
  assert_true(library.calls > 30);
  assert_true(library.allocations > 100);
}

static void each_call_fails(void **state) {
  (void)state;
  begin_life();
  live();
  const unsigned calls = library.calls;
  for (unsigned i = 1; i <= calls; i++) {
    begin_life();
    library.fail_call = i;
    live();
    end_life();
  }
}

// There are thousands; the first of them one by one, then fewer and fewer.
static void each_allocation_fails(void **state) {
  (void)state;
  begin_life();
  live();
  const unsigned allocations = library.allocations;
  for (unsigned i = 1; i <= allocations; i += 1 + i / 40) {
    begin_life();
    library.fail_allocation = i;
    live();
    end_life();
  }
}

static void each_socket_call_fails(void **state) {
  (void)state;
  static const int REASONS[] = {EAGAIN, ENOBUFS, EPIPE, ECONNRESET, EINTR};
  begin_life();
  live();
  const unsigned sends = faults.send_calls, receives = faults.recv_calls;
  for (unsigned i = 1; i <= sends + receives; i++) {
    begin_life();
    if (i <= sends) faults.fail_send_at = i;
    if (i > sends) faults.fail_recv_at = i - sends;
    faults.fail_errno = REASONS[i % ARRAY_LEN(REASONS)];
    live();
    end_life();
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(nothing_fails),
      cmocka_unit_test(each_call_fails),
      cmocka_unit_test(each_allocation_fails),
      cmocka_unit_test(each_socket_call_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
