// SPDX-License-Identifier: Apache-2.0
// MJPEG: encoded, or passed through from files and from cameras by V4L2.
#include <linux/videodev2.h>
#include <unistd.h>

#include "collect.h"
#include "fake_v4l2.h"
#include "ocel/jpeg.h"

enum { CLIP = 10 };

static collector c, original;
static char path[64];

static oceld_source_config config(oceld_source_type type, const char *from) {
  const oceld_tuning tuning = {2000000, 30, 10, 40, 80};
  oceld_source_config cfg = {.type = type, .path = from, .codec = OCEL_CODEC_JPEG};
  cfg.fps.denominator = 1;
  cfg.tuning = tuning;
  return cfg;
}

static oceld_source_config test_config(uint32_t width, uint32_t height) {
  const oceld_size size = {width, height};
  oceld_source_config cfg = config(OCELD_SOURCE_TEST, "");
  cfg.size = size;
  cfg.fps.numerator = 60;
  return cfg;
}

static ocel_jpeg_size size_of(const collected *u) {
  ocel_unit units[OCEL_JPEG_PARTS];
  uint16_t count;
  assert_int_equal(ocel_jpeg_find(u->bytes, ocel_span_make(u->bytes, u->size), units, &count),
                   OCEL_OK);
  const ocel_access_unit au = {.data = u->bytes, .units = units, .unit_count = count};
  return ocel_jpeg_size_of(&au);
}

static void the_test_picture_is_jpeg_of_even_steps(void **state) {
  (void)state;
  const oceld_source_config cfg = test_config(320, 240);
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "test picture, 320x240, 60 fps, MJPEG of quality 80");
  assert_false(c.traits.keyframe_on_request);
  assert_int_equal(c.traits.picture.codec, OCEL_CODEC_JPEG);
  assert_int_equal(c.traits.picture.rate, 60000);
  collect_until(&c, 20);
  for (size_t i = 0; i < c.n; i++) {
    assert_true(c.units[i].key);
    assert_int_equal(size_of(&c.units[i]).width, 320);
    assert_int_equal(size_of(&c.units[i]).height, 240);
  }
  expect_whole_steps(&c, OCEL_SECOND / 60);
  collect_end(&c);
}

static void the_quality_changes_live(void **state) {
  (void)state;
  oceld_source_config cfg = test_config(320, 240);
  collect_start(&c, &cfg);
  collect_until(&c, 5);
  cfg.tuning.quality = 10;
  oceld_source_tune(c.source, 0, &cfg.tuning);
  collect_until(&c, 40);
  assert_true(c.units[39].size * 2 < c.units[0].size);
  collect_end(&c);
}

static void what_rtp_cannot_carry_is_refused(void **state) {
  (void)state;
  oceld_source_traits traits;
  oceld_failure why = {""};
  const oceld_source_config cfg = test_config(2048, 64);
  assert_null(oceld_source_open(&cfg, &traits, &why));
  assert_non_null(strstr(why.text, "codec mjpeg: 2048x64 is more than RTP can carry"));
}

// Pictures of the test picture, for a file or a camera to give.
static void make_pictures(uint32_t width, uint32_t height) {
  const oceld_source_config cfg = test_config(width, height);
  collect_start(&original, &cfg);
  collect_until(&original, CLIP);
}

// Makes the sampling of every picture 4:4:0, which only a decoder takes for what it is.
static void spoil_pictures(void) {
  for (size_t i = 0; i < CLIP; i++) {
    uint8_t *p = original.units[i].bytes;
    while (p[0] != 0xff || p[1] != 0xc0) p++;
    p[11] = 0x12;
  }
}

static void write_file(void) {
  (void)snprintf(path, sizeof path, "/tmp/oceld-jpeg-%d.mjpeg", (int)getpid());
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  for (size_t i = 0; i < CLIP; i++) {
    assert_int_equal(fwrite(original.units[i].bytes, 1, original.units[i].size, f),
                     original.units[i].size);
  }
  assert_int_equal(fclose(f), 0);
}

static void expect_rounds(void) {
  for (size_t i = 0; i < c.n; i++) {
    const collected *want = &original.units[i % CLIP];
    assert_int_equal(c.units[i].size, want->size);
    assert_memory_equal(c.units[i].bytes, want->bytes, want->size);
  }
}

static void a_file_is_passed_through(void **state) {
  (void)state;
  make_pictures(320, 240);
  write_file();
  const oceld_source_config cfg = config(OCELD_SOURCE_FILE, path);
  collect_start(&c, &cfg);
  assert_non_null(strstr(c.traits.description, "mjpeg passed through, 320x240, 25 fps"));
  assert_int_equal(c.traits.picture.rate, 25000);
  collect_until(&c, 2 * CLIP + 5);
  expect_rounds();
  collect_end(&c);
  collect_end(&original);
  (void)unlink(path);
}

static void a_file_is_encoded_anew_for_another_size(void **state) {
  (void)state;
  make_pictures(320, 240);
  write_file();
  oceld_source_config cfg = config(OCELD_SOURCE_FILE, path);
  cfg.size.width = 160;
  cfg.size.height = 128;
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description,
                      "mjpeg encoded anew, 160x128, 25 fps, MJPEG of quality 80");
  collect_until(&c, 5);
  assert_int_equal(size_of(&c.units[0]).width, 160);
  assert_int_equal(size_of(&c.units[0]).height, 128);
  collect_end(&c);
  collect_end(&original);
  (void)unlink(path);
}

static void a_file_that_rtp_cannot_carry_is_encoded_anew(void **state) {
  (void)state;
  make_pictures(64, 48);
  spoil_pictures();
  write_file();
  const oceld_source_config cfg = config(OCELD_SOURCE_FILE, path);
  collect_start(&c, &cfg);
  assert_non_null(strstr(c.traits.description, "mjpeg encoded anew"));
  collect_until(&c, 5);
  assert_int_equal(size_of(&c.units[0]).width, 64);
  collect_end(&c);
  collect_end(&original);
  (void)unlink(path);
}

static const uint8_t *units[CLIP];
static uint32_t sizes[CLIP];

static void be_mjpeg_camera(void) {
  memset(&fake, 0, sizeof fake);
  fake.format = V4L2_PIX_FMT_MJPEG;
  for (size_t i = 0; i < CLIP; i++) {
    units[i] = original.units[i].bytes;
    sizes[i] = original.units[i].size;
  }
  fake.units = units;
  fake.sizes = sizes;
  fake.unit_count = CLIP;
}

static void a_camera_is_passed_through(void **state) {
  (void)state;
  make_pictures(FAKE_WIDTH, FAKE_HEIGHT);
  be_mjpeg_camera();
  const oceld_source_config cfg = config(OCELD_SOURCE_V4L2, FAKE_DEVICE);
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "mjpeg, 64x48, 50 fps");
  collect_until(&c, 2 * CLIP + 5);
  expect_rounds();
  collect_end(&c);
  collect_end(&original);
}

static void a_camera_that_rtp_cannot_carry_is_encoded_anew(void **state) {
  (void)state;
  make_pictures(FAKE_WIDTH, FAKE_HEIGHT);
  spoil_pictures();
  be_mjpeg_camera();
  const oceld_source_config cfg = config(OCELD_SOURCE_V4L2, FAKE_DEVICE);
  collect_start(&c, &cfg);
  collect_until(&c, 5);
  assert_int_equal(size_of(&c.units[4]).height, FAKE_HEIGHT);
  collect_end(&c);
  collect_end(&original);
}

static void raw_pictures_of_a_camera_are_encoded(void **state) {
  (void)state;
  memset(&fake, 0, sizeof fake);
  fake.format = V4L2_PIX_FMT_YUYV;
  const oceld_source_config cfg = config(OCELD_SOURCE_V4L2, FAKE_DEVICE);
  collect_start(&c, &cfg);
  collect_until(&c, 5);
  assert_int_equal(size_of(&c.units[0]).width, FAKE_WIDTH);
  collect_end(&c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_test_picture_is_jpeg_of_even_steps),
      cmocka_unit_test(the_quality_changes_live),
      cmocka_unit_test(what_rtp_cannot_carry_is_refused),
      cmocka_unit_test(a_file_is_passed_through),
      cmocka_unit_test(a_file_is_encoded_anew_for_another_size),
      cmocka_unit_test(a_file_that_rtp_cannot_carry_is_encoded_anew),
      cmocka_unit_test(a_camera_is_passed_through),
      cmocka_unit_test(a_camera_that_rtp_cannot_carry_is_encoded_anew),
      cmocka_unit_test(raw_pictures_of_a_camera_are_encoded),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
