// SPDX-License-Identifier: Apache-2.0
// Who may do what: WS-UsernameToken (WSS UsernameToken Profile 1.1, 3.1), or what the HTTP request
// has shown already.
#include <string.h>

#include "action.h"
#include "date.h"
#include "ocel/base64.h"
#include "ocel/rtsp_auth.h"

enum { DIGEST_SIZE = 20, NONCE_MAX = 64, GUESSES = 5 };

#define GUESS_INTERVAL (2 * OCEL_SECOND)
#define FORGET (60 * OCEL_SECOND)

static const ocel_role NEEDED[OCEL__ACCESS_COUNT] = {
    [OCEL__PRE_AUTH] = OCEL_ROLE_NONE,      [OCEL__READ_SYSTEM] = OCEL_ROLE_VIEWER,
    [OCEL__READ_MEDIA] = OCEL_ROLE_VIEWER,  [OCEL__ACTUATE] = OCEL_ROLE_ADMIN,
    [OCEL__WRITE_SYSTEM] = OCEL_ROLE_ADMIN, [OCEL__UNRECOVERABLE] = OCEL_ROLE_ADMIN,
};

// ---- addresses that guess ----

// Its place in the table; that of whoever failed longest ago if it has none.
static size_t suspect_at(const ocel_onvif *o, const ocel_addr *peer) {
  size_t oldest = 0;
  for (size_t i = 0; i < OCEL_ONVIF_SUSPECTS; i++) {
    if (o->suspect[i].failures > 0 && ocel_addr_same_host(&o->suspect[i].peer, peer)) return i;
    if (o->suspect[i].last < o->suspect[oldest].last) oldest = i;
  }
  return oldest;
}

static bool must_wait(const ocel_onvif *o, const ocel_http_call *call) {
  const size_t i = suspect_at(o, call->peer);
  return o->suspect[i].failures >= GUESSES &&
         ocel_addr_same_host(&o->suspect[i].peer, call->peer) &&
         call->now - o->suspect[i].last < GUESS_INTERVAL;
}

static void count_guess(ocel_onvif *o, const ocel_http_call *call) {
  const size_t i = suspect_at(o, call->peer);
  const bool known = ocel_addr_same_host(&o->suspect[i].peer, call->peer) &&
                     call->now - o->suspect[i].last < FORGET;
  o->suspect[i].failures = known ? o->suspect[i].failures + 1 : 1;
  o->suspect[i].peer = *call->peer;
  o->suspect[i].last = call->now;
  o->denials++;
}

static void forgive(ocel_onvif *o, const ocel_http_call *call) {
  const size_t i = suspect_at(o, call->peer);
  if (ocel_addr_same_host(&o->suspect[i].peer, call->peer)) o->suspect[i].failures = 0;
}

// ---- the digest ----

typedef struct {
  uint8_t nonce[NONCE_MAX], digest[DIGEST_SIZE + 1];  // padding is read only if there is room
  size_t nonce_n;
  int64_t created;
} token;

static bool decode(ocel_span text, uint8_t *out, size_t cap, size_t *n) {
  ocel_base64 state = {0};
  ocel_wbuf w = ocel_wbuf_make(out, cap);
  const ocel_err rc = ocel_base64_decode(&state, &text, &w);
  *n = w.n;
  return rc == OCEL_OK && text.n == 0 && ocel_base64_is_whole(&state);
}

static bool ends_with(ocel_span s, const char *end) {
  const ocel_span tail = ocel_span_str(end);
  return s.n >= tail.n && memcmp(s.p + s.n - tail.n, tail.p, tail.n) == 0;
}

// A password in the clear, and a token without nonce or date, are refused (ONVIF Core 5.9.4.1).
static bool read_token(const ocel__soap *s, token *out) {
  size_t n;
  return ends_with(s->field[OCEL__SOAP_PASSWORD_TYPE], "#PasswordDigest") &&
         decode(s->field[OCEL__SOAP_NONCE], out->nonce, sizeof out->nonce, &out->nonce_n) &&
         out->nonce_n > 0 &&
         decode(s->field[OCEL__SOAP_PASSWORD], out->digest, sizeof out->digest, &n) &&
         n == DIGEST_SIZE && ocel__date_read(s->field[OCEL__SOAP_CREATED], &out->created);
}

// The date is hashed as it was received: its forms differ.
static bool digest_is(const ocel_onvif *o, const ocel__soap *s, const token *t,
                      const char *password) {
  uint8_t due[OCEL_HASH_MAX];
  const ocel_span parts[] = {ocel_span_make(t->nonce, t->nonce_n), s->field[OCEL__SOAP_CREATED],
                             ocel_span_str(password)};
  return o->cfg.hash(o->cfg.hash_ctx, OCEL_HASH_SHA1, parts, 3, due) &&
         ocel_secret_eq(due, t->digest, DIGEST_SIZE);
}

// The user that the token is of, whose password it proves; NULL: none.
static const ocel_onvif_user *user_of(const ocel_onvif *o, const ocel__soap *s, const token *t) {
  const ocel_onvif_user *found = NULL;
  for (size_t i = 0; i < OCEL_ONVIF_USERS; i++) {
    const ocel_onvif_user *user = &o->cfg.user[i];
    if (user->username == NULL) continue;
    const bool named = ocel__soap_is(s, OCEL__SOAP_USERNAME, user->username);
    if (digest_is(o, s, t, user->password) && named) found = user;
  }
  return found;
}

// ---- once, and in time ----

static bool is_fresh(const ocel_onvif *o, const token *t, int64_t now) {
  const int64_t age = now - t->created;
  return age <= o->cfg.skew_max && age >= -(int64_t)o->cfg.skew_max;
}

// Remembers the digest until its date makes it worthless. False: it was there already.
static bool is_first(ocel_onvif *o, const token *t, int64_t now, bool trusted) {
  for (size_t i = 0; i < OCEL_ONVIF_NONCES; i++) {
    const bool kept = o->nonce[i].until > now || (o->nonce[i].until != 0 && !trusted);
    if (kept && memcmp(o->nonce[i].digest, t->digest, sizeof o->nonce[i].digest) == 0) return false;
  }
  const int64_t from = t->created > now ? t->created : now;
  memcpy(o->nonce[o->next_nonce].digest, t->digest, sizeof o->nonce[0].digest);
  o->nonce[o->next_nonce].until = from + o->cfg.skew_max + 1;
  o->next_nonce = (uint8_t)((o->next_nonce + 1) % OCEL_ONVIF_NONCES);
  return true;
}

static ocel_role role_of(ocel_onvif *o, const ocel_http_call *call, const ocel__soap *s) {
  ocel_onvif_clock clock;
  const int64_t now = o->cfg.camera.utc(o->cfg.camera.ctx, &clock);
  const bool trusted = clock != OCEL_ONVIF_CLOCK_UNSET;
  token t;
  if (must_wait(o, call)) return OCEL_ROLE_NONE;
  const ocel_onvif_user *user = read_token(s, &t) ? user_of(o, s, &t) : NULL;
  if (user == NULL) {
    count_guess(o, call);
    return OCEL_ROLE_NONE;
  }
  forgive(o, call);
  if (trusted && !is_fresh(o, &t, now)) return OCEL_ROLE_NONE;
  return is_first(o, &t, now, trusted) ? user->role : OCEL_ROLE_NONE;
}

// ---- the decision ----

bool ocel__onvif_is_locked(const ocel_onvif *o) {
  for (size_t i = 0; i < OCEL_ONVIF_USERS; i++) {
    if (o->cfg.user[i].username != NULL) return true;
  }
  return false;
}

ocel__onvif_fault ocel__onvif_login(ocel_onvif *o, const ocel_http_call *call, const ocel__soap *s,
                                    ocel__onvif_access access) {
  const ocel_role needed = NEEDED[access];
  if (needed == OCEL_ROLE_NONE) return OCEL__FAULT_NONE;
  if (!ocel__onvif_is_locked(o)) {
    return needed < OCEL_ROLE_ADMIN || o->cfg.unlocked ? OCEL__FAULT_NONE : OCEL__FAULT_FORBIDDEN;
  }
  ocel_role role = call->role;
  if (role < needed && s->field[OCEL__SOAP_USERNAME].p != NULL) role = role_of(o, call, s);
  if (role >= needed) return OCEL__FAULT_NONE;
  return role == OCEL_ROLE_NONE ? OCEL__FAULT_NOT_AUTHORIZED : OCEL__FAULT_FORBIDDEN;
}
