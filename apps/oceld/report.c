// SPDX-License-Identifier: Apache-2.0
#include "report.h"

#include <unistd.h>

#include "log.h"
#include "stats_json.h"

static void write_stats(oceld_report *r, const oceld_snapshot *s) {
  oceld_failure why;
  if (r->stats_path[0] == '\0' || s->taken_at == r->written) return;
  r->written = s->taken_at;
  const bool ok = oceld_stats_write(r->stats_path, r->stream_path, s, &why);
  if (!ok && !r->failing) oceld_log(OCELD_LOG_WARNING, "stats: %s", why.text);
  r->failing = !ok;
}

void oceld_report_now(oceld_report *r, oceld_monitor *m) {
  char line[160];
  bool changed = false;
  const oceld_snapshot *s = oceld_monitor_enter(m);
  if (isatty(STDERR_FILENO)) changed = oceld_status_line(&r->status, s, line, sizeof line);
  if (s->taken_at != 0) write_stats(r, s);
  oceld_monitor_leave(m);
  if (changed) oceld_log_status(line);
}

void oceld_report_end(void) { oceld_log_status(NULL); }
