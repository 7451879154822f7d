// SPDX-License-Identifier: Apache-2.0
// Passwords: every method but OPTIONS needs one when one is set (RFC 7616, 7617).
#include "auth.h"

#include <string.h>

#include "ocel/http_target.h"

static const char REALM[] = "ocel";

#define VERDICT_DELAY (2 * OCEL_SECOND)

static ocel_hasher hasher_of(const ocel_server *s) {
  return (ocel_hasher){s->cfg.platform.hash, s->cfg.platform.ctx};
}

static bool name_valid(ocel_span name) {
  if (name.n == 0 || name.n > OCEL_CREDENTIAL_MAX) return false;
  for (size_t i = 0; i < name.n; i++) {
    const uint8_t c = name.p[i];
    if (c < 0x20 || c == 0x7f || c == '"' || c == '\\' || c == ':') return false;
  }
  return true;
}

static bool make_secrets(const ocel_server *s, ocel_span name, ocel_span password,
                         ocel__secret *out) {
  const ocel_hasher h = hasher_of(s);
  const ocel_digest_identity who = {name, ocel_span_str(REALM), password};
  return ocel_digest_secret(&h, OCEL_HASH_MD5, &who, out->md5) &&
         ocel_digest_secret(&h, OCEL_HASH_SHA256, &who, out->sha256);
}

static ocel_err set(ocel_server *s, ocel__secret *to, const ocel_credentials *cred) {
  ocel__secret secret = {.set = true, .allow_basic = cred->allow_basic};
  const ocel_span name = ocel_span_str(cred->username), password = ocel_span_str(cred->password);
  if (!name_valid(name) || password.n == 0 || password.n > OCEL_CREDENTIAL_MAX) {
    return OCEL_ERR_CONFIG;
  }
  if (s->cfg.platform.hash == NULL || !make_secrets(s, name, password, &secret)) {
    return OCEL_ERR_UNSUPPORTED;
  }
  memcpy(secret.name, name.p, name.n);
  secret.name_n = (uint8_t)name.n;
  *to = secret;
  return OCEL_OK;
}

ocel_err ocel_server_set_credentials(ocel_server *s, const ocel_credentials *cred) {
  return set(s, &s->secrets[OCEL__VIEWER], cred);
}

ocel_err ocel_server_set_admin(ocel_server *s, const ocel_credentials *cred) {
  return set(s, &s->secrets[OCEL__ADMIN], cred);
}

bool ocel__locked(const ocel_server *s) {
  return s->secrets[OCEL__VIEWER].set || s->secrets[OCEL__ADMIN].set;
}

// One that is alone has both roles.
static ocel_role role_of(const ocel_server *s, unsigned user) {
  return user == OCEL__ADMIN || !s->secrets[OCEL__ADMIN].set ? OCEL_ROLE_ADMIN : OCEL_ROLE_VIEWER;
}

static bool basic_allowed(const ocel_server *s, const ocel__conn *c) {
  return c->secure || s->secrets[OCEL__VIEWER].allow_basic || s->secrets[OCEL__ADMIN].allow_basic;
}

// The hash hides how much of it was right, and that the name was wrong.
static bool basic_right(const ocel_server *s, ocel_span base64, ocel_role *role) {
  uint8_t mem[2 * OCEL_CREDENTIAL_MAX + 2];
  ocel__secret got;
  ocel_base64 state = {0};
  ocel_wbuf text = ocel_wbuf_make(mem, sizeof mem);
  size_t colon = 0;
  if (ocel_base64_decode(&state, &base64, &text) != OCEL_OK || base64.n > 0) return false;
  while (colon < text.n && mem[colon] != ':') colon++;
  if (colon == text.n) return false;
  const ocel_span name = ocel_span_make(mem, colon);
  const ocel_span password = ocel_span_make(mem + colon + 1, text.n - colon - 1);
  if (!make_secrets(s, name, password, &got)) return false;
  for (unsigned i = 0; i < OCEL__USERS; i++) {
    const ocel__secret *x = &s->secrets[i];
    const bool same = ocel_secret_eq(got.sha256, x->sha256, sizeof got.sha256);
    if (x->set && same) *role = role_of(s, i);
  }
  return *role != OCEL_ROLE_NONE;
}

static void make_nonce(ocel_server *s, ocel__conn *c) {
  if (c->has_nonce) return;
  ocel_wbuf w = ocel_wbuf_make(c->nonce, sizeof c->nonce);
  for (size_t i = 0; i < sizeof c->nonce / 8; i++) ocel_put_hex(&w, ocel__random32(s), 8);
  c->has_nonce = true;
}

// The hash is made whatever else is wrong: the time tells nothing of the name.
static bool digest_right(const ocel_server *s, unsigned user, ocel_span method,
                         const ocel_authorization *a) {
  uint8_t due[OCEL_DIGEST_MAX];
  const ocel_hasher h = hasher_of(s);
  const ocel__secret *x = &s->secrets[user];
  const uint8_t *secret = a->hash == OCEL_HASH_MD5 ? x->md5 : x->sha256;
  if (!x->set || !ocel_digest_response(&h, secret, method, a, due)) return false;
  const bool right = ocel_secret_eq(due, a->response.p, a->response.n);
  return ocel_span_eq(a->username, ocel_span_make(x->name, x->name_n)) && right;
}

// An HTTP client says what it asks for; in RTSP nobody does so exactly.
static bool uri_matches(const ocel__claim *claim, ocel_span uri) {
  ocel_http_target a, b;
  if (!claim->http) return ocel_digest_uri_is(uri, claim->target);
  return ocel_http_target_parse(uri, &a) == OCEL_OK &&
         ocel_http_target_parse(claim->target, &b) == OCEL_OK && ocel_span_eq(a.path, b.path) &&
         ocel_span_eq(a.query, b.query);
}

static bool nonce_good(ocel_server *s, const ocel__conn *c, const ocel__claim *claim,
                       const ocel_authorization *a) {
  if (claim->http) return ocel__nonce_use(s, &c->peer, s->now, a->nonce, a->nc);
  return c->has_nonce && ocel_span_eq(a->nonce, ocel_span_make(c->nonce, sizeof c->nonce));
}

static ocel__auth_verdict digest_verdict(ocel_server *s, const ocel__conn *c, ocel__claim *claim,
                                         const ocel_authorization *a) {
  // RTSP offers no qop, and HTTP nothing without.
  bool right = (a->qop.p != NULL) == claim->http && uri_matches(claim, a->uri);
  ocel_role role = OCEL_ROLE_NONE;
  for (unsigned i = 0; i < OCEL__USERS; i++) {
    if (digest_right(s, i, claim->method, a)) role = role_of(s, i);
  }
  right &= role != OCEL_ROLE_NONE;
  if (!right) return AUTH_DENIED;
  if (!nonce_good(s, c, claim, a)) return AUTH_STALE;
  claim->role = role;
  return AUTH_GRANTED;
}

static ocel__auth_verdict verdict(ocel_server *s, const ocel__conn *c, ocel__claim *claim) {
  ocel_authorization a;
  if (ocel_authorization_parse(claim->authorization, &a) != OCEL_OK) return AUTH_DENIED;
  if (a.scheme == OCEL_AUTH_DIGEST) return digest_verdict(s, c, claim, &a);
  const bool right = basic_allowed(s, c) && basic_right(s, a.basic, &claim->role);
  return right ? AUTH_GRANTED : AUTH_DENIED;
}

// Who comes from an address that guesses waits for any answer, so that the lack of a quick one
// tells nothing; but not on a connection that has shown the password before.
static bool must_wait(const ocel_server *s, ocel__conn *c, ocel_us now) {
  if (c->trusted) return false;
  if (!c->judging) {
    if (!ocel__suspected(s, &c->peer, now)) return false;
    c->judging = true;
    c->defer_until = now + VERDICT_DELAY;
  }
  if (now < c->defer_until) return true;
  c->judging = false;
  c->defer_until = 0;
  return false;
}

ocel__auth_verdict ocel__auth_check(ocel_server *s, ocel__conn *c, ocel__claim *claim,
                                    ocel_us now) {
  claim->role = OCEL_ROLE_NONE;
  if (claim->authorization.p == NULL) return AUTH_DENIED;
  if (must_wait(s, c, now)) return AUTH_WAIT;
  const ocel__auth_verdict v = verdict(s, c, claim);
  if (v == AUTH_GRANTED) c->trusted = true;
  if (v == AUTH_DENIED) ocel__suspect(s, c, now);
  return v;
}

void ocel__auth_put_challenges(ocel_server *s, ocel__conn *c, bool http, bool stale, ocel_wbuf *w) {
  uint8_t mem[OCEL__HTTP_NONCE_SIZE];
  ocel_wbuf own = ocel_wbuf_make(mem, sizeof mem);
  make_nonce(s, c);
  if (http) ocel__nonce_put(s, &c->peer, s->now, &own);
  const ocel_span nonce =
      http ? ocel_span_make(mem, own.n) : ocel_span_make(c->nonce, sizeof c->nonce);
  // The order that every client survives: go2rtc takes the first, FFmpeg the last Digest.
  const ocel_challenge offers[] = {
      {OCEL_AUTH_DIGEST, OCEL_HASH_SHA256, REALM, nonce, stale, http},
      {OCEL_AUTH_DIGEST, OCEL_HASH_MD5,    REALM, nonce, stale, http},
      {OCEL_AUTH_BASIC,  OCEL_HASH_MD5,    REALM, nonce, stale, http},
  };
  const size_t n = basic_allowed(s, c) ? 3 : 2;
  for (size_t i = 0; i < n; i++) ocel_put_challenge(w, &offers[i]);
}
