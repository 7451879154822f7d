// SPDX-License-Identifier: Apache-2.0
#include "log.h"

#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

static _Atomic oceld_log_level log_level = OCELD_LOG_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char status[160];  // Guarded by `lock`.

#define CLEAR_LINE "\r\033[K"

void oceld_log_set_level(oceld_log_level level) { atomic_store(&log_level, level); }

bool oceld_log_enabled(oceld_log_level level) { return level <= atomic_load(&log_level); }

static void put_time(char *out, size_t size) {
  struct timespec now;
  struct tm parts;
  char seconds[32];
  (void)clock_gettime(CLOCK_REALTIME, &now);
  (void)gmtime_r(&now.tv_sec, &parts);
  (void)strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &parts);
  (void)snprintf(out, size, "%s.%03ldZ", seconds, now.tv_nsec / 1000000);
}

void oceld_log(oceld_log_level level, const char *format, ...) {
  static const char *const NAME[] = {"ERROR  ", "WARNING", "INFO   ", "DEBUG  "};
  char text[1000], time_text[48];
  if (!oceld_log_enabled(level)) return;

  va_list args;
  va_start(args, format);
  (void)vsnprintf(text, sizeof text, format, args);
  va_end(args);
  put_time(time_text, sizeof time_text);

  (void)pthread_mutex_lock(&lock);
  (void)fprintf(stderr, "%s%s %s %s\n%s", status[0] != '\0' ? CLEAR_LINE : "", time_text,
                NAME[level], text, status);
  (void)pthread_mutex_unlock(&lock);
}

void oceld_log_status(const char *line) {
  (void)pthread_mutex_lock(&lock);
  const bool stood = status[0] != '\0';
  (void)snprintf(status, sizeof status, "%s", line != NULL ? line : "");
  if (stood || status[0] != '\0') (void)fprintf(stderr, CLEAR_LINE "%s", status);
  (void)pthread_mutex_unlock(&lock);
}
