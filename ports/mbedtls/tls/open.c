// SPDX-License-Identifier: Apache-2.0
// Opens and closes the whole: one certificate, and the memory of every session.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "state.h"
#include "version.h"

#define HANDSHAKE_TIMEOUT (10 * OCEL_SECOND)

static ocel__tls *allocate(const ocel_tls_config *cfg) {
  ocel__tls *const t = calloc(1, sizeof *t);
  if (t == NULL) return NULL;
  t->sessions = calloc(cfg->sessions, sizeof *t->sessions);
  if (t->sessions == NULL) {
    free(t);
    return NULL;
  }
  t->tls = (ocel_tls){.ops = &ocel__tls_ops, .sessions = cfg->sessions};
  t->handshakes_max = cfg->handshakes;
  t->handshake_timeout = cfg->handshake_timeout > 0 ? cfg->handshake_timeout : HANDSHAKE_TIMEOUT;
  t->random = cfg->random != NULL ? cfg->random : ocel__tls_system_random;
  t->random_ctx = cfg->ctx;
  for (unsigned i = 0; i < cfg->sessions; i++) mbedtls_ssl_init(&t->sessions[i].ssl);
  return t;
}

static bool prepare_sessions(ocel__tls *t, unsigned count, char *error, size_t error_size) {
  for (unsigned i = 0; i < count && i < t->tls.sessions; i++) {
    if (ocel__session_prepare(&t->sessions[i], t->identity)) continue;
    (void)snprintf(error, error_size,
                   "no memory for %u TLS connections; allow fewer clients, or free some memory",
                   count);
    return false;
  }
  return true;
}

static void adopt(ocel__tls *t, ocel__identity *id) {
  ocel__identity_leave(t->identity);
  t->identity = id;
  id->users++;
}

static bool fill(ocel__tls *t, const ocel_tls_config *cfg, char *error, size_t error_size) {
  // cppcheck-suppress knownConditionTrueFalse  ; not with TLS 1.3
  if (!ocel__prepare_library()) {
    (void)snprintf(error, error_size, "mbedTLS cannot be started");
    return false;
  }
  ocel__identity *const id = ocel__identity_make(t, cfg->certificate, cfg->key, error, error_size);
  if (id == NULL) return false;
  adopt(t, id);
  memcpy(t->fingerprint, id->fingerprint, sizeof t->fingerprint);
  return prepare_sessions(t, cfg->prepared > 0 ? cfg->prepared : cfg->sessions, error, error_size);
}

ocel_tls *ocel_tls_open(const ocel_tls_config *cfg, char *error, size_t error_size) {
  if (cfg->handshakes < 1 || cfg->sessions < cfg->handshakes) {
    (void)snprintf(error, error_size, "of %u TLS sessions there cannot be %u handshakes",
                   cfg->sessions, cfg->handshakes);
    return NULL;
  }
  ocel__tls *const t = allocate(cfg);
  if (t == NULL) {
    (void)snprintf(error, error_size, "no memory for TLS");
    return NULL;
  }
  if (fill(t, cfg, error, error_size)) return &t->tls;
  ocel_tls_close(&t->tls);
  return NULL;
}

bool ocel_tls_reload(ocel_tls *tls, const char *certificate, const char *key, char *error,
                     size_t error_size) {
  ocel__tls *const t = ocel__tls_of(tls);
  ocel__identity *const id = ocel__identity_make(t, certificate, key, error, error_size);
  if (id == NULL) return false;
  memcpy(t->fingerprint, id->fingerprint, sizeof t->fingerprint);
  ocel__identity *const unused = atomic_exchange(&t->next, id);
  if (unused == NULL) return true;
  unused->users = 1;
  ocel__identity_leave(unused);
  return true;
}

ocel__identity *ocel__tls_identity(ocel__tls *t) {
  ocel__identity *const next = atomic_exchange(&t->next, NULL);
  if (next != NULL) adopt(t, next);
  return t->identity;
}

const char *ocel_tls_fingerprint(const ocel_tls *tls) {
  return ocel__tls_of_const(tls)->fingerprint;
}

ocel_tls_counts ocel_tls_get_counts(const ocel_tls *tls) { return ocel__tls_of_const(tls)->counts; }

void ocel_tls_close(ocel_tls *tls) {
  if (tls == NULL) return;
  ocel__tls *const t = ocel__tls_of(tls);
  (void)ocel__tls_identity(t);  // One that nobody has used yet goes the same way.
  for (unsigned i = 0; i < t->tls.sessions; i++) ocel__session_free(&t->sessions[i]);
  ocel__identity_leave(t->identity);
  free(t->sessions);
  free(t);
}
