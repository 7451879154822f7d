// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "encoder.h"
#include "fake_h264.h"
#include "fake_heap.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "media.h"
#include "memory.h"
#include "ocel_test.h"

enum { UNIT_MAX = 65536 };

static const ocel_encoder_settings HD = {.width = 1280,
                                         .height = 720,
                                         .fps = 30,
                                         .gop = 30,
                                         .qp_min = 10,
                                         .qp_max = 40,
                                         .bitrate = 2000000};

static media ring;
static ocel_encoder encoder;
static ocel_frame frame;

static void open_ring(uint16_t align) { ring = media_open(UNIT_MAX, align); }

static void new_frame(const ocel_encoder_settings *s) {
  size_t size = ocel_p4_picture_bytes(s->width, s->height);
  frame.data = ocel_p4_dma_alloc(&size);
  frame.size = size;
}

static void begin(uint16_t align, const ocel_encoder_settings *s) {
  open_ring(align);
  const ocel_encoder_config cfg = {
      .ring = ring.ring, .unit_max = UNIT_MAX, .key_interval = 500 * OCEL_MILLISECOND};
  ocel_encoder_init(&encoder, &cfg, s);
  new_frame(s);
}

static int setup(void **state) {
  (void)state;
  fake_heap_reset();
  fake_h264_reset();
  begin(256, &HD);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  ocel_encoder_end(&encoder);
  ocel_p4_dma_free((void *)(uintptr_t)frame.data);
  media_close(&ring);
  fake_heap_reset();
  fake_h264_reset();
  return 0;
}

static ocel_encode_result encode(void) {
  fake_time_pass(33 * OCEL_MILLISECOND);
  frame.captured_at = fake_time_now();
  return ocel_encoder_encode(&encoder, &frame, fake_time_now());
}

// Encodes one picture and takes it from the ring.
static bool picture_is_key(void) {
  ocel_access_unit au;
  assert_int_equal(encode(), OCEL_ENCODE_OK);
  assert_true(media_next(&ring, &au));
  assert_int_equal(au.captured_at, frame.captured_at);
  assert_int_equal(au.encode_us, encoder.counts.took);
  return au.key;
}

static void pictures_are_written_into_the_ring(void **state) {
  (void)state;
  for (int i = 0; i < 65; i++) assert_int_equal(picture_is_key(), i % 30 == 0);
  assert_int_equal(encoder.counts.copied, 0);
  assert_int_equal(encoder.counts.created, 1);
  assert_int_equal(encoder.counts.took, 15000);
  assert_ptr_equal(fake_h264.last_in, frame.data);
  assert_true(fake_heap.discards > 0);
}

static void pictures_are_copied_when_the_ring_is_not_aligned(void **state) {
  (void)state;
  (void)teardown(NULL);
  begin(64, &HD);
  for (int i = 0; i < 10; i++) assert_int_equal(picture_is_key(), i == 0);
  assert_int_equal(encoder.counts.copied + 0u, 10);
  assert_int_equal(fake_heap.spiram_used, frame.size + UNIT_MAX);
}

static void no_memory_for_the_copy(void **state) {
  (void)state;
  (void)teardown(NULL);
  begin(64, &HD);
  fake_heap.spiram_left = 1000;
  assert_int_equal(encode(), OCEL_ENCODE_WAITING);
  assert_int_equal(encoder.counts.errors[3], 1);
  fake_heap.spiram_left = SIZE_MAX;
  assert_true(picture_is_key());
}

static void the_cache_does_not_answer(void **state) {
  (void)state;
  fake_heap.fail_sync = true;
  assert_int_equal(encode(), OCEL_ENCODE_WAITING);
  assert_int_equal(fake_h264.pictures, 0);
  fake_heap.fail_sync = false;
  assert_true(picture_is_key());
}

static void the_real_height_is_given(void **state) {
  (void)state;
  (void)teardown(NULL);
  ocel_encoder_settings s = HD;
  s.width = 1920;
  s.height = 1080;
  begin(256, &s);
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.res.height, 1080);
  assert_int_equal(fake_h264.last_in_len, 1920 * 1088 * 3 / 2);
}

static void bad_frames_are_refused(void **state) {
  (void)state;
  const ocel_frame good = frame;
  frame.data += 64;
  assert_int_equal(encode(), OCEL_ENCODE_BAD_FRAME);
  frame = good;
  frame.size--;
  assert_int_equal(encode(), OCEL_ENCODE_BAD_FRAME);
  frame = good;
  assert_true(picture_is_key());
}

static void every_error_is_followed_by_a_key_picture(void **state) {
  (void)state;
  static const esp_h264_err_t errors[] = {
      ESP_H264_ERR_FAIL,        ESP_H264_ERR_ARG,     ESP_H264_ERR_MEM,
      ESP_H264_ERR_UNSUPPORTED, ESP_H264_ERR_TIMEOUT, ESP_H264_ERR_OVERFLOW,
  };
  assert_true(picture_is_key());
  for (size_t i = 0; i < ARRAY_LEN(errors); i++) {
    assert_false(picture_is_key());
    fake_h264.process_result = errors[i];
    fake_h264.failures = 1;
    assert_int_equal(encode(), OCEL_ENCODE_FAILED);
    assert_true(picture_is_key());
    assert_int_equal(encoder.counts.errors[-(int)errors[i]], 1);
    assert_int_equal(encoder.counts.created, 2 + i);
  }
}

static void results_without_a_picture_are_errors(void **state) {
  (void)state;
  assert_true(picture_is_key());
  fake_h264.empty = true;
  assert_int_equal(encode(), OCEL_ENCODE_FAILED);
  fake_h264.empty = false;
  assert_true(picture_is_key());
  fake_h264.garbage = true;
  assert_int_equal(encode(), OCEL_ENCODE_FAILED);
  fake_h264.garbage = false;
  assert_true(picture_is_key());
  assert_int_equal(encoder.counts.errors[1], 2);
}

static void too_big_a_picture_raises_the_quantiser(void **state) {
  (void)state;
  fake_h264.picture_bytes = UNIT_MAX;
  for (int i = 1; i <= 10; i++) {
    assert_int_equal(encode(), OCEL_ENCODE_FAILED);
    const int qp = 10 + 12 * (i - 1);
    assert_int_equal(fake_h264.cfg.rc.qp_min, qp < 39 ? qp : 39);
    assert_int_equal(fake_h264.cfg.rc.qp_max, 40);
  }
  fake_h264.picture_bytes = 1000;
  assert_true(picture_is_key());
  ocel_encoder_settings s = HD;
  s.qp_max = 41;
  ocel_encoder_set(&encoder, &s);
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.rc.qp_min, 10);
}

// 92,167 bytes in one piece are needed at this width.
static void fragmented_memory_is_tried_again_less_and_less_often(void **state) {
  (void)state;
  fake_h264.internal_block = 92166;
  const ocel_us start = fake_time_now();
  ocel_us tried[8];
  for (unsigned n = 0; n < ARRAY_LEN(tried);) {
    assert_int_equal(encode(), OCEL_ENCODE_WAITING);
    if (encoder.counts.not_created > n) tried[n++] = fake_time_now() - start;
  }
  for (unsigned n = 2; n < ARRAY_LEN(tried); n++) {
    const ocel_us before = tried[n - 1] - tried[n - 2], gap = tried[n] - tried[n - 1];
    assert_true(gap > before || gap >= 10 * OCEL_SECOND);
    assert_true(gap < 10 * OCEL_SECOND + 40 * OCEL_MILLISECOND);
  }
  assert_int_equal(encoder.counts.errors[3], ARRAY_LEN(tried));
  fake_h264.internal_block = 92167;
  fake_time_pass(10 * OCEL_SECOND);
  assert_true(picture_is_key());
}

static void an_encoder_that_does_not_open_is_made_again(void **state) {
  (void)state;
  fake_h264.open_result = ESP_H264_ERR_FAIL;
  assert_int_equal(encode(), OCEL_ENCODE_WAITING);
  assert_int_equal(fake_h264.instances, 0);
  fake_h264.open_result = ESP_H264_ERR_OK;
  fake_time_pass(OCEL_SECOND);
  assert_true(picture_is_key());
  ocel_encoder_sleep(&encoder);
  fake_h264.open_result = ESP_H264_ERR_FAIL;
  assert_int_equal(encode(), OCEL_ENCODE_WAITING);
  fake_h264.open_result = ESP_H264_ERR_OK;
  fake_time_pass(OCEL_SECOND);
  assert_true(picture_is_key());
}

static void sleep_keeps_the_memory_and_wakes_with_a_key_picture(void **state) {
  (void)state;
  for (int i = 0; i < 5; i++) (void)picture_is_key();
  ocel_encoder_sleep(&encoder);
  assert_false(fake_h264.is_open);
  assert_int_equal(fake_h264.instances, 1);
  ocel_encoder_sleep(&encoder);
  assert_true(picture_is_key());
  assert_false(picture_is_key());
  assert_int_equal(encoder.counts.created, 1);
}

static void key_pictures_on_request_are_coalesced_and_limited(void **state) {
  (void)state;
  ocel_encoder_settings s = HD;
  s.gop = 250;
  ocel_encoder_set(&encoder, &s);
  assert_true(picture_is_key());
  const unsigned opened = fake_h264.opened;
  unsigned keys = 0;
  const ocel_us start = fake_time_now();
  while (fake_time_now() - start < 5 * OCEL_SECOND) {
    ocel_encoder_request_key(&encoder);
    keys += picture_is_key();
  }
  assert_in_range(keys, 8, 10);
  assert_int_equal(encoder.counts.forced, keys);
  fake_time_pass(OCEL_SECOND);
  const bool left = picture_is_key();  // the last request
  assert_true(left);
  for (int i = 0; i < 60; i++) assert_false(picture_is_key());
#if OCEL_ESP_H264_MINOR >= 3
  assert_int_equal(fake_h264.forced, keys + 1);
  assert_int_equal(fake_h264.opened, opened);
#else
  assert_int_equal(fake_h264.opened, opened + keys + 1);  // by closing and opening,
#endif
  assert_int_equal(encoder.counts.created, 1);  // never by making it anew
}

static void a_request_that_fails_makes_it_anew(void **state) {
  (void)state;
  assert_true(picture_is_key());
  fake_time_pass(OCEL_SECOND);
  ocel_encoder_request_key(&encoder);
  fake_h264.force_result = ESP_H264_ERR_FAIL;
#if OCEL_ESP_H264_MINOR < 3
  fake_h264.open_result = ESP_H264_ERR_FAIL;
#endif
  assert_int_equal(encode(), OCEL_ENCODE_FAILED);
  fake_h264.open_result = ESP_H264_ERR_OK;
  assert_true(picture_is_key());
  assert_int_equal(encoder.counts.created, 2);
}

static void a_late_consumer_costs_pictures_and_then_a_key_picture(void **state) {
  (void)state;
  unsigned encoded = 0;
  while (encode() == OCEL_ENCODE_OK) encoded++;
  assert_true(encoded >= 2);
  assert_int_equal(fake_h264.pictures, encoded);  // the lost one was not even encoded
  ocel_access_unit au;
  while (media_next(&ring, &au)) continue;
  unsigned refused = 0;
  ocel_encode_result rc;
  while ((rc = encode()) == OCEL_ENCODE_REFUSED) refused++;
  assert_int_equal(rc, OCEL_ENCODE_OK);
  assert_in_range(refused, 0, 16);  // not longer than the least time between key pictures
  while (media_next(&ring, &au)) assert_true(au.key);
}

static void settings_change_live(void **state) {
  (void)state;
  assert_true(picture_is_key());
  ocel_encoder_settings s = HD;
  s.bitrate = 500000;
  ocel_encoder_set(&encoder, &s);
  assert_int_equal(fake_h264.cfg.rc.bitrate, 500000);
  s.gop = 60;
  s.fps = 15;
  ocel_encoder_set(&encoder, &s);
  assert_int_equal(fake_h264.cfg.gop, 60);
  assert_int_equal(fake_h264.cfg.fps, 15);
  const unsigned calls = fake_h264.set_calls;
  ocel_encoder_set(&encoder, &s);
  assert_int_equal(fake_h264.set_calls, calls);
  fake_time_pass(OCEL_SECOND);
  assert_true(picture_is_key());  // without waiting for the end of the old group
  assert_int_equal(encoder.counts.created, 1);

  s.qp_min = 20;
  ocel_encoder_set(&encoder, &s);
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.rc.qp_min, 20);
  s.width = 640;
  s.height = 480;
  ocel_encoder_set(&encoder, &s);
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.res.width, 640);
  assert_int_equal(encoder.counts.created, 3);
}

static void settings_that_are_refused_make_it_anew(void **state) {
  (void)state;
  assert_true(picture_is_key());
  ocel_encoder_settings s = HD;
  s.bitrate = 500000;
  fake_h264.set_result = ESP_H264_ERR_ARG;
  ocel_encoder_set(&encoder, &s);
  assert_int_equal(fake_h264.instances, 0);
  fake_h264.set_result = ESP_H264_ERR_OK;
  assert_true(picture_is_key());
  assert_int_equal(fake_h264.cfg.rc.bitrate, 500000);
}

// 1000-byte pictures are far below 2 Mbit/s: after some seconds the bit rate is taken back.
static void the_rate_control_is_governed(void **state) {
  (void)state;
  for (int i = 0; i < 90; i++) (void)picture_is_key();
  assert_true(fake_h264.cfg.rc.bitrate < 300000);
  assert_true(fake_h264.cfg.rc.bitrate > 200000);
  fake_h264.set_result = ESP_H264_ERR_FAIL;
  for (int i = 0; i < 90; i++) (void)encode();
  fake_h264.set_result = ESP_H264_ERR_OK;
  fake_time_pass(20 * OCEL_SECOND);
  ocel_access_unit au;
  while (media_next(&ring, &au)) continue;
  assert_int_equal(encode(), OCEL_ENCODE_OK);
}

static void settings_are_checked(void **state) {
  (void)state;
  static const struct {
    const char *name;
    ocel_encoder_settings s;
    ocel_err rc;
  } cases[] = {
      {"720p",            {1280, 720, 30, 30, 10, 40, 2000000}, OCEL_OK        },
      {"smallest",        {80, 80, 1, 2, 0, 51, 10000},         OCEL_OK        },
      {"biggest",         {1920, 2032, 255, 255, 0, 51, 10000}, OCEL_OK        },
      {"too narrow",      {78, 80, 30, 30, 10, 40, 2000000},    OCEL_ERR_CONFIG},
      {"too wide",        {1922, 80, 30, 30, 10, 40, 2000000},  OCEL_ERR_CONFIG},
      {"odd width",       {641, 480, 30, 30, 10, 40, 2000000},  OCEL_ERR_CONFIG},
      {"odd height",      {640, 481, 30, 30, 10, 40, 2000000},  OCEL_ERR_CONFIG},
      {"too low",         {640, 78, 30, 30, 10, 40, 2000000},   OCEL_ERR_CONFIG},
      {"too high",        {640, 2034, 30, 30, 10, 40, 2000000}, OCEL_ERR_CONFIG},
      {"no fps",          {640, 480, 0, 30, 10, 40, 2000000},   OCEL_ERR_CONFIG},
      {"gop 1",           {640, 480, 30, 1, 10, 40, 2000000},   OCEL_ERR_CONFIG},
      {"qp_min > qp_max", {640, 480, 30, 30, 41, 40, 2000000},  OCEL_ERR_CONFIG},
      {"qp 52",           {640, 480, 30, 30, 10, 52, 2000000},  OCEL_ERR_CONFIG},
      {"no bit rate",     {640, 480, 30, 30, 10, 40, 9999},     OCEL_ERR_CONFIG},
  };
  for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
    CASE(cases[i].name);
    ocel_encoder_settings s = cases[i].s;
    assert_int_equal(ocel_encoder_settings_check(&s), cases[i].rc);
    assert_memory_equal(&s, &cases[i].s, sizeof s);
  }
}

static void equal_quantiser_bounds_are_widened(void **state) {
  (void)state;
  ocel_encoder_settings s = HD;
  s.qp_min = s.qp_max = 30;
  assert_int_equal(ocel_encoder_settings_check(&s), OCEL_OK);
  assert_int_equal(s.qp_min, 30);
  assert_int_equal(s.qp_max, 31);
  s.qp_min = s.qp_max = 51;
  assert_int_equal(ocel_encoder_settings_check(&s), OCEL_OK);
  assert_int_equal(s.qp_min, 50);
  assert_int_equal(s.qp_max, 51);
}

// ---- the fake's own rules can be broken ----

static ocel_h264_device second;

static void make_a_second(void) {
  const esp_h264_enc_cfg_t cfg = fake_h264.cfg;
  (void)ocel_h264_create(&second, &cfg);
}

static void use_it_closed(void) {
  esp_h264_enc_out_frame_t out = {0};
  (void)esp_h264_enc_close(encoder.device.encoder);
  (void)ocel_h264_encode(&encoder.device, (esp_h264_pkt_t){0}, &out);
}

static void use_a_frame_of_the_camera(void) {
  fake_dma_give(frame.data);
  (void)encode();
}

static void broken_rules_are_seen(void **state) {
  (void)state;
  assert_true(picture_is_key());
  assert_string_equal(fake_rule_broken_by(make_a_second), "h264: one instance at a time");
  assert_string_equal(fake_rule_broken_by(use_a_frame_of_the_camera),
                      "dma: the camera does not own what is read");
  fake_dma_take(frame.data);
  assert_string_equal(fake_rule_broken_by(use_it_closed), "h264: it is open");
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(pictures_are_written_into_the_ring),
      TEST(pictures_are_copied_when_the_ring_is_not_aligned),
      TEST(no_memory_for_the_copy),
      TEST(the_cache_does_not_answer),
      TEST(the_real_height_is_given),
      TEST(bad_frames_are_refused),
      TEST(every_error_is_followed_by_a_key_picture),
      TEST(results_without_a_picture_are_errors),
      TEST(too_big_a_picture_raises_the_quantiser),
      TEST(fragmented_memory_is_tried_again_less_and_less_often),
      TEST(an_encoder_that_does_not_open_is_made_again),
      TEST(sleep_keeps_the_memory_and_wakes_with_a_key_picture),
      TEST(key_pictures_on_request_are_coalesced_and_limited),
      TEST(a_request_that_fails_makes_it_anew),
      TEST(a_late_consumer_costs_pictures_and_then_a_key_picture),
      TEST(settings_change_live),
      TEST(settings_that_are_refused_make_it_anew),
      TEST(the_rate_control_is_governed),
      TEST(settings_are_checked),
      TEST(equal_quantiser_bounds_are_widened),
      TEST(broken_rules_are_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
