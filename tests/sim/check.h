// SPDX-License-Identifier: Apache-2.0
// How an invariant is stated, and how a broken one is reported: with all it takes to replay it.
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

#include "ocel/time.h"

/// The run that is under way.
typedef struct {
  const char *scenario;
  uint64_t seed;
  const ocel_us *now;  ///< The virtual clock ...
  ocel_us origin;      ///< ... and where it began.
  bool trace;          ///< Print each step.
  bool abort;          ///< Abort on a broken invariant (fuzzing) instead of ending the program.
  bool expect_broken;  ///< Self-test: a broken invariant is what is wanted; exit status 0.
} check_run;

extern check_run CHECK_RUN;

/// Prints what is broken, when, and how to replay it; ends the program.
void check_broken(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/// One line of `--trace`.
void check_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(condition, ...)                    \
  do {                                           \
    if (!(condition)) check_broken(__VA_ARGS__); \
  } while (0)

#define TRACE(...)                                 \
  do {                                             \
    if (CHECK_RUN.trace) check_trace(__VA_ARGS__); \
  } while (0)

#endif
