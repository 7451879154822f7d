// SPDX-License-Identifier: Apache-2.0
// What oceld answers over HTTP, and where.
#ifndef OCELD_HTTP_H
#define OCELD_HTTP_H

#include "ocel/live.h"
#include "ocel/loop.h"
#include "options.h"

/// What the live page says; zero it first. Outlives the loop.
typedef struct {
  char host[64];
  ocel_live live;
} oceld_http;

/// Adds the routes. False only if the server has no room for them.
bool oceld_http_add(oceld_http *http, ocel_loop *loop, oceld_failure *why);

/// Logs the URLs; or, when the port that nobody asked for could not be had, a warning.
/// @param trouble  What ocel_loop_open said.
void oceld_http_tell(const oceld_options *o, const ocel_loop *loop, const char *trouble);

#endif
