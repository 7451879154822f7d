// SPDX-License-Identifier: Apache-2.0
#include "pictures.h"

#include <inttypes.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>

// A graph without threads: what it does is small beside the encoder.
static bool begin(oceld_pictures *p, oceld_failure *why) {
  oceld_pictures_free(p);
  p->graph = avfilter_graph_alloc();
  if (p->graph == NULL) return oceld_fail(why, "out of memory");
  p->graph->nb_threads = 1;
  return true;
}

// `inputs` and `outputs` are as avfilter_graph_parse2 left them: what is open at either end.
static int tie(oceld_pictures *p, const AVFilterInOut *inputs, const AVFilterInOut *outputs) {
  const AVFilter *sink = avfilter_get_by_name("buffersink");
  int rc = avfilter_graph_create_filter(&p->out, sink, "out", NULL, NULL, p->graph);
  if (rc < 0 || outputs == NULL) return rc < 0 ? rc : AVERROR(EINVAL);
  rc = avfilter_link(outputs->filter_ctx, (unsigned)outputs->pad_idx, p->out, 0);
  if (rc < 0 || inputs == NULL) return rc;
  return avfilter_link(p->in, 0, inputs->filter_ctx, (unsigned)inputs->pad_idx);
}

static bool build(oceld_pictures *p, const char *filters, oceld_failure *why) {
  AVFilterInOut *inputs = NULL, *outputs = NULL;
  int rc = avfilter_graph_parse2(p->graph, filters, &inputs, &outputs);
  if (rc >= 0) rc = tie(p, inputs, outputs);
  if (rc >= 0) rc = avfilter_graph_config(p->graph, NULL);
  avfilter_inout_free(&inputs);
  avfilter_inout_free(&outputs);
  if (rc >= 0) return true;
  oceld_pictures_free(p);
  return oceld_libav_fail(why, "FFmpeg's filters do not work", rc);
}

bool oceld_pictures_generate(oceld_pictures *p, const char *filters, oceld_failure *why) {
  return begin(p, why) && build(p, filters, why);
}

static void describe_input(const AVFrame *f, AVRational time_base, char *out, size_t size) {
  const bool square = f->sample_aspect_ratio.num <= 0;
  (void)snprintf(out, size, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d",
                 f->width, f->height, f->format, time_base.num, time_base.den,
                 square ? 1 : f->sample_aspect_ratio.num, square ? 1 : f->sample_aspect_ratio.den);
}

// Both sides of a yuv420p picture are even.
static void describe_filters(const oceld_source_config *cfg, char *out, size_t size) {
  char scale[64] = "scale=trunc(iw/2)*2:trunc(ih/2)*2", fps[64] = "";
  if (cfg->size.width > 0) {
    (void)snprintf(scale, sizeof scale, "scale=%" PRIu32 ":%" PRIu32, cfg->size.width,
                   cfg->size.height);
  }
  if (cfg->fps.numerator > 0) {
    (void)snprintf(fps, sizeof fps, "fps=%" PRIu32 "/%" PRIu32 ",", cfg->fps.numerator,
                   cfg->fps.denominator);
  }
  (void)snprintf(out, size, "%s%s,format=yuv420p", fps, scale);
}

static bool convert(oceld_pictures *p, const AVFrame *f, AVRational time_base,
                    const oceld_source_config *cfg, oceld_failure *why) {
  char input[160], filters[160];
  describe_input(f, time_base, input, sizeof input);
  describe_filters(cfg, filters, sizeof filters);
  if (!begin(p, why)) return false;
  const AVFilter *source = avfilter_get_by_name("buffer");
  const int rc = avfilter_graph_create_filter(&p->in, source, "in", input, NULL, p->graph);
  if (rc < 0) return oceld_libav_fail(why, "FFmpeg's filters take no such picture", rc);
  p->width = f->width;
  p->height = f->height;
  p->format = f->format;
  return build(p, filters, why);
}

bool oceld_pictures_put(oceld_pictures *p, AVFrame *picture, AVRational time_base,
                        const oceld_source_config *cfg, oceld_failure *why) {
  const bool same = p->in != NULL && p->width == picture->width && p->height == picture->height &&
                    p->format == picture->format;
  if (!same && !convert(p, picture, time_base, cfg, why)) return false;
  const int rc = av_buffersrc_add_frame(p->in, picture);
  return rc >= 0 || oceld_libav_fail(why, "FFmpeg's filters take no picture", rc);
}

void oceld_pictures_finish(oceld_pictures *p) {
  if (p->in == NULL) return;
  const int rc = av_buffersrc_add_frame(p->in, NULL);
  p->in = NULL;  // Belongs to the graph, which still gives what it holds.
  if (rc < 0) oceld_pictures_free(p);
}

int oceld_pictures_get(oceld_pictures *p, AVFrame *out, oceld_failure *why) {
  const AVRational microsecond = {1, OCEL_SECOND};
  if (p->graph == NULL) return 0;
  const int rc = av_buffersink_get_frame(p->out, out);
  if (rc == AVERROR(EAGAIN) || rc == AVERROR_EOF) return 0;
  if (rc < 0) {
    (void)oceld_libav_fail(why, "FFmpeg's filters have failed", rc);
    return -1;
  }
  if (out->pts != AV_NOPTS_VALUE) {
    out->pts = av_rescale_q(out->pts, av_buffersink_get_time_base(p->out), microsecond);
  }
  return 1;
}

void oceld_pictures_free(oceld_pictures *p) {
  avfilter_graph_free(&p->graph);
  p->in = p->out = NULL;
}
