// SPDX-License-Identifier: Apache-2.0
#include "transcoder.h"

static int open_decoder(oceld_transcoder *t, const AVCodec *codec, const AVCodecParameters *par) {
  t->decoder = avcodec_alloc_context3(codec);
  if (t->decoder == NULL) return AVERROR(ENOMEM);
  const int rc = avcodec_parameters_to_context(t->decoder, par);
  if (rc < 0) return rc;
  t->decoder->pkt_timebase = t->time_base;
  t->decoder->thread_count = 0;  // As many as there are processors.
  return avcodec_open2(t->decoder, codec, NULL);
}

bool oceld_transcoder_open(oceld_transcoder *t, const AVCodecParameters *par, AVRational time_base,
                           const oceld_source_config *cfg, oceld_failure *why) {
  const AVCodec *codec = avcodec_find_decoder(par->codec_id);
  if (codec == NULL) {
    return oceld_fail(why, "this FFmpeg cannot decode %s", avcodec_get_name(par->codec_id));
  }
  t->time_base = time_base;
  t->cfg = cfg;
  t->decoded = av_frame_alloc();
  t->picture = av_frame_alloc();
  if (t->decoded == NULL || t->picture == NULL) return oceld_fail(why, "out of memory");
  const int rc = open_decoder(t, codec, par);
  return rc >= 0 || oceld_libav_fail(why, "cannot open the decoder", rc);
}

bool oceld_transcoder_put(oceld_transcoder *t, const AVPacket *packet, oceld_failure *why) {
  const int rc = avcodec_send_packet(t->decoder, packet);
  if (rc >= 0 || rc == AVERROR_INVALIDDATA || rc == AVERROR_EOF) return true;
  return oceld_libav_fail(why, "the decoder takes no packet", rc);
}

// Moves one decoded picture into the filters. 1: done; 0: there is none; -1: failed.
static int move_decoded(oceld_transcoder *t, oceld_failure *why) {
  const int rc = avcodec_receive_frame(t->decoder, t->decoded);
  if (rc == AVERROR(EAGAIN)) return 0;
  if (rc == AVERROR_EOF) {
    oceld_pictures_finish(&t->pictures);
    avcodec_flush_buffers(t->decoder);
    return 0;
  }
  if (rc == AVERROR_INVALIDDATA) return 1;  // Passed over.
  if (rc < 0) {
    (void)oceld_libav_fail(why, "cannot decode", rc);
    return -1;
  }
  t->decoded->pts = t->decoded->best_effort_timestamp;
  return oceld_pictures_put(&t->pictures, t->decoded, t->time_base, t->cfg, why) ? 1 : -1;
}

int oceld_transcoder_next(oceld_transcoder *t, oceld_failure *why) {
  for (;;) {
    av_frame_unref(t->picture);
    int rc = oceld_pictures_get(&t->pictures, t->picture, why);
    if (rc != 0) return rc;
    rc = move_decoded(t, why);
    if (rc < 0) return rc;
    if (rc == 0) return oceld_pictures_get(&t->pictures, t->picture, why);
  }
}

void oceld_transcoder_close(oceld_transcoder *t) {
  avcodec_free_context(&t->decoder);
  oceld_pictures_free(&t->pictures);
  av_frame_free(&t->decoded);
  av_frame_free(&t->picture);
}
