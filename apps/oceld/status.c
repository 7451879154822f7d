// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <inttypes.h>
#include <stdio.h>

static double per_second(uint64_t now, uint64_t before, double seconds) {
  return seconds > 0 ? (double)(now - before) / seconds : 0;
}

bool oceld_status_line(oceld_status *last, const oceld_snapshot *s, char *out, size_t size) {
  if (s->taken_at == 0 || s->taken_at == last->at) return false;
  const double seconds = last->at == 0 ? 0 : (double)(s->taken_at - last->at) / OCEL_SECOND;
  const int64_t up = s->server.uptime / OCEL_SECOND;
  (void)snprintf(out, size,
                 "%" PRIu32 " client%s | %.1f fps | %.0f kbit/s in, %.0f out | %" PRIu32
                 " skipped | up %" PRId64 ":%02d:%02d",
                 s->server.playing, s->server.playing == 1 ? "" : "s",
                 per_second(s->stream.access_units, last->pictures, seconds),
                 per_second(s->stream.bytes, last->made, seconds) * 8 / 1000,
                 per_second(s->server.bytes, last->sent, seconds) * 8 / 1000, s->server.skipped,
                 up / 3600, (int)(up / 60 % 60), (int)(up % 60));
  *last = (oceld_status){s->taken_at, s->server.bytes, s->stream.bytes, s->stream.access_units};
  return true;
}
