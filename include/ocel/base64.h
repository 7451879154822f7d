// SPDX-License-Identifier: Apache-2.0
// Base64 as it comes in (RFC 4648 4), cut into pieces anywhere. `ocel_put_base64` of ocel/span.h
// is the other direction.
#ifndef OCEL_BASE64_H
#define OCEL_BASE64_H

#include "ocel/err.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What is kept between two pieces. Zeroed before the first. Fields are private.
typedef struct {
  uint16_t bits;  // of the sextets that have not become a byte yet
  uint8_t held;   // how many of the four characters of a group have come; 4: a second '=' is due
} ocel_base64;

/// Decodes from the front of `*in` until it is used up or `out` is full. Spaces, tabs and line
/// ends are skipped. Padding ends a group, not the text: what follows it is decoded too, as from
/// a sender that encodes each of its messages for itself.
///
/// @param in   Moved behind the characters that were read; at the one that is wrong, for SYNTAX.
/// @param out  Gets at most one byte for each character.
/// @return OCEL_OK; OCEL_ERR_SYNTAX for a byte that no base64 text has there.
OCEL_MUST_USE ocel_err ocel_base64_decode(ocel_base64 *state, ocel_span *in, ocel_wbuf *out);

/// True between two groups: nothing is kept.
static inline bool ocel_base64_is_whole(const ocel_base64 *state) { return state->held == 0; }

#ifdef __cplusplus
}
#endif
#endif
