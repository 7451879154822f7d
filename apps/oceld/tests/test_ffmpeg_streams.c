// SPDX-License-Identifier: Apache-2.0
// Two streams of one source: the second is scaled, has an encoder of its own, and may rest.
#include "ocel_test.h"

#include "log.h"
#include "ocel/h264_params.h"
#include "ocel/loop.h"
#include "ocel/server.h"
#include "streams.h"

#include <stdlib.h>
#include <time.h>

typedef struct {
  oceld_options options;
  oceld_streams streams;
  oceld_source *source;
  oceld_source_traits traits[OCELD_STREAMS_MAX];
  void *memory;
  ocel_server *server;
} rig;

static void no_random(void *ctx, uint8_t *out, size_t n) {
  (void)ctx;
  memset(out, 1, n);
}

static ocel_ntp no_clock(void *ctx) {
  (void)ctx;
  return UINT64_C(3976214400) << 32;
}

static void nothing(void *ctx) { (void)ctx; }

static bool open_rig(rig *r, const char *list, oceld_failure *why) {
  oceld_failure inner;
  memset(r, 0, sizeof *r);
  oceld_options_defaults(&r->options);
  r->options.size = (oceld_size){640, 360};
  r->options.fps = (oceld_rate){50, 1};
  assert_true(oceld_stream_read(&r->options, "path=/main", &inner));
  assert_true(oceld_stream_read(&r->options, list, &inner));
  oceld_streams_choose(&r->streams, &r->options);
  oceld_source_config cfg = {.fps = r->options.fps, .audio = OCEL_CODEC_PCMU, .path = ""};
  oceld_streams_ask(&r->streams, &cfg);
  r->source = oceld_source_open(&cfg, r->traits, why);
  return r->source != NULL;
}

static void start_rig(rig *r, const char *list) {
  oceld_failure why = {""};
  ocel_server_config cfg = {
      .platform = {.random = no_random, .wall_clock = no_clock}
  };
  if (!open_rig(r, list, &why)) fail_msg("%s", why.text);
  ocel_server_defaults(&cfg);
  cfg.max_streams = OCELD_STREAMS_MAX;
  const size_t size = ocel_server_size(&cfg);
  r->memory = aligned_alloc(64, (size + 63) / 64 * 64);
  assert_non_null(r->memory);
  r->server = ocel_server_init(r->memory, size, &cfg, ocel_loop_now());
  assert_non_null(r->server);
  if (!oceld_streams_add(&r->streams, r->server, r->source, r->traits, &why)) {
    fail_msg("%s", why.text);
  }
  assert_true(
      oceld_source_start(r->source, oceld_streams_ring(&r->streams, 0), nothing, NULL, &why));
}

static void end_rig(rig *r) {
  oceld_source_close(r->source);
  oceld_streams_free(&r->streams);
  free(r->memory);
}

static ocel_stream_stats look(const rig *r, int stream) {
  ocel_stream_stats s;
  ocel_server_tick(r->server, ocel_loop_now());
  assert_int_equal(ocel_server_get_stream_stats(r->server, stream, ocel_loop_now(), &s), OCEL_OK);
  return s;
}

// Waits, at most a minute, until so many pictures of a stream have come.
static ocel_stream_stats wait_for(const rig *r, int stream, uint64_t pictures) {
  const struct timespec step = {0, 5000000};
  for (int i = 0; i < 12000; i++) {
    const ocel_stream_stats s = look(r, stream);
    if (s.access_units >= pictures) return s;
    (void)nanosleep(&step, NULL);
  }
  fail_msg("stream %d is silent", stream);
  return look(r, stream);
}

static void both_streams_come_from_one_source(void **state) {
  (void)state;
  rig r;
  start_rig(&r, "path=/sub,resolution=320x180,bitrate=200k,gop=10");
  assert_string_equal(r.traits[1].description, "320x180, 200 kbit/s");
  const ocel_stream_stats sub = wait_for(&r, 1, 61), main = look(&r, 0);
  assert_int_equal(main.width, 640);
  assert_int_equal(main.height, 360);
  assert_int_equal(sub.width, 320);
  assert_int_equal(sub.height, 180);
  assert_true(main.ready && sub.ready);
  assert_true(main.access_units >= sub.access_units);
  assert_true(sub.key_units >= 6);
  assert_true(main.key_units < sub.key_units);
  assert_true(sub.bytes < main.bytes);
  assert_true(main.track[0].encode_time > 0 && sub.track[0].encode_time > 0);
  // The same sound goes to both.
  assert_int_equal(sub.track_count, 2);
  assert_int_equal(sub.track[1].access_units, look(&r, 0).track[1].access_units);
  end_rig(&r);
}

static void a_stream_without_sound_has_one_track(void **state) {
  (void)state;
  rig r;
  start_rig(&r, "path=/sub,resolution=320x180,audio=no");
  assert_int_equal(wait_for(&r, 1, 3).track_count, 1);
  assert_int_equal(look(&r, 0).track_count, 2);
  end_rig(&r);
}

static void keys_are_asked_of_each_encoder(void **state) {
  (void)state;
  rig r;
  start_rig(&r, "path=/sub,resolution=320x180,gop=120");
  (void)wait_for(&r, 1, 5);
  oceld_streams_want_key(&r.streams, 1, ocel_loop_now());
  const ocel_stream_stats sub = wait_for(&r, 1, 20);
  assert_int_equal(sub.key_units, 2);
  end_rig(&r);
}

static void a_stream_that_nobody_watches_rests_until_somebody_does(void **state) {
  (void)state;
  rig r;
  start_rig(&r, "path=/sub,resolution=320x180,gop=120,on_demand=yes");
  (void)wait_for(&r, 1, 3);
  const ocel_us now = ocel_loop_now();
  oceld_streams_look(&r.streams, r.server, now);
  oceld_streams_look(&r.streams, r.server, now + 11 * OCEL_SECOND);
  (void)wait_for(&r, 0, look(&r, 0).access_units + 5);  // one may be on its way
  const ocel_stream_stats resting = look(&r, 1);
  (void)wait_for(&r, 0, look(&r, 0).access_units + 20);
  assert_int_equal(look(&r, 1).access_units, resting.access_units);
  oceld_streams_want_key(&r.streams, 1, ocel_loop_now());
  const ocel_stream_stats awake = wait_for(&r, 1, resting.access_units + 3);
  assert_int_equal(awake.key_units, resting.key_units + 1);
  end_rig(&r);
}

static void larger_than_the_source_is_refused(void **state) {
  (void)state;
  rig r;
  oceld_failure why = {""};
  assert_false(open_rig(&r, "path=/sub,resolution=720P", &why));
  assert_non_null(strstr(why.text, "1280x720 is larger than the source's 640x360"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(both_streams_come_from_one_source),
      cmocka_unit_test(a_stream_without_sound_has_one_track),
      cmocka_unit_test(keys_are_asked_of_each_encoder),
      cmocka_unit_test(a_stream_that_nobody_watches_rests_until_somebody_does),
      cmocka_unit_test(larger_than_the_source_is_refused),
  };
  oceld_log_set_level(OCELD_LOG_ERROR);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
