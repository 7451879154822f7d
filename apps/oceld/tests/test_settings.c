// SPDX-License-Identifier: Apache-2.0
// The YAML file, the command line, and which of them wins.
#include "settings.h"

#include <stdlib.h>
#include <unistd.h>

#include "ocel_test.h"

#include "config_file.h"
#include "log.h"

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

static void write_file(const char *text) {
  FILE *f = fopen(yaml_path, "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

static bool read_yaml(const char *text, oceld_options *o, oceld_failure *why) {
  write_file(text);
  oceld_options_defaults(o);
  return oceld_config_file_read(yaml_path, o, why);
}

static const struct {
  const char *name, *text;
  uint32_t port, gop;
} GOOD[] = {
    {"empty file",                            "",                                                   8554, 30},
    {"comments only",                         "# nothing\n",                                        8554, 30},
    {"top level",                             "port: 9000\ngop: 60\n",                              9000, 60},
    {"block",                                 "rtsp_server:\n  port: 9000\n  gop: 60\n",            9000, 60},
    {"empty block",                           "rtsp_server:\n",                                     8554, 30},
    {"quoted",                                "port: \"9000\"\n",                                   9000, 30},
    {"flow",                                  "rtsp_server: {port: 9000, gop: 12}\n",               9000, 12},
    {"beside a block, the rest is ESPHome's",
     "port: 1\ni2c:\n  - id: bus\n    sda: GPIO14\nrtsp_server:\n  port: 9000\n"
     "wifi:\n  password: !secret wifi\n",                                                           9000, 30},
    {"block first",                           "rtsp_server:\n  gop: 12\nesphome:\n  name: cam\n",   8554, 12},
    {"ESPHome's own names",                   "rtsp_server:\n  id: a\n  camera_id: b\n  gop: 12\n", 8554, 12},
};

static void good_files_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
    oceld_options o;
    oceld_failure why = {""};
    CASE(GOOD[i].name);
    assert_true(read_yaml(GOOD[i].text, &o, &why));
    assert_int_equal(o.port, GOOD[i].port);
    assert_int_equal(o.gop, GOOD[i].gop);
  }
}

static void a_list_of_networks_is_as_good_as_commas(void **state) {
  (void)state;
  static const char *const LISTS[] = {
      "allowed_ips: 192.0.2.0/24,fd00::/8\n",
      "allowed_ips: [192.0.2.0/24, \"fd00::/8\"]\n",
      "rtsp_server:\n  allowed_ips:\n    - 192.0.2.0/24\n    - fd00::/8\n  gop: 12\n",
  };
  for (size_t i = 0; i < ARRAY_LEN(LISTS); i++) {
    oceld_options o;
    oceld_failure why = {""};
    CASE(LISTS[i]);
    assert_true(read_yaml(LISTS[i], &o, &why));
    assert_string_equal(o.allowed_ips, "192.0.2.0/24,fd00::/8");
  }
}

static const struct {
  const char *name, *text, *at, *says;
} BAD[] = {
    {"list of no networks",    "gop: 3\nallowed_ips: [1.2.3]\n",
     ":2: ",                                                                  "allowed_ips: \"1.2.3\" is no network"                        },
    {"list in a list",         "allowed_ips: [[1.2.3.4]]\n",          ":1: ", "has another list or block in it"                             },
    {"list that does not end", "allowed_ips: [1.2.3.4\n",             ":2: ", "no valid YAML"                                               },
    {"unknown option",         "port: 9000\nprot: 1\n",               ":2: ", "unknown option prot; did you mean port?"                     },
    {"unknown in block",       "rtsp_server:\n  rotation: 90\n",      ":2: ", "unknown option rotation"                                     },
    {"dashes",                 "stream-path: /a\n",                   ":1: ", "did you mean stream_path?"                                   },
    {"out of range",           "rtsp_server:\n  port: 1\n\n  gop: 0",
     ":4: ",                                                                  "gop: \"0\" is not allowed; give a whole number from 1 to 120"},
    {"no value",               "gop:\n",                              ":1: ", "gop: \"\" is not allowed"                                    },
    {"list as value",          "port:\n  - 1\n",                      ":1: ", "port has a list or block as its value"                       },
    {"list of blocks",         "rtsp_server:\n  - port: 1\n",         ":2: ", "must be followed by one block"                               },
    {"block is text",          "rtsp_server: yes\n",                  ":1: ", "must be followed by one block"                               },
    {"not a mapping",          "- port\n",                            ":1: ", "name: value"                                                 },
    {"plain text",             "\nport\n",                            ":2: ", "name: value"                                                 },
    {"broken YAML",            "port: 1\ngop: [1\n",                  ":3: ", "no valid YAML"                                               },
    {"tab",                    "rtsp_server:\n\tport: 1\n",           ":2: ", "no valid YAML"                                               },
    {"odd key",                "? [a]\n: 1\n",                        ":1: ", "expected the name of an option"                              },
};

static void bad_files_name_file_and_line(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
    oceld_options o;
    oceld_failure why = {""};
    char at[64];
    CASE(BAD[i].name);
    assert_false(read_yaml(BAD[i].text, &o, &why));
    (void)snprintf(at, sizeof at, "%s%s", yaml_path, BAD[i].at);
    print_message("    %s\n", why.text);
    assert_int_equal(strncmp(why.text, at, strlen(at)), 0);
    assert_non_null(strstr(why.text, BAD[i].says));
  }
}

// Any prefix of a file is read or refused, without a leak or a crash.
static void every_prefix_of_a_file_is_dealt_with(void **state) {
  (void)state;
  const char *whole = "i2c: [1, {a: b}]\nrtsp_server:\n  port: 9000\n  allowed_ips: [::1, ::2]\n";
  for (size_t n = 0; n <= strlen(whole); n++) {
    char text[128];
    oceld_options o;
    oceld_failure why = {""};
    memcpy(text, whole, n);
    text[n] = '\0';
    const bool ok = read_yaml(text, &o, &why);
    assert_int_equal(ok, why.text[0] == '\0');
  }
}

static void a_missing_file_is_named(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why;
  oceld_options_defaults(&o);
  assert_false(oceld_config_file_read("/nonexistent/cam.yaml", &o, &why));
  assert_non_null(strstr(why.text, "/nonexistent/cam.yaml"));
  assert_non_null(strstr(why.text, "No such file"));
}

#define ARGS(...) \
  (char *[]) { (char[]){"oceld"}, __VA_ARGS__, NULL }

static int count_args(char *const *args) {
  int n = 0;
  while (args[n] != NULL) n++;
  return n;
}

static bool load(char *const *args, oceld_options *o, oceld_failure *why) {
  oceld_command_line line;
  return oceld_settings_load(count_args(args), args, o, &line, why);
}

static void command_line_wins_over_the_file(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why;
  write_file("port: 9000\ngop: 60\nqp_min: 30\n");
  char first[] = "--gop=12", config[] = "--config", qp[] = "--qp_max", qp_value[] = "35";
  assert_true(load(ARGS(first, config, yaml_path, qp, qp_value), &o, &why));
  assert_int_equal(o.port, 9000);
  assert_int_equal(o.gop, 12);
  assert_int_equal(o.qp_min, 30);
  assert_int_equal(o.qp_max, 35);
}

// Only the outcome is judged: a file that would be a contradiction by itself is fine.
static void file_and_command_line_are_checked_together(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why;
  char config[] = "--config", low[] = "--qp-min=5";
  write_file("qp_min: 45\n");
  assert_false(load(ARGS(config, yaml_path), &o, &why));
  assert_non_null(strstr(why.text, "qp_min (45) is above qp_max (40)"));
  assert_true(load(ARGS(config, yaml_path, low), &o, &why));
}

static void what_can_change_live_does(void **state) {
  (void)state;
  oceld_options running, next;
  oceld_options_defaults(&running);
  next = running;
  oceld_log_set_level(OCELD_LOG_ERROR);
  assert_false(oceld_settings_apply_live(&running, &next));
  next.port = 9000;
  assert_false(oceld_settings_apply_live(&running, &next));
  assert_int_equal(running.port, 8554);
  next.bitrate = 500000;
  next.gop = 10;
  next.qp_min = 20;
  next.qp_max = 30;
  next.log_level = OCELD_LOG_DEBUG;
  assert_true(oceld_settings_apply_live(&running, &next));
  assert_int_equal(running.port, 8554);
  assert_int_equal(running.bitrate, 500000);
  assert_int_equal(running.gop, 10);
  assert_int_equal(running.qp_min, 20);
  assert_int_equal(running.qp_max, 30);
  assert_int_equal(running.log_level, OCELD_LOG_DEBUG);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_files_are_read),
      cmocka_unit_test(a_list_of_networks_is_as_good_as_commas),
      cmocka_unit_test(bad_files_name_file_and_line),
      cmocka_unit_test(every_prefix_of_a_file_is_dealt_with),
      cmocka_unit_test(a_missing_file_is_named),
      cmocka_unit_test(command_line_wins_over_the_file),
      cmocka_unit_test(file_and_command_line_are_checked_together),
      cmocka_unit_test(what_can_change_live_does),
  };
  return cmocka_run_group_tests(tests, make_file, remove_file);
}
