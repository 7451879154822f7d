// SPDX-License-Identifier: Apache-2.0
#include "ocel/err.h"

static const struct {
  const char *name;
  const char *text;
} ERRORS[] = {
#define OCEL_X(id, value, text) [-(value)] = {#id, text},
    OCEL_ERRORS(OCEL_X)
#undef OCEL_X
};

// 0, -1, -2 ... count the rows; any other number falls behind them.
static unsigned row_of(ocel_err e) { return 0u - (unsigned)e; }

static const unsigned ROWS = sizeof ERRORS / sizeof ERRORS[0];

const char *ocel_err_name(ocel_err e) {
  const unsigned row = row_of(e);
  return row < ROWS ? ERRORS[row].name : "?";
}

const char *ocel_err_text(ocel_err e) {
  const unsigned row = row_of(e);
  return row < ROWS ? ERRORS[row].text : "?";
}
