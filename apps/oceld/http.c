// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include "addresses.h"
#include "log.h"
#include "ocel/http_stats.h"

bool oceld_http_add(ocel_server *server, oceld_failure *why) {
  const ocel_err rc = ocel_server_add_stats_routes(server);
  return rc == OCEL_OK || oceld_fail(why, "no room for HTTP routes: %s", ocel_err_name(rc));
}

static void log_url(void *ctx, const char *url) {
  (void)ctx;
  oceld_log(OCELD_LOG_INFO, "Statistics URL: %s", url);
}

void oceld_http_tell(const oceld_options *o, const ocel_loop *loop, const char *trouble) {
  const oceld_place place = {"http", ocel_loop_http_port(loop), "/api/stats"};
  if (place.port != 0) {
    oceld_addresses_tell(o->bind, &place, log_url, NULL);
  } else if (oceld_options_http_port(o, NULL) != 0) {
    oceld_log(OCELD_LOG_WARNING, "HTTP has no port of its own: %s, or --http-port 0 for none",
              trouble);
  }
}
