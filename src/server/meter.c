// SPDX-License-Identifier: Apache-2.0
// Now and then a mark keeps what the counters were, and a rate is what has come since the oldest
// mark that is not too old. Both ends are capture times, so a steady source has a steady rate.
#include "meter.h"

#define STEP (OCEL_STATS_WINDOW / OCEL__MARKS)

void ocel__meter_see(ocel__meter *m, const ocel__mark *counters) {
  const ocel_us newest = m->last.at;
  m->last = *counters;
  // With B pictures they do not come in the order in which they were captured.
  if (m->n > 0 && m->last.at < newest) m->last.at = newest;
  if (m->n > 0 && m->last.at - m->marks[(m->n - 1) % OCEL__MARKS].at < STEP) return;
  m->marks[m->n++ % OCEL__MARKS] = m->last;
}

// The oldest mark within the window that ends at `end`; the newest of all if none is.
static const ocel__mark *mark_before(const ocel__meter *m, ocel_us end) {
  const uint32_t oldest = m->n > OCEL__MARKS ? m->n - OCEL__MARKS : 0;
  uint32_t at = m->n - 1;
  while (at > oldest && end - m->marks[(at - 1) % OCEL__MARKS].at <= OCEL_STATS_WINDOW + STEP) at--;
  return &m->marks[at % OCEL__MARKS];
}

static uint32_t per(uint64_t count, ocel_us scale, ocel_us span) {
  const uint64_t rate = count * (uint64_t)scale / (uint64_t)span;
  return rate < UINT32_MAX ? (uint32_t)rate : UINT32_MAX;
}

// A source that has fallen silent is measured up to now.
static ocel_us end_of(const ocel__meter *m, ocel_us now) {
  return now - m->last.at > 2 * STEP ? now : m->last.at;
}

void ocel__meter_read(const ocel__meter *m, ocel_us now, ocel_track_stats *out) {
  out->encode_time = -1;
  if (m->n == 0) return;
  const ocel_us end = end_of(m, now);
  const ocel__mark *from = mark_before(m, end);
  const uint64_t units = m->last.units - from->units;
  const uint64_t encode = m->last.encode_us - from->encode_us;
  if (end <= from->at) return;
  const ocel_us span = end - from->at;
  out->frame_rate = per(units, 1000 * OCEL_SECOND, span);
  out->bit_rate = per(m->last.bytes - from->bytes, 8 * OCEL_SECOND, span);
  out->bit_rate_sent = per(m->last.sent - from->sent, 8 * OCEL_SECOND, span);
  if (units > 0 && encode > 0) out->encode_time = (ocel_us)(encode / units);
}
