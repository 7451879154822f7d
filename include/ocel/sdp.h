// SPDX-License-Identifier: Apache-2.0
// Writes the session description of a stream (RFC 8866, RFC 6184 8.2.1, RFC 2435, RFC 3640 4.1,
// RFC 7587 7, RFC 4585 4.2, RFC 4588 8.1).
#ifndef OCEL_SDP_H
#define OCEL_SDP_H

#include "ocel/err.h"
#include "ocel/format.h"
#include "ocel/jpeg.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One m-section of H.264. Spans are borrowed for the call.
typedef struct {
  uint8_t payload_type;                     ///< 96..127.
  uint8_t again_type;                       ///< Payload type of retransmissions, which are offered
                                            ///< with profile RTP/AVPF; 0: not offered.
  uint32_t clock_hz;                        ///< 90000 for H.264.
  unsigned track;                           ///< Number in `a=control:trackID=N`.
  ocel_span sps, pps;                       ///< NAL units with their headers; both non-empty.
  uint32_t bitrate;                         ///< Bits per second for b=AS, which is rounded up to
                                            ///< thousands; 0 leaves the line out.
  uint32_t fps_numerator, fps_denominator;  ///< a=framerate; 0/1 leaves it out.
} ocel_sdp_video;

/// One m-section of JPEG, whose payload type is 26.
typedef struct {
  unsigned track;
  uint8_t again_type;   ///< As of H.264.
  ocel_jpeg_size size;  ///< Of the pictures.
  uint32_t bitrate;     ///< As of H.264.
  uint32_t rate;        ///< Pictures in 1000 seconds for a=framerate; 0 leaves it out.
} ocel_sdp_jpeg;

typedef struct {
  uint64_t session_id;       ///< o= sess-id.
  uint64_t session_version;  ///< o= sess-version; changes whenever the tracks do.
  ocel_span address;         ///< o= unicast-address: text of an IPv4 or IPv6 address.
  bool ipv6;
  ocel_span name;  ///< s=; "ocel" if empty. CR, LF and NUL become spaces.
} ocel_sdp_session;

/// Writes the session part: v= o= s= c= t= a=control:* a=range:npt=now-.
void ocel_sdp_put_session(ocel_wbuf *w, const ocel_sdp_session *s);

/// Writes one video m-section with sprop-parameter-sets and profile-level-id; the latter is left
/// out if the SPS is too short to have one.
void ocel_sdp_put_video(ocel_wbuf *w, const ocel_sdp_video *v);

/// Writes one video m-section of JPEG, with the size as GStreamer (a=x-dimensions) reads it: the
/// payload's own is in units of 8.
void ocel_sdp_put_jpeg(ocel_wbuf *w, const ocel_sdp_jpeg *v);

/// Writes one sound m-section. `format` is valid and of sound; `again_type` as of H.264.
void ocel_sdp_put_sound(ocel_wbuf *w, const ocel_format *format, unsigned track,
                        uint8_t again_type);

#ifdef __cplusplus
}
#endif
#endif
