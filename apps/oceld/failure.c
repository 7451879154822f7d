// SPDX-License-Identifier: Apache-2.0
#include "failure.h"

#include <stdarg.h>
#include <stdio.h>

bool oceld_fail(oceld_failure *why, const char *format, ...) {
  va_list args;
  va_start(args, format);
  (void)vsnprintf(why->text, sizeof why->text, format, args);
  va_end(args);
  return false;
}
