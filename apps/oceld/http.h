// SPDX-License-Identifier: Apache-2.0
// What oceld answers over HTTP, and where.
#ifndef OCELD_HTTP_H
#define OCELD_HTTP_H

#include "ocel/loop.h"
#include "options.h"

/// Adds the routes. False only if the server has no room for them.
bool oceld_http_add(ocel_server *server, oceld_failure *why);

/// Logs the URLs; or, when the port that nobody asked for could not be had, a warning.
/// @param trouble  What ocel_loop_open said.
void oceld_http_tell(const oceld_options *o, const ocel_loop *loop, const char *trouble);

#endif
