// SPDX-License-Identifier: Apache-2.0
// Any file that FFmpeg opens, over and over: what is in the wanted codec is passed through
// untouched, all else is decoded and encoded.
#include <inttypes.h>
#include <stdlib.h>

#include "encoder.h"
#include "log.h"
#include "ocel/loop.h"
#include "pace.h"
#include "renditions.h"
#include "sound_track.h"
#include "survey.h"
#include "transcoder.h"

typedef struct {
  oceld_source_config cfg;
  oceld_input input;
  oceld_rate rate;
  bool passes;  // As it is.
  oceld_passthrough passthrough;
  oceld_transcoder transcoder;
  oceld_encoder encoder;
  oceld_renditions renditions;
  oceld_timeline timeline;
  oceld_sound_track sound;
} media;

static void close_media(void *self) {
  media *m = self;
  oceld_transcoder_close(&m->transcoder);
  oceld_renditions_close(&m->renditions);
  oceld_encoder_free(&m->encoder);
  oceld_passthrough_close(&m->passthrough);
  oceld_sound_track_close(&m->sound);
  oceld_input_close(&m->input);
  free(m);
}

// Of what is encoded.
static oceld_size size_of(const media *m) {
  return m->passes || m->cfg.size.width == 0 ? oceld_input_size(&m->input) : m->cfg.size;
}

static void describe(const media *m, oceld_source_traits *out) {
  const AVCodecParameters *par = m->input.stream->codecpar;
  const oceld_size size = size_of(m);
  (void)snprintf(out->description, sizeof out->description,
                 "%s%s, %" PRIu32 "x%" PRIu32 ", %.4g fps, ", avcodec_get_name(par->codec_id),
                 m->passes ? " passed through" : " encoded anew", size.width, size.height,
                 (double)m->rate.numerator / m->rate.denominator);
  oceld_encoder_describe(&m->cfg, out);
}

// JPEG is cheap to decode: it is made anew for another size or rate.
static bool may_pass(const media *m) {
  const enum AVCodecID id = m->input.stream->codecpar->codec_id;
  if (m->cfg.codec == OCEL_CODEC_H264) return id == AV_CODEC_ID_H264;
  return id == AV_CODEC_ID_MJPEG && m->cfg.size.width == 0 && m->cfg.fps.numerator == 0;
}

// Without IDR pictures nobody could begin to watch, and RTP has no room for every JPEG; such
// streams are encoded anew.
static bool try_passing(media *m, oceld_source_traits *traits, oceld_failure *why) {
  const AVStream *s = m->input.stream;
  oceld_survey v;
  if (!may_pass(m)) return true;
  if (!oceld_passthrough_open(&m->passthrough, s->codecpar, s->time_base, why)) return false;
  if (!oceld_survey_take(&v, &m->input, &m->passthrough, &m->cfg, why)) return false;
  m->passes = v.keys > 0;
  traits->unit_max = v.unit_max;
  traits->gop_bytes = v.gop_bytes;
  traits->gop_units = v.gop_units;
  traits->bitrate = v.bitrate;
  traits->picture = oceld_encoder_format(&m->cfg, m->rate);
  return true;
}

static bool expect(media *m, oceld_source_traits *traits, oceld_failure *why) {
  const oceld_size size = m->passes ? oceld_input_size(&m->input) : size_of(m);
  if (!m->passes && !oceld_encoder_expect(&m->cfg, size, m->rate, traits, why)) return false;
  const oceld_original original = {size, m->rate};
  return oceld_renditions_open(&m->renditions, &m->cfg, &original, traits, why) &&
         oceld_sound_track_open(&m->sound, m->input.sound, m->cfg.audio, traits, why);
}

static bool prepare(media *m, oceld_source_traits *traits, oceld_failure *why) {
  if (!oceld_input_open(&m->input, m->cfg.path, NULL, NULL, why)) return false;
  m->rate = oceld_input_rate(&m->input, m->cfg.fps);
  if (!try_passing(m, traits, why) || !expect(m, traits, why)) return false;
  if (m->passes && (m->cfg.size.width > 0 || m->cfg.fps.numerator > 0)) {
    oceld_log(OCELD_LOG_WARNING, "size and fps have no effect: the file is H.264, passed through");
  }
  describe(m, traits);
  return true;
}

static void *open_media(const oceld_source_config *cfg, oceld_source_traits *traits,
                        oceld_failure *why) {
  media *m = calloc(1, sizeof *m);
  if (m == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  m->cfg = *cfg;
  if (prepare(m, traits, why)) return m;
  close_media(m);
  return NULL;
}

// Hands out one picture when it is due. False: failed, or to be ended.
typedef bool (*hand_out)(media *m, oceld_feed *feed, oceld_failure *why);

static bool wait_for(media *m, const oceld_stamps *stamps, oceld_feed *feed, ocel_us *at) {
  const oceld_moment moment = oceld_timeline_next(&m->timeline, stamps, ocel_loop_now());
  *at = moment.captured_at;
  oceld_sound_track_place(&m->sound, &m->timeline);
  return oceld_feed_wait(feed, moment.due);
}

static bool hear(media *m, oceld_feed *feed, oceld_failure *why) {
  if (!oceld_sound_track_put(&m->sound, m->input.packet, why)) return false;
  oceld_sound_track_place(&m->sound, &m->timeline);
  return oceld_sound_track_speak(&m->sound, ocel_loop_now(), feed, why);
}

// When the decoder's picture was captured; `at` if the file does not say.
static ocel_us time_of(const media *m, const AVFrame *picture, ocel_us at) {
  ocel_us shift;
  if (picture->pts == AV_NOPTS_VALUE || !oceld_timeline_shift(&m->timeline, &shift)) return at;
  return picture->pts + shift;
}

// The further streams' pictures out of a packet that has been passed through; NULL: the last ones.
static bool render(media *m, const AVPacket *packet, ocel_us at, oceld_feed *feed,
                   oceld_failure *why) {
  AVFrame *picture = m->transcoder.picture;
  int rc;
  if (m->renditions.count == 0) return true;
  if (!oceld_transcoder_put(&m->transcoder, packet, why)) return false;
  while ((rc = oceld_transcoder_next(&m->transcoder, why)) == 1) {
    const ocel_us captured_at = time_of(m, picture, at);
    if (!oceld_renditions_put(&m->renditions, picture, captured_at, feed, why)) return false;
  }
  return rc == 0;
}

static bool pass_packet(media *m, oceld_feed *feed, oceld_failure *why) {
  ocel_us at;
  const oceld_stamps stamps = oceld_input_stamps(&m->input, m->rate);
  if (!oceld_passthrough_prepare(&m->passthrough, m->input.packet, why)) return false;
  if (!wait_for(m, &stamps, feed, &at)) return false;
  oceld_passthrough_put(&m->passthrough, m->input.packet, at, feed);
  return render(m, m->input.packet, at, feed, why);
}

// Encodes all pictures that the decoder has ready.
static bool encode_ready(media *m, oceld_feed *feed, oceld_failure *why) {
  const AVFrame *picture = m->transcoder.picture;
  const ocel_us duration = (ocel_us)oceld_rate_us(m->rate, 1);
  int rc;
  while ((rc = oceld_transcoder_next(&m->transcoder, why)) == 1) {
    ocel_us at;
    const ocel_us pts = picture->pts != AV_NOPTS_VALUE ? picture->pts : OCELD_NO_TIME;
    const oceld_stamps stamps = {pts, pts, duration};
    if (!wait_for(m, &stamps, feed, &at)) return false;
    if (!oceld_encoder_put(&m->encoder, m->transcoder.picture, at, feed, why)) return false;
    if (!oceld_renditions_put(&m->renditions, picture, at, feed, why)) return false;
  }
  return rc == 0;
}

static bool encode_packet(media *m, oceld_feed *feed, oceld_failure *why) {
  return oceld_transcoder_put(&m->transcoder, m->input.packet, why) && encode_ready(m, feed, why);
}

// What the decoder still holds at the end of the file.
static bool encode_rest(media *m, oceld_feed *feed, oceld_failure *why) {
  return oceld_transcoder_put(&m->transcoder, NULL, why) && encode_ready(m, feed, why);
}

static bool play_once(media *m, oceld_feed *feed, oceld_failure *why) {
  const hand_out one = m->passes ? pass_packet : encode_packet;
  bool any = false;
  int rc;
  while ((rc = oceld_input_read(&m->input, why)) == 1) {
    const bool sound = oceld_input_is_sound(&m->input);
    if (!(sound ? hear : one)(m, feed, why)) return false;
    if (!oceld_sound_track_speak(&m->sound, ocel_loop_now(), feed, why)) return false;
    any |= !sound;
  }
  if (rc < 0) return false;
  if (!any) return oceld_fail(why, "there is no picture in it any more");
  return m->passes ? render(m, NULL, ocel_loop_now(), feed, why) : encode_rest(m, feed, why);
}

static bool begin(media *m, oceld_feed *feed, oceld_failure *why) {
  const AVStream *s = m->input.stream;
  m->input.feed = feed;
  m->input.hears = m->sound.decoder != NULL;
  oceld_timeline_start(&m->timeline);
  if (m->passes) oceld_passthrough_begin(&m->passthrough, feed);
  if (m->passes && m->renditions.count == 0) return true;
  return oceld_transcoder_open(&m->transcoder, s->codecpar, s->time_base, &m->cfg, why) &&
         oceld_encoder_init(&m->encoder, &m->cfg, m->rate, why);
}

static bool run_media(void *self, oceld_feed *feed, oceld_failure *why) {
  media *m = self;
  if (!begin(m, feed, why)) return false;
  while (play_once(m, feed, why)) {
    if (!oceld_feed_goes_on(feed)) return true;
    if (!oceld_input_rewind(&m->input, m->cfg.path, why)) return false;
    oceld_sound_track_place(&m->sound, &m->timeline);
    oceld_timeline_loop(&m->timeline);
  }
  return !oceld_feed_goes_on(feed);
}

const oceld_source_kind oceld_media_kind = {"file", open_media, run_media, close_media, NULL};
