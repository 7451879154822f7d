// SPDX-License-Identifier: Apache-2.0
#include "ocel/http_stats.h"

#include "stats_fields.h"

static void answer_json(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  answer->ctx = call->server;
  answer->content_type = "application/json";
  answer->body = OCEL_HTTP_PARTS;
  answer->part = ocel__stats_json_part;
}

static void answer_metrics(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx;
  answer->ctx = call->server;
  answer->content_type = "text/plain; version=0.0.4; charset=utf-8";
  answer->body = OCEL_HTTP_PARTS;
  answer->part = ocel__stats_metrics_part;
}

ocel_err ocel_server_add_stats_routes(ocel_server *s) {
  static const ocel_http_route ROUTES[] = {
      {.path = "/api/stats",
       .methods = OCEL_HTTP_GETS,
       .least = OCEL_ROLE_VIEWER,
       .handler = answer_json   },
      {.path = "/metrics",
       .methods = OCEL_HTTP_GETS,
       .least = OCEL_ROLE_VIEWER,
       .handler = answer_metrics},
  };
  if (s->cfg.max_routes - s->route_count < 2) return OCEL_ERR_SPACE;
  for (size_t i = 0; i < sizeof ROUTES / sizeof ROUTES[0]; i++) {
    const ocel_err rc = ocel_server_add_route(s, &ROUTES[i]);
    if (rc != OCEL_OK) return rc;
  }
  return OCEL_OK;
}
