// SPDX-License-Identifier: Apache-2.0
// The counters of ocel/stats.h over HTTP, for viewers: `/api/stats` as JSON (RFC 8259) and
// `/metrics` in the text format of Prometheus, version 0.0.4. docs/http.md has every field.
#ifndef OCEL_HTTP_STATS_H
#define OCEL_HTTP_STATS_H

#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Adds both routes.
/// @return OCEL_OK; OCEL_ERR_SPACE if `max_routes` has no room for two.
OCEL_MUST_USE ocel_err ocel_server_add_stats_routes(ocel_server *srv);

#ifdef __cplusplus
}
#endif
#endif
