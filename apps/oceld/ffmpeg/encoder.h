// SPDX-License-Identifier: Apache-2.0
// H.264 out of raw pictures, without delay: every picture that goes in comes out at once.
#ifndef OCELD_ENCODER_H
#define OCELD_ENCODER_H

#include <libavcodec/avcodec.h>

#include "libav.h"

/// Fields are private; zero it, then call oceld_encoder_init.
typedef struct {
  AVCodecContext *codec;  // NULL until the first picture, whose size decides.
  AVPacket *packet;
  oceld_rate rate;
  oceld_tuning tuning;
  int64_t count;   // Pictures put in: the encoder's time.
  bool wants_key;  // The next picture is to be an IDR picture.
} oceld_encoder;

/// What to expect of an encoder so tuned.
void oceld_encoder_traits(oceld_rate rate, const oceld_tuning *tuning, oceld_source_traits *out);

/// @param rate  Pictures per second that the rate control assumes.
bool oceld_encoder_init(oceld_encoder *e, oceld_rate rate, const oceld_tuning *tuning,
                        oceld_failure *why);

/// Encodes a yuv420p picture and hands it to `feed`. What has been asked of the feed meanwhile
/// (key picture, tuning) is done first. The picture's type and time are overwritten.
bool oceld_encoder_put(oceld_encoder *e, AVFrame *picture, ocel_us captured_at, oceld_feed *feed,
                       oceld_failure *why);

void oceld_encoder_free(oceld_encoder *e);

#endif
