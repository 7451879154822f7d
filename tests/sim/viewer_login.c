// SPDX-License-Identifier: Apache-2.0
#include "viewer_login.h"

#include <stdio.h>
#include <string.h>

#include "check.h"
#include "fake_hash.h"

ocel_hash_fn *const LOGIN_HASH = fake_hash;

enum { HEX_SIZE = 2 * OCEL_HASH_MAX + 1 };

static void hash_hex(const char *text, char out[HEX_SIZE]) {
  uint8_t sum[OCEL_HASH_MAX];
  const ocel_span part = ocel_span_str(text);
  (void)fake_hash(NULL, OCEL_HASH_SHA256, &part, 1, sum);
  for (size_t i = 0; i < sizeof sum; i++) (void)snprintf(out + 2 * i, 3, "%02x", sum[i]);
}

void viewer_put_login(const viewer *v, const char *method, const char *url,
                      char out[LOGIN_HEADER_SIZE]) {
  char text[LOGIN_HEADER_SIZE], who[HEX_SIZE], what[HEX_SIZE], response[HEX_SIZE];
  out[0] = '\0';
  if (v->profile.password == NULL || v->nonce[0] == '\0') return;
  (void)snprintf(text, sizeof text, "%s:ocel:%s", LOGIN_NAME, v->profile.password);
  hash_hex(text, who);
  (void)snprintf(text, sizeof text, "%s:%s", method, url);
  hash_hex(text, what);
  (void)snprintf(text, sizeof text, "%s:%s:%s", who, v->nonce, what);
  hash_hex(text, response);
  const int n = snprintf(out, LOGIN_HEADER_SIZE,
                         "Authorization: Digest username=\"%s\", realm=\"ocel\", nonce=\"%s\", "
                         "uri=\"%s\", algorithm=SHA-256, response=\"%s\"\r\n",
                         LOGIN_NAME, v->nonce, url, response);
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
  CHECK(stale == (right && v->nonce[0] != '\0'), "viewer %d: a nonce is %scalled stale", v->number,
        stale ? "" : "not ");
}

bool viewer_take_challenge(viewer *v, const rtsp_reply *r, const viewer_request *q) {
  char nonce[sizeof v->nonce];
  if (v->profile.password == NULL || q->method == OCEL_METHOD_OPTIONS) return false;
  CHECK(r->status != 200 || (v->nonce[0] != '\0' && !v->nonce_old),
        "viewer %d: gets in without a nonce of this connection", v->number);
  if (r->status != 401) return false;
  quoted(r, "nonce=\"", nonce, sizeof nonce);
  CHECK(nonce[0] != '\0', "viewer %d: 401 without a nonce", v->number);
  check_stale(v, r);
  const bool same = strcmp(nonce, v->nonce) == 0;
  CHECK(same != (v->nonce[0] == '\0' || v->nonce_old), "viewer %d: the nonce is %s", v->number,
        same ? "an old connection's" : "another within a connection");
  if (same) return false;
  memcpy(v->nonce, nonce, sizeof nonce);
  v->nonce_old = false;
  viewer_ask(v, q);
  return true;
}
