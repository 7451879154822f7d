// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <unistd.h>

#include "log.h"
#include "stats_json.h"

static void write_stats(oceld_report *r, const oceld_snapshot *s) {
  oceld_failure why;
  if (r->stats_path[0] == '\0' || s->taken_at == r->written) return;
  r->written = s->taken_at;
  const bool ok = oceld_stats_write(r->stats_path, r->streams, s, &why);
  if (!ok && !r->failing) oceld_log(OCELD_LOG_WARNING, "stats: %s", why.text);
  r->failing = !ok;
}

// Wakes come a little early or late.
static bool is_log_due(oceld_report *r, ocel_us now) {
  const ocel_us interval = r->log_interval * OCEL_SECOND;
  if (interval == 0 || now == 0) return false;
  if (r->logged_at == 0) r->logged_at = now;
  if (now - r->logged_at < interval - OCEL_SECOND / 2) return false;
  r->logged_at = now;
  return true;
}

static void log_streams(oceld_report *r, const oceld_snapshot *s) {
  char line[240];
  if (!is_log_due(r, s->taken_at)) return;
  for (unsigned i = 0; i < s->stream_count; i++) {
    oceld_stream_line(r->streams[i].path, &s->streams[i], line, sizeof line);
    oceld_log(OCELD_LOG_INFO, "%s", line);
  }
}

void oceld_report_now(oceld_report *r, oceld_monitor *m) {
  char line[160];
  bool changed = false;
  const oceld_snapshot *s = oceld_monitor_enter(m);
  if (isatty(STDERR_FILENO)) changed = oceld_status_line(&r->status, s, line, sizeof line);
  if (s->taken_at != 0) write_stats(r, s);
  log_streams(r, s);
  oceld_monitor_leave(m);
  if (changed) oceld_log_status(line);
}

void oceld_report_end(void) { oceld_log_status(NULL); }
