// SPDX-License-Identifier: Apache-2.0
// The streams beside a source's first: its pictures, scaled and encoded once more for each.
#ifndef OCELD_RENDITIONS_H
#define OCELD_RENDITIONS_H

#include "encoder.h"
#include "pictures.h"

/// What the source's own pictures are.
typedef struct {
  oceld_size size;  ///< 0 x 0 if it is not known.
  oceld_rate rate;
} oceld_original;

typedef struct {
  oceld_source_config cfg;  // Size and tuning of this one.
  oceld_pictures pictures;
  oceld_encoder encoder;
  AVFrame *frame;
  bool known;  // Parameter sets have gone out.
} oceld_rendition_state;

/// Fields are private; zero it first.
typedef struct {
  oceld_rendition_state items[OCELD_STREAMS_MAX - 1];
  unsigned count;
} oceld_renditions;

/// Prepares what `cfg->more` asks for.
///
/// @param traits  Those of the first stream, which is done; the others' are behind it.
/// @return False if a stream would be larger than the source: `why` says what is possible.
bool oceld_renditions_open(oceld_renditions *r, const oceld_source_config *cfg,
                           const oceld_original *original, oceld_source_traits *traits,
                           oceld_failure *why);

/// What the first stream's encoder also gets; it is left as it is.
///
/// @param feed  The first stream's.
bool oceld_renditions_put(oceld_renditions *r, const AVFrame *picture, ocel_us captured_at,
                          oceld_feed *feed, oceld_failure *why);

void oceld_renditions_close(oceld_renditions *r);

#endif
