// SPDX-License-Identifier: Apache-2.0
// What the engine may not fetch by itself: the time and chance.
#include <errno.h>
#include <stdlib.h>

#include "loop_state.h"

#define NS_PER_SECOND INT64_C(1000000000)
#define NTP_UNIX_OFFSET UINT64_C(2208988800)  // 1900 to 1970, RFC 5905 figure 4.

static int64_t nanoseconds(clockid_t clock) {
  struct timespec t = {0, 0};
  (void)ocel__sys.clock_gettime(clock, &t);
  return (int64_t)t.tv_sec * NS_PER_SECOND + t.tv_nsec;
}

ocel_us ocel_loop_now(void) { return nanoseconds(CLOCK_MONOTONIC) / 1000; }

// The wall clock at the moment the engine was told, not at this one: a reply or report that
// is made late in a long batch still maps one clock to the other exactly.
ocel_ntp ocel__wall_clock(void *loop) {
  const ocel_loop *const l = loop;
  const int64_t late = nanoseconds(CLOCK_MONOTONIC) - l->now * 1000;
  const int64_t ns = nanoseconds(CLOCK_REALTIME) - late;
  const uint64_t seconds = (uint64_t)(ns / NS_PER_SECOND) + NTP_UNIX_OFFSET;
  const uint64_t rest = (uint64_t)(ns % NS_PER_SECOND);
  return seconds << 32 | (rest << 32) / (uint64_t)NS_PER_SECOND;
}

// Predictable session numbers would be worse than none: without randomness there is no server.
// ocel_loop_open has seen getrandom work.
void ocel__random(void *loop, uint8_t *out, size_t n) {
  (void)loop;
  while (n > 0) {
    const ssize_t got = ocel__sys.getrandom(out, n);
    if (got < 0 && errno != EINTR) abort();
    if (got <= 0) continue;
    out += got;
    n -= (size_t)got;
  }
}
