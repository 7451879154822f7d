// SPDX-License-Identifier: Apache-2.0
// BT.601 in 16.16 fixed point, rounded once at the end.
#include "convert.h"

typedef struct {
  int32_t r, g, b;
} rgb;

// Expands 5 and 6 bits to 8 by repeating the highest ones, so that white is 255.
static rgb pixel_at(const uint8_t *p) {
  const int32_t v = p[0] | p[1] << 8;
  const int32_t r = v >> 11, g = v >> 5 & 0x3f, b = v & 0x1f;
  return (rgb){r << 3 | r >> 2, g << 2 | g >> 4, b << 3 | b >> 2};
}

static uint8_t luma(rgb c) {
  return (uint8_t)((16829 * c.r + 33039 * c.g + 6416 * c.b + (16 << 16) + (1 << 15)) >> 16);
}

// Of the sum of four pixels.
static uint8_t chroma(int32_t weighted) {
  return (uint8_t)((weighted + (128 << 18) + (1 << 17)) >> 18);
}

static uint8_t u_of(rgb sum) { return chroma(-9714 * sum.r - 19070 * sum.g + 28784 * sum.b); }

static uint8_t v_of(rgb sum) { return chroma(28784 * sum.r - 24103 * sum.g - 4681 * sum.b); }

// Two pixels of each of two lines give three bytes of each.
static void block(const uint8_t *above, const uint8_t *below, uint8_t *odd, uint8_t *even) {
  const rgb a = pixel_at(above), b = pixel_at(above + 2);
  const rgb c = pixel_at(below), d = pixel_at(below + 2);
  const rgb sum = {a.r + b.r + c.r + d.r, a.g + b.g + c.g + d.g, a.b + b.b + c.b + d.b};
  odd[0] = u_of(sum);
  odd[1] = luma(a);
  odd[2] = luma(b);
  even[0] = v_of(sum);
  even[1] = luma(c);
  even[2] = luma(d);
}

bool ocel_convert_valid(const ocel_convert_job *job) {
  const bool even = job->width % 2 == 0 && job->height % 2 == 0 && job->stride % 2 == 0;
  const bool empty = job->width == 0 || job->height == 0 || job->rgb == NULL || job->yuv == NULL;
  return even && !empty && job->stride >= 2u * job->width &&
         job->yuv_size >= (size_t)job->width * job->height / 2 * 3;
}

bool ocel_convert_cpu(const ocel_convert_job *job) {
  if (!ocel_convert_valid(job)) return false;
  const size_t line = (size_t)job->width / 2 * 3;
  for (size_t y = 0; y < job->height; y += 2) {
    const uint8_t *above = job->rgb + y * job->stride;
    uint8_t *odd = job->yuv + y * line;
    for (size_t x = 0; x < job->width / 2u; x++) {
      block(above + 4 * x, above + job->stride + 4 * x, odd + 3 * x, odd + line + 3 * x);
    }
  }
  return true;
}
