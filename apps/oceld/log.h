// SPDX-License-Identifier: Apache-2.0
// Plain logs: one line each on standard error, with time and level. Any thread.
#ifndef OCELD_LOG_H
#define OCELD_LOG_H

#include <stdbool.h>

typedef enum {
  OCELD_LOG_ERROR,
  OCELD_LOG_WARNING,
  OCELD_LOG_INFO,
  OCELD_LOG_DEBUG,
} oceld_log_level;

/// Lines above `level` are left out from now on. Initially OCELD_LOG_INFO.
void oceld_log_set_level(oceld_log_level level);

bool oceld_log_enabled(oceld_log_level level);

/// Writes one line (cut at 1,000 bytes).
void oceld_log(oceld_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// Keeps `line` standing below the log on a terminal; NULL takes it away. Copied.
void oceld_log_status(const char *line);

#endif
