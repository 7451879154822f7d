// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "ocel/rtsp_auth.h"
#include "ocel/rtsp_headers.h"
#include "text.h"

typedef struct {
  char name[10];
  size_t at;
} field;

static const field FIELD[] = {
    {"username",  offsetof(ocel_authorization, username) },
    {"realm",     offsetof(ocel_authorization, realm)    },
    {"nonce",     offsetof(ocel_authorization, nonce)    },
    {"uri",       offsetof(ocel_authorization, uri)      },
    {"response",  offsetof(ocel_authorization, response) },
    {"algorithm", offsetof(ocel_authorization, algorithm)},
    {"qop",       offsetof(ocel_authorization, qop)      },
    {"nc",        offsetof(ocel_authorization, nc)       },
    {"cnonce",    offsetof(ocel_authorization, cnonce)   },
};

// Without one pair of quotes; what is between them stays as it is.
static bool take_value(ocel_span s, ocel_span *out) {
  *out = s;
  if (s.n == 0 || s.p[0] != '"') return true;
  if (s.n < 2 || s.p[s.n - 1] != '"') return false;
  *out = ocel_span_make(s.p + 1, s.n - 2);
  return memchr(out->p, '"', out->n) == NULL;
}

static ocel_err take_field(ocel_authorization *a, ocel_span part) {
  ocel_span value;
  const ocel_span name = ocel__trim(ocel__cut(part, '=', &value));
  if (value.p == NULL || !take_value(ocel__trim(value), &value)) return OCEL_ERR_SYNTAX;
  if (ocel_text_eq(name, "userhash")) return OCEL_ERR_UNSUPPORTED;
  for (size_t i = 0; i < sizeof FIELD / sizeof FIELD[0]; i++) {
    if (!ocel_text_eq(name, FIELD[i].name)) continue;
    ocel_span *const to = (ocel_span *)(void *)((uint8_t *)a + FIELD[i].at);
    if (to->p != NULL) return OCEL_ERR_SYNTAX;
    *to = value;
  }
  return OCEL_OK;
}

// RFC 7616 3.4: qop comes with nc and cnonce; without it there is none of them.
static ocel_err check_qop(ocel_authorization *a) {
  enum { COUNT_DIGITS = 8 };
  if (a->qop.p == NULL) {
    a->nc = a->cnonce = ocel_span_make(NULL, 0);
    return OCEL_OK;
  }
  if (!ocel_text_eq(a->qop, "auth")) return OCEL_ERR_UNSUPPORTED;
  if (a->nc.n != COUNT_DIGITS || a->cnonce.n == 0) return OCEL_ERR_SYNTAX;
  for (size_t i = 0; i < COUNT_DIGITS; i++) {
    if (ocel__hex_digit(a->nc.p[i]) < 0) return OCEL_ERR_SYNTAX;
  }
  return OCEL_OK;
}

static ocel_err parse_digest(ocel_span list, ocel_authorization *a) {
  ocel_span part;
  while (ocel__split(&list, ',', &part)) {
    if (part.n == 0) continue;
    const ocel_err rc = take_field(a, part);
    if (rc != OCEL_OK) return rc;
  }
  if (a->username.p == NULL || a->nonce.n == 0 || a->uri.n == 0) return OCEL_ERR_SYNTAX;
  for (int kind = OCEL_HASH_MD5; kind <= OCEL_HASH_SHA256; kind++) {
    a->hash = (ocel_hash_kind)kind;
    if (a->response.n == 2 * ocel_hash_size(a->hash)) return check_qop(a);
  }
  return OCEL_ERR_SYNTAX;
}

ocel_err ocel_authorization_parse(ocel_span value, ocel_authorization *out) {
  size_t n = 0;
  value = ocel__trim(value);
  memset(out, 0, sizeof *out);
  while (n < value.n && !ocel__is_space(value.p[n])) n++;
  const ocel_span scheme = ocel_span_take(&value, n);
  value = ocel__trim(value);
  if (value.n == 0) return OCEL_ERR_SYNTAX;
  if (ocel_text_eq(scheme, "Basic")) {
    out->basic = value;
    return OCEL_OK;
  }
  if (!ocel_text_eq(scheme, "Digest")) return OCEL_ERR_UNSUPPORTED;
  out->scheme = OCEL_AUTH_DIGEST;
  return parse_digest(value, out);
}

// live555 reads realm, nonce and stale in this order only.
void ocel_put_challenge(ocel_wbuf *w, const ocel_challenge *c) {
  const bool digest = c->scheme == OCEL_AUTH_DIGEST;
  ocel_put_str(w, "WWW-Authenticate: ");
  ocel_put_str(w, digest ? "Digest realm=\"" : "Basic realm=\"");
  ocel_put_str(w, c->realm);
  if (digest) {
    ocel_put_str(w, "\", nonce=\"");
    ocel_put_span(w, c->nonce);
    ocel_put_str(w, c->stale ? "\", stale=TRUE" : "\"");
    ocel_put_str(w, c->hash == OCEL_HASH_MD5 ? ", algorithm=MD5" : ", algorithm=SHA-256");
    if (c->qop) ocel_put_str(w, ", qop=\"auth\"");
  } else {
    ocel_put_u8(w, '"');
  }
  ocel_put_str(w, "\r\n");
}

// The next byte, percent-encoding undone (RFC 3986 2.1).
static int next_byte(ocel_span *s) {
  const uint8_t c = ocel_span_take(s, 1).p[0];
  if (c != '%' || s->n < 2) return c;
  const int high = ocel__hex_digit(s->p[0]), low = ocel__hex_digit(s->p[1]);
  if (high < 0 || low < 0) return c;
  (void)ocel_span_take(s, 2);
  return high * 16 + low;
}

static bool same_bytes(ocel_span a, ocel_span b) {
  while (a.n > 0 && b.n > 0) {
    if (next_byte(&a) != next_byte(&b)) return false;
  }
  return a.n == 0 && b.n == 0;
}

static ocel_span without_slashes(ocel_span s) {
  while (s.n > 0 && s.p[s.n - 1] == '/') s.n--;
  return s;
}

bool ocel_digest_uri_is(ocel_span uri, ocel_span url) {
  ocel_rtsp_url a, b;
  if (ocel_span_eq(uri, url)) return true;
  if (ocel_rtsp_url_parse(uri, &a) != OCEL_OK || ocel_rtsp_url_parse(url, &b) != OCEL_OK) {
    return false;
  }
  if (a.asterisk || b.asterisk) return false;
  if (a.control.n > 0 && !ocel_span_eq(a.control, b.control)) return false;
  return same_bytes(without_slashes(a.path), without_slashes(b.path)) &&
         same_bytes(a.query, b.query);
}
