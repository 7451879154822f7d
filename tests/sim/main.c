// SPDX-License-Identifier: Apache-2.0
// sim --seed N [--scenario NAME] [--trace] | --seeds FROM COUNT | --long NAME | --list
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "scenario.h"

typedef struct {
  uint64_t from, count;
  const char *scenario;
  bool list;
} options;

static const scenario_group *const GROUPS[] = {&SCENARIOS_HONEST, &SCENARIOS_HARD,
                                               &SCENARIOS_LOGIN,  &SCENARIOS_GROUP,
                                               &SCENARIOS_DOORS,  &SCENARIOS_LONG};
enum { GROUP_COUNT = sizeof GROUPS / sizeof GROUPS[0], SHORT_GROUPS = GROUP_COUNT - 1 };

static const scenario *find(const char *name) {
  for (size_t g = 0; g < GROUP_COUNT; g++) {
    for (size_t i = 0; i < GROUPS[g]->n; i++) {
      if (strcmp(GROUPS[g]->items[i].name, name) == 0) return &GROUPS[g]->items[i];
    }
  }
  return NULL;
}

// The short scenarios take turns.
static const scenario *pick(uint64_t seed) {
  size_t n = 0;
  for (size_t g = 0; g < SHORT_GROUPS; g++) n += GROUPS[g]->n;
  size_t i = (size_t)(seed % n);
  for (size_t g = 0;; g++) {
    if (i < GROUPS[g]->n) return &GROUPS[g]->items[i];
    i -= GROUPS[g]->n;
  }
}

static int list(void) {
  for (size_t g = 0; g < GROUP_COUNT; g++) {
    for (size_t i = 0; i < GROUPS[g]->n; i++) {
      (void)printf("%-20s %s\n", GROUPS[g]->items[i].name, GROUPS[g]->items[i].what);
    }
  }
  return 0;
}

static int usage(void) {
  (void)fprintf(stderr,
                "usage: sim [--scenario NAME] [--seed N | --seeds FROM COUNT] [--trace]\n"
                "       sim --list\n");
  return 2;
}

// Number of arguments taken; 0: not understood.
static int take_option(options *o, int argc, char **argv) {
  if (strcmp(argv[0], "--trace") == 0) return CHECK_RUN.trace = true, 1;
  if (strcmp(argv[0], "--list") == 0) return o->list = true, 1;
  if (argc >= 2 && strcmp(argv[0], "--scenario") == 0) return o->scenario = argv[1], 2;
  if (argc >= 2 && strcmp(argv[0], "--seed") == 0) {
    o->from = strtoull(argv[1], NULL, 0);
    o->count = 1;
    return 2;
  }
  if (argc >= 3 && strcmp(argv[0], "--seeds") == 0) {
    o->from = strtoull(argv[1], NULL, 0);
    o->count = strtoull(argv[2], NULL, 0);
    return 3;
  }
  return 0;
}

static void run_one(const scenario *s, uint64_t seed) {
  CHECK_RUN.scenario = s->name;
  CHECK_RUN.seed = seed;
  s->run(seed);
}

int main(int argc, char **argv) {
  options o = {.from = 1, .count = 1};
  for (int i = 1; i < argc;) {
    const int n = take_option(&o, argc - i, argv + i);
    if (n == 0) return usage();
    i += n;
  }
  if (o.list) return list();
  const scenario *s = o.scenario != NULL ? find(o.scenario) : NULL;
  if (o.scenario != NULL && s == NULL) return usage();
  for (uint64_t i = 0; i < o.count; i++) {
    const uint64_t seed = o.from + i;
    run_one(s != NULL ? s : pick(seed), seed);
  }
  (void)printf("%llu runs, no invariant broken\n", (unsigned long long)o.count);
  return 0;
}
