// SPDX-License-Identifier: Apache-2.0
// What the files of TLS share. Private to ports/mbedtls/tls.
#ifndef OCEL_MBEDTLS_TLS_STATE_H
#define OCEL_MBEDTLS_TLS_STATE_H

#include <mbedtls/pk.h>
#include <mbedtls/ssl.h>
#include <mbedtls/ssl_ticket.h>
#include <mbedtls/x509_crt.h>
#include <stdatomic.h>

#include "ocel/tls_mbedtls.h"

enum { OCEL__SUITES_MAX = 16 };

typedef int (*ocel__tls_random)(void *ctx, unsigned char *out, size_t n);

/// A certificate with its key and all that goes with it. Sessions hold on to the one with which
/// they began.
typedef struct {
  mbedtls_x509_crt chain;
  mbedtls_pk_context key;
  mbedtls_ssl_config conf;
  mbedtls_ssl_ticket_context tickets;
  int suites[OCEL__SUITES_MAX];
  char fingerprint[OCEL_TLS_FINGERPRINT_SIZE];
  unsigned users;
} ocel__identity;

typedef enum { SESSION_FREE, SESSION_SHAKING, SESSION_OPEN } ocel__session_state;

typedef struct {
  mbedtls_ssl_context ssl;
  ocel__identity *identity;  // Whose configuration `ssl` has; NULL: `ssl` holds no memory.
  const ocel_tls_socket *socket;
  ocel__session_state state;
  bool is_ready, wants_write;
  int fd;
  int why;         // errno of the last call to the socket.
  size_t pending;  // Bytes of a record that is encrypted and not sent; 0: none.
  ocel_us began;
  ocel_addr peer;
} ocel__session;

typedef struct {
  ocel_tls tls;  // First: what the loop holds.
  uint16_t handshakes_max, shaking, turn;
  ocel_us handshake_timeout;
  ocel__tls_random random;
  void *random_ctx;
  _Atomic(ocel__identity *) next;  // From ocel_tls_reload; the loop's thread takes it.
  ocel__identity *identity;
  char fingerprint[OCEL_TLS_FINGERPRINT_SIZE];
  ocel_tls_counts counts;
  ocel__session *sessions;
  uint8_t record[MBEDTLS_SSL_OUT_CONTENT_LEN];  // One record's worth, before it is encrypted.
} ocel__tls;

static inline ocel__tls *ocel__tls_of(ocel_tls *t) { return (void *)t; }

static inline const ocel__tls *ocel__tls_of_const(const ocel_tls *t) { return (const void *)t; }

// ---- random.c ----
/// The system's unpredictable bytes, as mbedTLS asks for them.
int ocel__tls_system_random(void *ctx, unsigned char *out, size_t n);

// ---- identity.c ----
/// NULL with a sentence in `error`. Has no user yet.
ocel__identity *ocel__identity_make(const ocel__tls *t, const char *certificate, const char *key,
                                    char *error, size_t error_size);
/// One user less; NULL is allowed. Frees it with the last.
void ocel__identity_leave(ocel__identity *id);

// ---- open.c ----
/// The certificate for a session that begins now.
ocel__identity *ocel__tls_identity(ocel__tls *t);

// ---- session.c ----
/// Takes the memory that a session needs; false if there is none.
bool ocel__session_prepare(ocel__session *s, ocel__identity *id);
/// Gives it back.
void ocel__session_free(ocel__session *s);
/// One call of mbedTLS's handshake. @return As that.
int ocel__session_shake(ocel__session *s);

ptrdiff_t ocel__session_read(ocel_tls *tls, unsigned session, void *bytes, size_t n);
bool ocel__session_buffered(const ocel_tls *tls, unsigned session);
int ocel__session_write(ocel_tls *tls, unsigned session, const ocel_span *spans, size_t n,
                        size_t *taken);
int ocel__session_close(ocel_tls *tls, unsigned session);

// ---- door.c ----
extern const ocel_tls_ops ocel__tls_ops;

#endif
