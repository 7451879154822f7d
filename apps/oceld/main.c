// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>

#include "serve.h"

enum { EXIT_USAGE = 2 };

int main(int argc, char **argv) {
  oceld_options options;
  oceld_command_line line;
  oceld_failure why;
  if (!oceld_settings_load(argc, argv, &options, &line, &why)) {
    (void)fprintf(stderr, "oceld: %s\n", why.text);
    return EXIT_USAGE;
  }
  if (line.help) {
    oceld_options_help(stdout);
    return EXIT_SUCCESS;
  }
  if (line.version) {
    (void)puts("oceld " OCELD_VERSION);
    return EXIT_SUCCESS;
  }
  if (oceld_serve(&options, argc, argv, &why)) return EXIT_SUCCESS;
  (void)fprintf(stderr, "oceld: %s\n", why.text);
  return EXIT_FAILURE;
}
