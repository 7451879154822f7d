// SPDX-License-Identifier: Apache-2.0
#include "pace.h"

double oceld_rate_us(oceld_rate rate, uint64_t pictures) {
  return (double)pictures * 1e6 * rate.denominator / rate.numerator;
}

bool oceld_rate_is_sane(oceld_rate rate) {
  const double fps = (double)rate.numerator / rate.denominator;
  return rate.denominator > 0 && fps >= 1 && fps <= 240;
}

void oceld_pace_start(oceld_pace *p, oceld_rate rate, ocel_us now) {
  p->rate = rate;
  p->origin = now;
  p->count = 0;
}

static ocel_us due(const oceld_pace *p, uint64_t ahead) {
  return p->origin + (ocel_us)oceld_rate_us(p->rate, p->count + ahead);
}

ocel_us oceld_pace_next(oceld_pace *p, ocel_us now) {
  if (now - due(p, 0) > OCEL_SECOND) oceld_pace_start(p, p->rate, now);
  const ocel_us at = due(p, 0);
  p->count++;
  return at;
}

uint64_t oceld_pace_skip(oceld_pace *p, ocel_us now) {
  uint64_t skipped = 0;
  if (now - due(p, 0) > OCEL_SECOND) return 0;
  for (; due(p, 1) <= now; skipped++) p->count++;
  return skipped;
}
