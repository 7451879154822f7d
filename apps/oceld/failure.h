// SPDX-License-Identifier: Apache-2.0
// Why something failed, in one sentence for the user that says what to do about it.
#ifndef OCELD_FAILURE_H
#define OCELD_FAILURE_H

#include <stdbool.h>

typedef struct {
  char text[512];
} oceld_failure;

/// Writes the sentence (cut to fit) and returns false: `return oceld_fail(why, "...")`.
bool oceld_fail(oceld_failure *why, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
