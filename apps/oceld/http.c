// SPDX-License-Identifier: Apache-2.0
#include "http.h"

#include <unistd.h>

#include "addresses.h"
#include "log.h"
#include "ocel/http_stats.h"

bool oceld_http_add(oceld_http *http, ocel_loop *loop, oceld_failure *why) {
  ocel_server *server = ocel_loop_server(loop);
  if (gethostname(http->host, sizeof http->host - 1) != 0) http->host[0] = '\0';
  http->live.title = http->host;
  http->live.rtsp_port = ocel_loop_port(loop);
  http->live.rtsps_port = ocel_loop_tls_port(loop);
  ocel_err rc = ocel_server_add_stats_routes(server);
  if (rc == OCEL_OK) rc = ocel_server_add_live_routes(server, &http->live);
  return rc == OCEL_OK || oceld_fail(why, "no room for HTTP routes: %s", ocel_err_name(rc));
}

static void log_url(void *ctx, const char *url) {
  oceld_log(OCELD_LOG_INFO, "%s URL: %s", (const char *)ctx, url);
}

void oceld_http_tell(const oceld_options *o, const ocel_loop *loop, const char *trouble) {
  const uint16_t port = ocel_loop_http_port(loop);
  if (port != 0) {
    static char page[] = "Live page", statistics[] = "Statistics";
    oceld_addresses_tell(o->bind, &(oceld_place){"http", port, "/"}, log_url, page);
    oceld_addresses_tell(o->bind, &(oceld_place){"http", port, "/api/stats"}, log_url, statistics);
  } else if (oceld_options_http_port(o, NULL) != 0) {
    oceld_log(OCELD_LOG_WARNING, "HTTP has no port of its own: %s, or --http-port 0 for none",
              trouble);
  }
}
