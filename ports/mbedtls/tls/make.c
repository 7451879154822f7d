// SPDX-License-Identifier: Apache-2.0
// A certificate that vouches for itself: who wants to be sure compares its fingerprint.
#include <mbedtls/ecp.h>
#include <mbedtls/oid.h>
#include <stdio.h>
#include <string.h>

#include "state.h"
#include "version.h"

enum { NAME_MAX_BYTES = 63, SERIAL_BYTES = 16, DER_SEQUENCE = 0x30, DER_DNS_NAME = 0x82 };

// A camera may not know the date when it makes its certificate, and nobody renews it; so it is
// good for as long as two-digit years can say (RFC 5280 4.1.2.5).
static const char BEGINS[] = "20240101000000", ENDS[] = "20491231235959";

static bool is_name(const char *name) {
  static const char ALLOWED[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.";
  const size_t n = strlen(name);
  return n > 0 && n <= NAME_MAX_BYTES && strspn(name, ALLOWED) == n;
}

static int add_dns_name(mbedtls_x509write_cert *crt, const char *name) {
  uint8_t der[NAME_MAX_BYTES + 5];
  const size_t n = strlen(name);
  der[0] = DER_SEQUENCE;
  der[1] = (uint8_t)(n + 2);
  der[2] = DER_DNS_NAME;
  der[3] = (uint8_t)n;
  memcpy(der + 4, name, n + 1);
  return mbedtls_x509write_crt_set_extension(crt, MBEDTLS_OID_SUBJECT_ALT_NAME,
                                             MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), 0, der,
                                             n + 4);
}

static int describe(mbedtls_x509write_cert *crt, const char *name) {
  char subject[NAME_MAX_BYTES + 4];
  uint8_t serial[SERIAL_BYTES];
  int rc = ocel__tls_system_random(NULL, serial, sizeof serial);
  serial[0] = (uint8_t)((serial[0] & 0x7f) | 0x40);  // Positive, and of full length.
  (void)snprintf(subject, sizeof subject, "CN=%s", name);
  mbedtls_x509write_crt_set_version(crt, MBEDTLS_X509_CRT_VERSION_3);
  mbedtls_x509write_crt_set_md_alg(crt, MBEDTLS_MD_SHA256);
  if (rc == 0) rc = ocel__set_serial(crt, serial, sizeof serial);
  if (rc == 0) rc = mbedtls_x509write_crt_set_subject_name(crt, subject);
  if (rc == 0) rc = mbedtls_x509write_crt_set_issuer_name(crt, subject);
  if (rc == 0) rc = mbedtls_x509write_crt_set_validity(crt, BEGINS, ENDS);
  if (rc == 0) rc = mbedtls_x509write_crt_set_basic_constraints(crt, 0, -1);
  if (rc == 0) rc = add_dns_name(crt, name);
  return rc;
}

static int make_key(mbedtls_pk_context *key) {
  const int rc = mbedtls_pk_setup(key, mbedtls_pk_info_from_type(MBEDTLS_PK_ECKEY));
  return rc != 0 ? rc
                 : mbedtls_ecp_gen_key(MBEDTLS_ECP_DP_SECP256R1, mbedtls_pk_ec(*key),
                                       ocel__tls_system_random, NULL);
}

// The certificate, then the key, one text.
static int write_both(mbedtls_x509write_cert *crt, mbedtls_pk_context *key, char *pem,
                      size_t size) {
  int rc =
      mbedtls_x509write_crt_pem(crt, (unsigned char *)pem, size, ocel__tls_system_random, NULL);
  if (rc != 0) return rc;
  const size_t used = strlen(pem);
  return mbedtls_pk_write_key_pem(key, (unsigned char *)pem + used, size - used);
}

bool ocel_tls_make_pem(const char *name, char *pem, size_t size, char *error, size_t error_size) {
  if (!is_name(name)) {
    (void)snprintf(error, error_size,
                   "a certificate's name has 1 to %d letters, digits, '-' and '.'", NAME_MAX_BYTES);
    return false;
  }
  mbedtls_pk_context key;
  mbedtls_x509write_cert crt;
  mbedtls_pk_init(&key);
  mbedtls_x509write_crt_init(&crt);
  int rc = ocel__prepare_library() ? make_key(&key) : -1;
  if (rc == 0) {
    mbedtls_x509write_crt_set_subject_key(&crt, &key);
    mbedtls_x509write_crt_set_issuer_key(&crt, &key);
    rc = describe(&crt, name);
  }
  if (rc == 0) rc = write_both(&crt, &key, pem, size);
  mbedtls_x509write_crt_free(&crt);
  mbedtls_pk_free(&key);
  if (rc != 0) {
    (void)snprintf(error, error_size, "no certificate can be made (mbedTLS error -0x%04x)",
                   (unsigned)-rc);
  }
  return rc == 0;
}
