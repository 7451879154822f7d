// SPDX-License-Identifier: Apache-2.0
#include "fake_rules.h"

#include <stdio.h>
#include <stdlib.h>

static jmp_buf back;
static bool announced;
static const char *broken;

void fake_rule(const char *name, bool kept, const char *file, int line) {
  if (kept) return;
  if (announced) {
    broken = name;
    longjmp(back, 1);
  }
  fprintf(stderr, "%s:%d: broken rule: %s\n", file, line, name);
  abort();
}

const char *fake_rule_broken_by(void (*break_it)(void)) {
  broken = NULL;
  announced = true;
  if (setjmp(back) == 0) break_it();
  announced = false;
  return broken;
}
