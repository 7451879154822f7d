// SPDX-License-Identifier: Apache-2.0
#include <libavutil/opt.h>

#include "encoder_form.h"

enum { UNIT_LEAST = 256 * 1024 };

// libx264 by choice; otherwise whatever FFmpeg was built with.
static const AVCodec *find(void) {
  const AVCodec *x264 = avcodec_find_encoder_by_name("libx264");
  return x264 != NULL ? x264 : avcodec_find_encoder(AV_CODEC_ID_H264);
}

// A picture can be as large as the rate control's buffer, which is one second; and the bit rate
// may be raised later.
static void estimate(oceld_size size, oceld_rate rate, const oceld_tuning *tuning,
                     oceld_source_traits *out) {
  const uint32_t second = tuning->bitrate / 8;
  (void)size;
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

// Names that another encoder does not know are passed over.
static void set_up(AVCodecContext *c, const oceld_tuning *tuning) {
  static const char *const OPTIONS[][2] = {
      {"preset",      "superfast"  },
      {"tune",        "zerolatency"},
      {"forced-idr",  "1"          },
      {"x264-params", "scenecut=0" },
  };
  c->gop_size = (int)tuning->gop;
  c->max_b_frames = 0;
  c->qmin = (int)tuning->qp_min;
  c->qmax = (int)tuning->qp_max;
  set_rate(c, tuning);
  for (size_t i = 0; i < sizeof OPTIONS / sizeof OPTIONS[0]; i++) {
    (void)av_opt_set(c->priv_data, OPTIONS[i][0], OPTIONS[i][1], 0);
  }
}

// The bit rate alone is changed on the run.
static bool retune(AVCodecContext *c, const oceld_tuning *was, const oceld_tuning *to) {
  if (was->gop != to->gop || was->qp_min != to->qp_min || was->qp_max != to->qp_max) return false;
  set_rate(c, to);
  return true;
}

const oceld_encoder_form oceld_h264_form = {
    .wrap = OCEL_WRAP_ANNEXB,
    .pixels = AV_PIX_FMT_YUV420P,
    .find = find,
    .missing =
        "this FFmpeg has no encoder for H.264; install a libavcodec with libx264, or serve "
        "a file that is H.264 already",
    .estimate = estimate,
    .set_up = set_up,
    .retune = retune,
};
