// SPDX-License-Identifier: Apache-2.0
#include "rate_control.h"

#include <math.h>

void rate_control_set(rate_control *r, uint32_t bitrate) {
  r->bits_per_frame = bitrate / (uint32_t)r->fps;
}

void rate_control_start(rate_control *r, uint32_t bitrate) {
  rate_control_set(r, bitrate);
  r->debt = 0;
  r->qp = 0;  // so the first picture gets qp_min
  r->frame_num = 0;
}

static int clamp(int v, int low, int high) { return v < low ? low : v > high ? high : v; }

uint32_t rate_control_frame(rate_control *r, double rate_at_24, bool *key) {
  const double owed = (double)r->debt / r->bits_per_frame;
  const int step = owed > 0.2 ? 1 : owed < -0.2 ? -1 : 0;
  *key = r->frame_num == 0;
  r->qp = clamp(r->qp + (*key ? 0 : step), r->qp_min, r->qp_max);
  // An IDR picture is five times as big as the others, which make up for it.
  const double mean = rate_at_24 / r->fps * exp2((24 - r->qp) / 6.0);
  const double share = *key ? 5.0 : (double)(r->gop - 5) / (r->gop - 1);
  const uint32_t bits = (uint32_t)(mean * share);
  r->debt = (int32_t)((uint32_t)r->debt + bits - r->bits_per_frame);
  r->frame_num = (r->frame_num + 1) % r->gop;
  return bits;
}
