// SPDX-License-Identifier: Apache-2.0
// The whole program: a source, a ring, a server in its loop, and the signals.
#ifndef OCELD_SERVE_H
#define OCELD_SERVE_H

#include "settings.h"

/// Serves until SIGINT or SIGTERM. Call it in the program's first thread, before any other.
///
/// @param argc, argv  Read again, with the YAML file that they name, at SIGHUP.
/// @return False if it could not start or go on.
bool oceld_serve(const oceld_options *options, int argc, char *const *argv, oceld_failure *why);

#endif
