// SPDX-License-Identifier: Apache-2.0
// Sound from a viewer to the camera: the backchannel of the ONVIF Streaming Specification (5.3).
// A client that asks DESCRIBE for it ("Require: www.onvif.org/ver20/backchannel") sees one more
// track, a=sendonly, sets it up like any other, and after PLAY sends G.711 on it as RTP.
//
// One talks at a time. Whoever begins has the stream's loudspeaker until he has been silent for
// OCEL_BACKCHANNEL_SILENCE or his session ends; what others send meanwhile is dropped.
#ifndef OCEL_BACKCHANNEL_H
#define OCEL_BACKCHANNEL_H

#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

#define OCEL_BACKCHANNEL_SILENCE (2 * OCEL_SECOND)

/// One packet of what is said: 8000 samples a second, one channel.
typedef struct {
  int conn;            ///< Who talks.
  ocel_codec codec;    ///< OCEL_CODEC_PCMU or OCEL_CODEC_PCMA.
  bool first;          ///< He has just begun.
  uint16_t lost;       ///< Packets that are missing before this one.
  uint32_t timestamp;  ///< Of the first sample, in samples, modulo 2^32, from a random origin.
  ocel_span samples;   ///< One byte a sample (ocel/g711.h); valid until the return.
} ocel_voice;

/// Called in the server's thread; must not call the server, and must not wait.
typedef void ocel_voice_fn(void *ctx, int stream, const ocel_voice *voice);

/// Gives a stream a backchannel. `ctx` must outlive the server.
/// @return OCEL_OK; OCEL_ERR_CONFIG without such a stream, or without `fn`.
OCEL_MUST_USE ocel_err ocel_server_set_backchannel(ocel_server *srv, int stream, ocel_voice_fn *fn,
                                                   void *ctx);

#ifdef __cplusplus
}
#endif
#endif
