// SPDX-License-Identifier: Apache-2.0
#include "command_line.h"

#include <string.h>

#include "stream_options.h"

enum { NAME_MAX_LENGTH = 63 };

// One argument taken apart: "--gop=30" or "--gop" "30".
typedef struct {
  char name[NAME_MAX_LENGTH + 1];  // Without the dashes in front.
  const char *value;               // NULL if there is none.
  int used;                        // Arguments taken.
} argument;

static bool split(int left, char *const *args, argument *out, oceld_failure *why) {
  const char *text = args[0];
  if (strncmp(text, "--", 2) != 0 || text[2] == '\0') {
    return oceld_fail(why, "\"%.100s\" is no option; options begin with -- (see oceld --help)",
                      text);
  }
  const char *equals = strchr(text, '=');
  const size_t n = equals != NULL ? (size_t)(equals - text) - 2 : strlen(text + 2);
  const size_t kept = n < NAME_MAX_LENGTH ? n : NAME_MAX_LENGTH;
  memcpy(out->name, text + 2, kept);
  out->name[kept] = '\0';
  out->value = equals != NULL ? equals + 1 : left > 1 ? args[1] : NULL;
  out->used = equals != NULL ? 1 : 2;
  return true;
}

static void put_dashes(char *name) {
  for (; *name != '\0'; name++) {
    if (*name == '_') *name = '-';
  }
}

static bool unknown(const char *name, oceld_failure *why) {
  const oceld_option *near = oceld_option_nearest(name);
  if (near == NULL) {
    return oceld_fail(why, "unknown option --%s; oceld --help lists all options", name);
  }
  char meant[NAME_MAX_LENGTH + 1];
  (void)snprintf(meant, sizeof meant, "%s", near->name);
  put_dashes(meant);
  return oceld_fail(why, "unknown option --%s; did you mean --%s?", name, meant);
}

static bool needs_value(const argument *arg, const char *metavar, oceld_failure *why) {
  if (arg->value != NULL) return true;
  return oceld_fail(why, "--%s needs a value: --%s %s", arg->name, arg->name, metavar);
}

// The streams of the command line take the place of the file's.
static bool add_stream(const argument *arg, oceld_options *o, oceld_command_line *out,
                       oceld_failure *inner) {
  if (!out->streams) o->stream_count = 0;
  out->streams = true;
  return oceld_stream_read(o, arg->value, inner);
}

// "--no-NAME" of an option that is yes or no.
static bool is_negation(argument *arg) {
  if (strncmp(arg->name, "no-", 3) != 0) return false;
  const oceld_option *option = oceld_option_find(arg->name + 3);
  if (option == NULL || option->kind != OCELD_CHOICE || strcmp(option->words[0], "no") != 0) {
    return false;
  }
  memmove(arg->name, arg->name + 3, strlen(arg->name + 3) + 1);
  arg->value = "no";
  arg->used = 1;
  return true;
}

static bool apply(const argument *arg, oceld_options *o, oceld_command_line *out,
                  oceld_failure *why) {
  if (strcmp(arg->name, "config") == 0) {
    out->config = arg->value;
    return needs_value(arg, "FILE", why);
  }
  const bool stream = strcmp(arg->name, "stream") == 0;
  const oceld_option *option = stream ? NULL : oceld_option_find(arg->name);
  if (!stream && option == NULL) return unknown(arg->name, why);
  if (!needs_value(arg, stream ? "NAME=VALUE,..." : option->metavar, why)) return false;
  oceld_failure inner;
  if (stream ? add_stream(arg, o, out, &inner) : oceld_option_set(o, option, arg->value, &inner)) {
    return true;
  }
  return oceld_fail(why, "--%s: %.400s", arg->name, inner.text);
}

// --help, -h, --version: no value.
static bool is_flag(const char *text, oceld_command_line *out) {
  out->help = strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
  out->version = strcmp(text, "--version") == 0;
  return out->help || out->version;
}

bool oceld_command_line_read(int argc, char *const *argv, oceld_options *o, oceld_command_line *out,
                             oceld_failure *why) {
  memset(out, 0, sizeof *out);
  for (int i = 1; i < argc;) {
    argument arg = {.value = NULL};
    if (is_flag(argv[i], out)) return true;
    if (!split(argc - i, argv + i, &arg, why)) return false;
    (void)is_negation(&arg);
    if (!apply(&arg, o, out, why)) return false;
    i += arg.used;
  }
  return true;
}
