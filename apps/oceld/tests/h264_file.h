// SPDX-License-Identifier: Apache-2.0
// Makes raw H.264 files for tests: real parameter sets, and slices of any size that no decoder
// would like but every splitter must.
#ifndef OCELD_H264_FILE_H
#define OCELD_H264_FILE_H

#include <stdlib.h>
#include <unistd.h>

#include "ocel_test.h"

typedef struct {
  uint8_t *bytes;
  size_t n, cap;
} h264_file;

static inline void file_put(h264_file *f, const uint8_t *p, size_t n) {
  if (f->cap - f->n < n) {
    f->cap = 2 * (f->cap + n);
    f->bytes = realloc(f->bytes, f->cap);
    assert_non_null(f->bytes);
  }
  if (n > 0) memcpy(f->bytes + f->n, p, n);
  f->n += n;
}

static inline void file_put_hex(h264_file *f, const char *hex) {
  uint8_t mem[256];
  const ocel_span s = unhex(hex, mem);
  file_put(f, s.p, s.n);
}

// x264's Main profile, 320x240, 25 fps by VUI (from `ffmpeg -f lavfi -i testsrc2`).
#define TEST_SPS "00000001 674d400dd90141fb011000000300100000030320f142a480"
#define TEST_PPS "00000001 68ebc3cb20"

// A slice of `size` bytes behind its start code; `number` makes it unlike the others.
static inline void file_put_slice(h264_file *f, bool idr, size_t size, unsigned number) {
  const uint8_t head[] = {0, 0, 0, 1, idr ? 0x65 : 0x41, 0x88};  // first_mb_in_slice 0
  file_put(f, head, sizeof head);
  for (size_t i = 2; i < size; i++) {
    const uint8_t b = (uint8_t)(1 + (number * 31 + i) % 251);
    file_put(f, &b, 1);
  }
}

// Writes the file to a new temporary one, whose name goes to `path` (ending in XXXXXX).
static inline void file_save(const h264_file *f, char *path) {
  const int fd = mkstemp(path);
  assert_true(fd >= 0);
  assert_int_equal(write(fd, f->n > 0 ? f->bytes : (const uint8_t *)"", f->n), (ssize_t)f->n);
  assert_int_equal(close(fd), 0);
}

#endif
