// SPDX-License-Identifier: Apache-2.0
// Where the password comes from, and that no message repeats it.
#include "password.h"

#include <stdlib.h>
#include <unistd.h>

#include "ocel_test.h"

#include "settings.h"

#define C63 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static char path[] = "/tmp/oceld-test-XXXXXX";

static int make_file(void **state) {
  (void)state;
  const int fd = mkstemp(path);
  return fd < 0 || close(fd) != 0;
}

static int remove_file(void **state) {
  (void)state;
  return unlink(path);
}

static void write_file(const char *text) {
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  assert_true(fputs(text, f) >= 0);
  assert_int_equal(fclose(f), 0);
}

static bool load(char *const *arguments, int n, oceld_options *o, oceld_failure *why) {
  oceld_command_line line;
  char *argv[8] = {(char[]){"oceld"}};
  for (int i = 0; i < n; i++) argv[i + 1] = arguments[i];
  return oceld_settings_load(n + 1, argv, o, &line, why);
}

static const struct {
  const char *name, *text, *password, *says;
} FILES[] = {
    {"a line",              "pa:ss w\n",      "pa:ss w", NULL                },
    {"no line end",         "secret",         "secret",  NULL                },
    {"of Windows",          "secret\r\n",     "secret",  NULL                },
    {"more lines",          "secret\nmore\n", "secret",  NULL                },
    {"spaces belong to it", " a b \n",        " a b ",   NULL                },
    {"the longest",         C63 "\n",         C63,       NULL                },
    {"one longer",          C63 "f\n",        NULL,      "more than 63 bytes"},
    {"far longer",          C63 C63 "\n",     NULL,      "more than 63 bytes"},
    {"empty",               "",               NULL,      "has no password"   },
    {"an empty line",       "\nsecret\n",     NULL,      "has no password"   },
};

static void the_first_line_of_a_file_is_the_password(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
    oceld_options o;
    oceld_failure why = {""};
    char *arguments[] = {(char[]){"--username"}, (char[]){"me"}, (char[]){"--password-file"}, path};
    CASE(FILES[i].name);
    write_file(FILES[i].text);
    assert_int_equal(load(arguments, 4, &o, &why), FILES[i].password != NULL);
    if (FILES[i].password != NULL) {
      assert_string_equal(o.password, FILES[i].password);
    } else {
      assert_non_null(strstr(why.text, FILES[i].says));
      assert_null(strstr(why.text, "0123"));
    }
  }
}

static const struct {
  const char *name, *arguments[4], *says;
} WRONG[] = {
    {"a name alone",        {"--username=me"},                                    "go together"         },
    {"a password alone",    {"--password=hidden"},                                "go together"         },
    {"an admin's alone",    {"--admin-password=hidden"},                          "go together"         },
    {"an admin without",    {"--admin-username=me"},                              "go together"         },
    {"an admin's file",
     {"--admin-username=me", "--admin-password-file=/nowhere/x"},
     "admin_password_file: cannot read"                                                                 },
    {"both sources",
     {"--username=me", "--password=hidden", "--password-file=x"},
     "give one of them"                                                                                 },
    {"a file that is not",  {"--username=me", "--password-file=/nowhere/hidden"}, "cannot read"         },
    {"too long",            {"--username=me", "--password=hidden" C63},           "at most 63 fit"      },
    {"empty",               {"--username=me", "--password="},                     "it is empty"         },
    {"a colon",             {"--username=m:e", "--password=hidden"},              "none of them a colon"},
    {"a control character", {"--username=m\te", "--password=hidden"},             "none of them a colon"},
};

static void what_is_wrong_is_said_without_the_password(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
    oceld_options o;
    oceld_failure why = {""};
    char copies[4][160], *arguments[4];
    int n = 0;
    CASE(WRONG[i].name);
    for (; n < 4 && WRONG[i].arguments[n] != NULL; n++) {
      (void)snprintf(copies[n], sizeof copies[n], "%s", WRONG[i].arguments[n]);
      arguments[n] = copies[n];
    }
    assert_false(load(arguments, n, &o, &why));
    assert_non_null(strstr(why.text, WRONG[i].says));
    if (strcmp(WRONG[i].name, "a file that is not") != 0) assert_null(strstr(why.text, "hidden"));
  }
}

// In a file for both, ESPHome's secrets are ESPHome's.
static void a_secret_of_esphome_is_no_password(void **state) {
  (void)state;
  oceld_options o;
  oceld_failure why = {""};
  char option[] = "--config";
  char *arguments[] = {option, path};
  write_file("rtsp_server:\n  username: me\n  password: !secret rtsp_password\n");
  assert_false(load(arguments, 2, &o, &why));
  assert_non_null(strstr(why.text, "!secret"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_first_line_of_a_file_is_the_password),
      cmocka_unit_test(what_is_wrong_is_said_without_the_password),
      cmocka_unit_test(a_secret_of_esphome_is_no_password),
  };
  return cmocka_run_group_tests_name("password", tests, make_file, remove_file);
}
