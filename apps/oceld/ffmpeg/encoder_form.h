// SPDX-License-Identifier: Apache-2.0
// What the codecs that oceld encodes differ in.
#ifndef OCELD_ENCODER_FORM_H
#define OCELD_ENCODER_FORM_H

#include <libavcodec/avcodec.h>

#include "libav.h"

typedef struct {
  ocel_wrap wrap;
  enum AVPixelFormat pixels;     ///< What it takes.
  const AVCodec *(*find)(void);  ///< NULL if FFmpeg was built without.
  const char *missing;           ///< What to say then.
  /// What to expect of pictures of `size`.
  void (*estimate)(oceld_size size, oceld_rate rate, const oceld_tuning *tuning,
                   oceld_source_traits *out);
  /// Before the codec is opened, when all that every codec has is set.
  void (*set_up)(AVCodecContext *c, const oceld_tuning *tuning);
  /// @return False if that takes a new encoder.
  bool (*retune)(AVCodecContext *c, const oceld_tuning *was, const oceld_tuning *to);
} oceld_encoder_form;

extern const oceld_encoder_form oceld_h264_form, oceld_jpeg_form;

#endif
