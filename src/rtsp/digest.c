// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_auth.h"

static void put_lower_hex(const uint8_t *hash, size_t n, uint8_t *out) {
  static const char DIGITS[] = "0123456789abcdef";
  for (size_t i = 0; i < n; i++) {
    out[2 * i] = (uint8_t)DIGITS[hash[i] >> 4];
    out[2 * i + 1] = (uint8_t)DIGITS[hash[i] & 15];
  }
}

// Hexadecimal digits of the hash of `n` parts with a colon between each.
static bool hash_joined(const ocel_hasher *h, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                        uint8_t *out) {
  enum { PARTS_MAX = 6 };
  static const uint8_t COLON[] = {':'};
  uint8_t hash[OCEL_HASH_MAX];
  ocel_span joined[2 * PARTS_MAX];
  for (size_t i = 0; i < n; i++) {
    joined[2 * i] = parts[i];
    joined[2 * i + 1] = ocel_span_make(COLON, 1);
  }
  if (!h->hash(h->ctx, kind, joined, 2 * n - 1, hash)) return false;
  put_lower_hex(hash, ocel_hash_size(kind), out);
  return true;
}

bool ocel_digest_secret(const ocel_hasher *h, ocel_hash_kind kind, const ocel_digest_identity *who,
                        uint8_t *out) {
  const ocel_span a1[] = {who->username, who->realm, who->password};
  return hash_joined(h, kind, a1, 3, out);
}

bool ocel_digest_response(const ocel_hasher *h, const uint8_t *secret, ocel_span method,
                          const ocel_authorization *a, uint8_t *out) {
  uint8_t request[OCEL_DIGEST_MAX];
  const size_t n = 2 * ocel_hash_size(a->hash);
  const ocel_span a2[] = {method, a->uri};
  if (!hash_joined(h, a->hash, a2, 2, request)) return false;
  ocel_span whole[6] = {ocel_span_make(secret, n), a->nonce};
  size_t parts = 2;
  if (a->qop.p != NULL) {
    whole[parts++] = a->nc;
    whole[parts++] = a->cnonce;
    whole[parts++] = a->qop;
  }
  whole[parts++] = ocel_span_make(request, n);
  return hash_joined(h, a->hash, whole, parts, out);
}

bool ocel_secret_eq(const uint8_t *a, const uint8_t *b, size_t n) {
  volatile uint8_t differ = 0;
  for (size_t i = 0; i < n; i++) differ = (uint8_t)(differ | (a[i] ^ b[i]));
  return differ == 0;
}
