// SPDX-License-Identifier: Apache-2.0
#include "pictures.h"

#include <inttypes.h>

const char *oceld_pictures_format(ocel_codec codec) {
  return codec == OCEL_CODEC_JPEG ? "yuvj420p" : "yuv420p";
}

bool oceld_pictures_generate(oceld_pictures *p, const char *filters, oceld_failure *why) {
  return oceld_graph_begin(&p->graph, NULL, NULL, why) &&
         oceld_graph_build(&p->graph, filters, "buffersink", why);
}

static void describe_input(const AVFrame *f, AVRational time_base, char *out, size_t size) {
  const bool square = f->sample_aspect_ratio.num <= 0;
  (void)snprintf(out, size, "video_size=%dx%d:pix_fmt=%d:time_base=%d/%d:pixel_aspect=%d/%d",
                 f->width, f->height, f->format, time_base.num, time_base.den,
                 square ? 1 : f->sample_aspect_ratio.num, square ? 1 : f->sample_aspect_ratio.den);
}

// Both sides of a picture of 4:2:0 are even.
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
  (void)snprintf(out, size, "%s%s,format=%s", fps, scale, oceld_pictures_format(cfg->codec));
}

static bool convert(oceld_pictures *p, const AVFrame *f, AVRational time_base,
                    const oceld_source_config *cfg, oceld_failure *why) {
  char input[160], filters[160];
  describe_input(f, time_base, input, sizeof input);
  describe_filters(cfg, filters, sizeof filters);
  p->width = f->width;
  p->height = f->height;
  p->format = f->format;
  return oceld_graph_begin(&p->graph, "buffer", input, why) &&
         oceld_graph_build(&p->graph, filters, "buffersink", why);
}

bool oceld_pictures_put(oceld_pictures *p, AVFrame *picture, AVRational time_base,
                        const oceld_source_config *cfg, oceld_failure *why) {
  const bool same = p->graph.in != NULL && p->width == picture->width &&
                    p->height == picture->height && p->format == picture->format;
  if (!same && !convert(p, picture, time_base, cfg, why)) return false;
  return oceld_graph_put(&p->graph, picture, why);
}

void oceld_pictures_finish(oceld_pictures *p) { oceld_graph_finish(&p->graph); }

int oceld_pictures_get(oceld_pictures *p, AVFrame *out, oceld_failure *why) {
  return oceld_graph_get(&p->graph, out, why);
}

void oceld_pictures_free(oceld_pictures *p) { oceld_graph_free(&p->graph); }
