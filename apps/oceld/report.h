// SPDX-License-Identifier: Apache-2.0
// Tells the state of things once a second: the status line and the file of counters; and now and
// then a line in the log for each stream.
#ifndef OCELD_REPORT_H
#define OCELD_REPORT_H

#include "monitor.h"
#include "status.h"

typedef struct {
  const char *stats_path;  ///< "": no file.
  const oceld_stream_options *streams;
  uint32_t log_interval;  ///< Seconds between lines in the log; 0: none.
  oceld_status status;    ///< Zero it, and all below, first.
  ocel_us written;        ///< Snapshot that the file holds.
  ocel_us logged_at;
  bool failing;  ///< The file could not be written; said once.
} oceld_report;

void oceld_report_now(oceld_report *r, oceld_monitor *m);

/// Takes the status line away.
void oceld_report_end(void);

#endif
