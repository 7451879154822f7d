// SPDX-License-Identifier: Apache-2.0
#include "check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

check_run CHECK_RUN;

static double seconds(void) {
  if (CHECK_RUN.now == NULL) return 0;
  return (double)(*CHECK_RUN.now - CHECK_RUN.origin) / (double)OCEL_SECOND;
}

__attribute__((format(printf, 3, 0))) static void print_line(FILE *out, const char *head,
                                                             const char *format, va_list args) {
  (void)fprintf(out, "%s%12.6f s  ", head, seconds());
  (void)vfprintf(out, format, args);
  (void)fputc('\n', out);
}

void check_broken(const char *format, ...) {
  va_list args;
  va_start(args, format);
  print_line(stderr, "BROKEN at ", format, args);
  va_end(args);
  (void)fprintf(stderr, "replay: sim --scenario %s --seed %" PRIu64 " --trace\n",
                CHECK_RUN.scenario != NULL ? CHECK_RUN.scenario : "?", CHECK_RUN.seed);
  (void)fflush(NULL);
  if (CHECK_RUN.abort) abort();
  exit(CHECK_RUN.expect_broken ? 0 : 1);
}

void check_trace(const char *format, ...) {
  va_list args;
  va_start(args, format);
  print_line(stdout, "", format, args);
  va_end(args);
}
