// SPDX-License-Identifier: Apache-2.0
// A V4L2 camera: what it makes in the wanted codec is passed through, else its pictures are
// encoded.
#include <inttypes.h>
#include <stdlib.h>

#include "camera_controls.h"
#include "encoder.h"
#include "input.h"
#include "log.h"
#include "ocel/loop.h"
#include "pace.h"
#include "passthrough.h"
#include "renditions.h"
#include "transcoder.h"

// What to ask a camera for, best first; NULL: whatever it likes. MJPEG goes before raw pictures,
// since over USB raw ones come at a few a second only.
static const char *const FOR_H264[] = {"h264", "mjpeg", NULL};
static const char *const FOR_JPEG[] = {"mjpeg", NULL};

enum { UNIT_LEAST = 1024 * 1024 };  // Of a camera's encoder nothing is known.

static const ocel_us POLL = 2 * OCEL_MILLISECOND;
static const ocel_us SILENCE_MOST = 5 * OCEL_SECOND;

typedef struct {
  oceld_source_config cfg;
  oceld_input input;
  oceld_rate rate;
  bool passes;
  oceld_passthrough passthrough;
  oceld_transcoder transcoder;
  oceld_encoder encoder;
  oceld_renditions renditions;
  oceld_controls controls;  // Of the camera's own encoder.
} camera;

static void close_camera(void *self) {
  camera *c = self;
  oceld_transcoder_close(&c->transcoder);
  oceld_renditions_close(&c->renditions);
  oceld_encoder_free(&c->encoder);
  oceld_passthrough_close(&c->passthrough);
  oceld_controls_close(&c->controls);
  oceld_input_close(&c->input);
  free(c);
}

static bool open_as(camera *c, const char *format, oceld_failure *why) {
  AVDictionary *options = NULL;
  char text[48];
  if (format != NULL) (void)av_dict_set(&options, "input_format", format, 0);
  if (c->cfg.size.width > 0) {
    (void)snprintf(text, sizeof text, "%" PRIu32 "x%" PRIu32, c->cfg.size.width,
                   c->cfg.size.height);
    (void)av_dict_set(&options, "video_size", text, 0);
  }
  if (c->cfg.fps.numerator > 0) {
    (void)snprintf(text, sizeof text, "%" PRIu32 "/%" PRIu32, c->cfg.fps.numerator,
                   c->cfg.fps.denominator);
    (void)av_dict_set(&options, "framerate", text, 0);
  }
  const bool ok = oceld_input_open(&c->input, c->cfg.path, "v4l2", options, why);
  av_dict_free(&options);
  return ok;
}

static bool open_device(camera *c, oceld_failure *why) {
  const char *const *format = c->cfg.codec == OCEL_CODEC_JPEG ? FOR_JPEG : FOR_H264;
  for (;; format++) {
    if (open_as(c, *format, why)) return true;
    oceld_input_close(&c->input);
    if (*format == NULL) return false;
  }
}

static bool choose_way(camera *c, oceld_source_traits *traits, oceld_failure *why) {
  const AVStream *s = c->input.stream;
  const bool jpeg = c->cfg.codec == OCEL_CODEC_JPEG;
  const bool expected =
      oceld_encoder_expect(&c->cfg, oceld_input_size(&c->input), c->rate, traits, why);
  c->passes = s->codecpar->codec_id == (jpeg ? AV_CODEC_ID_MJPEG : AV_CODEC_ID_H264);
  if (!c->passes) return expected;
  traits->picture = oceld_encoder_format(&c->cfg, c->rate);
  if (traits->unit_max < UNIT_LEAST) traits->unit_max = UNIT_LEAST;
  if (!jpeg) {
    traits->keyframe_on_request = oceld_controls_open(&c->controls, c->cfg.path, &c->cfg.tuning);
  }
  return oceld_passthrough_open(&c->passthrough, s->codecpar, s->time_base, why);
}

static bool prepare(camera *c, oceld_source_traits *traits, oceld_failure *why) {
  if (!open_device(c, why)) return false;
  const AVCodecParameters *par = c->input.stream->codecpar;
  c->rate = oceld_input_rate(&c->input, c->cfg.fps);
  (void)snprintf(traits->description, sizeof traits->description, "%s, %dx%d, %.4g fps",
                 avcodec_get_name(par->codec_id), par->width, par->height,
                 (double)c->rate.numerator / c->rate.denominator);
  const oceld_original original = {oceld_input_size(&c->input), c->rate};
  return choose_way(c, traits, why) &&
         oceld_renditions_open(&c->renditions, &c->cfg, &original, traits, why);
}

static void *open_camera(const oceld_source_config *cfg, oceld_source_traits *traits,
                         oceld_failure *why) {
  camera *c = calloc(1, sizeof *c);
  if (c == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  c->cfg = *cfg;
  c->controls.fd = -1;
  if (prepare(c, traits, why)) return c;
  close_camera(c);
  return NULL;
}

// The driver's stamp, if it is on our clock; else now.
static ocel_us captured_at(ocel_us stamp, ocel_us now) {
  const ocel_us age = now - stamp;
  return stamp != OCELD_NO_TIME && age >= 0 && age < 2 * OCEL_SECOND ? stamp : now;
}

// Encodes what the decoder has ready, normally one picture.
static bool encode_packet(camera *c, ocel_us at, oceld_feed *feed, oceld_failure *why) {
  AVFrame *picture = c->transcoder.picture;
  int rc;
  if (!oceld_transcoder_put(&c->transcoder, c->input.packet, why)) return false;
  while ((rc = oceld_transcoder_next(&c->transcoder, why)) == 1) {
    if (!c->passes && !oceld_encoder_put(&c->encoder, picture, at, feed, why)) return false;
    if (!oceld_renditions_put(&c->renditions, picture, at, feed, why)) return false;
  }
  return rc == 0;
}

static bool pass_packet(camera *c, ocel_us at, oceld_feed *feed, oceld_failure *why) {
  if (oceld_feed_take_tuning(feed, &c->cfg.tuning))
    oceld_controls_tune(&c->controls, &c->cfg.tuning);
  if (oceld_feed_take_keyframe(feed)) oceld_controls_ask_key(&c->controls);
  if (!oceld_passthrough_prepare(&c->passthrough, c->input.packet, why)) return false;
  oceld_passthrough_put(&c->passthrough, c->input.packet, at, feed);
  return c->renditions.count == 0 || encode_packet(c, at, feed, why);
}

// Waits for the next packet. The device is asked often only when one is near.
static bool read_packet(camera *c, oceld_feed *feed, oceld_failure *why) {
  const ocel_us began = ocel_loop_now();
  ocel_us pause = (ocel_us)(oceld_rate_us(c->rate, 1) * 3 / 4);
  for (;;) {
    const int rc = oceld_input_read(&c->input, why);
    const ocel_us now = ocel_loop_now();
    if (rc == 1) return true;
    if (rc == 0) return oceld_fail(why, "the camera has ended");
    if (rc != AVERROR(EAGAIN)) return false;
    if (now - began > SILENCE_MOST) return oceld_fail(why, "the camera gives no picture");
    if (!oceld_feed_wait(feed, now + pause)) return false;
    pause = POLL;
  }
}

static bool begin_decoding(camera *c, oceld_failure *why) {
  const AVStream *s = c->input.stream;
  if (c->transcoder.decoder != NULL) return true;
  return oceld_transcoder_open(&c->transcoder, s->codecpar, s->time_base, &c->cfg, why);
}

static bool begin_encoding(camera *c, oceld_failure *why) {
  c->passes = false;
  return begin_decoding(c, why) && oceld_encoder_init(&c->encoder, &c->cfg, c->rate, why);
}

static bool begin(camera *c, oceld_feed *feed, oceld_failure *why) {
  c->input.feed = feed;
  if (!c->passes) return begin_encoding(c, why);
  oceld_passthrough_begin(&c->passthrough, feed);
  return c->renditions.count == 0 || begin_decoding(c, why);
}

// RTP has no room for every JPEG; a camera makes one kind only.
static bool look_at_first(camera *c, oceld_failure *why) {
  if (!c->passes || c->cfg.codec != OCEL_CODEC_JPEG) return true;
  if (oceld_passthrough_is_key(&c->passthrough, c->input.packet)) return true;
  oceld_log(OCELD_LOG_INFO, "RTP cannot carry this camera's JPEG: it is encoded anew");
  return begin_encoding(c, why);
}

static bool run_camera(void *self, oceld_feed *feed, oceld_failure *why) {
  camera *c = self;
  bool ok = begin(c, feed, why), first = true;
  while (ok && read_packet(c, feed, why)) {
    if (first && !look_at_first(c, why)) return false;
    first = false;
    const ocel_us stamp = oceld_input_stamps(&c->input, c->rate).pts;
    const ocel_us at = captured_at(stamp, ocel_loop_now());
    ok = c->passes ? pass_packet(c, at, feed, why) : encode_packet(c, at, feed, why);
  }
  return !oceld_feed_goes_on(feed);
}

const oceld_source_kind oceld_camera_kind = {"v4l2", open_camera, run_camera, close_camera, NULL};
