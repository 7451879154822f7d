// SPDX-License-Identifier: Apache-2.0
// The values of those RTSP headers that carry structure: Transport, Range, Session, Require,
// Accept, and the request-URI. Each is one reader over a borrowed span.
#ifndef OCEL_RTSP_HEADERS_H
#define OCEL_RTSP_HEADERS_H

#include "ocel/err.h"
#include "ocel/span.h"
#include "ocel/time.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One entry of a Transport header (RFC 2326 12.39).
typedef struct {
  bool supported;  ///< RTP/AVP or RTP/AVPF, with /UDP, /TCP or neither; parameters readable.
  bool feedback;   ///< RTP/AVPF (RFC 4585).
  bool tcp;        ///< Lower transport is TCP.
  bool multicast;  ///< `multicast`; `unicast` or neither is false.
  bool record;     ///< mode=RECORD asked; modes besides PLAY and RECORD are unsupported.
  bool has_ports;  ///< client_port was given; a single port stands for the pair p, p+1.
  uint16_t rtp_port, rtcp_port;       ///< 1..65535; 0 or twice the same: unsupported.
  bool has_channels;                  ///< interleaved was given; a single number stands for n, n+1.
  uint8_t rtp_channel, rtcp_channel;  ///< 0..255; 256, or twice the same: unsupported.
  ocel_span destination;              ///< As the client wrote it; empty if absent. Never obeyed.
} ocel_transport;

/// Takes the next comma-separated entry of a Transport header, in the client's order of
/// preference. Names are case-blind, spaces around ';' ',' '=' are allowed, quotes are removed.
/// An entry that cannot be used comes back with `supported` false.
/// @return false at the end of the list.
bool ocel_transport_next(ocel_span *list, ocel_transport *out);

/// How a Range header reads (RFC 2326 3.5-3.7, 12.29).
typedef enum {
  OCEL_RANGE_NOW,    ///< npt=now-...
  OCEL_RANGE_NPT,    ///< npt=START-[END]; both in `start` and `end`.
  OCEL_RANGE_OTHER,  ///< smpte= or clock=, readable but of no meaning to a live stream.
} ocel_range_kind;

typedef struct {
  ocel_range_kind kind;
  ocel_us start;  ///< 0 for "npt=-END".
  ocel_us end;    ///< OCEL_NEVER when open, or "now".
} ocel_range;

/// @return OCEL_OK; OCEL_ERR_SYNTAX if unreadable, or END is before START; OCEL_ERR_UNSUPPORTED
///         for an unknown unit.
OCEL_MUST_USE ocel_err ocel_range_parse(ocel_span value, ocel_range *out);

/// The session id of a Session header, without `;timeout=` and spaces; empty if it is not
/// 1..64 characters of RFC 2326 3.4.
ocel_span ocel_session_id(ocel_span value);

/// Takes the next comma-separated token, trimmed and non-empty; false at the end. For Require,
/// Proxy-Require and Accept (where `;q=...` parameters are cut off).
bool ocel_token_next(ocel_span *list, ocel_span *token);

/// True if an Accept header (empty: absent, everything) admits `application/sdp`: that, or
/// `application/*`, or `*/*`, case-blind.
bool ocel_accepts_sdp(ocel_span accept);

/// ASCII, case-blind.
bool ocel_text_eq(ocel_span a, const char *b);

/// Reads a whole span as a decimal number without sign; false if it is anything else or > max.
bool ocel_text_uint(ocel_span s, uint32_t max, uint32_t *out);

/// Reads all of a CSeq value; any length up to 10 digits (RFC 2326 12.17). Leading zeros and 0
/// are legal.
bool ocel_cseq(ocel_span value, uint32_t *out);

/// A request-URI taken apart (RFC 2326 3.2). Accepts rtsp:// and rtsps:// (case-blind), with
/// credentials, host name, IPv4, [IPv6], port or not; a bare path; and `*`.
typedef struct {
  bool asterisk;      ///< The URI is "*".
  ocel_span base;     ///< Scheme and authority, credentials included; empty for a bare path.
  ocel_span path;     ///< From the first '/' to before '?'; "" if there is none.
  ocel_span query;    ///< Behind '?', a control part and '/' at the end cut off; empty if none.
  ocel_span control;  ///< What follows the stream in the forms "PATH/trackID=N" and
                      ///< "PATH?QUERY/trackID=N": "trackID=N" without slash; empty if none.
} ocel_rtsp_url;

/// @return OCEL_OK; OCEL_ERR_SYNTAX for another scheme, an empty authority, or a byte outside
///         0x21..0x7e. Only a last segment that ocel_rtsp_control_track reads is a control part,
///         with '/' behind it or not; `path` then no longer holds it, nor the '/' before it.
OCEL_MUST_USE ocel_err ocel_rtsp_url_parse(ocel_span url, ocel_rtsp_url *out);

/// True if a path asked for is the stream's: equal when runs of '/' count as one and a trailing
/// '/' counts as nothing. Case matters.
bool ocel_rtsp_path_is(ocel_span asked, ocel_span stream_path);

/// The track number of a control part "trackID=N" (N 0..99); -1 if it is none.
int ocel_rtsp_control_track(ocel_span control);

/// The value of `name` in a query "a=b&c=d"; empty if absent.
ocel_span ocel_query_value(ocel_span query, const char *name);

#ifdef __cplusplus
}
#endif
#endif
