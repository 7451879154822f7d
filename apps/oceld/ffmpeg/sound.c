// SPDX-License-Identifier: Apache-2.0
#include "sound.h"

#include <stdlib.h>
#include <string.h>

#include "ocel/sound_pack.h"

enum { BLOCKS_PER_SECOND = 50, AAC_UNIT_MAX = 2048 };

// Sample times that are multiples of it give whole ticks at any usual rate; see ocel/ring.h.
static const ocel_us GRID = 10 * OCEL_MILLISECOND;
// Half a usual frame; beyond it, lips would be seen to be off.
static const ocel_us GAP = 12 * OCEL_MILLISECOND;

typedef struct {
  const char *encoders[2];  // The first one there is serves.
  int rate, channels;
  int64_t bitrate;  // 0: by its samples.
} sound_form;

static const sound_form FORMS[OCEL_CODEC_COUNT] = {
    [OCEL_CODEC_PCMU] = {{"pcm_mulaw"},       8000,  1, 0     },
    [OCEL_CODEC_PCMA] = {{"pcm_alaw"},        8000,  1, 0     },
    [OCEL_CODEC_L16] = {{"pcm_s16be"},       44100, 1, 0     },
    [OCEL_CODEC_AAC] = {{"aac"},             48000, 2, 128000},
    [OCEL_CODEC_OPUS] = {{"libopus", "opus"}, 48000, 2, 64000 },
};

static const AVCodec *find(const sound_form *form) {
  const AVCodec *codec = NULL;
  for (size_t i = 0; i < 2 && codec == NULL && form->encoders[i] != NULL; i++) {
    codec = avcodec_find_encoder_by_name(form->encoders[i]);
  }
  return codec;
}

static bool open_codec(oceld_sound *s, oceld_failure *why) {
  const sound_form *form = &FORMS[s->kind];
  const AVCodec *codec = find(form);
  if (codec == NULL) {
    return oceld_fail(why, "this FFmpeg has no encoder for %s; choose another with audio",
                      form->encoders[0]);
  }
  avcodec_free_context(&s->codec);
  s->codec = avcodec_alloc_context3(codec);
  if (s->codec == NULL) return oceld_fail(why, "out of memory");
  s->codec->sample_rate = form->rate;
  s->codec->sample_fmt = codec->sample_fmts[0];
  s->codec->bit_rate = form->bitrate;
  s->codec->time_base = (AVRational){1, form->rate};
  s->codec->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  s->codec->strict_std_compliance = FF_COMPLIANCE_EXPERIMENTAL;
  av_channel_layout_default(&s->codec->ch_layout, form->channels);
  const int rc = avcodec_open2(s->codec, codec, NULL);
  return rc >= 0 || oceld_libav_fail(why, "cannot open the encoder for sound", rc);
}

static int block_samples(const oceld_sound *s) {
  if (s->codec->frame_size > 0) return s->codec->frame_size;
  return s->codec->sample_rate / BLOCKS_PER_SECOND;
}

static uint32_t block_max(const oceld_sound *s, const ocel_format *f) {
  const size_t sample = ocel_format_sample_size(f);
  if (s->kind == OCEL_CODEC_OPUS) return OCEL_OPUS_UNIT_MAX;
  return sample > 0 ? (uint32_t)(sample * (size_t)block_samples(s)) : AAC_UNIT_MAX;
}

static bool tell(const oceld_sound *s, oceld_source_traits *traits, oceld_failure *why) {
  ocel_format *f = &traits->sound;
  *f = (ocel_format){
      .codec = s->kind,
      .clock_hz = (uint32_t)s->codec->sample_rate,
      .channels = (uint8_t)s->codec->ch_layout.nb_channels,
  };
  if (s->kind == OCEL_CODEC_AAC) {
    const size_t n = (size_t)s->codec->extradata_size;
    if (n > sizeof f->config) return oceld_fail(why, "the encoder for AAC says too much of itself");
    if (n > 0) memcpy(f->config, s->codec->extradata, n);
    f->config_n = (uint8_t)n;
  }
  traits->sound_unit_max = block_max(s, f);
  traits->sound_blocks = (uint32_t)(s->codec->sample_rate / block_samples(s)) + 1;
  return true;
}

bool oceld_sound_open(oceld_sound *s, ocel_codec kind, oceld_source_traits *traits,
                      oceld_failure *why) {
  s->kind = kind;
  if (kind == OCEL_CODEC_H264) return true;
  s->packet = av_packet_alloc();
  s->frame = av_frame_alloc();
  if (s->packet == NULL || s->frame == NULL) return oceld_fail(why, "out of memory");
  return open_codec(s, why) && tell(s, traits, why);
}

// ---- from any form to the encoder's ----

static bool build_graph(oceld_sound *s, const AVFrame *f, oceld_failure *why) {
  char input[192], filters[192], layout[64], to_layout[64];
  (void)av_channel_layout_describe(&f->ch_layout, layout, sizeof layout);
  (void)av_channel_layout_describe(&s->codec->ch_layout, to_layout, sizeof to_layout);
  (void)snprintf(input, sizeof input,
                 "sample_rate=%d:sample_fmt=%d:channel_layout=%s:time_base=1/%d", f->sample_rate,
                 f->format, layout, f->sample_rate);
  (void)snprintf(filters, sizeof filters,
                 "aresample,aformat=sample_fmts=%s:sample_rates=%d:channel_layouts=%s,"
                 "asetnsamples=n=%d:p=0",
                 av_get_sample_fmt_name(s->codec->sample_fmt), s->codec->sample_rate, to_layout,
                 block_samples(s));
  s->in_rate = f->sample_rate;
  s->in_format = f->format;
  s->in_channels = f->ch_layout.nb_channels;
  return oceld_graph_begin(&s->graph, "abuffer", input, why) &&
         oceld_graph_build(&s->graph, filters, "abuffersink", why);
}

static bool same_form(const oceld_sound *s, const AVFrame *f) {
  return s->graph.in != NULL && s->in_rate == f->sample_rate && s->in_format == f->format &&
         s->in_channels == f->ch_layout.nb_channels;
}

// Time is counted in samples from here on.
static bool restart(oceld_sound *s, const AVFrame *f, ocel_us captured_at, oceld_failure *why) {
  s->base = (captured_at + GRID / 2) / GRID * GRID;
  s->put = 0;
  s->expected = captured_at;
  return open_codec(s, why) && build_graph(s, f, why);
}

// ---- from the encoder to the feed ----

// An encoder that looks ahead gives its first packets times before those of its first samples.
static ocel_us time_of(const oceld_sound *s) {
  const int64_t us =
      av_rescale_rnd(s->packet->pts, OCEL_SECOND, s->codec->sample_rate, AV_ROUND_UP);
  return s->base + us;
}

static bool drain(oceld_sound *s, oceld_feed *feed, oceld_failure *why) {
  for (;;) {
    const int rc = avcodec_receive_packet(s->codec, s->packet);
    if (rc == AVERROR(EAGAIN)) return true;
    if (rc < 0) return oceld_libav_fail(why, "the encoder for sound has failed", rc);
    const ocel_span block = ocel_span_make(s->packet->data, (size_t)s->packet->size);
    oceld_feed_put_sound(feed, block, time_of(s));
    av_packet_unref(s->packet);
  }
}

static bool encode(oceld_sound *s, oceld_feed *feed, oceld_failure *why) {
  int rc;
  while ((rc = oceld_graph_get(&s->graph, s->frame, why)) == 1) {
    s->frame->pts = s->put;
    s->put += s->frame->nb_samples;
    const int sent = avcodec_send_frame(s->codec, s->frame);
    av_frame_unref(s->frame);
    if (sent < 0) return oceld_libav_fail(why, "the encoder takes no sound", sent);
    if (!drain(s, feed, why)) return false;
  }
  return rc == 0;
}

bool oceld_sound_put(oceld_sound *s, AVFrame *frame, ocel_us captured_at, oceld_feed *feed,
                     oceld_failure *why) {
  if (s->kind == OCEL_CODEC_H264 || frame->nb_samples == 0) return true;
  const bool follows = llabs(captured_at - s->expected) < GAP;
  if (s->in_rate > 0 && captured_at < s->expected - GAP) return true;  // There is sound already.
  if ((!follows || !same_form(s, frame)) && !restart(s, frame, captured_at, why)) return false;
  s->expected += av_rescale(frame->nb_samples, OCEL_SECOND, frame->sample_rate);
  frame->pts = AV_NOPTS_VALUE;
  return oceld_graph_put(&s->graph, frame, why) && encode(s, feed, why);
}

void oceld_sound_close(oceld_sound *s) {
  oceld_graph_free(&s->graph);
  avcodec_free_context(&s->codec);
  av_packet_free(&s->packet);
  av_frame_free(&s->frame);
}
