// SPDX-License-Identifier: Apache-2.0
#include "governor.h"

enum { GROUP_SECONDS = 4 };  // a longer group of pictures is looked at in parts

void ocel_governor_start(ocel_governor *g, uint32_t bitrate, uint8_t fps) {
  *g = (ocel_governor){.target = bitrate, .applied = bitrate, .fps = fps};
}

void ocel_governor_change(ocel_governor *g, uint32_t bitrate, uint8_t fps) {
  g->target = bitrate;
  g->applied = bitrate;
  g->fps = fps;
  g->frames = 0;
  g->bits = 0;
}

static uint32_t clamp(int64_t rate, uint8_t fps) {
  if (rate < fps) return fps;  // the encoder divides: one bit a picture
  return rate > UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
}

// What brings the sum back towards 0 while the quantiser stays at its bound.
static uint32_t wanted(const ocel_governor *g) {
  const int64_t measured = g->bits * g->fps / g->frames;
  if (g->debt < -(int64_t)g->target) return clamp(measured * 95 / 100, g->fps);
  if (g->debt > (int64_t)g->target) return clamp(measured * 105 / 100, g->fps);
  return g->target;
}

bool ocel_governor_frame(ocel_governor *g, uint32_t bytes, bool key) {
  const int64_t bits = (int64_t)bytes * 8;
  g->debt += bits - g->applied / g->fps;
  bool told = false;
  if (g->frames > 0 && (key || g->frames >= GROUP_SECONDS * g->fps)) {
    const uint32_t rate = wanted(g);
    told = rate != g->applied;
    g->applied = rate;
    g->frames = 0;
    g->bits = 0;
  }
  g->bits += bits;
  g->frames++;
  return told;
}
