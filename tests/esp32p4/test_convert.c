// SPDX-License-Identifier: Apache-2.0
// Both conversions against libswscale: every value within 1.
#include <stdlib.h>

#include <libswscale/swscale.h>

#include "convert.h"
#include "fake_heap.h"
#include "fake_ppa.h"
#include "memory.h"
#include "ocel_test.h"

typedef struct {
  ocel_convert_job job;
  uint8_t *rgb;
  uint8_t *expected;
  size_t pixels;
} picture;

static uint32_t random_state = 1;

static uint8_t random_byte(void) {
  random_state = random_state * 1664525u + 1013904223u;
  return (uint8_t)(random_state >> 24);
}

static void fill(picture *p, size_t n, int kind) {
  for (size_t i = 0; i < n; i++) {
    const uint8_t byte = kind == 0 ? 0 : kind == 1 ? 0xff : random_byte();
    p->rgb[i] = byte;
  }
}

// libswscale's YUV 4:2:0, rearranged. It takes RGB565 without repeating bits, so it is given
// 24 bits that were expanded here.
static void expect(picture *p) {
  const int w = p->job.width, h = p->job.height;
  uint8_t *rgb24 = malloc((size_t)w * (size_t)h * 3 + 64), *planes;
  for (int y = 0; y < h; y++) {
    for (int x = 0; x < w; x++) {
      const uint8_t *q = p->rgb + (size_t)y * p->job.stride + (size_t)x * 2;
      const int v = q[0] | q[1] << 8;
      uint8_t *o = rgb24 + ((size_t)y * (size_t)w + (size_t)x) * 3;
      o[0] = (uint8_t)((v >> 11) * 255 / 31);
      o[1] = (uint8_t)((v >> 5 & 63) * 255 / 63);
      o[2] = (uint8_t)((v & 31) * 255 / 31);
    }
  }
  struct SwsContext *sws = sws_getContext(
      w, h, AV_PIX_FMT_RGB24, w, h, AV_PIX_FMT_YUV420P,
      SWS_AREA | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, NULL, NULL, NULL);
  assert_non_null(sws);
  const int *bt601 = sws_getCoefficients(SWS_CS_ITU601);
  assert_true(sws_setColorspaceDetails(sws, bt601, 1, bt601, 0, 0, 1 << 16, 1 << 16) >= 0);
  // It writes beyond the end of a line: each has room.
  const size_t line = (size_t)w + 64, plane = line * (size_t)h;
  planes = calloc(plane, 3);
  uint8_t *out[4] = {planes, planes + plane, planes + 2 * plane, NULL};
  const int in_stride[4] = {w * 3}, out_stride[4] = {(int)line, (int)line, (int)line};
  const uint8_t *in[4] = {rgb24};
  assert_int_equal(sws_scale(sws, in, in_stride, 0, h, out, out_stride), h);
  sws_freeContext(sws);
  for (size_t y = 0; y < (size_t)h; y++) {
    for (size_t x = 0; x < (size_t)w / 2; x++) {
      uint8_t *o = p->expected + (y * (size_t)w / 2 + x) * 3;
      o[0] = out[1 + y % 2][y / 2 * line + x];
      o[1] = planes[y * line + 2 * x];
      o[2] = planes[y * line + 2 * x + 1];
    }
  }
  free(rgb24);
  free(planes);
}

static picture make(uint16_t w, uint16_t h, uint32_t gap, int kind) {
  picture p = {.pixels = (size_t)w * h};
  p.job = (ocel_convert_job){.width = w, .height = h, .stride = 2u * w + gap};
  p.rgb = malloc((size_t)p.job.stride * h);
  p.expected = malloc(p.pixels / 2 * 3);
  size_t size = p.pixels / 2 * 3;
  p.job.yuv = ocel_p4_dma_alloc(&size);
  p.job.yuv_size = size;
  p.job.rgb = p.rgb;
  fill(&p, (size_t)p.job.stride * h, kind);
  expect(&p);
  return p;
}

static void drop(picture *p) {
  free(p->rgb);
  free(p->expected);
  ocel_p4_dma_free(p->job.yuv);
}

static void compare(const picture *p) {
  for (size_t i = 0; i < p->pixels / 2 * 3; i++) {
    const int difference = p->job.yuv[i] - p->expected[i];
    if (difference < -1 || difference > 1) {
      fail_msg("%ux%u byte %zu: %u, not %u", p->job.width, p->job.height, i, p->job.yuv[i],
               p->expected[i]);
    }
  }
}

static void check(uint16_t w, uint16_t h, uint32_t gap, int kind) {
  picture p = make(w, h, gap, kind);
  assert_true(ocel_convert_cpu(&p.job));
  compare(&p);
  void *client = ocel_convert_ppa_open();
  memset(p.job.yuv, 0, p.job.yuv_size);
  assert_int_equal(ocel_convert_ppa(client, &p.job), OCEL_PPA_OK);
  compare(&p);
  ocel_convert_ppa_close(client);
  drop(&p);
}

static void every_small_even_size(void **state) {
  (void)state;
  for (uint16_t h = 4; h <= 20; h = (uint16_t)(h + 2)) {
    for (uint16_t w = 4; w <= 70; w = (uint16_t)(w + 2)) check(w, h, (unsigned)(w + h) % 8 * 2, 2);
  }
}

// libswscale does not average a single line or column of U and V: such a picture must equal the
// corner of a bigger one.
static void a_pair_of_lines_or_columns(void **state) {
  (void)state;
  picture p = make(32, 32, 4, 2);
  uint8_t small[32 * 3];
  assert_true(ocel_convert_cpu(&p.job));
  ocel_convert_job job = p.job;
  job.yuv = small;
  job.yuv_size = sizeof small;
  job.height = 2;
  assert_true(ocel_convert_cpu(&job));
  assert_memory_equal(small, p.job.yuv, 2 * 48);
  job.height = 32;
  job.width = 2;
  assert_true(ocel_convert_cpu(&job));
  for (size_t y = 0; y < 32; y++) assert_memory_equal(small + y * 3, p.job.yuv + y * 48, 3);
  drop(&p);
}

static void sizes_of_sensors(void **state) {
  (void)state;
  static const uint16_t size[][2] = {
      {640,  480},
      {800,  640},
      {1288, 728},
      {1280, 720},
      {354,  290}
  };
  for (size_t i = 0; i < ARRAY_LEN(size); i++) check(size[i][0], size[i][1], 0, 2);
}

static void black_and_white(void **state) {
  (void)state;
  for (int kind = 0; kind < 2; kind++) {
    picture p = make(16, 16, 0, kind);
    assert_true(ocel_convert_cpu(&p.job));
    assert_int_equal(p.job.yuv[0], 128);
    assert_int_equal(p.job.yuv[1], kind == 0 ? 16 : 235);
    compare(&p);
    drop(&p);
  }
}

// Every one of the 65,536 colours, as a flat block: exact to the nearest value but one.
static void every_colour(void **state) {
  (void)state;
  picture p = make(512, 512, 0, 0);
  for (uint32_t c = 0; c < 65536; c++) {
    uint8_t *q = p.rgb + (size_t)(c / 256) * 2 * p.job.stride + (c % 256) * 4;
    for (unsigned k = 0; k < 4; k++) {
      q[k / 2 * p.job.stride + k % 2 * 2] = (uint8_t)c;
      q[k / 2 * p.job.stride + k % 2 * 2 + 1] = (uint8_t)(c >> 8);
    }
  }
  expect(&p);
  assert_true(ocel_convert_cpu(&p.job));
  compare(&p);
  drop(&p);
}

static void writes_nothing_outside(void **state) {
  (void)state;
  enum { W = 30, H = 14 };
  uint8_t rgb[W * 2 * H], yuv[W * H * 3 / 2 + 2];
  memset(rgb, 0xff, sizeof rgb);
  memset(yuv, 0xa5, sizeof yuv);
  const ocel_convert_job job = {rgb, W * 2, W, H, yuv + 1, W * H * 3 / 2};
  assert_true(ocel_convert_cpu(&job));
  assert_int_equal(yuv[0], 0xa5);
  assert_int_equal(yuv[sizeof yuv - 1], 0xa5);
}

static void refuses_impossible_jobs(void **state) {
  (void)state;
  uint8_t rgb[64], yuv[64];
  const ocel_convert_job good = {rgb, 8, 4, 4, yuv, 24};
  assert_true(ocel_convert_cpu(&good));
  ocel_convert_job bad[8];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) bad[i] = good;
  bad[0].width = 3;
  bad[1].height = 3;
  bad[2].stride = 6;
  bad[3].stride = 9;
  bad[4].yuv_size = 23;
  bad[5].width = 0;
  bad[6].height = 0;
  bad[7].rgb = NULL;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_false(ocel_convert_cpu(&bad[i]));
    assert_int_equal(ocel_convert_ppa(NULL, &bad[i]), OCEL_PPA_REFUSED);
  }
}

static void the_ppa_is_never_given_what_it_refuses(void **state) {
  (void)state;
  picture p = make(32, 32, 0, 2);
  void *client = ocel_convert_ppa_open();
  p.job.yuv_size--;
  p.job.height = 16;
  assert_int_equal(ocel_convert_ppa(client, &p.job), OCEL_PPA_REFUSED);
  p.job.yuv_size -= OCEL_P4_CACHE_LINE - 1;
  p.job.yuv += 8;
  assert_int_equal(ocel_convert_ppa(client, &p.job), OCEL_PPA_REFUSED);
  p.job.yuv -= 8;
  assert_int_equal(ocel_convert_ppa(client, &p.job), OCEL_PPA_OK);
  ocel_convert_ppa_close(client);
  drop(&p);
}

static void the_cpu_steps_in(void **state) {
  (void)state;
  picture p = make(64, 48, 0, 2);
  ocel_converter c;
  fake_ppa.register_result = ESP_ERR_NO_MEM;
  ocel_converter_open(&c);
  fake_ppa.register_result = ESP_OK;
  assert_true(ocel_converter_run(&c, &p.job));
  assert_int_equal(c.by_cpu, 1);
  compare(&p);
  ocel_converter_close(&c);

  static const struct {
    esp_err_t result;
    unsigned by_cpu, by_ppa;
  } cases[] = {
      {ESP_OK,              0, 2},
      {ESP_ERR_NO_MEM,      1, 1}, // the next picture may work
      {ESP_FAIL,            1, 1},
      {ESP_ERR_INVALID_ARG, 2, 0}, // it will not
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    ocel_converter_open(&c);
    fake_ppa.result = cases[i].result;
    assert_true(ocel_converter_run(&c, &p.job));
    fake_ppa.result = ESP_OK;
    assert_true(ocel_converter_run(&c, &p.job));
    compare(&p);
    assert_int_equal(c.by_cpu, cases[i].by_cpu);
    assert_int_equal(c.by_ppa, cases[i].by_ppa);
    p.job.stride = 2;
    assert_false(ocel_converter_run(&c, &p.job));
    p.job.stride = 128;
    ocel_converter_close(&c);
  }
  assert_int_equal(fake_ppa.clients, 0);
  drop(&p);
}

static void memory_for_hardware(void **state) {
  (void)state;
  assert_int_equal(ocel_p4_picture_bytes(1920, 1080), 3133440);
  assert_int_equal(ocel_p4_picture_bytes(1280, 720), 1382400);
  size_t size = 1;
  void *p = ocel_p4_dma_alloc(&size);
  assert_int_equal(size, OCEL_P4_CACHE_LINE);
  assert_false(fake_cache_is_dirty(p, size));
  assert_true(ocel_p4_discard(p, size));
  ocel_p4_dma_free(p);
  fake_heap.spiram_left = 100;
  assert_null(ocel_p4_dma_alloc(&size));
  fake_heap.spiram_left = SIZE_MAX;
  fake_heap.fail_sync = true;
  assert_null(ocel_p4_dma_alloc(&size));
  fake_heap_reset();
}

static int reset(void **state) {
  (void)state;
  fake_heap_reset();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(every_small_even_size, reset),
      cmocka_unit_test_setup(a_pair_of_lines_or_columns, reset),
      cmocka_unit_test_setup(sizes_of_sensors, reset),
      cmocka_unit_test_setup(black_and_white, reset),
      cmocka_unit_test_setup(every_colour, reset),
      cmocka_unit_test_setup(writes_nothing_outside, reset),
      cmocka_unit_test_setup(refuses_impossible_jobs, reset),
      cmocka_unit_test_setup(the_ppa_is_never_given_what_it_refuses, reset),
      cmocka_unit_test_setup(the_cpu_steps_in, reset),
      cmocka_unit_test_setup(memory_for_hardware, reset),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
