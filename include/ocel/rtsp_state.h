// SPDX-License-Identifier: Apache-2.0
// Which method is allowed when, as one table (RFC 2326 10, A.2). No I/O, no memory.
#ifndef OCEL_RTSP_STATE_H
#define OCEL_RTSP_STATE_H

#include <stdint.h>

#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// X(enumerator, text on the wire)
#define OCEL_RTSP_METHODS(X)        \
  X(OPTIONS, "OPTIONS")             \
  X(DESCRIBE, "DESCRIBE")           \
  X(SETUP, "SETUP")                 \
  X(PLAY, "PLAY")                   \
  X(PAUSE, "PAUSE")                 \
  X(TEARDOWN, "TEARDOWN")           \
  X(GET_PARAMETER, "GET_PARAMETER") \
  X(SET_PARAMETER, "SET_PARAMETER") \
  X(ANNOUNCE, "ANNOUNCE")           \
  X(RECORD, "RECORD")               \
  X(REDIRECT, "REDIRECT")

typedef enum {
#define OCEL_X(id, text) OCEL_METHOD_##id,
  OCEL_RTSP_METHODS(OCEL_X)
#undef OCEL_X
      OCEL_METHOD_COUNT
} ocel_rtsp_method;

typedef enum { OCEL_INIT, OCEL_READY, OCEL_PLAYING, OCEL_STATE_COUNT } ocel_rtsp_state;

/// Where a request leads once its handler has succeeded.
typedef struct {
  uint16_t status;       ///< 200 if allowed, else the RTSP status to answer.
  ocel_rtsp_state next;  ///< Meaningful only if `status` is 200.
} ocel_rtsp_step;

/// The method named by `text` (case matters, RFC 2326 6.1); OCEL_METHOD_COUNT if none.
ocel_rtsp_method ocel_rtsp_method_of(ocel_span text);

/// The method's name, static; "?" if there is no such method.
const char *ocel_rtsp_method_name(ocel_rtsp_method m);

/// Looks the request up: PLAY, PAUSE and TEARDOWN without a session give 454; SETUP while
/// playing gives 455; ANNOUNCE, RECORD and REDIRECT give 405. `m` and `s` must be in range.
ocel_rtsp_step ocel_rtsp_step_for(ocel_rtsp_method m, ocel_rtsp_state s);

#ifdef __cplusplus
}
#endif
#endif
