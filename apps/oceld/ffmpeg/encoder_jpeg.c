// SPDX-License-Identifier: Apache-2.0
// JPEG as RTP can carry it: 4:2:0, the usual Huffman tables.
#include <libavutil/opt.h>

#include "encoder_form.h"

enum { UNIT_LEAST = 64 * 1024, QUANTISER_MOST = 31 };

static const AVCodec *find(void) { return avcodec_find_encoder(AV_CODEC_ID_MJPEG); }

// 12 bits a pixel are those of the picture itself: only noise at the best quality has more.
static void estimate(oceld_size size, oceld_rate rate, const oceld_tuning *tuning,
                     oceld_source_traits *out) {
  const uint32_t pixels = size.width * size.height;
  (void)rate;
  (void)tuning;
  out->unit_max = UNIT_LEAST + pixels / 2 * 3;
  out->gop_units = 1;
  out->gop_bytes = out->unit_max;
  out->bitrate = 0;
  out->keyframe_on_request = false;
}

// FFmpeg's quantiser for a quality as libjpeg counts it, where 50 is the tables of ITU-T T.81 K.1
// and the quantisers at 100 are all 1. FFmpeg's tables at 17 are about as coarse as those.
static int quantiser_for(uint32_t quality) {
  const uint32_t percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  const uint32_t q = (percent * 17 + 50) / 100;
  if (q < 1) return 1;
  return q > QUANTISER_MOST ? QUANTISER_MOST : (int)q;
}

static bool retune(AVCodecContext *c, const oceld_tuning *was, const oceld_tuning *to) {
  (void)was;
  c->global_quality = quantiser_for(to->quality) * FF_QP2LAMBDA;
  return true;
}

static void set_up(AVCodecContext *c, const oceld_tuning *tuning) {
  c->color_range = AVCOL_RANGE_JPEG;
  c->flags |= AV_CODEC_FLAG_QSCALE;
  c->qmin = 1;
  c->thread_type = FF_THREAD_SLICE;
  (void)retune(c, tuning, tuning);
  (void)av_opt_set(c->priv_data, "huffman", "default", 0);
}

const oceld_encoder_form oceld_jpeg_form = {
    .wrap = OCEL_WRAP_BLOCK,
    .pixels = AV_PIX_FMT_YUVJ420P,
    .find = find,
    .missing = "this FFmpeg has no encoder for JPEG",
    .estimate = estimate,
    .set_up = set_up,
    .retune = retune,
};
