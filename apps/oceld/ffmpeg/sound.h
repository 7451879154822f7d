// SPDX-License-Identifier: Apache-2.0
// Sound of any form in, blocks of a stream's format out.
#ifndef OCELD_SOUND_H
#define OCELD_SOUND_H

#include <libavcodec/avcodec.h>

#include "graph.h"

/// Fields are private; zero it first.
typedef struct {
  ocel_codec kind;  // H.264: there is no sound.
  AVCodecContext *codec;
  AVPacket *packet;
  AVFrame *frame;
  oceld_graph graph;  // Makes frames of the encoder's form.
  int in_rate, in_format, in_channels;
  ocel_us base;      // When sample 0 was captured; a multiple of 10 ms.
  int64_t put;       // Samples encoded since.
  ocel_us expected;  // When the next sample that is put in is captured.
} oceld_sound;

/// Prepares the encoder and says in `traits` what will come out of it. OCEL_CODEC_H264 as `kind`
/// stands for no sound: nothing is done then, nor in `put`.
bool oceld_sound_open(oceld_sound *s, ocel_codec kind, oceld_source_traits *traits,
                      oceld_failure *why);

/// Encodes a frame and hands the blocks that are whole to `feed`. A frame that comes over 12 ms
/// after the last one's end begins anew; one that lies as much before it is left out.
///
/// @param frame        Its contents are moved out of it.
/// @param captured_at  Of its first sample.
bool oceld_sound_put(oceld_sound *s, AVFrame *frame, ocel_us captured_at, oceld_feed *feed,
                     oceld_failure *why);

void oceld_sound_close(oceld_sound *s);

#endif
