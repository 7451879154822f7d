// SPDX-License-Identifier: Apache-2.0
// HTTP authentication, for RTSP too (RFC 2326 D, RFC 7616 Digest, RFC 7617 Basic): the client's
// Authorization header read, the server's WWW-Authenticate header written, and the Digest itself.
// Without opaque; with qop=auth where it is offered, which is HTTP. Pure; the hash function is
// lent.
#ifndef OCEL_RTSP_AUTH_H
#define OCEL_RTSP_AUTH_H

#include "ocel/err.h"
#include "ocel/hash.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum { OCEL_AUTH_BASIC, OCEL_AUTH_DIGEST } ocel_auth_scheme;

/// An Authorization header. All spans point into its value.
typedef struct {
  ocel_auth_scheme scheme;
  ocel_span basic;                        ///< BASIC: base64 of "username:password".
  ocel_span username, realm, nonce, uri;  ///< DIGEST: without quotes, escapes as they stand.
  ocel_span response;                     ///< DIGEST: 32 or 64 characters.
  ocel_span algorithm;                    ///< DIGEST: as the client has it; empty if absent.
  ocel_hash_kind hash;                    ///< DIGEST: told by the response's length: clients
                                          ///< answer an offer of SHA-256 by MD5, or by
                                          ///< SHA-256 without naming it.
  ocel_span qop, nc, cnonce;              ///< DIGEST: "auth" with both others, or all absent; `nc`
                                          ///< is 8 hexadecimal digits.
} ocel_authorization;

/// @return OCEL_OK; OCEL_ERR_UNSUPPORTED for another scheme, or a Digest with `userhash` or another
///         `qop`, which were not offered; OCEL_ERR_SYNTAX when it cannot be read, a field that is
///         needed is missing or one is there twice.
OCEL_MUST_USE ocel_err ocel_authorization_parse(ocel_span value, ocel_authorization *out);

/// What one WWW-Authenticate header offers.
typedef struct {
  ocel_auth_scheme scheme;
  ocel_hash_kind hash;  ///< DIGEST.
  const char *realm;    ///< Without quotes and backslashes.
  ocel_span nonce;      ///< DIGEST: the same.
  bool stale;           ///< DIGEST: the password was right, the nonce is not this one.
  bool qop;             ///< DIGEST: offer qop="auth", which RTSP clients do not need.
} ocel_challenge;

/// Writes the header line, with its end.
void ocel_put_challenge(ocel_wbuf *w, const ocel_challenge *c);

/// True if a Digest's `uri` means what the request asks for: the same text, or the same path and
/// query whatever scheme and host are before it, percent-encoded or not, with '/' at the end or
/// not; or the stream when the request names one of its tracks (VLC).
bool ocel_digest_uri_is(ocel_span uri, ocel_span url);

/// A hash function, and what is handed back to it.
typedef struct {
  ocel_hash_fn *hash;
  void *ctx;
} ocel_hasher;

/// Whose password it is.
typedef struct {
  ocel_span username, realm, password;
} ocel_digest_identity;

/// Bytes of the longest hash in hexadecimal digits.
#define OCEL_DIGEST_MAX (2 * OCEL_HASH_MAX)

/// H(A1) in lower-case hexadecimal digits (RFC 7616 3.4.2): stands for the password, and is as
/// secret.
/// @param out  Gets 2 * ocel_hash_size(kind) bytes.
/// @return False if the hash function fails.
bool ocel_digest_secret(const ocel_hasher *h, ocel_hash_kind kind, const ocel_digest_identity *who,
                        uint8_t *out);

/// The response that is due for `nonce`, `uri` and, with `qop`, `nc` and `cnonce` of `a` (RFC 7616
/// 3.4.1).
/// @param secret  Of `a->hash`'s kind, as ocel_digest_secret made it.
/// @param out     Gets as many bytes.
/// @return False if the hash function fails.
bool ocel_digest_response(const ocel_hasher *h, const uint8_t *secret, ocel_span method,
                          const ocel_authorization *a, uint8_t *out);

/// Equal bytes, in a time that does not tell where they differ.
bool ocel_secret_eq(const uint8_t *a, const uint8_t *b, size_t n);

#ifdef __cplusplus
}
#endif
#endif
