// SPDX-License-Identifier: Apache-2.0
#include "graph.h"

#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

// Without threads: what the filters do is small beside the encoder.
bool oceld_graph_begin(oceld_graph *g, const char *source, const char *arguments,
                       oceld_failure *why) {
  oceld_graph_free(g);
  g->graph = avfilter_graph_alloc();
  if (g->graph == NULL) return oceld_fail(why, "out of memory");
  g->graph->nb_threads = 1;
  if (source == NULL) return true;
  const AVFilter *filter = avfilter_get_by_name(source);
  const int rc = avfilter_graph_create_filter(&g->in, filter, "in", arguments, NULL, g->graph);
  if (rc >= 0) return true;
  oceld_graph_free(g);
  return oceld_libav_fail(why, "FFmpeg's filters take no such frame", rc);
}

// `inputs` and `outputs` are as avfilter_graph_parse2 left them: what is open at either end.
static int tie(oceld_graph *g, const char *sink, const AVFilterInOut *inputs,
               const AVFilterInOut *outputs) {
  const AVFilter *filter = avfilter_get_by_name(sink);
  int rc = avfilter_graph_create_filter(&g->out, filter, "out", NULL, NULL, g->graph);
  if (rc < 0 || outputs == NULL) return rc < 0 ? rc : AVERROR(EINVAL);
  rc = avfilter_link(outputs->filter_ctx, (unsigned)outputs->pad_idx, g->out, 0);
  if (rc < 0 || inputs == NULL) return rc;
  return avfilter_link(g->in, 0, inputs->filter_ctx, (unsigned)inputs->pad_idx);
}

bool oceld_graph_build(oceld_graph *g, const char *filters, const char *sink, oceld_failure *why) {
  AVFilterInOut *inputs = NULL, *outputs = NULL;
  int rc = avfilter_graph_parse2(g->graph, filters, &inputs, &outputs);
  if (rc >= 0) rc = tie(g, sink, inputs, outputs);
  if (rc >= 0) rc = avfilter_graph_config(g->graph, NULL);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (rc >= 0) return true;
  oceld_graph_free(g);
  return oceld_libav_fail(why, "FFmpeg's filters do not work", rc);
}

bool oceld_graph_put(oceld_graph *g, AVFrame *frame, oceld_failure *why) {
  const int rc = av_buffersrc_add_frame(g->in, frame);
  return rc >= 0 || oceld_libav_fail(why, "FFmpeg's filters take no frame", rc);
}

void oceld_graph_finish(oceld_graph *g) {
  if (g->in == NULL) return;
  const int rc = av_buffersrc_add_frame(g->in, NULL);
  g->in = NULL;  // Belongs to the graph, which still gives what it holds.
  if (rc < 0) oceld_graph_free(g);
}

int oceld_graph_get(oceld_graph *g, AVFrame *out, oceld_failure *why) {
  const AVRational microsecond = {1, OCEL_SECOND};
  if (g->graph == NULL) return 0;
  const int rc = av_buffersink_get_frame(g->out, out);
  if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return 0;
  if (rc < 0) {
    (void)oceld_libav_fail(why, "FFmpeg's filters have failed", rc);
    return -1;
  }
  if (out->pts != AV_NOPTS_VALUE) {
    out->pts = av_rescale_q(out->pts, av_buffersink_get_time_base(g->out), microsecond);
  }
  return 1;
}

void oceld_graph_free(oceld_graph *g) {
  avfilter_graph_free(&g->graph);
  g->in = g->out = NULL;
}
