// SPDX-License-Identifier: Apache-2.0
// The one error type of the library.
#ifndef OCEL_ERR_H
#define OCEL_ERR_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define OCEL_MUST_USE __attribute__((warn_unused_result))
#else
#define OCEL_MUST_USE
#endif

/// X(enumerator, value, meaning)
#define OCEL_ERRORS(X)                                                   \
  X(OK, 0, "success")                                                    \
  X(ERR_MORE, -1, "input is a valid prefix; call again with more bytes") \
  X(ERR_SYNTAX, -2, "input can never become valid")                      \
  X(ERR_SPACE, -3, "a caller's buffer or a fixed table is full")         \
  X(ERR_STATE, -4, "a legal call at the wrong moment")                   \
  X(ERR_UNSUPPORTED, -5, "valid input that this library does not serve") \
  X(ERR_CONFIG, -6, "a configuration value is out of its range")

/// Every fallible call returns one of these; `OCEL_OK` is 0 and all failures are
/// negative, so `if (rc < 0)` reads as "did it fail?". No call sets `errno`.
typedef enum {
#define OCEL_X(id, value, text) OCEL_##id = (value),
  OCEL_ERRORS(OCEL_X)
#undef OCEL_X
} ocel_err;

/// Returns a static, never-NULL name such as "ERR_SYNTAX"; "?" for any other number.
const char *ocel_err_name(ocel_err e);

/// Returns a static, never-NULL sentence fragment for a person; "?" for any other number.
const char *ocel_err_text(ocel_err e);

#ifdef __cplusplus
}
#endif
#endif
