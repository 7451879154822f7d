// SPDX-License-Identifier: Apache-2.0
// The YAML file: the same options as on the command line, with underscores, either at the top
// level or in a block `rtsp_server:`. When that block is there, everything outside it is left
// alone, so the YAML of an ESPHome device can be read as it stands.
#ifndef OCELD_CONFIG_FILE_H
#define OCELD_CONFIG_FILE_H

#include "options.h"

/// Reads the options of `path` into `o`; those that the file does not name stay as they are.
///
/// @param why  On failure names the file, the line, the option and the remedy.
bool oceld_config_file_read(const char *path, oceld_options *o, oceld_failure *why);

#endif
