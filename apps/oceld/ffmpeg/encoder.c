// SPDX-License-Identifier: Apache-2.0
#include "encoder.h"

#include <libavutil/cpu.h>
#include <libavutil/opt.h>

#include "log.h"

enum {
  THREADS_MOST = 4,  // Each is a slice of its own.
  UNIT_LEAST = 256 * 1024,
};

// libx264 by choice; otherwise whatever FFmpeg was built with.
static const AVCodec *find(void) {
  const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
  return x264 != NULL ? x264 : avcodec_find_encoder(AV_CODEC_ID_H264);
}

bool oceld_encoder_exists(oceld_failure *why) {
  if (find() != NULL) return true;
  return oceld_fail(why,
                    "this FFmpeg has no encoder for H.264; install a libavcodec with libx264, or "
                    "serve a file that is H.264 already");
}

// A picture can be as large as the rate control's buffer, which is one second; and the bit rate
// may be raised later.
void oceld_encoder_traits(oceld_rate rate, const oceld_tuning *tuning, oceld_source_traits *out) {
  const uint32_t second = tuning->bitrate / 8;
  out->unit_max = 2 * second > UNIT_LEAST ? 2 * second : UNIT_LEAST;
  out->gop_units = tuning->gop;
  out->gop_bytes = (uint32_t)(1.25 * second * tuning->gop * rate.denominator / rate.numerator);
  out->bitrate = tuning->bitrate;
  out->keyframe_on_request = true;
}

static void set_rate(AVCodecContext *c, const oceld_tuning *t) {
  c->bit_rate = t->bitrate;
  c->rc_max_rate = t->bitrate;
  c->rc_buffer_size = (int)t->bitrate;
}

static void set_up(AVCodecContext *c, const oceld_encoder *e, const AVFrame *picture) {
  const int cpus = av_cpu_count();
  c->width = picture->width;
  c->height = picture->height;
  c->sample_aspect_ratio = picture->sample_aspect_ratio;
  c->pix_fmt = AV_PIX_FMT_YUV420P;
  c->framerate = oceld_av_rate(e->rate);
  c->time_base = av_inv_q(c->framerate);
  c->gop_size = (int)e->tuning.gop;
  c->max_b_frames = 0;
  c->qmin = (int)e->tuning.qp_min;
  c->qmax = (int)e->tuning.qp_max;
  c->thread_count = cpus < THREADS_MOST ? cpus : THREADS_MOST;
  set_rate(c, &e->tuning);
}

// Names that another encoder does not know are passed over.
static void set_private(AVCodecContext *c) {
  static const char *const OPTIONS[][2] = {
      {"preset",      "superfast"  },
      {"tune",        "zerolatency"},
      {"forced-idr",  "1"          },
      {"x264-params", "scenecut=0" },
  };
  for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
    (void)av_opt_set(c->priv_data, OPTIONS[i][0], OPTIONS[i][1], 0);
  }
}

static bool open_codec(oceld_encoder *e, const AVFrame *picture, oceld_failure *why) {
  const AVCodec *codec = find();
  avcodec_free_context(&e->codec);
  e->codec = avcodec_alloc_context3(codec);
  if (e->codec == NULL) return oceld_fail(why, "out of memory");
  set_up(e->codec, e, picture);
  set_private(e->codec);
  const int rc = avcodec_open2(e->codec, codec, NULL);
  if (rc < 0) {
    avcodec_free_context(&e->codec);
    return oceld_libav_fail(why, "cannot open the encoder", rc);
  }
  e->count = 0;
  return true;
}

bool oceld_encoder_init(oceld_encoder *e, oceld_rate rate, const oceld_tuning *tuning,
                        oceld_failure *why) {
  e->rate = rate;
  e->tuning = *tuning;
  e->packet = av_packet_alloc();
  return e->packet != NULL || oceld_fail(why, "out of memory");
}

// The bit rate alone is changed on the run; anything else takes a new encoder.
static void retune(oceld_encoder *e, const oceld_tuning *to) {
  const oceld_tuning was = e->tuning;
  e->tuning = *to;
  if (e->codec == NULL) return;
  const bool same = was.gop == to->gop && was.qp_min == to->qp_min && was.qp_max == to->qp_max;
  if (same) {
    set_rate(e->codec, to);
  } else {
    avcodec_free_context(&e->codec);
  }
}

static bool fits(const oceld_encoder *e, const AVFrame *picture) {
  return e->codec != NULL && e->codec->width == picture->width &&
         e->codec->height == picture->height;
}

// Hands over what comes out. A picture that is lost makes the next ones useless up to an IDR.
static bool drain(oceld_encoder *e, ocel_us captured_at, oceld_feed *feed, oceld_failure *why) {
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB, .captured_at = captured_at};
  for (;;) {
    const int rc = avcodec_receive_packet(e->codec, e->packet);
    if (rc == AVERROR(EAGAIN)) return true;
    if (rc < 0) return oceld_libav_fail(why, "the encoder has failed", rc);
    const ocel_span unit = ocel_span_make(e->packet->data, (size_t)e->packet->size);
    if (!oceld_feed_put(feed, unit, &how)) e->wants_key = true;
    av_packet_unref(e->packet);
  }
}

bool oceld_encoder_put(oceld_encoder *e, AVFrame *picture, ocel_us captured_at, oceld_feed *feed,
                       oceld_failure *why) {
  oceld_tuning tuning;
  if (oceld_feed_take_tuning(feed, &tuning)) retune(e, &tuning);
  if (!fits(e, picture) && !open_codec(e, picture, why)) return false;
  if (oceld_feed_take_keyframe(feed)) e->wants_key = true;
  picture->pict_type = e->wants_key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
  picture->pts = e->count++;
  e->wants_key = false;
  const int rc = avcodec_send_frame(e->codec, picture);
  if (rc < 0) return oceld_libav_fail(why, "the encoder takes no picture", rc);
  return drain(e, captured_at, feed, why);
}

void oceld_encoder_free(oceld_encoder *e) {
  avcodec_free_context(&e->codec);
  av_packet_free(&e->packet);
}
