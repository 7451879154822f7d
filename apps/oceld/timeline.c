// SPDX-License-Identifier: Apache-2.0
#include "timeline.h"

#include <string.h>

static const ocel_us JUMP = 10 * OCEL_SECOND;
static const ocel_us LATE = OCEL_SECOND;

void oceld_timeline_start(oceld_timeline *t) { memset(t, 0, sizeof *t); }

void oceld_timeline_loop(oceld_timeline *t) { t->seamed = true; }

bool oceld_timeline_shift(const oceld_timeline *t, ocel_us *shift) {
  if (!t->begun || t->seamed) return false;
  *shift = t->shift - t->delay;
  return true;
}

static ocel_us dts_of(const oceld_timeline *t, const oceld_stamps *s) {
  if (s->dts != OCELD_NO_TIME) return s->dts;
  if (t->begun && !t->seamed) return t->last_dts + t->last_duration;
  return s->pts != OCELD_NO_TIME ? s->pts : 0;
}

static bool jumps(const oceld_timeline *t, ocel_us dts) {
  return dts < t->last_dts || dts - t->last_dts > JUMP;
}

oceld_moment oceld_timeline_next(oceld_timeline *t, const oceld_stamps *s, ocel_us now) {
  const ocel_us dts = dts_of(t, s);
  const ocel_us ahead = s->pts != OCELD_NO_TIME ? s->pts - dts : 0;
  if (!t->begun) {
    t->shift = now - dts;
    t->delay = ahead;
  } else if (t->seamed || jumps(t, dts)) {
    t->shift += t->last_dts + t->last_duration - dts;
  }
  if (now - (dts + t->shift) > LATE) t->shift = now - dts;
  t->begun = true;
  t->seamed = false;
  t->last_dts = dts;
  t->last_duration = s->duration;
  const ocel_us due = dts + t->shift;
  return (oceld_moment){due, due + ahead - t->delay};
}
