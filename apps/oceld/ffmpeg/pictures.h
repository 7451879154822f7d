// SPDX-License-Identifier: Apache-2.0
// FFmpeg's filters in front of the encoder: they make test pictures, or turn decoded ones into
// those of the wanted size and rate.
#ifndef OCELD_PICTURES_H
#define OCELD_PICTURES_H

#include "graph.h"

/// Fields are private; zero it first.
typedef struct {
  oceld_graph graph;
  int width, height, format;  // What the graph takes.
} oceld_pictures;

/// The pixels that the encoder of `codec` takes, in FFmpeg's notation: JPEG has the full range.
const char *oceld_pictures_format(ocel_codec codec);

/// Makes a graph that gives pictures of its own. `filters` is FFmpeg's notation.
bool oceld_pictures_generate(oceld_pictures *p, const char *filters, oceld_failure *why);

/// Puts a decoded picture in; makes a graph for it, or another when its form changes.
///
/// @param picture    Its contents are moved out of it. Its time is in `time_base`.
/// @param cfg        Size and rate that are wanted.
bool oceld_pictures_put(oceld_pictures *p, AVFrame *picture, AVRational time_base,
                        const oceld_source_config *cfg, oceld_failure *why);

/// Nothing more is put in; what is left can be got. A new graph begins with the next `put`.
void oceld_pictures_finish(oceld_pictures *p);

/// Takes the next picture; its pts is in microseconds.
/// @return 1; 0 if there is none now; -1 with `why`.
int oceld_pictures_get(oceld_pictures *p, AVFrame *out, oceld_failure *why);

void oceld_pictures_free(oceld_pictures *p);

#endif
