// SPDX-License-Identifier: Apache-2.0
// Who may come in: handshakes, bounded in number and in time.
#include <string.h>

#include "state.h"

static ocel__session *find_free(ocel__tls *t) {
  for (unsigned i = 0; i < t->tls.sessions; i++) {
    if (t->sessions[i].state == SESSION_FREE) return &t->sessions[i];
  }
  return NULL;
}

static unsigned shaking_from(const ocel__tls *t, const ocel_addr *host) {
  unsigned n = 0;
  for (unsigned i = 0; i < t->tls.sessions; i++) {
    const ocel__session *const s = &t->sessions[i];
    n += s->state == SESSION_SHAKING && ocel_addr_same_host(&s->peer, host);
  }
  return n;
}

// The oldest handshake of the address that has most of them: so one address cannot push out
// another's. NULL if there is none.
static ocel__session *find_yielding(ocel__tls *t) {
  ocel__session *found = NULL;
  unsigned most = 0;
  ocel_us since = 0;
  for (unsigned i = 0; i < t->tls.sessions; i++) {
    ocel__session *const s = &t->sessions[i];
    if (s->state != SESSION_SHAKING) continue;
    const unsigned n = shaking_from(t, &s->peer);
    if (n < most || (n == most && s->began >= since)) continue;
    found = s;
    most = n;
    since = s->began;
  }
  return found;
}

static void end(ocel_tls *tls, unsigned session) {
  ocel__tls *const t = ocel__tls_of(tls);
  ocel__session *const s = &t->sessions[session];
  if (s->state == SESSION_SHAKING) t->shaking--;
  s->state = SESSION_FREE;
  s->pending = 0;
  // The buffers stay, their contents and the keys do not.
  if (s->identity != t->identity || mbedtls_ssl_session_reset(&s->ssl) != 0) {
    ocel__session_free(s);
  }
}

static ocel__session *make_room(ocel__tls *t, int *yielded) {
  ocel__session *s = find_free(t);
  if (s != NULL && t->shaking < t->handshakes_max) return s;
  s = find_yielding(t);
  if (s == NULL) return NULL;
  *yielded = s->fd;
  t->counts.yielded++;
  end(&t->tls, (unsigned)(s - t->sessions));
  return s;
}

static int begin(ocel_tls *tls, int fd, const ocel_addr *peer, ocel_us now, int *yielded) {
  ocel__tls *const t = ocel__tls_of(tls);
  *yielded = -1;
  ocel__session *const s = make_room(t, yielded);
  if (s == NULL || !ocel__session_prepare(s, ocel__tls_identity(t))) {
    t->counts.refused++;
    return -1;
  }
  s->socket = tls->socket;
  s->state = SESSION_SHAKING;
  s->is_ready = s->wants_write = false;
  s->fd = fd;
  s->began = now;
  s->peer = *peer;
  t->shaking++;
  return (int)(s - t->sessions);
}

static void ready(ocel_tls *tls, unsigned session) {
  ocel__session *const s = &ocel__tls_of(tls)->sessions[session];
  s->is_ready = s->state == SESSION_SHAKING;
}

static int waiting(const ocel_tls *tls, unsigned session, bool *write) {
  const ocel__session *const s = &ocel__tls_of_const(tls)->sessions[session];
  *write = s->wants_write;
  return s->state == SESSION_SHAKING ? s->fd : -1;
}

// The next one that has something to do, in turn; NULL if none has.
static ocel__session *find_turn(ocel__tls *t, ocel_us now) {
  for (unsigned i = 0; i < t->tls.sessions && t->shaking > 0; i++) {
    t->turn = (uint16_t)((t->turn + 1) % t->tls.sessions);
    ocel__session *const s = &t->sessions[t->turn];
    if (s->state != SESSION_SHAKING) continue;
    if (s->is_ready || now - s->began >= t->handshake_timeout) return s;
  }
  return NULL;
}

static ocel_tls_progress finish(ocel__tls *t, ocel__session *s, int rc) {
  if (rc == 0) {
    s->state = SESSION_OPEN;
    t->shaking--;
    t->counts.handshakes++;
    return OCEL_TLS_DONE;
  }
  t->counts.failed++;
  return OCEL_TLS_FAILED;
}

static ocel_tls_progress go_on(ocel__tls *t, ocel__session *s, ocel_us now) {
  if (now - s->began >= t->handshake_timeout) {
    t->counts.expired++;
    return OCEL_TLS_FAILED;
  }
  const int rc = ocel__session_shake(s);
  s->wants_write = rc == MBEDTLS_ERR_SSL_WANT_WRITE;
  if (!s->wants_write && rc != MBEDTLS_ERR_SSL_WANT_READ) return finish(t, s, rc);
  s->is_ready = false;
  return OCEL_TLS_NOTHING;
}

static ocel_tls_outcome shake(ocel_tls *tls, ocel_us now) {
  ocel__tls *const t = ocel__tls_of(tls);
  ocel__session *const s = find_turn(t, now);
  ocel_tls_outcome out = {.progress = OCEL_TLS_NOTHING};
  if (s == NULL) return out;
  out.progress = go_on(t, s, now);
  out.session = (unsigned)(s - t->sessions);
  out.fd = s->fd;
  out.peer = s->peer;
  return out;
}

static ocel_us deadline(const ocel_tls *tls) {
  const ocel__tls *const t = ocel__tls_of_const(tls);
  ocel_us next = OCEL_NEVER;
  for (unsigned i = 0; i < t->tls.sessions && t->shaking > 0; i++) {
    const ocel__session *const s = &t->sessions[i];
    if (s->state != SESSION_SHAKING) continue;
    if (s->is_ready) return 0;
    const ocel_us at = s->began + t->handshake_timeout;
    if (at < next) next = at;
  }
  return next;
}

const ocel_tls_ops ocel__tls_ops = {
    .begin = begin,
    .ready = ready,
    .shake = shake,
    .deadline = deadline,
    .waiting = waiting,
    .read = ocel__session_read,
    .buffered = ocel__session_buffered,
    .write = ocel__session_write,
    .close = ocel__session_close,
    .end = end,
};
