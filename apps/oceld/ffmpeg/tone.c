// SPDX-License-Identifier: Apache-2.0
#include "tone.h"

#include <math.h>

enum { HERTZ = 1000, LOUDNESS = 8000, SAMPLES = OCELD_TONE_RATE / 50 };

static const ocel_us ON = 100 * OCEL_MILLISECOND;

bool oceld_tone_is_on(ocel_us wall) { return wall % OCEL_SECOND < ON; }

static int16_t sample_at(ocel_us wall) {
  const double turn = 2 * M_PI * HERTZ * (double)(wall % OCEL_SECOND) / OCEL_SECOND;
  return oceld_tone_is_on(wall) ? (int16_t)(LOUDNESS * sin(turn)) : 0;
}

int oceld_tone_make(AVFrame *frame, ocel_us wall) {
  av_frame_unref(frame);
  frame->format = AV_SAMPLE_FMT_S16;
  frame->sample_rate = OCELD_TONE_RATE;
  frame->nb_samples = SAMPLES;
  av_channel_layout_default(&frame->ch_layout, 1);
  const int rc = av_frame_get_buffer(frame, 0);
  if (rc < 0) return rc;
  int16_t *out = (int16_t *)(void *)frame->data[0];
  for (int i = 0; i < SAMPLES; i++) out[i] = sample_at(wall + i * OCEL_SECOND / OCELD_TONE_RATE);
  return 0;
}
