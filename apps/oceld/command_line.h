// SPDX-License-Identifier: Apache-2.0
// The command line: --name VALUE or --name=VALUE, by the table of options.
#ifndef OCELD_COMMAND_LINE_H
#define OCELD_COMMAND_LINE_H

#include "options.h"

/// What stands on the command line beside the options of the table.
typedef struct {
  const char *config;  ///< --config; NULL if absent. Points into argv.
  bool streams;        ///< --stream was given.
  bool help, version;  ///< Everything behind these is left unread.
} oceld_command_line;

/// Reads the command line into `o`.
///
/// @param why  On failure names the option, the value and the remedy.
bool oceld_command_line_read(int argc, char *const *argv, oceld_options *o, oceld_command_line *out,
                             oceld_failure *why);

#endif
