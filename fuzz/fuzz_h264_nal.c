// SPDX-License-Identifier: Apache-2.0
// Splitting into NAL units: by start codes and by lengths (the first byte chooses the prefix).
#include <stdlib.h>
#include <string.h>

#include "ocel/h264_nal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

// Behind a start code, within the bytes, without a zero at its end or a start code inside.
static void check_unit(ocel_span whole, ocel_span nal) {
  require(nal.n > 0 && nal.p >= whole.p + 3);
  require(nal.p + nal.n <= whole.p + whole.n);
  require(nal.p[-1] == 1 && nal.p[-2] == 0 && nal.p[-3] == 0);
  require(nal.p[nal.n - 1] != 0);
  require(ocel_annexb_find(nal, 0) == nal.n);
}

// Splits `whole` and writes the units again, each behind a short start code.
static size_t split(ocel_span whole, ocel_wbuf *out) {
  ocel_span rest = whole, nal;
  size_t units = 0;
  bool after_vcl = false;
  for (; ocel_annexb_next(&rest, &nal); units++) {
    check_unit(whole, nal);
    after_vcl = ocel_nal_begins_access_unit(nal, after_vcl) ||
                (after_vcl || ocel_nal_is_vcl(ocel_nal_type_of(nal)));
    ocel_put_u8(out, 0);
    ocel_put_be16(out, 1);
    ocel_put_span(out, nal);
  }
  require(rest.n == 0 && !out->overflow);
  return units;
}

static void check_lengths(ocel_span rest, unsigned length_size) {
  ocel_span nal;
  ocel_err rc;
  do {
    const ocel_span before = rest;
    rc = ocel_avcc_next(&rest, length_size, &nal);
    require(rc != OCEL_OK || (nal.n > 0 && nal.p >= before.p + length_size));
    require(rc != OCEL_OK || nal.p + nal.n == rest.p);
    require(rc != OCEL_ERR_MORE || rest.n == 0);
    require(rest.p + rest.n == before.p + before.n);
  } while (rc == OCEL_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (size == 0) return 0;
  const ocel_span whole = ocel_span_make(data + 1, size - 1);
  check_lengths(whole, data[0] % 6);

  // Splitting what was split changes nothing; it never needs more room.
  uint8_t *once = malloc(size), *twice = malloc(size);
  require(once != NULL && twice != NULL);
  ocel_wbuf a = ocel_wbuf_make(once, whole.n), b = ocel_wbuf_make(twice, whole.n);
  const size_t units = split(whole, &a);
  require(split(ocel_span_make(once, a.n), &b) == units);
  require(a.n == b.n && memcmp(once, twice, a.n) == 0);
  free(once);
  free(twice);
  return 0;
}
