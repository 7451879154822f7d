// SPDX-License-Identifier: Apache-2.0
// The test picture and media files, through FFmpeg and the real ring.
#include <libavformat/avformat.h>
#include <unistd.h>

#include "collect.h"
#include "log.h"
#include "ocel/h264_params.h"

enum { CLIP = 30, CLIP_GOP = 10 };

static collector c;

static oceld_source_config config(oceld_source_type type, const char *path, uint32_t gop) {
  const oceld_tuning tuning = {2000000, gop, 10, 40, 80};
  oceld_source_config cfg = {.type = type, .path = path};
  cfg.fps.denominator = 1;
  cfg.tuning = tuning;
  return cfg;
}

static oceld_source_config test_config(uint32_t gop) {
  const oceld_size size = {320, 240};
  oceld_source_config cfg = config(OCELD_SOURCE_TEST, "", gop);
  cfg.size = size;
  cfg.fps.numerator = 60;
  return cfg;
}

static ocel_h264_sps sps_of(const collected *u) {
  ocel_span rest = ocel_span_make(u->bytes, u->size), nal;
  ocel_h264_sps sps = {0};
  do {
    assert_true(ocel_annexb_next(&rest, &nal));
  } while (ocel_nal_type_of(nal) != OCEL_NAL_SPS);
  assert_int_equal(ocel_h264_sps_parse(nal, &sps), OCEL_OK);
  return sps;
}

static void the_test_picture_is_h264_of_even_steps(void **state) {
  (void)state;
  const oceld_source_config cfg = test_config(10);
  collect_start(&c, &cfg);
  collect_until(&c, 31);
  assert_string_equal(c.traits.description, "test picture, 320x240, 60 fps, 2000 kbit/s");
  assert_true(c.traits.keyframe_on_request);
  for (size_t i = 0; i < c.n; i++) assert_int_equal(c.units[i].key, i % 10 == 0);
  assert_int_equal(c.units[0].first_types[0], OCEL_NAL_SPS);
  assert_int_equal(c.units[0].first_types[1], OCEL_NAL_PPS);
  assert_int_equal(c.units[30].first_types[0], OCEL_NAL_SPS);
  const ocel_h264_sps sps = sps_of(&c.units[0]);
  assert_int_equal(sps.width, 320);
  assert_int_equal(sps.height, 240);
  assert_int_equal(sps.fps_numerator, 60 * sps.fps_denominator);
  expect_whole_steps(&c, OCEL_SECOND / 60);
  collect_end(&c);
}

static void a_key_picture_comes_on_request(void **state) {
  (void)state;
  const oceld_source_config cfg = test_config(120);
  collect_start(&c, &cfg);
  collect_until(&c, 5);
  oceld_source_request_keyframe(c.source, 0);
  collect_until(&c, 90);
  assert_int_equal(count_keys(&c, 0, 5), 1);
  assert_int_equal(count_keys(&c, 5, 90), 1);
  collect_end(&c);
}

static uint64_t bytes_of(size_t from, size_t to) {
  uint64_t n = 0;
  for (size_t i = from; i < to; i++) n += c.units[i].size;
  return n;
}

static void the_bit_rate_changes_without_a_key_picture(void **state) {
  (void)state;
  oceld_source_config cfg = test_config(120);
  collect_start(&c, &cfg);
  collect_until(&c, 40);
  cfg.tuning.bitrate = 100000;
  oceld_source_tune(c.source, 0, &cfg.tuning);
  collect_until(&c, 110);
  assert_int_equal(count_keys(&c, 1, 110), 0);
  assert_true(bytes_of(80, 110) < bytes_of(10, 40) / 2);
  collect_end(&c);
}

static void the_gop_changes_live(void **state) {
  (void)state;
  oceld_source_config cfg = test_config(120);
  collect_start(&c, &cfg);
  collect_until(&c, 5);
  cfg.tuning.gop = 4;
  oceld_source_tune(c.source, 0, &cfg.tuning);
  collect_until(&c, 100);
  assert_int_equal(count_keys(&c, 80, 100), 5);
  collect_end(&c);
}

// ---- files ----

static void check_av(int rc) { assert_true(rc >= 0); }

// SPS and PPS in front of the first picture, with their start codes.
static size_t head_size(const collected *u) {
  ocel_span rest = ocel_span_make(u->bytes, u->size), nal;
  assert_true(ocel_annexb_next(&rest, &nal) && ocel_annexb_next(&rest, &nal));
  return (size_t)(nal.p + nal.n - u->bytes);
}

static AVStream *add_stream(AVFormatContext *out, const collected *first) {
  AVStream *s = avformat_new_stream(out, NULL);
  assert_non_null(s);
  const size_t head = head_size(first);
  s->time_base = (AVRational){1, 60};
  s->avg_frame_rate = (AVRational){60, 1};
  s->codecpar->codec_type = AVMEDIA_TYPE_VIDEO;
  s->codecpar->codec_id = AV_CODEC_ID_H264;
  s->codecpar->width = 320;
  s->codecpar->height = 240;
  s->codecpar->extradata = av_mallocz(head + AV_INPUT_BUFFER_PADDING_SIZE);
  assert_non_null(s->codecpar->extradata);
  memcpy(s->codecpar->extradata, first->bytes, head);
  s->codecpar->extradata_size = (int)head;
  return s;
}

static void write_clip(const char *path, const collector *from) {
  AVFormatContext *out = NULL;
  AVPacket *p = av_packet_alloc();
  assert_non_null(p);
  check_av(avformat_alloc_output_context2(&out, NULL, NULL, path));
  AVStream *s = add_stream(out, &from->units[0]);
  check_av(avio_open(&out->pb, path, AVIO_FLAG_WRITE));
  check_av(avformat_write_header(out, NULL));
  for (int i = 0; i < CLIP; i++) {
    check_av(av_new_packet(p, (int)from->units[i].size));
    memcpy(p->data, from->units[i].bytes, from->units[i].size);
    p->pts = p->dts = av_rescale_q(i, (AVRational){1, 60}, s->time_base);
    p->duration = av_rescale_q(1, (AVRational){1, 60}, s->time_base);
    if (from->units[i].key) p->flags |= AV_PKT_FLAG_KEY;
    check_av(av_interleaved_write_frame(out, p));
  }
  check_av(av_write_trailer(out));
  check_av(avio_closep(&out->pb));
  avformat_free_context(out);
  av_packet_free(&p);
}

static char path[64];

static void name_file(const char *ending) {
  (void)snprintf(path, sizeof path, "/tmp/oceld-media-%d.%s", (int)getpid(), ending);
}

static oceld_source_config file_config(void) { return config(OCELD_SOURCE_FILE, path, 10); }

// The original slices, over and over, at the clip's own rate.
static void expect_rounds(const collector *original) {
  for (size_t i = 0; i < c.n; i++) {
    assert_true(c.units[i].slices == original->units[i % CLIP].slices);
    assert_int_equal(c.units[i].key, i % CLIP_GOP == 0);
    if (c.units[i].key) assert_int_equal(sps_of(&c.units[i]).width, 320);
  }
  expect_steps(&c, OCEL_SECOND / 60, OCEL_MILLISECOND);
}

static void h264_is_passed_through_from_any_container(void **state) {
  (void)state;
  static const char *const ENDINGS[] = {"mp4", "mkv", "ts", "flv"};
  static collector original;
  const oceld_source_config made = test_config(CLIP_GOP);
  collect_start(&original, &made);
  collect_until(&original, CLIP);
  for (size_t i = 0; i < ARRAY_LEN(ENDINGS); i++) {
    CASE(ENDINGS[i]);
    name_file(ENDINGS[i]);
    write_clip(path, &original);
    const oceld_source_config cfg = file_config();
    collect_start(&c, &cfg);
    print_message("    %s\n", c.traits.description);
    assert_non_null(strstr(c.traits.description, "h264 passed through, 320x240, 60 fps"));
    assert_int_equal(c.traits.gop_units, CLIP_GOP);
    collect_until(&c, 3 * CLIP);
    expect_rounds(&original);
    collect_end(&c);
    (void)unlink(path);
  }
  collect_end(&original);
}

// Ten grey pictures, each lighter than the last: YUV4MPEG2, which FFmpeg reads as raw video.
static void write_raw_video(void) {
  name_file("y4m");
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  (void)fputs("YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg\n", f);
  for (int i = 0; i < 10; i++) {
    (void)fputs("FRAME\n", f);
    for (int k = 0; k < 64 * 48 * 3 / 2; k++) (void)fputc(k < 64 * 48 ? 50 + 15 * i : 128, f);
  }
  assert_int_equal(fclose(f), 0);
}

static void other_video_is_encoded_anew(void **state) {
  (void)state;
  write_raw_video();
  const oceld_source_config cfg = file_config();
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "rawvideo encoded anew, 64x48, 25 fps, 2000 kbit/s");
  collect_until(&c, 35);
  for (size_t i = 0; i < c.n; i++) assert_int_equal(c.units[i].key, i % 10 == 0);
  const ocel_h264_sps sps = sps_of(&c.units[0]);
  assert_int_equal(sps.width, 64);
  assert_int_equal(sps.height, 48);
  expect_even_steps(&c, OCEL_SECOND / 25);
  collect_end(&c);
  (void)unlink(path);
}

static void size_and_rate_are_as_wanted(void **state) {
  (void)state;
  write_raw_video();
  oceld_source_config cfg = file_config();
  cfg.size.width = 32;
  cfg.size.height = 36;
  cfg.fps.numerator = 50;
  collect_start(&c, &cfg);
  assert_string_equal(c.traits.description, "rawvideo encoded anew, 32x36, 50 fps, 2000 kbit/s");
  collect_until(&c, 45);
  const ocel_h264_sps sps = sps_of(&c.units[0]);
  assert_int_equal(sps.width, 32);
  assert_int_equal(sps.height, 36);
  assert_int_equal(sps.fps_numerator, 50 * sps.fps_denominator);
  expect_even_steps(&c, OCEL_SECOND / 50);
  collect_end(&c);
  (void)unlink(path);
}

static const struct {
  const char *text, *says;
} BAD[] = {
    {NULL,             "cannot open it: No such file or directory"},
    {"just some text", "cannot open it: "                         },
    {"",               "cannot open it: "                         },
};

static void what_cannot_be_served_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    oceld_source_traits traits;
    oceld_failure why;
    name_file("bin");
    if (BAD[i].text != NULL) {
      FILE *f = fopen(path, "w");
      assert_non_null(f);
      (void)fputs(BAD[i].text, f);
      assert_int_equal(fclose(f), 0);
    }
    const oceld_source_config cfg = file_config();
    assert_null(oceld_source_open(&cfg, &traits, &why));
    assert_non_null(strstr(why.text, BAD[i].says));
    (void)unlink(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_test_picture_is_h264_of_even_steps),
      cmocka_unit_test(a_key_picture_comes_on_request),
      cmocka_unit_test(the_bit_rate_changes_without_a_key_picture),
      cmocka_unit_test(the_gop_changes_live),
      cmocka_unit_test(h264_is_passed_through_from_any_container),
      cmocka_unit_test(other_video_is_encoded_anew),
      cmocka_unit_test(size_and_rate_are_as_wanted),
      cmocka_unit_test(what_cannot_be_served_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
