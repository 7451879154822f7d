// SPDX-License-Identifier: Apache-2.0
// The URLs that a player can open.
#ifndef OCELD_ADDRESSES_H
#define OCELD_ADDRESSES_H

#include <stddef.h>
#include <stdint.h>

/// What stands around the host in a URL.
typedef struct {
  const char *scheme;  ///< "rtsp" or "rtsps".
  uint16_t port;
  const char *path;
} oceld_place;

/// Calls `tell(ctx, url)` for each address of this machine that is served: only `bind` if that
/// is given, else loopback first, then every address that is up (not link-local IPv6).
void oceld_addresses_tell(const char *bind, const oceld_place *place,
                          void (*tell)(void *ctx, const char *url), void *ctx);

#endif
