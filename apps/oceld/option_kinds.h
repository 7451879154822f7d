// SPDX-License-Identifier: Apache-2.0
// How each kind of value is read, and how its range is told. Used by options.c only.
#ifndef OCELD_OPTION_KINDS_H
#define OCELD_OPTION_KINDS_H

#include "options.h"

typedef struct {
  /// Reads `value` into `field`, or says what to write instead.
  bool (*read)(const oceld_option *option, const char *value, void *field, oceld_failure *why);
  /// Writes what is allowed, for errors and --help: "a whole number from 1 to 120".
  void (*describe)(const oceld_option *option, char *out, size_t size);
} oceld_kind_rules;

const oceld_kind_rules *oceld_kind_rules_of(oceld_kind kind);

#endif
