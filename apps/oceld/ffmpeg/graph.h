// SPDX-License-Identifier: Apache-2.0
// One chain of FFmpeg's filters, with one way in (or none) and one way out.
#ifndef OCELD_GRAPH_H
#define OCELD_GRAPH_H

#include <libavfilter/avfilter.h>
#include <libavutil/frame.h>

#include "libav.h"

/// Fields are private; zero it first.
typedef struct {
  AVFilterGraph *graph;  // NULL until there is one.
  AVFilterContext *in, *out;
} oceld_graph;

/// Frees what was there, and begins anew.
///
/// @param source  The filter that frames are put in by ("buffer", "abuffer") and its arguments;
///                NULL: the filters make frames of their own.
bool oceld_graph_begin(oceld_graph *g, const char *source, const char *arguments,
                       oceld_failure *why);

/// @param filters  In FFmpeg's notation.
/// @param sink     "buffersink" or "abuffersink".
bool oceld_graph_build(oceld_graph *g, const char *filters, const char *sink, oceld_failure *why);

/// Puts a frame in; its contents are moved out of it.
bool oceld_graph_put(oceld_graph *g, AVFrame *frame, oceld_failure *why);

/// Nothing more is put in; what is left can be got.
void oceld_graph_finish(oceld_graph *g);

/// Takes the next frame; its pts is in microseconds.
/// @return 1; 0 if there is none now; -1 with `why`.
int oceld_graph_get(oceld_graph *g, AVFrame *out, oceld_failure *why);

void oceld_graph_free(oceld_graph *g);

#endif
