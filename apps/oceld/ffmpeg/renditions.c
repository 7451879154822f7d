// SPDX-License-Identifier: Apache-2.0
#include "renditions.h"

#include <inttypes.h>

static bool fits(oceld_size size, oceld_size source, oceld_failure *why) {
  if (source.width == 0 || (size.width <= source.width && size.height <= source.height)) {
    return true;
  }
  return oceld_fail(why,
                    "a stream of %" PRIu32 "x%" PRIu32 " is larger than the source's %" PRIu32
                    "x%" PRIu32 "; give any even resolution from 16x16 up to that",
                    size.width, size.height, source.width, source.height);
}

static bool open_one(oceld_rendition_state *s, oceld_rate rate, oceld_source_traits *traits,
                     oceld_failure *why) {
  s->frame = av_frame_alloc();
  if (s->frame == NULL) return oceld_fail(why, "out of memory");
  if (!oceld_encoder_expect(&s->cfg, s->cfg.size, rate, traits, why)) return false;
  (void)snprintf(traits->description, sizeof traits->description, "%" PRIu32 "x%" PRIu32 ", ",
                 s->cfg.size.width, s->cfg.size.height);
  oceld_encoder_describe(&s->cfg, traits);
  return oceld_encoder_init(&s->encoder, &s->cfg, rate, why);
}

bool oceld_renditions_open(oceld_renditions *r, const oceld_source_config *cfg,
                           const oceld_original *original, oceld_source_traits *traits,
                           oceld_failure *why) {
  for (unsigned i = 0; i < cfg->more_count; i++) {
    oceld_rendition_state *s = &r->items[i];
    s->cfg = *cfg;
    s->cfg.size = cfg->more[i].size;
    s->cfg.fps = (oceld_rate){0, 1};
    s->cfg.tuning = cfg->more[i].tuning;
    s->cfg.codec = cfg->more[i].codec;
    r->count = i + 1;
    if (!fits(s->cfg.size, original->size, why)) return false;
    if (!open_one(s, original->rate, &traits[1 + i], why)) return false;
  }
  return true;
}

// Scales and encodes what goes in; normally one picture comes out.
static bool put_one(oceld_rendition_state *s, const AVFrame *picture, ocel_us captured_at,
                    oceld_feed *feed, oceld_failure *why) {
  static const AVRational MICROSECOND = {1, OCEL_SECOND};
  av_frame_unref(s->frame);
  int rc = av_frame_ref(s->frame, picture);
  if (rc < 0) return oceld_libav_fail(why, "no memory for a picture", rc);
  s->frame->pts = captured_at;
  if (!oceld_pictures_put(&s->pictures, s->frame, MICROSECOND, &s->cfg, why)) return false;
  while ((rc = oceld_pictures_get(&s->pictures, s->frame, why)) == 1) {
    if (!oceld_encoder_put(&s->encoder, s->frame, captured_at, feed, why)) return false;
    s->known = true;
    av_frame_unref(s->frame);
  }
  return rc == 0;
}

// While it rests, nothing is encoded; it goes on with a key picture.
static bool rests(oceld_rendition_state *s, const oceld_feed *feed) {
  if (oceld_feed_is_wanted(feed) || !s->known) return false;
  s->encoder.wants_key = true;
  return true;
}

bool oceld_renditions_put(oceld_renditions *r, const AVFrame *picture, ocel_us captured_at,
                          oceld_feed *feed, oceld_failure *why) {
  for (unsigned i = 0; i < r->count; i++) {
    oceld_feed *to = oceld_feed_of(feed, 1 + i);
    if (rests(&r->items[i], to)) continue;
    if (!put_one(&r->items[i], picture, captured_at, to, why)) return false;
  }
  return true;
}

void oceld_renditions_close(oceld_renditions *r) {
  for (unsigned i = 0; i < r->count; i++) {
    oceld_pictures_free(&r->items[i].pictures);
    oceld_encoder_free(&r->items[i].encoder);
    av_frame_free(&r->items[i].frame);
  }
}
