// SPDX-License-Identifier: Apache-2.0
// What the engine reports as it happens: numbers only; a port makes text of them.
#ifndef OCEL_EVENT_H
#define OCEL_EVENT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// X(enumerator, level, text with the meaning of a and b) - level: 'e' error, 'w' warning,
/// 'i' info, 'd' debug.
#define OCEL_EVENTS(X)                                                           \
  X(CONNECTED, 'd', "connection opened")                                         \
  X(AUTH_FAILED, 'w', "wrong user name or password; a from this address lately") \
  X(REFUSED, 'w', "no room; a connections refused since this was told last")     \
  X(TURNED_AWAY, 'w', "not in allowed networks; a since this was told last")     \
  X(DISCONNECTED, 'd', "connection closed, reason a (ocel_close_reason)")        \
  X(REQUEST, 'd', "request: method a (ocel_rtsp_method), answered status b")     \
  X(HTTP_REQUEST, 'd', "HTTP request, answered status a")                        \
  X(TUNNEL, 'd', "RTSP over HTTP: requests come in on connection a")             \
  X(SESSION_SETUP, 'd', "session set up on stream a, track b")                   \
  X(SESSION_PLAY, 'i', "playing stream a; b is 1 over TCP, 0 over UDP")          \
  X(SESSION_PAUSE, 'd', "paused stream a")                                       \
  X(SESSION_END, 'i', "session on stream a ended, reason b (ocel_close_reason)") \
  X(VOICE, 'i', "talks to the camera, stream a")                                 \
  X(READER_SKIP, 'w', "slow reader on stream a skipped b pictures")              \
  X(KEYFRAME_WANTED, 'd', "stream a needs a key picture; ask its encoder")       \
  X(SNAPSHOT_WANTED, 'd', "a picture of stream a, b wide, is wanted as JPEG")    \
  X(STREAM_READY, 'i', "stream a has its parameter sets")

typedef enum {
#define OCEL_X(id, level, text) OCEL_EVENT_##id,
  OCEL_EVENTS(OCEL_X)
#undef OCEL_X
      OCEL_EVENT_COUNT
} ocel_event_code;

/// Why a connection or session ended. X(enumerator, text)
#define OCEL_CLOSE_REASONS(X)                           \
  X(PEER, "closed by the peer")                         \
  X(TEARDOWN, "TEARDOWN")                               \
  X(REPLACED, "replaced by a new SETUP")                \
  X(PROTOCOL, "unreadable request")                     \
  X(ANSWERED, "HTTP answer given, no more asked")       \
  X(REQUEST_TIMEOUT, "request not completed in time")   \
  X(IDLE_TIMEOUT, "no request came")                    \
  X(SESSION_TIMEOUT, "neither RTSP nor RTCP was heard") \
  X(STALLED, "reader made no progress")                 \
  X(DISCONNECT, "told to leave")                        \
  X(EVICTED, "made room for a newcomer")                \
  X(OVERTAKEN, "picture left the ring half sent")       \
  X(SHUTDOWN, "server stops")

typedef enum {
#define OCEL_X(id, text) OCEL_CLOSE_##id,
  OCEL_CLOSE_REASONS(OCEL_X)
#undef OCEL_X
      OCEL_CLOSE_REASON_COUNT
} ocel_close_reason;

typedef struct {
  ocel_event_code code;
  int conn;  ///< Connection number, or -1.
  uint32_t a, b;
} ocel_event;

/// Static text of the tables above, never NULL; "?" (level '?') for any other number.
const char *ocel_event_text(ocel_event_code code);
char ocel_event_level(ocel_event_code code);
const char *ocel_close_reason_text(ocel_close_reason reason);

#ifdef __cplusplus
}
#endif
#endif
