// SPDX-License-Identifier: Apache-2.0
// Multiplicative decrease, additive increase. What keeps it from swinging: a decrease is given time
// to show; an increase comes after calm only; and the rate that led to trouble is tried again
// after ever longer times.
#include "ocel/bitrate_control.h"

enum {
  LOST_MUCH = 10,  // of 256: 4 %
  LOWER_TO = 70,   // per cent
  STEPS = 20,      // additive, from nothing to the ceiling
  NEAR = 90,       // per cent of the rate that led to trouble
};

static const ocel_us BEHIND_MUCH = 400 * OCEL_MILLISECOND;
static const ocel_us ROUND_TRIP_MORE = 150 * OCEL_MILLISECOND;
static const ocel_us SETTLE = 2 * OCEL_SECOND;  // until a decrease shows
static const ocel_us CALM = 4 * OCEL_SECOND;    // before the first increase
static const ocel_us PACE = OCEL_SECOND;        // between increases
static const ocel_us PATIENCE_LEAST = 15 * OCEL_SECOND;
static const ocel_us PATIENCE_MOST = 240 * OCEL_SECOND;

void ocel_bitrate_control_init(ocel_bitrate_control *c, uint32_t floor, uint32_t ceiling) {
  *c = (ocel_bitrate_control){
      .bitrate = ceiling,
      .floor = floor,
      .ceiling = ceiling,
      .round_trip_least = -1,
      .patience = PATIENCE_LEAST,
  };
}

static uint32_t percent(uint32_t of, uint32_t n) { return (uint32_t)((uint64_t)of * n / 100); }

// A round trip that grows is a queue that fills.
static bool queues(ocel_bitrate_control *c, ocel_us round_trip) {
  if (round_trip < 0) return false;
  if (c->round_trip_least < 0 || round_trip < c->round_trip_least) c->round_trip_least = round_trip;
  return round_trip > 2 * c->round_trip_least + ROUND_TRIP_MORE;
}

static bool in_trouble(ocel_bitrate_control *c, const ocel_bitrate_signs *s) {
  const bool skips = (int32_t)(s->skipped - c->skipped) > 0;
  const bool slow = queues(c, s->round_trip) || s->behind > BEHIND_MUCH;
  c->skipped = s->skipped;
  return s->viewers > 0 && (skips || slow || s->fraction_lost > LOST_MUCH);
}

static bool lower(ocel_bitrate_control *c, ocel_us now) {
  c->calm_since = now;
  if (c->bitrate == c->floor || now - c->lowered_at < SETTLE) return false;
  const bool again = c->trouble != 0 && c->bitrate >= percent(c->trouble, NEAR);
  c->patience = again && c->patience < PATIENCE_MOST ? 2 * c->patience : c->patience;
  c->trouble = c->bitrate;
  c->lowered_at = now;
  c->bitrate = percent(c->bitrate, LOWER_TO);
  if (c->bitrate < c->floor) c->bitrate = c->floor;
  return true;
}

// Where there was trouble is gone to after a time only.
static bool may_raise(const ocel_bitrate_control *c, ocel_us now, uint32_t to) {
  const bool near = c->trouble != 0 && to >= percent(c->trouble, NEAR);
  if (now - c->raised_at < PACE) return false;
  return now - c->calm_since >= (near ? c->patience : CALM);
}

// A long calm at the ceiling, and the trouble is forgotten.
static void rest(ocel_bitrate_control *c, ocel_us now) {
  if (now - c->calm_since < PATIENCE_MOST) return;
  c->trouble = 0;
  c->patience = PATIENCE_LEAST;
}

static bool raise_slowly(ocel_bitrate_control *c, ocel_us now) {
  if (c->bitrate == c->ceiling) rest(c, now);
  if (c->bitrate == c->ceiling) return false;
  const uint32_t step = c->ceiling / STEPS + 1;
  const uint32_t to = c->ceiling - c->bitrate > step ? c->bitrate + step : c->ceiling;
  if (!may_raise(c, now, to)) return false;
  c->raised_at = now;
  c->bitrate = to;
  return true;
}

bool ocel_bitrate_control_step(ocel_bitrate_control *c, const ocel_bitrate_signs *signs,
                               ocel_us now) {
  return in_trouble(c, signs) ? lower(c, now) : raise_slowly(c, now);
}
