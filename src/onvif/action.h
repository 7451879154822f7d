// SPDX-License-Identifier: Apache-2.0
// What can be asked for: each service is a table of actions.
#ifndef OCEL_ONVIF_ACTION_H
#define OCEL_ONVIF_ACTION_H

#include "soap.h"
#include "view.h"

// Access classes (ONVIF Core 5.9.4.3).
typedef enum {
  OCEL__PRE_AUTH,
  OCEL__READ_SYSTEM,
  OCEL__READ_MEDIA,
  OCEL__ACTUATE,
  OCEL__WRITE_SYSTEM,
  OCEL__UNRECOVERABLE,
  OCEL__ACCESS_COUNT
} ocel__onvif_access;

// X(enumerator, HTTP status, code, subcode, subcode of that or NULL, text)
// The texts are for people, but for Home Assistant's "not implemented".
#define OCEL__ONVIF_FAULTS(X)                                                                  \
  X(NONE, 200, "", "", NULL, "")                                                               \
  X(NOT_AUTHORIZED, 401, "Sender", "NotAuthorized", NULL, "Sender not authorized")             \
  X(FORBIDDEN, 400, "Sender", "NotAuthorized", NULL, "Not authorized: not with this password") \
  X(NOT_SOAP, 400, "Sender", "WellFormed", NULL, "The request is no SOAP 1.2 message")         \
  X(TOO_LARGE, 400, "Sender", "InvalidArgs", NULL, "The request is too large")                 \
  X(NO_ACTION, 500, "Receiver", "ActionNotSupported", NULL, "This action is not implemented")  \
  X(NO_INTERFACE, 500, "Receiver", "ActionNotSupported", NULL,                                 \
    "Optional action not implemented: the interface is not known")                             \
  X(NO_SERVICE, 500, "Receiver", "ActionNotSupported", "NoSuchService", "No such service")     \
  X(NO_PROFILE, 400, "Sender", "InvalidArgVal", "NoProfile", "No such media profile")          \
  X(NO_CONFIG, 400, "Sender", "InvalidArgVal", "NoConfig", "No such configuration")            \
  X(NO_SOURCE, 400, "Sender", "InvalidArgVal", "NoVideoSource", "No such video source")        \
  X(STREAM_SETUP, 400, "Sender", "InvalidArgVal", "InvalidStreamSetup",                        \
    "This kind of stream or transport is not offered")                                         \
  X(NO_SNAPSHOT, 500, "Receiver", "ActionNotSupported", "SnapshotNotSupported",                \
    "This profile has no snapshot")                                                            \
  X(MODIFY, 400, "Sender", "InvalidArgVal", "ConfigModify", "A value is out of its range")     \
  X(FIXED, 500, "Receiver", "Action", "ConfigurationConflict", "The encoder refuses")          \
  X(NO_DATE, 400, "Sender", "InvalidArgVal", "InvalidDateTime", "This is no date and time")    \
  X(NO_TYPE, 400, "Sender", "InvalidArgVal", NULL, "A value is none that is defined")          \
  X(FAILED, 500, "Receiver", "Action", NULL, "The device could not do it")

typedef enum {
#define OCEL_X(id, status, code, sub, detail, text) OCEL__FAULT_##id,
  OCEL__ONVIF_FAULTS(OCEL_X)
#undef OCEL_X
      OCEL__FAULT_COUNT
} ocel__onvif_fault;

typedef struct {
  uint16_t status;
  const char *code, *subcode, *detail, *text;
} ocel__onvif_fault_text;

const ocel__onvif_fault_text *ocel__onvif_fault_of(const ocel_onvif_answer *a);

// How an answer's stream is to be fetched.
enum { OCEL__ONVIF_OVER_RTSP, OCEL__ONVIF_OVER_HTTP };

// What GetCapabilities was asked for: bits of an answer's `categories`.
enum { OCEL__CAPABILITY_DEVICE = 1, OCEL__CAPABILITY_MEDIA = 2, OCEL__CAPABILITY_ALL = 3 };

typedef struct {
  ocel_onvif *onvif;
  const ocel__soap *soap;
  ocel_onvif_answer *answer;
} ocel__onvif_request;

// Looks at a request's values, does what is asked, and says in `answer` what is to be told.
typedef ocel__onvif_fault ocel__onvif_doer(const ocel__onvif_request *r);

typedef struct ocel__onvif_action {
  const char *name;
  ocel__onvif_access access;
  ocel__onvif_doer *act;  // NULL: nothing to look at
  const ocel__onvif_piece *pieces;
  uint8_t count;
} ocel__onvif_action;

// An entry of a table: its name, its access class, its doer, and its pieces.
#define OCEL__ACTION(name, access, act, pieces) \
  { name, access, act, pieces, sizeof(pieces) / sizeof((pieces)[0]) }

typedef struct {
  const char *uri;
  const ocel__onvif_action *actions;
  size_t count;
} ocel__onvif_service;

// A service may have several tables.
extern const ocel__onvif_service OCEL__DEVICE_SERVICE, OCEL__DEVICE_NETWORK, OCEL__MEDIA_SERVICE,
    OCEL__MEDIA_ENCODERS;

// NULL: there is none.
const ocel__onvif_action *ocel__onvif_find(ocel_span uri, ocel_span name);

// The pieces that tell of a fault.
extern const ocel__onvif_action OCEL__ONVIF_FAULT_ACTION;

// Writes the next item of an answer, from where `at` is: {piece, number}; false: it was the last.
bool ocel__onvif_write(const ocel_onvif_answer *a, uint32_t at[2], ocel_wbuf *w);

// Number of streams.
unsigned ocel__onvif_streams(const ocel_onvif_camera *camera);
bool ocel__onvif_is_found(const ocel__onvif_view *v);
// As a segment of an URI (RFC 3986 3.3).
void ocel__put_percent(ocel_wbuf *w, const char *text);

// True if there are users.
bool ocel__onvif_is_locked(const ocel_onvif *o);

// Decides whether the caller may do what belongs to `access`.
ocel__onvif_fault ocel__onvif_login(ocel_onvif *o, const ocel_http_call *call, const ocel__soap *s,
                                    ocel__onvif_access access);

// An ocel_http_handler; `ctx` is the service.
void ocel__onvif_handle(void *ctx, const ocel_http_call *call, ocel_http_answer *out);

#endif
