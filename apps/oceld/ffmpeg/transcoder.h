// SPDX-License-Identifier: Apache-2.0
// Anything FFmpeg decodes -> yuv420p pictures for the encoder, one by one.
#ifndef OCELD_TRANSCODER_H
#define OCELD_TRANSCODER_H

#include <libavcodec/avcodec.h>

#include "pictures.h"

/// Zero it, then call oceld_transcoder_open.
typedef struct {
  AVCodecContext *decoder;
  AVRational time_base;  // Of the packets.
  oceld_pictures pictures;
  AVFrame *decoded;
  AVFrame *picture;  ///< What oceld_transcoder_next has got; its pts in microseconds.
  const oceld_source_config *cfg;
} oceld_transcoder;

/// @param cfg  Size and rate that are wanted; must outlive the object.
bool oceld_transcoder_open(oceld_transcoder *t, const AVCodecParameters *par, AVRational time_base,
                           const oceld_source_config *cfg, oceld_failure *why);

/// Puts a packet in; NULL: the end, after which the next packet begins a new run. A packet that
/// cannot be decoded is passed over. Get all pictures before the next packet.
bool oceld_transcoder_put(oceld_transcoder *t, const AVPacket *packet, oceld_failure *why);

/// @return 1 with the next picture; 0 if a packet is needed; -1 with `why`.
int oceld_transcoder_next(oceld_transcoder *t, oceld_failure *why);

void oceld_transcoder_close(oceld_transcoder *t);

#endif
