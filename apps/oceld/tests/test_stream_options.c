// SPDX-License-Identifier: Apache-2.0
// `streams:` and --stream: what is read, inherited and refused.
#include "stream_options.h"

#include <stdlib.h>
#include <unistd.h>

#include "ocel_test.h"

#include "config_file.h"
#include "log.h"
#include "settings.h"

static char yaml_path[] = "/tmp/oceld-test-XXXXXX";

static int make_file(void **state) {
  (void)state;
  const int fd = mkstemp(yaml_path);
  return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(yaml_path);
}

// Loads a file of that text, with a few arguments beside.
static bool load(const char *text, char *first, char *second, oceld_options *o,
                 oceld_failure *why) {
  char program[] = "oceld", config[] = "--config";
  char *const args[] = {program, config, yaml_path, first, second, NULL};
  oceld_command_line line;
  FILE *f = fopen(yaml_path, "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
  return oceld_settings_load(first == NULL ? 3 : second == NULL ? 4 : 5, args, o, &line, why);
}

static unsigned resolved(const char *text, oceld_stream_options *out) {
  oceld_options o;
  oceld_failure why = {""};
  if (!load(text, NULL, NULL, &o, &why)) fail_msg("%s", why.text);
  return oceld_streams_resolve(&o, out);
}

static void without_streams_there_is_the_one_of_the_options(void **state) {
  (void)state;
  oceld_stream_options s[OCELD_STREAMS_MAX];
  assert_int_equal(resolved("stream_path: /cam\nsize: 320x240\ngop: 12\n", s), 1);
  assert_string_equal(s[0].path, "/cam");
  assert_int_equal(s[0].size.width, 320);
  assert_int_equal(s[0].gop, 12);
  assert_int_equal(s[0].bitrate, 2000000);
  assert_int_equal(s[0].audio, 1);
}

static void what_a_stream_does_not_say_it_inherits(void **state) {
  (void)state;
  oceld_stream_options s[OCELD_STREAMS_MAX];
  const unsigned count = resolved(
      "rtsp_server:\n"
      "  streams:\n"
      "    - resolution: 720P\n"
      "      name: The door\n"
      "    - path: /sub\n"
      "      resolution: VGA\n"
      "      bitrate: 500k\n"
      "      gop: 60\n"
      "      qp_min: 0\n"
      "      audio: no\n"
      "      start: live\n"
      "      on_demand: true\n"
      "  stream_path: /main\n"
      "  bitrate: 4M\n"
      "  qp_max: 45\n",
      s);
  assert_int_equal(count, 2);
  assert_string_equal(s[0].path, "/main");
  assert_string_equal(s[0].name, "The door");
  assert_int_equal(s[0].size.width, 1280);
  assert_int_equal(s[0].size.height, 720);
  assert_int_equal(s[0].bitrate, 4000000);
  assert_int_equal(s[0].audio, 1);
  assert_int_equal(s[0].on_demand, 0);
  assert_string_equal(s[1].path, "/sub");
  assert_int_equal(s[1].size.width, 640);
  assert_int_equal(s[1].bitrate, 500000);
  assert_int_equal(s[1].gop, 60);
  assert_int_equal(s[1].qp_min, 0);
  assert_int_equal(s[1].qp_max, 45);
  assert_int_equal(s[1].audio, 0);
  assert_int_equal(s[1].start, 3);
  assert_int_equal(s[1].on_demand, 1);
}

static void the_command_line_s_streams_take_the_place_of_the_file_s(void **state) {
  (void)state;
  static const char FILE_TEXT[] = "streams:\n  - path: /a\n  - path: /b\n    resolution: VGA\n";
  char first[] = "--stream=path=/c,resolution=640x360",
       second[] = "--stream=path=/d,resolution=320x180";
  oceld_options o;
  oceld_failure why = {""};
  assert_true(load(FILE_TEXT, NULL, NULL, &o, &why));
  assert_int_equal(o.stream_count, 2);
  assert_true(load(FILE_TEXT, first, second, &o, &why));
  assert_int_equal(o.stream_count, 2);
  assert_string_equal(o.streams[0].path, "/c");
  assert_string_equal(o.streams[1].path, "/d");
  assert_int_equal(o.streams[1].size.height, 180);
}

static const struct {
  const char *name, *text, *says;
} BAD[] = {
    {"no list",         "streams: 3\n",                                                                      ":1: streams is a list of blocks" },
    {"list of words",   "streams:\n  - a\n",                                                                 "streams is a list of blocks"     },
    {"unknown option",  "streams:\n  - path: /a\n    size: VGA\n",
     ":3: a stream has no option size; it has path, name, resolution"                                                                          },
    {"list in it",      "streams:\n  - path: [/a]\n",                                                        "has one value"                   },
    {"secret",          "streams:\n  - path: !secret a\n",                                                   "!secret is for ESPHome"          },
    {"bad value",       "streams:\n  - gop: 0\n",                                                            ":2: gop: \"0\" is not allowed"   },
    {"odd size",        "streams:\n  - resolution: 641x480\n",
     "resolution: \"641x480\" is not allowed; give width x height, both even"                                                                  },
    {"no path",         "streams:\n  - path: /a\n  - resolution: VGA\n",                                     "stream 2 has no path"            },
    {"no resolution",   "streams:\n  - path: /a\n  - path: /b\n",                                            "its resolution is missing"       },
    {"same path",       "streams:\n  - path: /a\n  - path: /a\n    resolution: VGA\n",
     "streams 1 and 2 both have the path /a"                                                                                                   },
    {"larger",          "streams:\n  - path: /a\n    resolution: VGA\n  - path: /b\n    resolution: 720P\n",
     "1280x720 is larger than the source's 640x480; give any even resolution from 16x16"                                                       },
    {"two sizes",       "size: 1280x720\nstreams:\n  - path: /a\n    resolution: VGA\n",
     "give one of them"                                                                                                                        },
    {"quantisers",      "streams:\n  - path: /a\n    qp_min: 45\n",                                          "qp_min (45) is above qp_max (40)"},
    {"first one rests", "streams:\n  - path: /a\n    on_demand: yes\n",                                      "never rests"                     },
    {"too many",        "streams: [{path: /a}, {path: /b}, {path: /c}, {path: /d}, {path: /e}]\n",
     "at most 4 streams"                                                                                                                       },
};

static void what_cannot_be_is_refused_with_a_remedy(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    oceld_options o;
    oceld_failure why = {""};
    CASE(BAD[i].name);
    assert_false(load(BAD[i].text, NULL, NULL, &o, &why));
    print_message("    %s\n", why.text);
    assert_non_null(strstr(why.text, BAD[i].says));
  }
}

static void a_broken_pair_on_the_command_line_is_told(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why = {""};
  char bad[] = "--stream=path=/a,VGA";
  assert_false(load("", bad, NULL, &o, &why));
  assert_non_null(strstr(why.text, "--stream: \"VGA\" is not of the form NAME=VALUE"));
}

static void encoders_can_be_tuned_while_it_runs_and_nothing_else(void **state) {
  (void)state;
  oceld_options running, next;
  oceld_failure why = {""};
  oceld_log_set_level(OCELD_LOG_ERROR);
  assert_true(
      load("streams: [{path: /a}, {path: /b, resolution: VGA}]\n", NULL, NULL, &running, &why));
  next = running;
  assert_false(oceld_settings_apply_live(&running, &next));
  assert_true(load("streams: [{path: /a}, {path: /b, resolution: VGA, bitrate: 1M, gop: 7}]\n",
                   NULL, NULL, &next, &why));
  assert_true(oceld_settings_apply_live(&running, &next));
  oceld_stream_options s[OCELD_STREAMS_MAX];
  assert_int_equal(oceld_streams_resolve(&running, s), 2);
  assert_int_equal(s[1].bitrate, 1000000);
  assert_int_equal(s[1].gop, 7);
  assert_true(
      load("streams: [{path: /a}, {path: /c, resolution: VGA}]\n", NULL, NULL, &next, &why));
  (void)oceld_settings_apply_live(&running, &next);
  assert_string_equal(running.streams[1].path, "/b");
  assert_true(load("streams: [{path: /a}]\n", NULL, NULL, &next, &why));
  (void)oceld_settings_apply_live(&running, &next);
  assert_int_equal(running.stream_count, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(without_streams_there_is_the_one_of_the_options),
      cmocka_unit_test(what_a_stream_does_not_say_it_inherits),
      cmocka_unit_test(the_command_line_s_streams_take_the_place_of_the_file_s),
      cmocka_unit_test(what_cannot_be_is_refused_with_a_remedy),
      cmocka_unit_test(a_broken_pair_on_the_command_line_is_told),
      cmocka_unit_test(encoders_can_be_tuned_while_it_runs_and_nothing_else),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
