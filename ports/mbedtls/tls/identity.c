// SPDX-License-Identifier: Apache-2.0
// A certificate and its key: read, checked, and the rules under which they are used.
#include <mbedtls/md.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "version.h"

enum { TICKET_LIFETIME = 86400, SHA256_SIZE = 32 };

// Forward secrecy and authenticated encryption; those that this build of mbedTLS lacks are left
// out. The last three are TLS 1.3's.
static const int SUITES[] = {
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    0x1301,
    0x1302,
    0x1303,
};

static bool say(char *error, size_t size, const char *what, int rc) {
  (void)snprintf(error, size, "%s (mbedTLS error -0x%04x)", what, (unsigned)-rc);
  return false;
}

static bool read_chain(ocel__identity *id, const char *pem, char *error, size_t size) {
  const int rc = mbedtls_x509_crt_parse(&id->chain, (const unsigned char *)pem, strlen(pem) + 1);
  if (rc == 0) return true;
  if (rc == MBEDTLS_ERR_X509_ALLOC_FAILED) return say(error, size, "no memory for it", rc);
  if (rc > 0) {
    (void)snprintf(error, size, "%d of its certificates cannot be read; remove or repair them", rc);
    return false;
  }
  return say(error, size,
             "no certificate can be read; give PEM text with -----BEGIN CERTIFICATE-----", rc);
}

static bool read_key(const ocel__tls *t, ocel__identity *id, const char *pem, char *error,
                     size_t size) {
  const int rc = ocel__parse_key(&id->key, pem, strlen(pem) + 1, t->random, t->random_ctx);
  if (rc == 0) return true;
  if (rc == MBEDTLS_ERR_PK_PASSWORD_REQUIRED || rc == MBEDTLS_ERR_PK_PASSWORD_MISMATCH) {
    return say(error, size,
               "its private key is locked by a password; unlock it: openssl pkey -in KEY -out "
               "UNLOCKED",
               rc);
  }
  return say(error, size,
             "no private key can be read; give PEM text with -----BEGIN PRIVATE KEY-----", rc);
}

static bool check_pair(const ocel__tls *t, ocel__identity *id, char *error, size_t size) {
  const int rc = ocel__check_pair(&id->chain.pk, &id->key, t->random, t->random_ctx);
  return rc == 0 || say(error, size,
                        "certificate and private key do not belong together; give the key that "
                        "the certificate was made with",
                        rc);
}

static bool take_fingerprint(ocel__identity *id, char *error, size_t size) {
  uint8_t hash[SHA256_SIZE];
  const mbedtls_md_info_t *const sha256 = mbedtls_md_info_from_type(MBEDTLS_MD_SHA256);
  const int rc = mbedtls_md(sha256, id->chain.raw.p, id->chain.raw.len, hash);
  if (rc != 0) return say(error, size, "its fingerprint cannot be computed", rc);
  for (size_t i = 0; i < sizeof hash; i++) {
    (void)snprintf(id->fingerprint + 2 * i, 3, "%02X", hash[i]);
  }
  return true;
}

static void choose_suites(ocel__identity *id) {
  size_t n = 0;
  for (size_t i = 0; i < sizeof SUITES / sizeof SUITES[0]; i++) {
    if (mbedtls_ssl_ciphersuite_from_id(SUITES[i]) != NULL) id->suites[n++] = SUITES[i];
  }
  id->suites[n] = 0;
  mbedtls_ssl_conf_ciphersuites(&id->conf, id->suites);
}

static int offer_tickets(const ocel__tls *t, ocel__identity *id) {
#if defined(MBEDTLS_SSL_SESSION_TICKETS) && defined(MBEDTLS_SSL_TICKET_C)
  const int rc = mbedtls_ssl_ticket_setup(&id->tickets, t->random, t->random_ctx,
                                          MBEDTLS_CIPHER_AES_256_GCM, TICKET_LIFETIME);
  mbedtls_ssl_conf_session_tickets_cb(&id->conf, mbedtls_ssl_ticket_write, mbedtls_ssl_ticket_parse,
                                      &id->tickets);
  return rc;
#else
  (void)t;
  (void)id;
  return 0;
#endif
}

static bool set_rules(const ocel__tls *t, ocel__identity *id, char *error, size_t size) {
  int rc = mbedtls_ssl_config_defaults(&id->conf, MBEDTLS_SSL_IS_SERVER,
                                       MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);
  if (rc == 0) rc = mbedtls_ssl_conf_own_cert(&id->conf, &id->chain, &id->key);
  if (rc == 0) rc = offer_tickets(t, id);
  if (rc != 0) return say(error, size, "no memory for TLS", rc);
  mbedtls_ssl_conf_rng(&id->conf, t->random, t->random_ctx);
  mbedtls_ssl_conf_authmode(&id->conf, MBEDTLS_SSL_VERIFY_NONE);
  ocel__set_least_version(&id->conf);
  ocel__set_curves(&id->conf);
  ocel__forbid_renegotiation(&id->conf);
  choose_suites(id);
  return true;
}

static void free_identity(ocel__identity *id) {
  mbedtls_ssl_config_free(&id->conf);
  mbedtls_ssl_ticket_free(&id->tickets);
  mbedtls_pk_free(&id->key);
  mbedtls_x509_crt_free(&id->chain);
  free(id);
}

ocel__identity *ocel__identity_make(const ocel__tls *t, const char *certificate, const char *key,
                                    char *error, size_t error_size) {
  ocel__identity *const id = calloc(1, sizeof *id);
  if (id == NULL) {
    (void)snprintf(error, error_size, "no memory for a certificate");
    return NULL;
  }
  mbedtls_x509_crt_init(&id->chain);
  mbedtls_pk_init(&id->key);
  mbedtls_ssl_config_init(&id->conf);
  mbedtls_ssl_ticket_init(&id->tickets);
  if (read_chain(id, certificate, error, error_size) &&
      read_key(t, id, key != NULL ? key : certificate, error, error_size) &&
      check_pair(t, id, error, error_size) && take_fingerprint(id, error, error_size) &&
      set_rules(t, id, error, error_size)) {
    return id;
  }
  free_identity(id);
  return NULL;
}

void ocel__identity_leave(ocel__identity *id) {
  if (id != NULL && --id->users == 0) free_identity(id);
}
