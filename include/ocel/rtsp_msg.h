// SPDX-License-Identifier: Apache-2.0
// RTSP/1.0 requests (RFC 2326 4, 6, 12) as borrowed spans, and the first bytes of a connection
// told apart: a request, or an interleaved frame (RFC 2326 10.12). Pure; keeps nothing.
#ifndef OCEL_RTSP_MSG_H
#define OCEL_RTSP_MSG_H

#include "ocel/err.h"
#include "ocel/rtsp_state.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Headers that are kept; all others are skipped. X(enumerator, name on the wire)
#define OCEL_RTSP_HEADERS(X)                \
  X(ACCEPT, "Accept")                       \
  X(AUTHORIZATION, "Authorization")         \
  X(CONTENT_LENGTH, "Content-Length")       \
  X(CONTENT_TYPE, "Content-Type")           \
  X(CSEQ, "CSeq")                           \
  X(PROXY_REQUIRE, "Proxy-Require")         \
  X(RANGE, "Range")                         \
  X(REQUIRE, "Require")                     \
  X(SCALE, "Scale")                         \
  X(SESSION, "Session")                     \
  X(TRANSFER_ENCODING, "Transfer-Encoding") \
  X(TRANSPORT, "Transport")                 \
  X(USER_AGENT, "User-Agent")

typedef enum {
#define OCEL_X(id, text) OCEL_HEADER_##id,
  OCEL_RTSP_HEADERS(OCEL_X)
#undef OCEL_X
      OCEL_HEADER_COUNT
} ocel_rtsp_header;

/// Bounds of one request; exceeding one gives the status named beside it.
typedef struct {
  uint16_t url_max;      ///< Bytes of the request-URI: 414.
  uint16_t line_max;     ///< Bytes of one header line, its end not counted: 400.
  uint16_t head_max;     ///< Bytes of all before the body, line ends too: 400.
  uint16_t headers_max;  ///< Number of header lines, folded ones too: 400.
  uint32_t body_max;     ///< Content-Length: 413.
} ocel_rtsp_limits;

/// 2048, 4096, 8192, 64, 4096.
extern const ocel_rtsp_limits OCEL_RTSP_LIMITS_DEFAULT;

/// One request. All spans point into the bytes it was parsed from.
typedef struct {
  ocel_rtsp_method method;  ///< OCEL_METHOD_COUNT when `method_text` is none we know.
  ocel_span method_text;
  ocel_span url;
  ocel_span header[OCEL_HEADER_COUNT];  ///< Trimmed; the first of equal names; {NULL,0} if absent.
  ocel_span body;
  uint16_t status;  ///< 200, or the refusal to answer with (see below).
} ocel_rtsp_request;

/// How far a request that is still coming in has been read, so that no byte of its head is read
/// twice. Zeroed before the first byte of a request. Fields are private.
typedef struct {
  uint32_t body;   // Content-Length, once the head is whole
  uint16_t at;     // bytes of the head read
  uint16_t mark;   // where the element that is being read begins
  uint16_t lines;  // header lines begun
  uint8_t part;    // place in the grammar
  bool cr;         // the last byte was CR
  bool http;       // the version begins like one of HTTP
} ocel_rtsp_scan;

/// Takes one request from the beginning of `in`. Empty lines before it are skipped; line ends
/// are CRLF or LF; header names are case-blind; a folded line (leading space or tab) continues
/// the value before it and is kept as it stands.
///
/// @param in      Bytes received and not yet consumed. After MORE the next call must begin with
///                the same bytes (wherever they lie by then) and may add some.
/// @param scan    Kept by the caller from call to call; zeroed again by all results but MORE and
///                UNSUPPORTED. A request that comes byte by byte costs as much as one that comes
///                at once.
/// @param req     Filled for OK; for SYNTAX and SPACE at least `status` and, when it was there,
///                the CSeq header, so that the refusal can be sent before closing.
/// @param used    Bytes consumed, for OK.
/// @return OCEL_OK: `status` is 200, or 501 (Not Implemented) for an unknown method, or 505 for
///         another version than RTSP/1.x; the connection may go on.
///         OCEL_ERR_MORE: not whole yet and within the limits.
///         OCEL_ERR_SYNTAX: `status` 400, as soon as a byte cannot belong to a request; or 411
///         when a Transfer-Encoding stands in for the missing Content-Length; OCEL_ERR_SPACE:
///         413, 414 or 400 from the limits. After both, answer and close: the next request's
///         beginning is unknown.
///         OCEL_ERR_UNSUPPORTED: an HTTP request, seen at its version; nothing else is filled in.
///         `scan` goes on in ocel_http_parse (ocel/http_msg.h) with the same bytes.
OCEL_MUST_USE ocel_err ocel_rtsp_parse(ocel_span in, ocel_rtsp_scan *scan,
                                       const ocel_rtsp_limits *limits, ocel_rtsp_request *req,
                                       size_t *used);

/// One interleaved frame: '$', channel, 16-bit length, data (RFC 2326 10.12).
typedef struct {
  uint8_t channel;
  ocel_span data;
} ocel_rtsp_frame;

/// Takes one interleaved frame from bytes that begin with '$'.
///
/// @return OCEL_OK and the bytes consumed; OCEL_ERR_MORE; OCEL_ERR_SYNTAX if there is no '$'.
OCEL_MUST_USE ocel_err ocel_rtsp_frame_parse(ocel_span in, ocel_rtsp_frame *frame, size_t *used);

/// Reason phrase of a status (RFC 2326 7.1.1), such as "Session Not Found"; "Unknown" if we
/// never send it.
const char *ocel_rtsp_reason(uint16_t status);

#ifdef __cplusplus
}
#endif
#endif
