// SPDX-License-Identifier: Apache-2.0
// One JPEG file out of a key picture and those that follow it.
#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

#include "encoder_form.h"
#include "pictures.h"
#include "snapshot_job.h"

extern __attribute__((visibility("default"))) oceld_snapshot_maker *const oceld_ffmpeg_snapshot;

typedef struct {
  AVCodecContext *decoder, *encoder;
  oceld_pictures pictures;
  AVFrame *decoded, *newest;
  AVPacket *packet;
} maker;

static void release(maker *m) {
  avcodec_free_context(&m->decoder);
  avcodec_free_context(&m->encoder);
  oceld_pictures_free(&m->pictures);
  av_frame_free(&m->decoded);
  av_frame_free(&m->newest);
  av_packet_free(&m->packet);
}

static AVCodecContext *open_codec(const AVCodec *codec) {
  return codec != NULL ? avcodec_alloc_context3(codec) : NULL;
}

static bool prepare(maker *m, ocel_codec codec, oceld_failure *why) {
  const bool jpeg = codec == OCEL_CODEC_JPEG;
  m->decoder = open_codec(avcodec_find_decoder(jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_H264));
  m->encoder = open_codec(oceld_jpeg_form.find());
  m->decoded = av_frame_alloc();
  m->newest = av_frame_alloc();
  m->packet = av_packet_alloc();
  if (m->decoder == NULL || m->encoder == NULL) {
    return oceld_fail(why, "this FFmpeg cannot decode the stream or encode JPEG");
  }
  if (m->decoded == NULL || m->newest == NULL || m->packet == NULL) {
    return oceld_fail(why, "out of memory");
  }
  m->decoder->thread_count = 1;  // There is time; the viewers' encoder has none.
  const int rc = avcodec_open2(m->decoder, NULL, NULL);
  return rc >= 0 || oceld_libav_fail(why, "cannot open the decoder", rc);
}

// Keeps the last picture that comes out.
static void keep_newest(maker *m) {
  while (avcodec_receive_frame(m->decoder, m->decoded) >= 0) {
    av_frame_unref(m->newest);
    av_frame_move_ref(m->newest, m->decoded);
  }
}

static bool decode(maker *m, const oceld_snapshot_job *job, oceld_failure *why) {
  uint8_t *at = job->bytes;
  for (size_t i = 0; i < job->count; i++) {
    m->packet->data = at;  // Copied by the decoder, since it has no buffer.
    m->packet->size = (int)job->size[i];
    at += job->size[i];
    (void)avcodec_send_packet(m->decoder, m->packet);
    keep_newest(m);
  }
  (void)avcodec_send_packet(m->decoder, NULL);
  keep_newest(m);
  m->packet->data = NULL;
  m->packet->size = 0;
  return m->newest->width > 0 || oceld_fail(why, "nothing in it can be decoded");
}

// The width that is wanted, and the height that goes with it.
static oceld_size wanted_size(const AVFrame *f, uint16_t width) {
  const uint32_t w = (uint32_t)f->width, h = (uint32_t)f->height;
  if (width == 0 || width >= w) return (oceld_size){0, 0};
  const uint32_t height = (uint32_t)(((uint64_t)h * width + w / 2) / w);
  return (oceld_size){width & ~1u, height < 2 ? 2 : height & ~1u};
}

static bool scale(maker *m, uint16_t width, oceld_failure *why) {
  const AVRational microsecond = {1, OCEL_SECOND};
  const oceld_source_config cfg = {
      .codec = OCEL_CODEC_JPEG, .size = wanted_size(m->newest, width), .fps = {0, 1}
  };
  m->newest->pts = 0;
  if (!oceld_pictures_put(&m->pictures, m->newest, microsecond, &cfg, why)) return false;
  av_frame_unref(m->decoded);
  const int rc = oceld_pictures_get(&m->pictures, m->decoded, why);
  return rc == 1 || (rc == 0 && oceld_fail(why, "the picture cannot be scaled"));
}

static bool encode(maker *m, ocel_wbuf *jpeg, oceld_failure *why) {
  const oceld_tuning tuning = {.quality = OCELD_SNAPSHOT_QUALITY};
  m->encoder->width = m->decoded->width;
  m->encoder->height = m->decoded->height;
  m->encoder->sample_aspect_ratio = m->decoded->sample_aspect_ratio;
  m->encoder->pix_fmt = oceld_jpeg_form.pixels;
  m->encoder->time_base = (AVRational){1, OCEL_SECOND};
  m->encoder->thread_count = 1;
  oceld_jpeg_form.set_up(m->encoder, &tuning);
  int rc = avcodec_open2(m->encoder, NULL, NULL);
  m->decoded->quality = m->encoder->global_quality;
  m->decoded->pict_type = AV_PICTURE_TYPE_NONE;
  if (rc >= 0) rc = avcodec_send_frame(m->encoder, m->decoded);
  if (rc >= 0) rc = avcodec_receive_packet(m->encoder, m->packet);
  if (rc < 0) return oceld_libav_fail(why, "cannot encode", rc);
  const size_t n = (size_t)m->packet->size;
  *jpeg = ocel_wbuf_make(malloc(n), n);
  if (jpeg->p == NULL) return oceld_fail(why, "out of memory");
  ocel_put_span(jpeg, ocel_span_make(m->packet->data, n));
  return true;
}

static bool make(const oceld_snapshot_job *job, ocel_wbuf *jpeg, oceld_failure *why) {
  maker m;
  memset(&m, 0, sizeof m);
  const bool ok = prepare(&m, job->codec, why) && decode(&m, job, why) &&
                  scale(&m, job->width, why) && encode(&m, jpeg, why);
  release(&m);
  return ok;
}

oceld_snapshot_maker *const oceld_ffmpeg_snapshot = make;
