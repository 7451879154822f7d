// SPDX-License-Identifier: Apache-2.0
// Sessions over sockets: plain bytes on one side, records on the other.
#include <errno.h>
#include <mbedtls/net_sockets.h>
#include <string.h>

#include "state.h"

// Not now: another try will do.
static bool passes(int why) {
  return why == EAGAIN || why == EWOULDBLOCK || why == ENOMEM || why == ENOBUFS;
}

static int send_some(void *session, const unsigned char *bytes, size_t n) {
  ocel__session *const s = session;
  ptrdiff_t sent;
  do {
    sent = s->socket->send(s->fd, bytes, n);
  } while (sent < 0 && errno == EINTR);
  if (sent >= 0) return (int)sent;
  s->why = errno;
  return passes(errno) ? MBEDTLS_ERR_SSL_WANT_WRITE : MBEDTLS_ERR_NET_SEND_FAILED;
}

static int receive_some(void *session, unsigned char *bytes, size_t n) {
  ocel__session *const s = session;
  ptrdiff_t got;
  do {
    got = s->socket->recv(s->fd, bytes, n);
  } while (got < 0 && errno == EINTR);
  if (got >= 0) return (int)got;
  s->why = errno;
  return passes(errno) ? MBEDTLS_ERR_SSL_WANT_READ : MBEDTLS_ERR_NET_RECV_FAILED;
}

void ocel__session_free(ocel__session *s) {
  mbedtls_ssl_free(&s->ssl);
  mbedtls_ssl_init(&s->ssl);
  ocel__identity_leave(s->identity);
  s->identity = NULL;
}

bool ocel__session_prepare(ocel__session *s, ocel__identity *id) {
  if (s->identity == id) return true;
  ocel__session_free(s);
  s->identity = id;
  id->users++;
  if (mbedtls_ssl_setup(&s->ssl, &id->conf) == 0) {
    mbedtls_ssl_set_bio(&s->ssl, s, send_some, receive_some, NULL);
    return true;
  }
  ocel__session_free(s);
  return false;
}

int ocel__session_shake(ocel__session *s) { return mbedtls_ssl_handshake(&s->ssl); }

// What a negative result of mbedTLS means for the loop, as an errno value.
static int why(const ocel__session *s, int rc) {
  if (rc == MBEDTLS_ERR_SSL_WANT_READ || rc == MBEDTLS_ERR_SSL_WANT_WRITE) return s->why;
  return rc == MBEDTLS_ERR_NET_SEND_FAILED || rc == MBEDTLS_ERR_NET_RECV_FAILED ? s->why : EPROTO;
}

// A reply of mbedTLS's own (an alert) that the socket does not take would stand in the way of
// the next record: only a peer that breaks the rules and does not read gets so far, and is lost.
ptrdiff_t ocel__session_read(ocel_tls *tls, unsigned session, void *bytes, size_t n) {
  ocel__session *const s = &ocel__tls_of(tls)->sessions[session];
  const int rc = mbedtls_ssl_read(&s->ssl, bytes, n);
  if (rc >= 0) return rc;
  if (rc == MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY || rc == MBEDTLS_ERR_SSL_CONN_EOF) return 0;
  errno = rc == MBEDTLS_ERR_SSL_WANT_WRITE ? EPROTO : why(s, rc);
  return -1;
}

bool ocel__session_buffered(const ocel_tls *tls, unsigned session) {
  return mbedtls_ssl_check_pending(&ocel__tls_of_const(tls)->sessions[session].ssl) != 0;
}

// Sends what is left of the last record. mbedTLS asks for the call that could not be completed,
// once more; what it sends was encrypted then, and it looks at no bytes of `record`.
static int flush(ocel__tls *t, ocel__session *s) {
  if (s->pending == 0) return 0;
  const int rc = mbedtls_ssl_write(&s->ssl, t->record, s->pending);
  if (rc < 0) return why(s, rc);
  s->pending = 0;
  return 0;
}

// Where in the list of spans the next record begins.
typedef struct {
  const ocel_span *span;
  size_t left, at;
} place;

static size_t gather(place *p, uint8_t *out, size_t max) {
  size_t n = 0;
  while (p->left > 0 && n < max) {
    const size_t rest = p->span->n - p->at;
    const size_t take = rest < max - n ? rest : max - n;
    if (take > 0) memcpy(out + n, p->span->p + p->at, take);
    n += take;
    p->at += take;
    if (p->at < p->span->n) break;
    p->span++;
    p->left--;
    p->at = 0;
  }
  return n;
}

static size_t record_max(const ocel__tls *t, const ocel__session *s) {
  const int most = mbedtls_ssl_get_max_out_record_payload(&s->ssl);
  return most > 0 && (size_t)most < sizeof t->record ? (size_t)most : sizeof t->record;
}

int ocel__session_write(ocel_tls *tls, unsigned session, const ocel_span *spans, size_t n,
                        size_t *taken) {
  ocel__tls *const t = ocel__tls_of(tls);
  ocel__session *const s = &t->sessions[session];
  const size_t max = record_max(t, s);
  place p = {spans, n, 0};
  *taken = 0;
  int rc = flush(t, s);
  if (rc != 0) return rc;
  for (;;) {
    const size_t size = gather(&p, t->record, max);
    if (size == 0) return 0;
    rc = mbedtls_ssl_write(&s->ssl, t->record, size);
    if (rc < 0 && rc != MBEDTLS_ERR_SSL_WANT_WRITE) return why(s, rc);
    *taken += size;
    if (rc >= 0) continue;
    s->pending = size;
    return s->why;
  }
}

int ocel__session_close(ocel_tls *tls, unsigned session) {
  ocel__tls *const t = ocel__tls_of(tls);
  ocel__session *const s = &t->sessions[session];
  int rc = flush(t, s);
  if (rc != 0) return rc;
  rc = mbedtls_ssl_close_notify(&s->ssl);
  return rc < 0 ? why(s, rc) : 0;
}
