// SPDX-License-Identifier: Apache-2.0
// Where mbedTLS 2.28 and 3.x differ.
#ifndef OCEL_MBEDTLS_TLS_VERSION_H
#define OCEL_MBEDTLS_TLS_VERSION_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/version.h>
#include <mbedtls/x509_crt.h>
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
#include <psa/crypto.h>
#endif

typedef int (*ocel__version_random)(void *ctx, unsigned char *out, size_t n);

#if MBEDTLS_VERSION_NUMBER >= 0x03000000

static inline int ocel__parse_key(mbedtls_pk_context *key, const char *pem, size_t size,
                                  ocel__version_random random, void *ctx) {
  return mbedtls_pk_parse_key(key, (const unsigned char *)pem, size, NULL, 0, random, ctx);
}

static inline int ocel__check_pair(mbedtls_pk_context *certificate, mbedtls_pk_context *key,
                                   ocel__version_random random, void *ctx) {
  return mbedtls_pk_check_pair(certificate, key, random, ctx);
}

static inline void ocel__set_least_version(mbedtls_ssl_config *conf) {
  mbedtls_ssl_conf_min_tls_version(conf, MBEDTLS_SSL_VERSION_TLS1_2);
}

static inline void ocel__set_curves(mbedtls_ssl_config *conf) {
  static const uint16_t GROUPS[] = {
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1, MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
      MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1, MBEDTLS_SSL_IANA_TLS_GROUP_NONE};
  mbedtls_ssl_conf_groups(conf, GROUPS);
}

static inline int ocel__set_serial(mbedtls_x509write_cert *crt, unsigned char *bytes, size_t n) {
  return mbedtls_x509write_crt_set_serial_raw(crt, bytes, n);
}

#else

static inline int ocel__parse_key(mbedtls_pk_context *key, const char *pem, size_t size,
                                  ocel__version_random random, void *ctx) {
  (void)random;
  (void)ctx;
  return mbedtls_pk_parse_key(key, (const unsigned char *)pem, size, NULL, 0);
}

static inline int ocel__check_pair(mbedtls_pk_context *certificate, mbedtls_pk_context *key,
                                   ocel__version_random random, void *ctx) {
  (void)random;
  (void)ctx;
  return mbedtls_pk_check_pair(certificate, key);
}

static inline void ocel__set_least_version(mbedtls_ssl_config *conf) {
  mbedtls_ssl_conf_min_version(conf, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
}

static inline void ocel__set_curves(mbedtls_ssl_config *conf) {
  static const mbedtls_ecp_group_id CURVES[] = {MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_CURVE25519,
                                                MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_NONE};
  mbedtls_ssl_conf_curves(conf, CURVES);
}

static inline int ocel__set_serial(mbedtls_x509write_cert *crt, unsigned char *bytes, size_t n) {
  mbedtls_mpi serial;
  mbedtls_mpi_init(&serial);
  int rc = mbedtls_mpi_read_binary(&serial, bytes, n);
  if (rc == 0) rc = mbedtls_x509write_crt_set_serial(crt, &serial);
  mbedtls_mpi_free(&serial);
  return rc;
}

#endif

/// What 3.x wants before TLS 1.3 can be spoken.
static inline bool ocel__prepare_library(void) {
#if defined(MBEDTLS_SSL_PROTO_TLS1_3)
  return psa_crypto_init() == PSA_SUCCESS;
#else
  return true;
#endif
}

static inline void ocel__forbid_renegotiation(mbedtls_ssl_config *conf) {
#if defined(MBEDTLS_SSL_RENEGOTIATION)
  mbedtls_ssl_conf_renegotiation(conf, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#else
  (void)conf;  // The library has none.
#endif
}

#endif
