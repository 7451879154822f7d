// SPDX-License-Identifier: Apache-2.0
// --help, made from the table of options.
#include <string.h>

#include "option_kinds.h"
#include "options.h"

enum { COLUMN = 28 };  // Where the explanations begin.

static void put_dashed(char *out, size_t size, const oceld_option *option) {
  (void)snprintf(out, size, "--%s %s", option->name, option->metavar);
  const size_t n = strlen(option->name) + 2;
  for (size_t i = 2; i < n && i < size; i++) {
    if (out[i] == '_') out[i] = '-';
  }
}

static void put_option(FILE *out, const oceld_option *option) {
  char left[64], wanted[160];
  put_dashed(left, sizeof left, option);
  (void)fprintf(out, "  %-*s %s\n", COLUMN - 3, left, option->help);
  if (option->kind == OCELD_FILE) return;
  oceld_kind_rules_of(option->kind)->describe(option, wanted, sizeof wanted);
  (void)fprintf(out, "%*s%s", COLUMN, "", wanted);
  if (option->initial[0] != '\0') (void)fprintf(out, " [%s]", option->initial);
  (void)fputc('\n', out);
}

void oceld_options_help(FILE *out) {
  size_t count;
  const oceld_option *table = oceld_option_table(&count);
  (void)fputs(
      "Usage: oceld [OPTION]...\n"
      "Serves live H.264 video over RTSP. Without options: a moving test picture at\n"
      "rtsp://127.0.0.1:8554/stream\n\n",
      out);
  for (size_t i = 0; i < count; i++) put_option(out, &table[i]);
  (void)fprintf(out,
                "  %-*sone of several streams, of up to four; give it once for each\n"
                "%*spath=/sub,resolution=640x480, and perhaps bitrate, gop, qp_min,\n"
                "%*sqp_max, audio=no, start, name, on_demand=yes (the manual has more)\n"
                "  %-*sread options from a YAML file; the command line wins\n"
                "  %-*sshow this text\n"
                "  %-*sshow the version\n\n"
                "Signals: INT and TERM end the program (a second one at once), HUP reads the "
                "file again.\n",
                COLUMN - 2, "--stream LIST", COLUMN, "", COLUMN, "", COLUMN - 2, "--config FILE",
                COLUMN - 2, "--help", COLUMN - 2, "--version");
}
