// SPDX-License-Identifier: Apache-2.0
// Sizes and turns that no sensor gives, through the source that makes them.
#include "fake_heap.h"
#include "fake_ppa.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "fake_v4l2.h"
#include "memory.h"
#include "ocel_test.h"
#include "source_esp_video.h"

#define WAIT (100 * OCEL_MILLISECOND)

static ocel_source_esp_video camera;
static ocel_frame_source source;
static ocel_frame_format format;
static ocel_frame frame;

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_v4l2_reset();
  fake_ppa = (fake_ppa_state){0};
  return 0;
}

static ocel_source_result begin(ocel_reshape shape) {
  const ocel_source_esp_video_config cfg = {.shape = shape};
  source = ocel_source_esp_video_init(&camera, &cfg);
  assert_int_equal(source.open(source.ctx), OCEL_SOURCE_OK);
  return source.start(source.ctx, &format);
}

static void end(void) {
  source.stop(source.ctx);
  source.close(source.ctx);
  assert_int_equal(fake_heap.allocations, 0);
  assert_int_equal(fake_ppa.clients, 0);
}

// Light left of the middle, dark right of it; red above, blue below: V and U of the encoder's
// layout.
static void paint(uint8_t *picture, uint32_t width, uint32_t height) {
  const uint32_t stride = width / 2 * 3;
  for (uint32_t y = 0; y < height; y++) {
    for (uint32_t x = 0; x < width; x += 2) {
      uint8_t *pair = picture + y * stride + x / 2 * 3;
      pair[0] = y < height / 2 ? (y % 2 == 0 ? 90 : 240) : (y % 2 == 0 ? 240 : 110);
      pair[1] = pair[2] = x < width / 2 ? 200 : 40;
    }
  }
}

static uint8_t luma(uint32_t x, uint32_t y) {
  return frame.data[y * format.stride + x / 2 * 3 + 1 + x % 2];
}

static uint8_t blue(uint32_t x, uint32_t y) {
  return frame.data[(y & ~1u) * format.stride + x / 2 * 3];
}

// The source gives what the camera wrote; the painted picture is put before the PPA instead.
static void copy_painted(void) {
  assert_true(camera.reshaper.copies);
  const ocel_frame_format *from = &camera.reshaper.from;
  size_t size = ocel_p4_picture_bytes(from->width, from->height);
  uint8_t *picture = ocel_p4_dma_alloc(&size);
  paint(picture, from->width, from->height);
  frame = (ocel_frame){.data = picture, .size = size};
  assert_true(ocel_reshape_run(&camera.reshaper, &frame));
  ocel_p4_dma_free(picture);
}

static void a_smaller_picture_shows_the_middle(void **state) {
  (void)state;
  assert_int_equal(begin((ocel_reshape){.block_width = 854, .block_height = 640, .eighths = 6}),
                   OCEL_SOURCE_OK);
  assert_int_equal(format.width, 640);
  assert_int_equal(format.height, 480);
  assert_int_equal(format.stride, 960);
  assert_int_equal(camera.reshaper.left, 212);
  assert_int_equal(camera.reshaper.top, 40);
  copy_painted();
  assert_int_equal(frame.size, 640 * 480 / 2 * 3);
  assert_true(luma(10, 10) == 200 && luma(630, 10) == 40);
  assert_true(blue(10, 10) == 90 && blue(10, 470) == 240);
  end();
}

static void quarter_turns_are_clockwise(void **state) {
  (void)state;
  static const struct {
    uint16_t turn;
    uint8_t top_luma, left_blue;  // what was left is above; what was below is left
  } cases[] = {
      {90,  200, 240},
      {270, 40,  90 }
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    assert_int_equal(begin((ocel_reshape){.turn = cases[i].turn}), OCEL_SOURCE_OK);
    assert_int_equal(format.width, 720);
    assert_int_equal(format.height, 1280);
    copy_painted();
    assert_int_equal(luma(300, 20), cases[i].top_luma);
    assert_int_equal(luma(300, 1260), 240 - cases[i].top_luma);
    assert_int_equal(blue(20, 300), cases[i].left_blue);
    assert_int_equal(blue(700, 300), 330 - cases[i].left_blue);
    end();
  }
}

// The camera gets its buffer back before the encoder has the picture.
static void copied_pictures_hold_no_buffer(void **state) {
  (void)state;
  assert_int_equal(begin((ocel_reshape){.block_width = 640, .block_height = 480}), OCEL_SOURCE_OK);
  for (unsigned i = 0; i < 4; i++) {
    assert_int_equal(source.acquire(source.ctx, WAIT, &frame), OCEL_SOURCE_OK);
    assert_int_equal(frame.captured_at, fake_time_now());
    assert_true(fake_dma_owns(camera.buffer[0]) && fake_dma_owns(camera.buffer[1]));
    assert_false(fake_dma_owns(frame.data));
    fake_time_pass(20 * OCEL_MILLISECOND);
    source.release(source.ctx, &frame);
  }
  assert_int_equal(fake_ppa.operations, 4);
  assert_int_equal(fake_v4l2.lost, 0);
  end();
}

static void a_band_of_lines_is_not_copied(void **state) {
  (void)state;
  fake_v4l2.width = 1280;
  fake_v4l2.height = 960;
  assert_int_equal(begin((ocel_reshape){.block_height = 720}), OCEL_SOURCE_OK);
  assert_int_equal(format.width, 1280);
  assert_int_equal(format.height, 720);
  assert_int_equal(source.acquire(source.ctx, WAIT, &frame), OCEL_SOURCE_OK);
  assert_ptr_equal(frame.data, camera.buffer[0] + 120 * 1920);
  assert_int_equal(frame.size, 1920 * 840);
  assert_true(fake_dma_owns(camera.buffer[1]) && !fake_dma_owns(camera.buffer[0]));
  source.release(source.ctx, &frame);
  assert_true(fake_dma_owns(camera.buffer[0]));
  assert_int_equal(fake_ppa.clients, 0);
  end();
  // Where the middle is on no cache line, the band begins above it.
  fake_v4l2.width = 648;
  fake_v4l2.height = 480;
  assert_int_equal(begin((ocel_reshape){.block_height = 460}), OCEL_SOURCE_OK);
  assert_int_equal(camera.reshaper.top, 0);
  end();
}

static void what_does_not_fit_is_refused(void **state) {
  (void)state;
  static const ocel_reshape cases[] = {
      {1282, 0,   0, 0  },
      {0,    722, 0, 0  },
      {641,  0,   0, 0  },
      {0,    0,   9, 0  },
      {0,    0,   0, 45 },
      {0,    0,   0, 180},
      {642,  0,   4, 0  },
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    assert_int_equal(begin(cases[i]), OCEL_SOURCE_UNSUPPORTED);
    end();
  }
}

static void without_the_ppa_or_memory_there_is_no_picture(void **state) {
  (void)state;
  const ocel_reshape turn = {.turn = 90};
  fake_ppa.register_result = ESP_ERR_NO_MEM;
  assert_int_equal(begin(turn), OCEL_SOURCE_NO_MEMORY);
  fake_ppa.register_result = ESP_OK;
  end();
  fake_heap.fail_after = OCEL_SOURCE_BUFFERS_MIN + 1;
  assert_int_equal(begin(turn), OCEL_SOURCE_NO_MEMORY);
  end();
  assert_int_equal(begin(turn), OCEL_SOURCE_OK);
  fake_ppa.result = ESP_FAIL;
  assert_int_equal(source.acquire(source.ctx, WAIT, &frame), OCEL_SOURCE_FAILED);
  assert_true(fake_dma_owns(camera.buffer[0]) && fake_dma_owns(camera.buffer[1]));
  end();
}

static ocel_picture_job wrong;
static void copy_wrong(void) { (void)ocel_picture_copy(camera.reshaper.ppa, &wrong); }

static void broken_rules_are_seen(void **state) {
  (void)state;
  assert_int_equal(begin((ocel_reshape){.turn = 90}), OCEL_SOURCE_OK);
  wrong = (ocel_picture_job){
      .from = camera.buffer[0],
      .width = 1280,
      .height = 720,
      .how = {.block_width = 1280, .block_height = 720, .eighths = 8},
      .to = camera.reshaper.made,
      .to_size = camera.reshaper.made_size
  };
  wrong.left = 2;
  assert_string_equal(fake_rule_broken_by(copy_wrong), "ppa: the input block lies in its picture");
  wrong.left = 0;
  wrong.to = camera.buffer[0];
  wrong.pixels = OCEL_PIXELS_O_UYY_E_VYY;
  assert_string_equal(fake_rule_broken_by(copy_wrong), "ppa: input and output are apart");
  wrong.to = camera.reshaper.made;
  wrong.to_size = 640;
  assert_string_equal(fake_rule_broken_by(copy_wrong), "ppa: the output holds the picture");
  end();
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup(name, setup)
      TEST(a_smaller_picture_shows_the_middle),
      TEST(quarter_turns_are_clockwise),
      TEST(copied_pictures_hold_no_buffer),
      TEST(a_band_of_lines_is_not_copied),
      TEST(what_does_not_fit_is_refused),
      TEST(without_the_ppa_or_memory_there_is_no_picture),
      TEST(broken_rules_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
