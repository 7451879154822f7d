// SPDX-License-Identifier: Apache-2.0
// Which route a request is for, whether its caller may, and what the handler says.
#include <string.h>

#include "auth.h"
#include "http.h"
#include "ocel/http_target.h"
#include "ocel/rtsp_headers.h"

#define ASK_AGAIN (100 * OCEL_MILLISECOND)

// ---- routes ----

static ocel_span path_of(const ocel_http_route *r) { return ocel_span_str(r->path); }

ocel_err ocel_server_add_route(ocel_server *s, const ocel_http_route *route) {
  if (route->path == NULL || route->path[0] != '/') return OCEL_ERR_CONFIG;
  if (route->methods == 0 || route->handler == NULL) return OCEL_ERR_CONFIG;
  for (size_t i = 0; i < s->route_count; i++) {
    const ocel_http_route *r = s->routes[i];
    if (r->prefix == route->prefix && ocel_span_eq(path_of(r), path_of(route))) {
      return OCEL_ERR_CONFIG;
    }
  }
  if (s->route_count == s->cfg.max_routes) return OCEL_ERR_SPACE;
  s->routes[s->route_count++] = route;
  return OCEL_OK;
}

static bool matches(const ocel_http_route *r, ocel_span path) {
  const ocel_span own = path_of(r);
  if (r->prefix && path.n > own.n) path.n = own.n;
  return ocel_span_eq(own, path);
}

static const ocel_http_route *find_route(const ocel_server *s, ocel_span path) {
  const ocel_http_route *best = NULL;
  for (size_t i = 0; i < s->route_count; i++) {
    const ocel_http_route *r = s->routes[i];
    if (!matches(r, path)) continue;
    if (!r->prefix) return r;
    if (best == NULL || path_of(r).n > path_of(best).n) best = r;
  }
  return best;
}

// ---- what is asked for ----

static ocel_http_method method_of(const ocel_http_request *req) {
  return req->method == OCEL_HTTP_HEAD ? OCEL_HTTP_GET : req->method;
}

// The route, or why there is none.
static uint16_t find(const ocel_server *s, ocel__http_ask *ask) {
  ocel_http_target target;
  ocel_wbuf path = ocel_wbuf_make(ask->path, sizeof ask->path);
  if (ask->req->status != 200) return ask->req->status;
  if (ocel_http_target_parse(ask->req->target, &target) != OCEL_OK) return 400;
  if (target.path.p[0] == '*') return ask->req->method == OCEL_HTTP_OPTIONS ? 204 : 400;
  if (ocel_http_path_decode(target.path, &path) != OCEL_OK) return 400;
  ask->call.path = ocel_span_make(path.p, path.n);
  ask->call.query = target.query;
  ask->route = find_route(s, ask->call.path);
  if (ask->route == NULL) return 404;
  if (ask->req->method == OCEL_HTTP_OPTIONS) return 204;
  if ((ask->route->methods & OCEL_HTTP_BIT(method_of(ask->req))) == 0) return 405;
  if (ask->route->prefix) {
    ask->call.rest = ask->call.path;
    (void)ocel_span_take(&ask->call.rest, path_of(ask->route).n);
  }
  return 200;
}

void ocel__http_put_allow(const ocel_http_route *route, ocel_wbuf *w) {
  static const char *const TEXT[OCEL_HTTP_METHOD_COUNT] = {
#define OCEL_X(id) #id,
      OCEL_HTTP_METHODS(OCEL_X)
#undef OCEL_X
  };
  unsigned bits = route == NULL ? OCEL_HTTP_GETS | OCEL_HTTP_POSTS : route->methods;
  if ((bits & OCEL_HTTP_GETS) != 0) bits |= OCEL_HTTP_BIT(OCEL_HTTP_HEAD);
  bits |= OCEL_HTTP_BIT(OCEL_HTTP_OPTIONS);
  ocel_put_str(w, "Allow: ");
  for (unsigned m = 0, n = 0; m < OCEL_HTTP_METHOD_COUNT; m++) {
    if ((bits & OCEL_HTTP_BIT(m)) == 0) continue;
    if (n++ > 0) ocel_put_str(w, ", ");
    ocel_put_str(w, TEXT[m]);
  }
  ocel_put_str(w, "\r\n");
}

// ---- who asks ----

// True if another site's page asks for what it may not have: a browser adds Origin to what changes
// something and to WebSockets, but asks nobody before it sends them.
static bool is_foreign(const ocel_http_request *req) {
  static const char MARK[] = "://";
  ocel_span origin = req->header[OCEL_HTTP_HEADER_ORIGIN];
  const bool reads = method_of(req) == OCEL_HTTP_GET;
  if (origin.p == NULL || (reads && req->header[OCEL_HTTP_HEADER_UPGRADE].p == NULL)) return false;
  while (origin.n > 3 && memcmp(origin.p, MARK, 3) != 0) (void)ocel_span_take(&origin, 1);
  if (origin.n <= 3) return true;  // "null"
  (void)ocel_span_take(&origin, 3);
  const ocel_span host = req->header[OCEL_HTTP_HEADER_HOST];
  return !ocel_span_eq(origin, host);
}

// 200 or 401; 0: wait. A route that needs no password gets to know what was shown.
static uint16_t check_password(ocel_server *s, ocel__conn *c, ocel__http_ask *ask) {
  const ocel_role least = ask->route->least;
  ocel__claim claim = {
      .method = ask->req->method_text,
      .target = ask->req->target,
      .authorization = ask->req->header[OCEL_HTTP_HEADER_AUTHORIZATION],
      .http = true,
  };
  if (least == OCEL_ROLE_NONE && claim.authorization.p == NULL) return 200;
  const ocel__auth_verdict v = ocel__auth_check(s, c, &claim, s->now);
  if (v == AUTH_WAIT) return 0;
  ask->stale = v == AUTH_STALE;
  ask->call.role = v == AUTH_GRANTED ? claim.role : OCEL_ROLE_NONE;
  return ask->call.role >= least ? 200 : 401;
}

// 200, 401 or 403; 0: wait.
static uint16_t check_caller(ocel_server *s, ocel__conn *c, ocel__http_ask *ask) {
  if (is_foreign(ask->req)) return 403;
  if (ocel__locked(s)) return check_password(s, c, ask);
  ask->call.role = OCEL_ROLE_VIEWER;
  return ask->route->least < OCEL_ROLE_ADMIN || ask->route->unlocked ? 200 : 403;
}

ocel_err ocel__http_admit(ocel_server *s, ocel__conn *c, const ocel_http_request *req,
                          ocel__http_ask *ask) {
  memset(ask, 0, offsetof(ocel__http_ask, path));
  ask->req = req;
  ask->status = find(s, ask);
  if (ask->status != 200) return OCEL_OK;
  if (c->http.waiting || c->http.continued) {  // has been let in, and counts are good once
    ask->call.role = (ocel_role)c->http.role;
    return OCEL_OK;
  }
  ask->status = check_caller(s, c, ask);
  c->http.role = (uint8_t)ask->call.role;
  return ask->status == 0 ? OCEL_ERR_STATE : OCEL_OK;
}

// ---- the handler ----

// False once it has waited too long.
static bool wait(ocel_server *s, ocel__conn *c) {
  if (!c->http.waiting) c->http.since = s->now;
  c->http.waiting = s->now - c->http.since < s->cfg.describe_wait;
  c->defer_until = c->http.waiting ? s->now + ASK_AGAIN : 0;
  return c->http.waiting;
}

static void call_handler(ocel_server *s, const ocel__conn *c, ocel__http_ask *ask,
                         ocel_http_answer *answer) {
  ask->call.method = method_of(ask->req);
  ask->call.header = ask->req->header;
  ask->call.peer = &c->peer;
  ask->call.local = &c->local;
  ask->call.secure = c->secure;
  ask->call.conn = ocel__number(s, c);
  ask->call.now = s->now;
  ask->call.server = s;
  answer->ctx = ask->route->ctx;
  ask->route->handler(ask->route->ctx, &ask->call, answer);
}

ocel_err ocel__http_serve(ocel_server *s, ocel__conn *c, ocel__http_ask *ask) {
  ocel_http_answer answer = {.status = ask->status};
  if (ask->status == 200) call_handler(s, c, ask, &answer);
  if (answer.body == OCEL_HTTP_LATER) {
    if (ask->call.body.n == 0 && wait(s, c)) return OCEL_ERR_STATE;
    ask->status = 503;
  }
  c->defer_until = 0;
  c->http.waiting = c->http.continued = false;
  if (answer.body == OCEL_HTTP_PUSH) {
    ask->status = ocel__push_open(s, c, ask, &answer.push);
    if (ask->status == 200) return OCEL_OK;
  }
  if (ask->status == 200) {
    ocel__http_answer(s, c, ask, &answer);
  } else {
    ocel__http_deny(s, c, ask);
  }
  return OCEL_OK;
}
