// SPDX-License-Identifier: Apache-2.0
// Passwords: every method but OPTIONS needs one when one is set (RFC 7616, 7617).
#include "auth.h"

#include <string.h>

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

ocel_err ocel_server_set_credentials(ocel_server *s, const ocel_credentials *cred) {
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
  s->secret = secret;
  return OCEL_OK;
}

static bool basic_allowed(const ocel_server *s, const ocel__conn *c) {
  return c->secure || s->secret.allow_basic;
}

// The hash hides how much of it was right, and that the name was wrong.
static bool basic_right(const ocel_server *s, ocel_span base64) {
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
  return make_secrets(s, name, password, &got) &&
         ocel_secret_eq(got.sha256, s->secret.sha256, sizeof got.sha256);
}

static void make_nonce(ocel_server *s, ocel__conn *c) {
  if (c->has_nonce) return;
  ocel_wbuf w = ocel_wbuf_make(c->nonce, sizeof c->nonce);
  for (size_t i = 0; i < sizeof c->nonce / 8; i++) ocel_put_hex(&w, ocel__random32(s), 8);
  c->has_nonce = true;
}

// The hash is made whatever else is wrong: the time tells nothing of the name.
static ocel__auth_verdict digest_verdict(const ocel_server *s, const ocel__conn *c,
                                         const ocel_rtsp_request *req,
                                         const ocel_authorization *a) {
  uint8_t due[OCEL_DIGEST_MAX];
  const ocel_hasher h = hasher_of(s);
  const uint8_t *secret = a->hash == OCEL_HASH_MD5 ? s->secret.md5 : s->secret.sha256;
  if (!ocel_digest_response(&h, secret, req->method_text, a, due)) return AUTH_DENIED;
  const bool right = ocel_secret_eq(due, a->response.p, a->response.n);
  if (!ocel_span_eq(a->username, ocel_span_make(s->secret.name, s->secret.name_n)) || !right ||
      !ocel_digest_uri_is(a->uri, req->url)) {
    return AUTH_DENIED;
  }
  const ocel_span nonce = ocel_span_make(c->nonce, sizeof c->nonce);
  return c->has_nonce && ocel_span_eq(a->nonce, nonce) ? AUTH_GRANTED : AUTH_STALE;
}

static ocel__auth_verdict verdict(const ocel_server *s, const ocel__conn *c,
                                  const ocel_rtsp_request *req) {
  ocel_authorization a;
  if (ocel_authorization_parse(req->header[OCEL_HEADER_AUTHORIZATION], &a) != OCEL_OK) {
    return AUTH_DENIED;
  }
  if (a.scheme == OCEL_AUTH_DIGEST) return digest_verdict(s, c, req, &a);
  return basic_allowed(s, c) && basic_right(s, a.basic) ? AUTH_GRANTED : AUTH_DENIED;
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

ocel__auth_verdict ocel__auth_check(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req,
                                    ocel_us now) {
  if (!s->secret.set || req->method == OCEL_METHOD_OPTIONS) return AUTH_GRANTED;
  if (req->header[OCEL_HEADER_AUTHORIZATION].p == NULL) return AUTH_DENIED;
  if (must_wait(s, c, now)) return AUTH_WAIT;
  const ocel__auth_verdict v = verdict(s, c, req);
  if (v == AUTH_GRANTED) c->trusted = true;
  if (v == AUTH_DENIED) ocel__suspect(s, c, now);
  return v;
}

ocel_err ocel__auth_reply(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, bool stale,
                          ocel_wbuf *w) {
  make_nonce(s, c);
  const ocel_span nonce = ocel_span_make(c->nonce, sizeof c->nonce);
  // The order that every client survives: go2rtc takes the first, FFmpeg the last Digest.
  const ocel_challenge offers[] = {
      {OCEL_AUTH_DIGEST, OCEL_HASH_SHA256, REALM, nonce, stale},
      {OCEL_AUTH_DIGEST, OCEL_HASH_MD5,    REALM, nonce, stale},
      {OCEL_AUTH_BASIC,  OCEL_HASH_MD5,    REALM, nonce, stale},
  };
  const size_t n = basic_allowed(s, c) ? 3 : 2;
  ocel__reply_begin(w, req, 401);
  for (size_t i = 0; i < n; i++) ocel_put_challenge(w, &offers[i]);
  ocel__reply_end(w);
  return OCEL_OK;
}
