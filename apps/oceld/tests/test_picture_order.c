// SPDX-License-Identifier: Apache-2.0
#include "picture_order.h"

#include <stdlib.h>

#include "h264_sps_writer.h"
#include "ocel_test.h"

static bool next_hex(oceld_picture_order *o, const char *hex, int64_t *count) {
  uint8_t mem[128];
  return oceld_picture_order_next(o, unhex(hex, mem), count);
}

#define SPS "00000001 6764000aacd9447b011000000300100000030320f1225960"

// The beginnings of slices by libx264 (64x48, three B-pictures, pyramid, an IDR picture after 18),
// and each picture's place as the MP4 file of the same stream gives it.
static const struct {
  const char *slice;
  int place;
} X264[] = {
    {"65888400dfd4d445abc4", 0 },
    {"419a246c447fb7835e7a", 4 },
    {"419e4278853ff87605",   2 },
    {"019e617442df7bc0",     1 },
    {"019e636a42dff0dd89",   3 },
    {"419a6849a84168994c08", 8 },
    {"419e8645112c2dff7bc1", 6 },
    {"019ea57442df7bc1",     5 },
    {"019ea76a42dff0dd88",   7 },
    {"419aac49a8416c994c08", 12},
    {"419eca45152c25ffeee2", 10},
    {"019ee97442dff00308",   9 },
    {"019eeb6a42df7bc0",     11},
    {"419af049a8416c994c09", 16},
    {"419f0e45152c25ffb635", 14},
    {"019f2d7442df7bc1",     13},
    {"019f2f6a42dff0c5f630", 15},
    {"419b3149a8416c994c08", 17},
    {"65888200ffd1b76c47d7", 0 },
    {"419a246c4dffc705ea82", 4 },
    {"419e4278843fa8cf5a14", 2 },
};

static void reads_the_order_of_x264(void **state) {
  (void)state;
  oceld_picture_order o = {0};
  for (size_t i = 0; i < ARRAY_LEN(X264); i++) {
    char unit[160] = "";
    int64_t count;
    if (i == 0) append(unit, sizeof unit, SPS "00000001 68ebc3cb20");
    append(unit, sizeof unit, "00000001");
    append(unit, sizeof unit, X264[i].slice);
    assert_true(next_hex(&o, unit, &count));
    assert_int_equal(count, 2 * X264[i].place);
  }
}

static const struct {
  const char *name, *hex;
} UNKNOWN[] = {
    {"no parameter set yet", "00000001 65888400dfd4d445abc4"                  },
    {"no slice",             SPS                                              },
    {"nothing",              ""                                               },
    {"slice cut short",      SPS "00000001 6588"                              },
    {"broken SPS",           "00000001 6764000a 00000001 65888400dfd4d445abc4"},
};

static void tells_when_it_does_not_know(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(UNKNOWN); i++) {
    oceld_picture_order o = {0};
    int64_t count;
    CASE(UNKNOWN[i].name);
    assert_false(next_hex(&o, UNKNOWN[i].hex, &count));
  }
}

// Appends what was written as a NAL unit with a start code.
static size_t put_nal(const bit_writer *w, uint8_t *out) {
  memcpy(out, "\0\0\0\1", 4);
  return 4 + escape(w->rbsp, (w->n + 7) / 8, out + 4);
}

static size_t put_slice(const fields *f, bool idr, bool reference, uint32_t count, uint8_t *out) {
  bit_writer w = {.n = 0};
  put_u(&w, 8, (idr ? 5u : 1u) | (reference ? 0x60u : 0u));
  put_ue(&w, 0);                            // first_mb_in_slice
  put_ue(&w, 5);                            // slice_type
  put_ue(&w, 3);                            // pic_parameter_set_id
  if (f->separate_planes) put_u(&w, 2, 2);  // colour_plane_id
  put_u(&w, f->log2_frame_num + 4, 0);      // frame_num
  if (f->fields) put_u(&w, 1, 0);           // field_pic_flag
  if (idr) put_ue(&w, 70);                  // idr_pic_id
  put_u(&w, f->log2_poc_lsb + 4, count & ((1u << (f->log2_poc_lsb + 4)) - 1));
  put_u(&w, 8, 0x80);
  return put_nal(&w, out);
}

static fields parameters(uint32_t lsb) {
  fields f = {.profile = 244, .chroma_format = 3, .log2_frame_num = 12};
  f.separate_planes = lsb % 2 != 0;
  f.fields = lsb % 3 == 0;
  f.log2_poc_lsb = lsb;
  f.mbs[0] = f.mbs[1] = 4;
  return f;
}

static size_t put_parameters(const fields *f, uint8_t *out) {
  bit_writer w = {.n = 0};
  put_sps(&w, f, true);
  return put_nal(&w, out);
}

// Groups of a P-picture and three B-pictures before it, long enough for the low bits to wrap
// many times; frame_num is zeros, so that emulation prevention bytes are on the way.
static void check_wraps(uint32_t lsb) {
  static const uint32_t PLACE[] = {4, 2, 1, 3};
  const fields f = parameters(lsb);
  oceld_picture_order o = {0};
  uint8_t unit[256];
  int64_t count;
  size_t n = put_parameters(&f, unit);
  n += put_slice(&f, true, true, 0, unit + n);
  assert_true(oceld_picture_order_next(&o, ocel_span_make(unit, n), &count));
  assert_int_equal(count, 0);
  for (uint32_t i = 0; i < 1000; i++) {
    const uint32_t want = i / 4 * 4 + PLACE[i % 4];
    n = put_slice(&f, false, i % 4 < 2, want, unit);
    assert_true(oceld_picture_order_next(&o, ocel_span_make(unit, n), &count));
    assert_int_equal(count, want);
  }
}

static void the_low_bits_wrap(void **state) {
  (void)state;
  for (uint32_t lsb = 0; lsb <= 12; lsb++) check_wraps(lsb);
}

// Every prefix of a slice is refused or told, never read beyond; a field is refused.
static void prefixes_and_fields(void **state) {
  (void)state;
  const fields f = parameters(6);
  uint8_t unit[256];
  int64_t count;
  const size_t head = put_parameters(&f, unit);
  const size_t n = head + put_slice(&f, true, true, 8, unit + head);
  bool known = false;
  for (size_t i = head; i <= n; i++) {
    oceld_picture_order o = {0};
    uint8_t *copy = malloc(i);
    assert_non_null(copy);
    memcpy(copy, unit, i);
    const bool ok = oceld_picture_order_next(&o, ocel_span_make(copy, i), &count);
    assert_true(ok || !known);  // Once it is enough, more is, too.
    known = ok;
    free(copy);
  }
  assert_true(known);
  assert_int_equal(count, 8);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reads_the_order_of_x264),
      cmocka_unit_test(tells_when_it_does_not_know),
      cmocka_unit_test(the_low_bits_wrap),
      cmocka_unit_test(prefixes_and_fields),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
