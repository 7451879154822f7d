// SPDX-License-Identifier: Apache-2.0
// Hash functions, which a port lends to the core: ports/mbedtls has all of them.
#ifndef OCEL_HASH_H
#define OCEL_HASH_H

#include <stdbool.h>

#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  OCEL_HASH_MD5,     ///< RFC 1321, 16 bytes: HTTP Digest only; it protects nothing else.
  OCEL_HASH_SHA256,  ///< FIPS 180-4, 32 bytes.
  OCEL_HASH_SHA1,    ///< FIPS 180-4, 20 bytes: the handshake of WebSocket only, which it does not
                     ///< protect.
} ocel_hash_kind;

/// Bytes of the longest of them.
#define OCEL_HASH_MAX 32u

/// Bytes that a hash of this kind has.
static inline size_t ocel_hash_size(ocel_hash_kind kind) {
  static const uint8_t SIZE[] = {16, OCEL_HASH_MAX, 20};
  return SIZE[kind];
}

/// Hashes `n` parts as if they stood one behind the other.
///
/// @param out  Gets ocel_hash_size(kind) bytes.
/// @return False, with nothing in `out` to be relied on, if it cannot be computed.
typedef bool ocel_hash_fn(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                          uint8_t *out);

#ifdef __cplusplus
}
#endif
#endif
