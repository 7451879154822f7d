// SPDX-License-Identifier: Apache-2.0
#include "fake_heap.h"
#include "fake_jpeg.h"
#include "jpeg.h"
#include "memory.h"
#include "ocel_test.h"

static ocel_rgb_picture picture;
static uint8_t *pixels;
static ocel_jpeg jpeg;

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_jpeg = (fake_jpeg_state){0};
  size_t size = 320 * 240 * 2;
  pixels = ocel_p4_dma_alloc(&size);
  pixels[0] = 77;
  picture = (ocel_rgb_picture){.data = pixels, .size = size, .width = 320, .height = 240};
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ocel_p4_dma_free(pixels);
  assert_int_equal(fake_heap.allocations, 0);
  assert_int_equal(fake_jpeg.engines, 0);
  return 0;
}

static void a_picture_becomes_a_file(void **state) {
  (void)state;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_OK);
  assert_int_equal(jpeg.size, 5);
  assert_memory_equal(jpeg.data, "\xff\xd8\x4d\xff\xd9", 5);
  assert_int_equal(fake_jpeg.quality, 80);
  ocel_jpeg_free(&jpeg);
  assert_null(jpeg.data);
}

static void the_quality_is_bounded(void **state) {
  (void)state;
  static const struct {
    uint8_t asked, used;
  } cases[] = {
      {0,   1  },
      {1,   1  },
      {100, 100},
      {255, 100},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    assert_int_equal(ocel_jpeg_encode(&picture, cases[i].asked, &jpeg), OCEL_SOURCE_OK);
    assert_int_equal(fake_jpeg.quality, cases[i].used);
    ocel_jpeg_free(&jpeg);
  }
}

static void what_can_go_wrong(void **state) {
  (void)state;
  fake_jpeg.new_result = ESP_ERR_NO_MEM;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_NO_MEMORY);
  fake_jpeg.new_result = ESP_OK;
  fake_heap.fail_after = 1;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_NO_MEMORY);
  fake_jpeg.result = ESP_FAIL;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_FAILED);
  assert_null(jpeg.data);
  ocel_jpeg_free(&jpeg);
  picture.width = 312;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_UNSUPPORTED);
  picture.width = 320;
  picture.height = 236;
  assert_int_equal(ocel_jpeg_encode(&picture, 80, &jpeg), OCEL_SOURCE_UNSUPPORTED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(a_picture_becomes_a_file),
      TEST(the_quality_is_bounded),
      TEST(what_can_go_wrong),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
