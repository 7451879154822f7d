// SPDX-License-Identifier: Apache-2.0
// A file from anywhere: refused, or packed and put together again as the same picture.
// Input: payload_max (2 bytes), then the file.
#include <stdlib.h>
#include <string.h>

#include "../tests/unit/jpeg_unpack.h"
#include "ocel/jpeg_pack.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds) {
  if (!holds) abort();
}

static ocel_access_unit find(ocel_span file, ocel_unit *units) {
  uint16_t count;
  require(ocel_jpeg_find(file.p, file, units, &count) == OCEL_OK);
  return (ocel_access_unit){.data = file.p, .units = units, .unit_count = count};
}

static void send(const ocel_access_unit *au, size_t payload_max, jpeg_unpacker *u) {
  ocel_payload_pos pos = OCEL_PAYLOAD_START;
  while (!ocel_payload_at_end(au, pos)) {
    ocel_span spans[OCEL_JPEG_SPANS_MAX];
    uint8_t scratch[OCEL_JPEG_SCRATCH_MAX], flat[1500];
    ocel_gather g = ocel_gather_make(spans, OCEL_JPEG_SPANS_MAX, scratch, sizeof scratch);
    ocel_wbuf w = ocel_wbuf_make(flat, sizeof flat);
    const size_t n = ocel_jpeg_pack(au, payload_max, &g, &pos);
    for (size_t i = 0; i < g.n; i++) ocel_put_span(&w, g.spans[i]);
    require(n > 0 && n <= payload_max && w.n == n);
    require(jpeg_unpack(u, ocel_span_make(flat, n), ocel_payload_at_end(au, pos)));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  ocel_unit units[OCEL_JPEG_PARTS], units_back[OCEL_JPEG_PARTS];
  uint16_t count;
  if (size < 2) return 0;
  const size_t payload_max =
      OCEL_JPEG_PAYLOAD_MIN + ocel_be16(data) % (1400 - OCEL_JPEG_PAYLOAD_MIN + 1);
  const ocel_span file = ocel_span_make(data + 2, size - 2);
  if (ocel_jpeg_find(file.p, file, units, &count) != OCEL_OK) return 0;

  const ocel_access_unit au = find(file, units);
  uint8_t *mem = malloc(size + 1024);
  require(mem != NULL);
  jpeg_unpacker u = {.out = ocel_wbuf_make(mem, size + 1024)};
  send(&au, payload_max, &u);
  require(!u.out.overflow);
  const ocel_access_unit back = find(ocel_span_make(mem, u.out.n), units_back);
  require(back.unit_count == au.unit_count);
  for (size_t i = OCEL_JPEG_SCAN; i < au.unit_count; i++) {
    if (i == OCEL_JPEG_FRAME) continue;  // its names of components and tables are the receiver's
    require(ocel_span_eq(ocel_access_unit_span(&au, i), ocel_access_unit_span(&back, i)));
  }
  free(mem);
  return 0;
}
