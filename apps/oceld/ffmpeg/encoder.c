// SPDX-License-Identifier: Apache-2.0
#include "encoder.h"

#include <inttypes.h>
#include <libavutil/cpu.h>
#include <string.h>

#include "encoder_form.h"
#include "log.h"
#include "ocel/jpeg.h"
#include "ocel/loop.h"

enum {
  THREADS_MOST = 4,  // Each is a slice of its own.
};

static const oceld_encoder_form *form_of(ocel_codec codec) {
  return codec == OCEL_CODEC_JPEG ? &oceld_jpeg_form : &oceld_h264_form;
}

static bool fits_rtp(const oceld_encoder_form *form, oceld_size size, oceld_failure *why) {
  if (form != &oceld_jpeg_form) return true;
  if (size.width <= OCEL_JPEG_SIDE_MAX && size.height <= OCEL_JPEG_SIDE_MAX) return true;
  return oceld_fail(why,
                    "codec mjpeg: %" PRIu32 "x%" PRIu32
                    " is more than RTP can carry; give a size "
                    "of at most %ux%u",
                    size.width, size.height, OCEL_JPEG_SIDE_MAX, OCEL_JPEG_SIDE_MAX);
}

bool oceld_encoder_expect(const oceld_source_config *cfg, oceld_size size, oceld_rate rate,
                          oceld_source_traits *out, oceld_failure *why) {
  const oceld_encoder_form *form = form_of(cfg->codec);
  if (form->find() == NULL) return oceld_fail(why, "%s", form->missing);
  form->estimate(size, rate, &cfg->tuning, out);
  out->picture = oceld_encoder_format(cfg, rate);
  return fits_rtp(form, size, why);
}

ocel_format oceld_encoder_format(const oceld_source_config *cfg, oceld_rate rate) {
  const uint64_t thousandths = (uint64_t)rate.numerator * 1000;
  return (ocel_format){.codec = cfg->codec,
                       .rate = (uint32_t)((thousandths + rate.denominator / 2) / rate.denominator)};
}

void oceld_encoder_describe(const oceld_source_config *cfg, oceld_source_traits *traits) {
  const size_t n = strlen(traits->description);
  char *to = traits->description + n;
  if (traits->bitrate > 0) {
    (void)snprintf(to, sizeof traits->description - n, "%" PRIu32 " kbit/s",
                   traits->bitrate / 1000);
  } else {
    (void)snprintf(to, sizeof traits->description - n, "MJPEG of quality %" PRIu32,
                   cfg->tuning.quality);
  }
}

static void set_up(AVCodecContext *c, const oceld_encoder *e, const AVFrame *picture) {
  const int cpus = av_cpu_count();
  c->width = picture->width;
  c->height = picture->height;
  c->sample_aspect_ratio = picture->sample_aspect_ratio;
  c->pix_fmt = e->form->pixels;
  c->framerate = oceld_av_rate(e->rate);
  c->time_base = av_inv_q(c->framerate);
  c->thread_count = cpus < THREADS_MOST ? cpus : THREADS_MOST;
  e->form->set_up(c, &e->tuning);
}

static bool open_codec(oceld_encoder *e, const AVFrame *picture, oceld_failure *why) {
  const AVCodec *codec = e->form->find();
  const oceld_size size = {(uint32_t)picture->width, (uint32_t)picture->height};
  if (!fits_rtp(e->form, size, why)) return false;
  avcodec_free_context(&e->codec);
  e->codec = avcodec_alloc_context3(codec);
  if (e->codec == NULL) return oceld_fail(why, "out of memory");
  set_up(e->codec, e, picture);
  const int rc = avcodec_open2(e->codec, codec, NULL);
  if (rc < 0) {
    avcodec_free_context(&e->codec);
    return oceld_libav_fail(why, "cannot open the encoder", rc);
  }
  e->count = 0;
  return true;
}

bool oceld_encoder_init(oceld_encoder *e, const oceld_source_config *cfg, oceld_rate rate,
                        oceld_failure *why) {
  e->form = form_of(cfg->codec);
  e->rate = rate;
  e->tuning = cfg->tuning;
  e->packet = av_packet_alloc();
  return e->packet != NULL || oceld_fail(why, "out of memory");
}

static void retune(oceld_encoder *e, const oceld_tuning *to) {
  const oceld_tuning was = e->tuning;
  e->tuning = *to;
  if (e->codec == NULL || e->form->retune(e->codec, &was, to)) return;
  avcodec_free_context(&e->codec);
}

static bool fits(const oceld_encoder *e, const AVFrame *picture) {
  return e->codec != NULL && e->codec->width == picture->width &&
         e->codec->height == picture->height;
}

// Hands over what comes out. A picture that is lost makes the next ones useless up to an IDR.
static bool drain(oceld_encoder *e, ocel_us captured_at, oceld_feed *feed, oceld_failure *why) {
  ocel_commit how = {.wrap = e->form->wrap, .captured_at = captured_at};
  for (;;) {
    const int rc = avcodec_receive_packet(e->codec, e->packet);
    how.encode_time = ocel_loop_now() - e->began;
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
  picture->quality = e->codec->global_quality;
  picture->pts = e->count++;
  e->wants_key = false;
  e->began = ocel_loop_now();
  const int rc = avcodec_send_frame(e->codec, picture);
  if (rc < 0) return oceld_libav_fail(why, "the encoder takes no picture", rc);
  return drain(e, captured_at, feed, why);
}

void oceld_encoder_free(oceld_encoder *e) {
  avcodec_free_context(&e->codec);
  av_packet_free(&e->packet);
}
