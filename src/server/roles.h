// SPDX-License-Identifier: Apache-2.0
// What a connection can be beside RTSP, and what it then remembers.
#ifndef OCEL_SERVER_ROLES_H
#define OCEL_SERVER_ROLES_H

#include "ocel/base64.h"
#include "ocel/http_route.h"

enum { OCEL__COOKIE_MAX = 40 };  // of an RTSP-over-HTTP tunnel; players send 16 to 32 characters

// What a connection carries, by its first request; ROLE_RTSP also before that. A tunnel has two:
// replies and media go out on the GET, which has the session; requests come in on the POST, as
// base64. What ROLE_HTTP is may still become half of a tunnel, or a push.
typedef enum { ROLE_RTSP, ROLE_GET, ROLE_POST, ROLE_HTTP, ROLE_PUSH } ocel__role;

// The half of a tunnel that one connection is.
typedef struct {
  int16_t other;  // the connection with the other half, or -1
  uint8_t cookie_n;
  bool chunked;      // of a POST
  ocel_base64 text;  // of a POST
  ocel_http_chunks chunks;
  ocel_us since;  // how long it has been without the other half
  uint8_t cookie[OCEL__COOKIE_MAX];
} ocel__tunnel;

// The answer that a connection is giving. All zero between answers, but for `want`.
typedef struct {
  ocel_http_body body;  // SPAN or PARTS: more of it is to come
  bool chunked;         // PARTS
  bool close;           // once it is given, for `reason`
  bool continued;       // 100 has been sent
  bool waiting;         // LATER: the caller has been let in as `role`
  uint8_t role, reason;
  uint32_t want;  // bytes of the next request, as far as is known: fewer need no look
  ocel_us since;  // of the answer, or of the waiting
  ocel_span span;
  ocel_http_part *part;
  ocel_http_progress progress;
  void (*release)(void *ctx);
  void *ctx;
} ocel__http_answering;

// A connection to which access units are pushed.
typedef struct {
  ocel_push_framing framing;
  bool greeted;      // WEBSOCKET: the parameter sets of `version` have been told
  bool closing;      // WEBSOCKET: a close frame has been put
  uint64_t version;  // of the stream's description
  ocel_us ping_due;  // WEBSOCKET
} ocel__push;

#endif
