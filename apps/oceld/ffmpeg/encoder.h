// SPDX-License-Identifier: Apache-2.0
// H.264 or JPEG out of raw pictures, without delay: every picture that goes in comes out at once.
#ifndef OCELD_ENCODER_H
#define OCELD_ENCODER_H

#include <libavcodec/avcodec.h>

#include "encoder_form.h"
#include "libav.h"

/// Fields are private; zero it, then call oceld_encoder_init.
typedef struct {
  const oceld_encoder_form *form;
  AVCodecContext *codec;  // NULL until the first picture, whose size decides.
  AVPacket *packet;
  oceld_rate rate;
  oceld_tuning tuning;
  ocel_us began;   // With the picture that is being encoded.
  int64_t count;   // Pictures put in: the encoder's time.
  bool wants_key;  // The next picture is to be an IDR picture.
} oceld_encoder;

/// What to expect of an encoder of `cfg` that gets pictures of `size`.
/// @return False if there is no such encoder, or RTP cannot carry such pictures.
bool oceld_encoder_expect(const oceld_source_config *cfg, oceld_size size, oceld_rate rate,
                          oceld_source_traits *out, oceld_failure *why);

/// What a track of such pictures is.
ocel_format oceld_encoder_format(const oceld_source_config *cfg, oceld_rate rate);

/// Appends bit rate or quality to the description.
void oceld_encoder_describe(const oceld_source_config *cfg, oceld_source_traits *traits);

/// @param rate  Pictures per second that the rate control assumes.
bool oceld_encoder_init(oceld_encoder *e, const oceld_source_config *cfg, oceld_rate rate,
                        oceld_failure *why);

/// Encodes a picture (oceld_pictures_format) and hands it to `feed`. What has been asked of the
/// feed meanwhile (key picture, tuning) is done first. The picture's type and time are overwritten.
bool oceld_encoder_put(oceld_encoder *e, AVFrame *picture, ocel_us captured_at, oceld_feed *feed,
                       oceld_failure *why);

void oceld_encoder_free(oceld_encoder *e);

#endif
