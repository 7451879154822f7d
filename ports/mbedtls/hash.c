// SPDX-License-Identifier: Apache-2.0
#include "hash.h"

#include <mbedtls/md.h>

static bool run(mbedtls_md_context_t *md, const ocel_span *parts, size_t n, uint8_t *out) {
  if (mbedtls_md_starts(md) != 0) return false;
  for (size_t i = 0; i < n; i++) {
    if (parts[i].n > 0 && mbedtls_md_update(md, parts[i].p, parts[i].n) != 0) return false;
  }
  return mbedtls_md_finish(md, out) == 0;
}

static const mbedtls_md_type_t TYPES[] = {
    [OCEL_HASH_MD5] = MBEDTLS_MD_MD5,
    [OCEL_HASH_SHA256] = MBEDTLS_MD_SHA256,
    [OCEL_HASH_SHA1] = MBEDTLS_MD_SHA1,
};

bool ocel_mbedtls_hash(void *ctx, ocel_hash_kind kind, const ocel_span *parts, size_t n,
                       uint8_t *out) {
  mbedtls_md_context_t md;
  (void)ctx;
  mbedtls_md_init(&md);
  const bool done = mbedtls_md_setup(&md, mbedtls_md_info_from_type(TYPES[kind]), 0) == 0 &&
                    run(&md, parts, n, out);
  mbedtls_md_free(&md);
  return done;
}
