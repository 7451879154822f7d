// SPDX-License-Identifier: Apache-2.0
// What an HTTP request asks for (RFC 9112 3.2, RFC 3986), taken apart. Pure; keeps nothing.
#ifndef OCEL_HTTP_TARGET_H
#define OCEL_HTTP_TARGET_H

#include "ocel/err.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A target; both spans point into its text.
typedef struct {
  ocel_span path;  ///< As it stands, percent-encoded; "/" when the target has none. "*" of OPTIONS.
  ocel_span query;  ///< Behind the '?', without it; {NULL,0} if absent.
} ocel_http_target;

/// Takes apart origin-form ("/a?b"), absolute-form ("http://host/a?b") or asterisk-form ("*").
/// @return OCEL_OK; OCEL_ERR_SYNTAX for any other text.
OCEL_MUST_USE ocel_err ocel_http_target_parse(ocel_span text, ocel_http_target *out);

/// Decodes a path's percent-encoding into `out`, which is empty and has room for as many bytes.
/// @return OCEL_OK; OCEL_ERR_SYNTAX for a '%' without two digits, a control character, or a
///         segment "." or "..", encoded or not; OCEL_ERR_SPACE.
OCEL_MUST_USE ocel_err ocel_http_path_decode(ocel_span path, ocel_wbuf *out);

/// The value of the first `name` in "name=value&name=value" (x-www-form-urlencoded), decoded and
/// appended to `value`. A name without '=' has an empty value.
/// @return False, with `value->n` as before, if it is not there, does not fit, or cannot be
/// decoded.
bool ocel_http_query(ocel_span query, const char *name, ocel_wbuf *value);

#ifdef __cplusplus
}
#endif
#endif
