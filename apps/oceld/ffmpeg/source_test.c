// SPDX-License-Identifier: Apache-2.0
// The test picture: FFmpeg's moving pattern with a running clock in it; and a beep each second,
// while a square in the picture is white.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "clock_overlay.h"
#include "encoder.h"
#include "log.h"
#include "ocel/loop.h"
#include "pace.h"
#include "renditions.h"
#include "sound.h"
#include "tone.h"

typedef struct {
  oceld_rate rate;
  oceld_tuning tuning;
  oceld_pictures pictures;
  oceld_encoder encoder;
  oceld_renditions renditions;
  AVFrame *frame;
  oceld_sound sound;
  AVFrame *tone;
  ocel_us spoken;      // The beginning of the next piece of sound.
  ocel_us wall_shift;  // From the loop's clock to the wall clock.
} test_picture;

static void close_test(void *self) {
  test_picture *t = self;
  oceld_renditions_close(&t->renditions);
  oceld_encoder_free(&t->encoder);
  oceld_pictures_free(&t->pictures);
  oceld_sound_close(&t->sound);
  av_frame_free(&t->frame);
  av_frame_free(&t->tone);
  free(t);
}

static bool prepare(test_picture *t, const oceld_source_config *cfg, oceld_source_traits *traits,
                    oceld_failure *why) {
  const oceld_rate usual_rate = {30, 1};
  const oceld_size usual_size = {1280, 720};
  const oceld_size size = cfg->size.width > 0 ? cfg->size : usual_size;
  char filters[128];
  t->rate = cfg->fps.numerator > 0 ? cfg->fps : usual_rate;
  (void)snprintf(filters, sizeof filters,
                 "testsrc2=size=%" PRIu32 "x%" PRIu32 ":rate=%" PRIu32 "/%" PRIu32 ",format=%s",
                 size.width, size.height, t->rate.numerator, t->rate.denominator,
                 oceld_pictures_format(cfg->codec));
  t->frame = av_frame_alloc();
  t->tone = av_frame_alloc();
  if (t->frame == NULL || t->tone == NULL) return oceld_fail(why, "out of memory");
  if (!oceld_encoder_expect(cfg, size, t->rate, traits, why)) return false;
  (void)snprintf(traits->description, sizeof traits->description,
                 "test picture, %" PRIu32 "x%" PRIu32 ", %.4g fps, ", size.width, size.height,
                 (double)t->rate.numerator / t->rate.denominator);
  oceld_encoder_describe(cfg, traits);
  const oceld_original original = {size, t->rate};
  return oceld_pictures_generate(&t->pictures, filters, why) &&
         oceld_encoder_init(&t->encoder, cfg, t->rate, why) &&
         oceld_renditions_open(&t->renditions, cfg, &original, traits, why) &&
         oceld_sound_open(&t->sound, cfg->audio, traits, why);
}

static void *open_test(const oceld_source_config *cfg, oceld_source_traits *traits,
                       oceld_failure *why) {
  test_picture *t = calloc(1, sizeof *t);
  if (t == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  if (prepare(t, cfg, traits, why)) return t;
  close_test(t);
  return NULL;
}

// Local time of day with milliseconds.
static void clock_text(char *out, size_t size) {
  struct timespec now;
  struct tm parts;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  (void)localtime_r(&now.tv_sec, &parts);
  (void)snprintf(out, size, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
                 (int)(now.tv_nsec / 1000000));
}

// Draws the clock into the next picture of the pattern.
static bool next_picture(test_picture *t, ocel_us at, oceld_failure *why) {
  char text[32];
  av_frame_unref(t->frame);
  if (oceld_pictures_get(&t->pictures, t->frame, why) != 1) return false;
  const int rc = av_frame_make_writable(t->frame);
  if (rc < 0) return oceld_libav_fail(why, "no memory for a picture", rc);
  clock_text(text, sizeof text);
  oceld_overlay_draw(t->frame, text);
  oceld_overlay_flash(t->frame, oceld_tone_is_on(at + t->wall_shift));
  return true;
}

static ocel_us wall_now(void) {
  struct timespec now;
  (void)clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * OCEL_SECOND + now.tv_nsec / 1000;
}

// Puts out what has been heard up to now; after a stop of over a second, what is heard from now.
static bool speak(test_picture *t, oceld_feed *feed, oceld_failure *why) {
  const ocel_us now = ocel_loop_now();
  if (now - t->spoken > OCEL_SECOND) t->spoken = now;
  for (; t->spoken + OCELD_TONE_FRAME <= now; t->spoken += OCELD_TONE_FRAME) {
    const int rc = oceld_tone_make(t->tone, t->spoken + t->wall_shift);
    if (rc < 0) return oceld_libav_fail(why, "no memory for sound", rc);
    if (!oceld_sound_put(&t->sound, t->tone, t->spoken, feed, why)) return false;
  }
  return true;
}

static bool run_test(void *self, oceld_feed *feed, oceld_failure *why) {
  test_picture *t = self;
  oceld_pace pace;
  t->spoken = ocel_loop_now();
  t->wall_shift = wall_now() - t->spoken;
  oceld_pace_start(&pace, t->rate, t->spoken);
  for (;;) {
    (void)oceld_pace_skip(&pace, ocel_loop_now());
    const ocel_us at = oceld_pace_next(&pace, ocel_loop_now());
    if (!oceld_feed_wait(feed, at)) return true;
    if (!next_picture(t, at, why) || !oceld_encoder_put(&t->encoder, t->frame, at, feed, why) ||
        !oceld_renditions_put(&t->renditions, t->frame, at, feed, why) || !speak(t, feed, why)) {
      return false;
    }
  }
}

const oceld_source_kind oceld_test_kind = {"test", open_test, run_test, close_test, NULL};
