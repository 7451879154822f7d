// SPDX-License-Identifier: Apache-2.0
// Reading a sequence parameter set.
#include <stdlib.h>
#include <string.h>

#include "ocel/h264_params.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static void check_values(const ocel_h264_sps *s) {
  require(s->width >= 1 && s->width <= 16384 && s->height >= 1 && s->height <= 16384);
  require(s->fps_denominator >= 1);
  require(s->fps_numerator != 0 || s->fps_denominator == 1);
}

static bool same(const ocel_h264_sps *a, const ocel_h264_sps *b) {
  return a->profile_idc == b->profile_idc && a->constraint_flags == b->constraint_flags &&
         a->level_idc == b->level_idc && a->width == b->width && a->height == b->height &&
         a->fps_numerator == b->fps_numerator && a->fps_denominator == b->fps_denominator;
}

// Takes the emulation prevention bytes out and puts in those that belong there.
static size_t escape_again(ocel_span nal, uint8_t *out) {
  size_t n = 0, zeros_in = 0, zeros_out = 0;
  for (size_t i = 0; i < nal.n; i++) {
    const uint8_t c = nal.p[i];
    const bool prevents = zeros_in >= 2 && c == 3;
    zeros_in = c == 0 ? zeros_in + 1 : 0;
    if (prevents) continue;
    if (zeros_out >= 2 && c <= 3) {
      out[n++] = 3;
      zeros_out = 0;
    }
    zeros_out = c == 0 ? zeros_out + 1 : 0;
    out[n++] = c;
  }
  return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const ocel_h264_sps untouched = {1, 2, 3, 4, 5, 6, 7};
  ocel_h264_sps whole = untouched, other = untouched;
  const ocel_err rc = ocel_h264_sps_parse(ocel_span_make(data, size), &whole);
  if (rc == OCEL_OK) {
    check_values(&whole);
  } else {
    require(rc == OCEL_ERR_SYNTAX && same(&whole, &untouched));
  }

  // A prefix is refused or says the same.
  const size_t prefix = size / 2;
  if (ocel_h264_sps_parse(ocel_span_make(data, prefix), &other) == OCEL_OK) {
    require(rc == OCEL_OK && same(&whole, &other));
  }

  // How the same bits are escaped makes no difference.
  uint8_t *escaped = malloc(2 * size + 1);
  require(escaped != NULL);
  other = untouched;
  const size_t n = escape_again(ocel_span_make(data, size), escaped);
  require(ocel_h264_sps_parse(ocel_span_make(escaped, n), &other) == rc && same(&whole, &other));
  free(escaped);
  return 0;
}
