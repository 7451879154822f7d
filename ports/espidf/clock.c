// SPDX-License-Identifier: Apache-2.0
// What the engine may not fetch by itself: the time and chance.
#include "loop_state.h"

#define NTP_UNIX_OFFSET UINT64_C(2208988800)  // 1900 to 1970, RFC 5905 figure 4.

// Seconds since 1970 when the firmware was built; the build may say it.
#ifndef OCEL_BUILD_DATE
#define OCEL_BUILD_DATE INT64_C(1795000000)
#endif

ocel_us ocel_loop_now(void) { return ocel__sys.uptime(); }

// Before the date is known, the clock counts from 1970: then it counts from the date of the
// build, which is earlier than the true date, so that it never goes back.
static ocel_us date(void) {
  struct timeval t = {.tv_sec = 0};
  if (ocel__sys.date(&t) < 0) t = (struct timeval){.tv_sec = 0};
  const ocel_us us = (ocel_us)t.tv_sec * OCEL_SECOND + t.tv_usec;
  const ocel_us built = (ocel_us)OCEL_BUILD_DATE * OCEL_SECOND;
  return us < built ? built + us : us;
}

// The wall clock at the moment the engine was told, not at this one: a reply or report that
// is made late in a long batch still maps one clock to the other exactly.
ocel_ntp ocel__wall_clock(void *loop) {
  const ocel_loop *const l = loop;
  const ocel_us us = date() - (ocel_loop_now() - l->now);
  const uint64_t seconds = (uint64_t)(us / OCEL_SECOND) + NTP_UNIX_OFFSET;
  const uint64_t rest = (uint64_t)(us % OCEL_SECOND);
  return seconds << 32 | (rest << 32) / (uint64_t)OCEL_SECOND;
}

void ocel__random(void *loop, uint8_t *out, size_t n) {
  (void)loop;
  ocel__sys.random(out, n);
}
