// SPDX-License-Identifier: Apache-2.0
// What all files of the module share.
#ifndef OCELD_LIBAV_H
#define OCELD_LIBAV_H

#include <libavutil/rational.h>

#include "feed.h"

/// oceld_fail with FFmpeg's text for `code` behind `what`: "cannot open: No such file".
bool oceld_libav_fail(oceld_failure *why, const char *what, int code);

static inline AVRational oceld_av_rate(oceld_rate r) {
  const AVRational q = {(int)r.numerator, (int)r.denominator};
  return q;
}

extern const oceld_source_kind oceld_test_kind, oceld_media_kind, oceld_camera_kind;

#endif
