// SPDX-License-Identifier: Apache-2.0
// The core's hash functions by mbedTLS: 2.28, and 3.x as ESP-IDF has it.
#ifndef OCEL_MBEDTLS_HASH_H
#define OCEL_MBEDTLS_HASH_H

#include "ocel/hash.h"

/// An ocel_hash_fn; `ctx` is not used. From any thread. False when memory is short, or when this
/// mbedTLS was built without the function.
bool ocel_mbedtls_hash(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                       uint8_t *out);

#endif
