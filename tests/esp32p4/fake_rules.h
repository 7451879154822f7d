// SPDX-License-Identifier: Apache-2.0
// The documented rules of the hardware and its drivers. A fake that sees one broken ends the test
// at once and names it; a test may also announce that it is about to break one.
#ifndef FAKE_RULES_H
#define FAKE_RULES_H

#include <setjmp.h>
#include <stdbool.h>

/// Ends the test program with the rule's name unless `kept`.
#define RULE(name, kept) fake_rule((name), (kept), __FILE__, __LINE__)

void fake_rule(const char *name, bool kept, const char *file, int line);

/// The name of the rule that `break_it` broke; NULL if none. `break_it` is left where it broke.
const char *fake_rule_broken_by(void (*break_it)(void));

#endif
