// SPDX-License-Identifier: Apache-2.0
// Tells the state of things once a second: the status line and the file of counters.
#ifndef OCELD_REPORT_H
#define OCELD_REPORT_H

#include "monitor.h"
#include "status.h"

typedef struct {
  const char *stats_path;  ///< "": no file.
  const char *stream_path;
  oceld_status status;  ///< Zero it, and all below, first.
  ocel_us written;      ///< Snapshot that the file holds.
  bool failing;         ///< The file could not be written; said once.
} oceld_report;

void oceld_report_now(oceld_report *r, oceld_monitor *m);

/// Takes the status line away.
void oceld_report_end(void);

#endif
