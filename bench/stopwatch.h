// SPDX-License-Identifier: Apache-2.0
// For the micro benchmarks: a clock, and the median of several passes as one line of JSON.
#ifndef BENCH_STOPWATCH_H
#define BENCH_STOPWATCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { STOPWATCH_PASSES = 15 };

static inline uint64_t stopwatch_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static inline int stopwatch_compare(const void *a, const void *b) {
  const double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

/// Prints {"name", "ns", "per"} with the median of the passes' nanoseconds.
static inline void stopwatch_print(const char *name, const char *per, double *ns) {
  qsort(ns, STOPWATCH_PASSES, sizeof *ns, stopwatch_compare);
  printf("{\"name\": \"%s\", \"ns\": %.1f, \"per\": \"%s\"}\n", name, ns[STOPWATCH_PASSES / 2],
         per);
}

#endif
