// SPDX-License-Identifier: Apache-2.0
#include "viewer_login.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fake_hash.h"
#include "world.h"

ocel_hash_fn *const LOGIN_HASH = fake_hash;

enum { HEX_SIZE = 2 * OCEL_HASH_MAX + 1 };

static void hash_hex(ocel_hash_kind kind, const char *text, char out[HEX_SIZE]) {
  uint8_t sum[OCEL_HASH_MAX];
  const ocel_span part = ocel_span_str(text);
  (void)fake_hash(NULL, kind, &part, 1, sum);
  for (size_t i = 0; i < ocel_hash_size(kind); i++) (void)snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

static int put_basic(const viewer *v, char out[LOGIN_HEADER_SIZE]) {
  char text[200];
  uint8_t base64[300];
  ocel_wbuf w = ocel_wbuf_make(base64, sizeof base64 - 1);
  (void)snprintf(text, sizeof text, "%s:%s", LOGIN_NAME, v->profile.password);
  ocel_put_base64(&w, ocel_span_str(text));
  base64[w.n] = '\0';
  return snprintf(out, LOGIN_HEADER_SIZE, "Authorization: Basic %s\r\n", (const char *)base64);
}

// Some name the algorithm, others leave it to the length of the response.
static int put_digest(const viewer *v, const char *method, const char *url,
                      char out[LOGIN_HEADER_SIZE]) {
  char text[LOGIN_HEADER_SIZE], who[HEX_SIZE], what[HEX_SIZE], response[HEX_SIZE];
  const bool md5 = v->profile.scheme == LOGIN_MD5;
  const ocel_hash_kind kind = md5 ? OCEL_HASH_MD5 : OCEL_HASH_SHA256;
  (void)snprintf(text, sizeof text, "%s:ocel:%s", LOGIN_NAME, v->profile.password);
  hash_hex(kind, text, who);
  (void)snprintf(text, sizeof text, "%s:%s", method, url);
  hash_hex(kind, text, what);
  (void)snprintf(text, sizeof text, "%s:%s:%s", who, v->nonce, what);
  hash_hex(kind, text, response);
  return snprintf(out, LOGIN_HEADER_SIZE,
                  "Authorization: Digest username=\"%s\", realm=\"ocel\", nonce=\"%s\", "
                  "uri=\"%s\", %sresponse=\"%s\"\r\n",
                  LOGIN_NAME, v->nonce, url,
                  v->number % 2 == 0 ? "" : (md5 ? "algorithm=MD5, " : "algorithm=SHA-256, "),
                  response);
}

void viewer_put_login(const viewer *v, const char *method, const char *url,
                      char out[LOGIN_HEADER_SIZE]) {
  out[0] = '\0';
  if (v->profile.password == NULL || v->nonce[0] == '\0') return;
  const int n =
      v->profile.scheme == LOGIN_BASIC ? put_basic(v, out) : put_digest(v, method, url, out);
  CHECK(n < LOGIN_HEADER_SIZE, "viewer %d: its Authorization is too long", v->number);
}

// The text between the quotes behind `name`; empty if there is none.
static void quoted(const rtsp_reply *r, const char *name, char *out, size_t cap) {
  char line[300];
  reply_text(reply_header(r, "WWW-Authenticate"), line, sizeof line);
  const char *at = strstr(line, name);
  const size_t n = at != NULL ? strcspn(at + strlen(name), "\"") : 0;
  CHECK(n < cap, "a nonce is too long");
  if (n > 0) memcpy(out, at + strlen(name), n);
  out[n] = '\0';
}

// A password that is right, with a nonce that was once given, is never called wrong.
static void check_stale(const viewer *v, const rtsp_reply *r) {
  char line[300];
  reply_text(reply_header(r, "WWW-Authenticate"), line, sizeof line);
  const bool right = strcmp(v->profile.password, LOGIN_PASSWORD) == 0;
  const bool stale = strstr(line, "stale=TRUE") != NULL;
  const bool digest = v->profile.scheme != LOGIN_BASIC;
  CHECK(stale == (digest && right && v->nonce[0] != '\0'), "viewer %d: a nonce is %scalled stale",
        v->number, stale ? "" : "not ");
}

// SHA-256 comes first and MD5 last of the Digests; Basic where it is taken, and nowhere else.
static void check_offers(const viewer *v, const rtsp_reply *r) {
  static const char *const OFFERS[] = {"algorithm=SHA-256", "algorithm=MD5", "Basic realm="};
  const bool basic = v->world->cfg.allow_basic || v->profile.link.secure;
  char line[300];
  size_t n = 0;
  for (ocel_span rest = r->head; reply_next_header(&rest, "WWW-Authenticate", line, sizeof line);) {
    CHECK(n < 3 && strstr(line, OFFERS[n]) != NULL, "viewer %d: offer %zu is %s", v->number, n,
          line);
    n++;
  }
  CHECK(n == (basic ? 3 : 2), "viewer %d: %zu offers", v->number, n);
}

bool viewer_take_challenge(viewer *v, const rtsp_reply *r, const viewer_request *q) {
  char nonce[sizeof v->nonce];
  if (v->profile.password == NULL || q->method == OCEL_METHOD_OPTIONS) return false;
  const bool basic = v->profile.scheme == LOGIN_BASIC;
  CHECK(r->status != 200 || (v->nonce[0] != '\0' && (basic || !v->nonce_old)),
        "viewer %d: gets in without a nonce of this connection", v->number);
  if (r->status != 401) return false;
  quoted(r, "nonce=\"", nonce, sizeof nonce);
  CHECK(nonce[0] != '\0', "viewer %d: 401 without a nonce", v->number);
  check_stale(v, r);
  check_offers(v, r);
  const bool said = basic && v->nonce[0] != '\0';
  const bool same = strcmp(nonce, v->nonce) == 0;
  CHECK(basic || same != (v->nonce[0] == '\0' || v->nonce_old), "viewer %d: the nonce is %s",
        v->number, same ? "an old connection's" : "another within a connection");
  if (same || said) return false;
  memcpy(v->nonce, nonce, sizeof nonce);
  v->nonce_old = false;
  viewer_ask(v, q);
  return true;
}
