// SPDX-License-Identifier: Apache-2.0
// Heads of HTTP/1.x requests (RFC 9112 2-7) as borrowed spans, and bodies in chunks. An HTTP head
// reads like an RTSP one (RFC 2326 4), so the reader of ocel/rtsp_msg.h tells them apart:
//
//   rc = ocel_rtsp_parse(in, &scan, limits, &req, &used);
//   if (rc == OCEL_ERR_UNSUPPORTED) rc = ocel_http_parse(in, &scan, limits, &http, &used);
//
// Pure; keeps nothing. A body is the caller's: `used` ends with the head.
#ifndef OCEL_HTTP_MSG_H
#define OCEL_HTTP_MSG_H

#include "ocel/rtsp_msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/// X(text on the wire), case matters (RFC 9110 9).
#define OCEL_HTTP_METHODS(X) \
  X(GET)                     \
  X(HEAD)                    \
  X(POST)                    \
  X(OPTIONS)                 \
  X(PUT)                     \
  X(DELETE)

typedef enum {
#define OCEL_X(id) OCEL_HTTP_##id,
  OCEL_HTTP_METHODS(OCEL_X)
#undef OCEL_X
      OCEL_HTTP_METHOD_COUNT
} ocel_http_method;

/// Headers that are kept; all others are skipped. X(enumerator, name on the wire)
#define OCEL_HTTP_HEADERS(X)                      \
  X(ACCEPT, "Accept")                             \
  X(ACCEPT_ENCODING, "Accept-Encoding")           \
  X(AUTHORIZATION, "Authorization")               \
  X(CONNECTION, "Connection")                     \
  X(CONTENT_LENGTH, "Content-Length")             \
  X(CONTENT_TYPE, "Content-Type")                 \
  X(EXPECT, "Expect")                             \
  X(HOST, "Host")                                 \
  X(IF_NONE_MATCH, "If-None-Match")               \
  X(IF_RANGE, "If-Range")                         \
  X(ORIGIN, "Origin")                             \
  X(RANGE, "Range")                               \
  X(SESSION_COOKIE, "x-sessioncookie")            \
  X(TRANSFER_ENCODING, "Transfer-Encoding")       \
  X(UPGRADE, "Upgrade")                           \
  X(USER_AGENT, "User-Agent")                     \
  X(WEBSOCKET_KEY, "Sec-WebSocket-Key")           \
  X(WEBSOCKET_PROTOCOL, "Sec-WebSocket-Protocol") \
  X(WEBSOCKET_VERSION, "Sec-WebSocket-Version")

typedef enum {
#define OCEL_X(id, text) OCEL_HTTP_HEADER_##id,
  OCEL_HTTP_HEADERS(OCEL_X)
#undef OCEL_X
      OCEL_HTTP_HEADER_COUNT
} ocel_http_header;

/// One request head. All spans point into the bytes it was parsed from.
typedef struct {
  ocel_http_method method;  ///< OCEL_HTTP_METHOD_COUNT when `method_text` is none we know.
  ocel_span method_text;
  ocel_span target;
  uint8_t minor;                             ///< Of the version HTTP/1.x.
  ocel_span header[OCEL_HTTP_HEADER_COUNT];  ///< Trimmed; the first of equal names; {NULL,0} if
                                             ///< absent.
  int64_t content_length;                    ///< -1: not said.
  uint8_t hosts;    ///< Host headers that there are: RFC 9112 3.2 wants one.
  bool chunked;     ///< The body comes in chunks; `content_length` then means nothing.
  uint16_t status;  ///< 200, or the refusal to answer with.
} ocel_http_request;

/// Takes one request head from the beginning of `in`, after ocel_rtsp_parse has said that it is
/// HTTP, or by itself.
///
/// @param scan  As in ocel_rtsp_parse; goes on where that one left it.
/// @param used  Size of the head with its empty line, for OK.
/// @return OCEL_OK: `status` is 200, or 501 for an unknown method, or 505 for another version
///         than HTTP/1.x.
///         OCEL_ERR_MORE: not whole yet and within the limits.
///         OCEL_ERR_SYNTAX: `status` 400, also for a Content-Length that is no number or
///         contradicts another; or 501 for a Transfer-Encoding other than chunked.
///         OCEL_ERR_SPACE: 414 or 431 from the limits. After both, answer and close.
OCEL_MUST_USE ocel_err ocel_http_parse(ocel_span in, ocel_rtsp_scan *scan,
                                       const ocel_rtsp_limits *limits, ocel_http_request *req,
                                       size_t *used);

/// Reason phrase of a status (RFC 9110 15), such as "Not Found"; "Unknown" if we never send it.
const char *ocel_http_reason(uint16_t status);

/// Where a body in chunks (RFC 9112 7.1) is read. Zeroed before its first byte.
typedef struct {
  uint32_t left;  // of the chunk's data, or its size as far as it has been read
  uint8_t part;
  uint8_t digits;
} ocel_http_chunks;

/// Takes the next piece of content from the front of `*in`: as many bytes of one chunk as are
/// there. Extensions and trailers are skipped.
///
/// @param data  Points into `*in`; empty when `*in` is used up, or the body has ended.
/// @return OCEL_OK; OCEL_ERR_SYNTAX for what is no chunk, and for one of 2^28 bytes or more.
OCEL_MUST_USE ocel_err ocel_http_chunks_next(ocel_http_chunks *chunks, ocel_span *in,
                                             ocel_span *data);

/// True once the last chunk, of size 0, and its trailers have been read.
bool ocel_http_chunks_ended(const ocel_http_chunks *chunks);

#ifdef __cplusplus
}
#endif
#endif
