// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_auth.h"

#include "fake_hash.h"
#include "ocel_test.h"

#define R32 "0123456789abcdef0123456789abcdef"
#define R64 R32 R32

typedef struct {
  const char *name, *value, *want;
} reading;

// clang-format off
static const reading READINGS[] = {
    {"FFmpeg, MD5", "Digest username=\"u\", realm=\"ocel\", nonce=\"N\", uri=\"rtsp://h/s\", response=\"" R32 "\"",
     "digest 16 u ocel N rtsp://h/s"},
    {"GStreamer, names the algorithm", "Digest username=\"u\", realm=\"ocel\", nonce=\"N\", uri=\"/s\", response=\"" R32 "\", algorithm=\"MD5\"",
     "digest 16 u ocel N /s"},
    {"retina, SHA-256 without a name", "Digest username=\"u\",realm=\"ocel\",nonce=\"N\",uri=\"/s\",response=\"" R64 "\"",
     "digest 32 u ocel N /s"},
    {"the response's length decides", "Digest username=\"u\", realm=\"ocel\", nonce=\"N\", uri=\"/s\", response=\"" R32 "\", algorithm=SHA-256",
     "digest 16 u ocel N /s"},
    {"names are case-blind, order is free", "dIGEST URI=\"/s\" ,RESPONSE=" R32 ",  Nonce=N,USERNAME=u",
     "digest 16 u  N /s"},
    {"a comma and an equals sign in quotes", "Digest username=\"a, uri=b\", nonce=\"N\", uri=\"/s\", response=\"" R32 "\"",
     "digest 16 a, uri=b  N /s"},
    {"spaces in quotes belong to the value", "Digest username=\" u \", nonce=\"N\", uri=\"/s\", response=\"" R32 "\"",
     "digest 16  u   N /s"},
    {"unknown fields are skipped", "Digest x=1, y=\"2\", username=u, nonce=N, uri=/s, response=" R32 ", opaque=\"\"",
     "digest 16 u  N /s"},
    {"an empty name is one", "Digest username=\"\", nonce=N, uri=/s, response=" R32, "digest 16   N /s"},
    {"Basic", "Basic dTpw", "basic dTpw"},
    {"Basic with spaces", "  basic \t dTpw  ", "basic dTpw"},
    {"nothing", "", "syntax"},
    {"a scheme alone", "Digest", "syntax"},
    {"Basic alone", "Basic  ", "syntax"},
    {"another scheme", "Bearer abc", "unsupported"},
    {"a scheme that only begins alike", "Digester username=u", "unsupported"},
    {"a browser, with qop", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth, nc=0000001F, cnonce=\"x\"",
     "digest 16 u  N /s auth 0000001F x"},
    {"nc and cnonce alone mean nothing", "Digest username=u, nonce=N, uri=/s, response=" R32 ", nc=1, cnonce=x", "digest 16 u  N /s"},
    {"qop that is not offered", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth-int, nc=00000001, cnonce=x", "unsupported"},
    {"qop that is empty", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=\"\", nc=00000001, cnonce=x", "unsupported"},
    {"qop without nc", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth, cnonce=x", "syntax"},
    {"qop without cnonce", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth, nc=00000001", "syntax"},
    {"nc of seven digits", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth, nc=0000001, cnonce=x", "syntax"},
    {"nc that is no number", "Digest username=u, nonce=N, uri=/s, response=" R32 ", qop=auth, nc=0000000g, cnonce=x", "syntax"},
    {"a hashed name that was not offered", "Digest username=u, userhash=true, nonce=N, uri=/s, response=" R32, "unsupported"},
    {"no name", "Digest nonce=N, uri=/s, response=" R32, "syntax"},
    {"no nonce", "Digest username=u, uri=/s, response=" R32, "syntax"},
    {"no uri", "Digest username=u, nonce=N, response=" R32, "syntax"},
    {"no response", "Digest username=u, nonce=N, uri=/s", "syntax"},
    {"a response one too short", "Digest username=u, nonce=N, uri=/s, response=0123456789abcdef0123456789abcde", "syntax"},
    {"a response one too long", "Digest username=u, nonce=N, uri=/s, response=" R64 "0", "syntax"},
    {"a field twice", "Digest username=u, username=u, nonce=N, uri=/s, response=" R32, "syntax"},
    {"a field without value", "Digest username, nonce=N, uri=/s, response=" R32, "syntax"},
    {"a quote that does not end", "Digest username=u, nonce=N, response=" R32 ", uri=\"/s", "syntax"},
    {"a quote inside", "Digest username=\"a\"b\", nonce=N, uri=/s, response=" R32, "syntax"},
};
// clang-format on

static void print(const ocel_authorization *a, char *got, size_t cap) {
  if (a->scheme == OCEL_AUTH_BASIC) {
    (void)snprintf(got, cap, "basic %.*s", (int)a->basic.n, (const char *)a->basic.p);
    return;
  }
  const ocel_span parts[] = {a->username, a->realm, a->nonce, a->uri, a->qop, a->nc, a->cnonce};
  (void)snprintf(got, cap, "digest %u", (unsigned)ocel_hash_size(a->hash));
  for (size_t i = 0; i < (a->qop.p == NULL ? 4 : ARRAY_LEN(parts)); i++) {
    const size_t used = strlen(got);
    (void)snprintf(got + used, cap - used, " %.*s", (int)parts[i].n,
                   parts[i].n > 0 ? (const char *)parts[i].p : "");
  }
}

static void headers_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(READINGS); i++) {
    ocel_authorization a;
    char got[256] = "syntax";
    CASE(READINGS[i].name);
    const ocel_err rc = ocel_authorization_parse(guarded(ocel_span_str(READINGS[i].value)), &a);
    if (rc == OCEL_OK) print(&a, got, sizeof got);
    if (rc == OCEL_ERR_UNSUPPORTED) (void)snprintf(got, sizeof got, "unsupported");
    assert_string_equal(got, READINGS[i].want);
  }
}

// No beginning of a Digest is one, and nothing is read beyond its end.
static void no_beginning_is_a_whole(void **state) {
  (void)state;
  static const char WHOLE[] =
      "Digest username=\"u\", realm=\"r\", nonce=\"N\", uri=\"/s\", response=\"" R64 "\"";
  for (size_t n = 0; n < sizeof WHOLE - 1; n++) {
    ocel_authorization a;
    const ocel_err rc = ocel_authorization_parse(guarded(ocel_span_make(WHOLE, n)), &a);
    assert_true(rc == OCEL_ERR_SYNTAX || (n < 6 && rc == OCEL_ERR_UNSUPPORTED));
  }
}

static void challenges_are_written_as_live555_reads_them(void **state) {
  (void)state;
  static const ocel_challenge C[] = {
      {OCEL_AUTH_DIGEST, OCEL_HASH_SHA256, "ocel", {(const uint8_t *)"N1", 2}, false, false},
      {OCEL_AUTH_DIGEST, OCEL_HASH_MD5,    "ocel", {(const uint8_t *)"N1", 2}, true,  false},
      {OCEL_AUTH_DIGEST, OCEL_HASH_SHA256, "ocel", {(const uint8_t *)"N1", 2}, true,  true },
      {OCEL_AUTH_BASIC,  OCEL_HASH_MD5,    "ocel", {NULL, 0},                  false, true },
  };
  uint8_t mem[512];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
  for (size_t i = 0; i < ARRAY_LEN(C); i++) ocel_put_challenge(&w, &C[i]);
  mem[w.n] = '\0';
  assert_string_equal(
      (const char *)mem,
      "WWW-Authenticate: Digest realm=\"ocel\", nonce=\"N1\", algorithm=SHA-256\r\n"
      "WWW-Authenticate: Digest realm=\"ocel\", nonce=\"N1\", stale=TRUE, algorithm=MD5\r\n"
      "WWW-Authenticate: Digest realm=\"ocel\", nonce=\"N1\", stale=TRUE, algorithm=SHA-256, "
      "qop=\"auth\"\r\n"
      "WWW-Authenticate: Basic realm=\"ocel\"\r\n");
}

typedef struct {
  const char *name, *uri, *url;
  bool same;
} pair;

#define U "rtsp://h:8554/stream"

static const pair PAIRS[] = {
    {"the same",                       U,                     U,                  true },
    {"the same track",                 U "/trackID=0",        U "/trackID=0",     true },
    {"asterisk",                       "*",                   "*",                true },
    {"the path alone (Bosch)",         "/stream",             U,                  true },
    {"TLS between (GStreamer)",        U,                     "rtsps://h/stream", true },
    {"another name of the host",       "rtsp://x/stream",     U,                  true },
    {"with a slash (FFmpeg's PLAY)",   U,                     U "/",              true },
    {"without the slash",              U "/",                 U,                  true },
    {"the stream for its track (VLC)", U "/",                 U "/trackID=0",     true },
    {"with the query",                 U "?a=b",              U "?a=b",           true },
    {"the query before the track",     U "?a=b",              U "?a=b/trackID=0", true },
    {"percent-encoding on one side",   "/s%74ream",           U,                  true },
    {"percent-encoding on the other",  U "?a=b",              U "?%61=%62",       true },
    {"a percent sign alone",           U "%",                 U "%/",             true },
    {"another path",                   "rtsp://h:8554/other", U,                  false},
    {"a longer path",                  U "s",                 U,                  false},
    {"a shorter path",                 "/strea",              U,                  false},
    {"another track",                  U "/trackID=1",        U "/trackID=0",     false},
    {"the track for its stream",       U "/trackID=0",        U,                  false},
    {"another query",                  U "?a=b",              U "?a=c",           false},
    {"no query",                       U,                     U "?start=idr",     false},
    {"asterisk for a stream",          "*",                   U,                  false},
    {"a stream for asterisk",          U,                     "*",                false},
    {"no URL",                         "ftp://h/stream",      U,                  false},
    {"letters that are no digits",     "/s%7Gream",           U,                  false},
};

static void uris_mean_the_same_or_not(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(PAIRS); i++) {
    CASE(PAIRS[i].name);
    const ocel_span uri = guarded(ocel_span_str(PAIRS[i].uri));
    assert_int_equal(ocel_digest_uri_is(uri, ocel_span_str(PAIRS[i].url)), PAIRS[i].same);
  }
}

static void secrets_are_equal_in_every_byte(void **state) {
  (void)state;
  uint8_t a[40], b[40];
  memset(a, 7, sizeof a);
  memset(b, 7, sizeof b);
  assert_true(ocel_secret_eq(a, b, sizeof a));
  assert_true(ocel_secret_eq(a, b, 0));
  for (size_t i = 0; i < 8 * sizeof a; i++) {
    b[i / 8] ^= (uint8_t)(1u << i % 8);
    assert_false(ocel_secret_eq(a, b, sizeof a));
    b[i / 8] ^= (uint8_t)(1u << i % 8);
  }
}

static unsigned left;  // hashes until one fails

static bool hash_that_fails(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                            uint8_t *out) {
  return left-- > 0 && fake_hash(ctx, kind, parts, n, out);
}

static void a_hash_that_fails_is_told(void **state) {
  (void)state;
  const ocel_hasher h = {hash_that_fails, NULL};
  const ocel_authorization a = {.scheme = OCEL_AUTH_DIGEST, .hash = OCEL_HASH_SHA256};
  uint8_t secret[OCEL_DIGEST_MAX] = {0}, out[OCEL_DIGEST_MAX];
  const ocel_digest_identity who = {
      {NULL, 0},
      {NULL, 0},
      {NULL, 0}
  };
  left = 0;
  assert_false(ocel_digest_secret(&h, OCEL_HASH_SHA256, &who, out));
  for (unsigned i = 0; i <= 2; i++) {
    left = i;
    assert_int_equal(ocel_digest_response(&h, secret, ocel_span_str("PLAY"), &a, out), i == 2);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(headers_are_read),
      cmocka_unit_test(no_beginning_is_a_whole),
      cmocka_unit_test(challenges_are_written_as_live555_reads_them),
      cmocka_unit_test(uris_mean_the_same_or_not),
      cmocka_unit_test(secrets_are_equal_in_every_byte),
      cmocka_unit_test(a_hash_that_fails_is_told),
  };
  return cmocka_run_group_tests_name("rtsp_auth", tests, NULL, NULL);
}
