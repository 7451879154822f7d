// SPDX-License-Identifier: Apache-2.0
#include "status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static double per_second(uint64_t now, uint64_t before, double seconds) {
  return seconds > 0 ? (double)(now - before) / seconds : 0;
}

bool oceld_status_line(oceld_status *last, const oceld_snapshot *s, char *out, size_t size) {
  if (s->taken_at == 0 || s->taken_at == last->at) return false;
  const double seconds = last->at == 0 ? 0 : (double)(s->taken_at - last->at) / OCEL_SECOND;
  const ocel_stream_stats *first = &s->streams[0];
  const int64_t up = s->server.uptime / OCEL_SECOND;
  (void)snprintf(out, size,
                 "%" PRIu32 " client%s | %.1f fps | %.0f kbit/s in, %.0f out | %" PRIu32
                 " skipped | up %" PRId64 ":%02d:%02d",
                 s->server.playing, s->server.playing == 1 ? "" : "s",
                 per_second(first->access_units, last->pictures, seconds),
                 per_second(first->bytes, last->made, seconds) * 8 / 1000,
                 per_second(s->server.bytes, last->sent, seconds) * 8 / 1000, s->server.skipped,
                 up / 3600, (int)(up / 60 % 60), (int)(up % 60));
  *last = (oceld_status){s->taken_at, s->server.bytes, first->bytes, first->access_units};
  return true;
}

void oceld_stream_line(const char *path, const ocel_stream_stats *s, char *out, size_t size) {
  uint32_t skipped = 0;
  uint64_t in = 0, sent = 0;
  for (unsigned i = 0; i < s->track_count; i++) {
    in += s->track[i].bit_rate;
    sent += s->track[i].bit_rate_sent;
    skipped += s->track[i].skipped;
  }
  (void)snprintf(out, size,
                 "%s: %ux%u, %" PRIu32 " client%s, %.1f fps, %" PRIu64 " kbit/s in, %" PRIu64
                 " out, %" PRIu32 " dropped, %" PRIu32 " skipped, lag %" PRIu32,
                 path, s->width, s->height, s->playing, s->playing == 1 ? "" : "s",
                 (double)s->track[0].frame_rate / 1000, in / 1000, sent / 1000, s->dropped, skipped,
                 s->lag);
  const ocel_us encode = s->track[0].encode_time;
  const size_t n = strlen(out);
  if (encode >= 0) {
    (void)snprintf(out + n, size - n, ", %.1f ms to encode", (double)encode / OCEL_MILLISECOND);
  }
}
