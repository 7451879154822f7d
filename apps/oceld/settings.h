// SPDX-License-Identifier: Apache-2.0
// Where the options come from: defaults, then the YAML file, then the command line.
#ifndef OCELD_SETTINGS_H
#define OCELD_SETTINGS_H

#include "command_line.h"

/// Reads everything afresh; called again at SIGHUP with the same arguments.
///
/// @param out  What the command line says beside options. With `help` or `version` set, the
///             file has not been read.
bool oceld_settings_load(int argc, char *const *argv, oceld_options *o, oceld_command_line *out,
                         oceld_failure *why);

/// Takes over from `next` what a running program can change, and warns about every other
/// difference.
/// @return True if anything was taken over.
bool oceld_settings_apply_live(oceld_options *running, const oceld_options *next);

#endif
