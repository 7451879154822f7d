// SPDX-License-Identifier: Apache-2.0
// What the server of ocel/server.h answers to HTTP requests (RFC 9110, RFC 9112), on every port:
//
//   static void hello(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
//     answer->content_type = "text/plain";
//     answer->body = OCEL_HTTP_SPAN;
//     answer->span = ocel_span_str("hello\n");
//   }
//   static const ocel_http_route HELLO = {.path = "/hello", .methods = OCEL_HTTP_GETS,
//                                         .least = OCEL_ROLE_VIEWER, .handler = hello};
//   ocel_server_add_route(srv, &HELLO);
//
// The engine does the rest: keep-alive and pipelines, HEAD, OPTIONS, ETag and 304, ranges of a
// span, passwords, requests from foreign pages (403 for what is not GET or HEAD, and for an
// Upgrade, when Origin is not Host), and errors as one line of text.
#ifndef OCEL_HTTP_ROUTE_H
#define OCEL_HTTP_ROUTE_H

#include "ocel/http_msg.h"
#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/// What a caller may do (ocel/credentials.h). Each may do what those before it may.
typedef enum {
  OCEL_ROLE_NONE,    ///< Has shown no password.
  OCEL_ROLE_VIEWER,  ///< May watch; so may everybody when no password is set.
  OCEL_ROLE_ADMIN,   ///< May change settings.
} ocel_role;

/// One request. All of it is valid until the handler returns.
typedef struct {
  ocel_http_method method;  ///< One of the route's. HEAD comes as GET: its body is left away.
  ocel_span path;   ///< Decoded, without query; begins with '/', has no "." or ".." segment.
  ocel_span rest;   ///< Of `path`, behind the path of a prefix route; else empty.
  ocel_span query;  ///< As it stands (ocel_http_query of ocel/http_target.h); {NULL,0}.
  const ocel_span *header;  ///< [OCEL_HTTP_HEADER_COUNT], as in ocel_http_request.
  ocel_span body;           ///< The whole of it, without chunks.
  const ocel_addr *peer, *local;
  bool secure;          ///< Inside TLS.
  ocel_server *server;  ///< For its counters (ocel/stats.h).
  ocel_role role;       ///< What the caller has shown; a route for OCEL_ROLE_NONE does not ask, but
                        ///< looks: who then refuses with 401 and no `headers` has the caller asked.
  int conn;
  ocel_us now;
} ocel_http_call;

/// Where an answer in parts is: zero, or as the handler has set it. What it means is the part's.
typedef struct {
  uint32_t at[4];
} ocel_http_progress;

/// Writes the next item of an answer to `w`, and moves `p` on.
///
/// An item that does not fit (`w->overflow`) is taken back, with `p`, and asked for again when
/// there is more room: at least OCEL_HTTP_PART_MAX bytes. Called again and again, also at later
/// times, until it returns false: that was the last item. An item may be empty if `p` has moved.
typedef bool ocel_http_part(void *ctx, ocel_http_progress *p, ocel_wbuf *w);

/// Bytes of the largest item.
#define OCEL_HTTP_PART_MAX 1400u

typedef enum {
  OCEL_HTTP_EMPTY,  ///< No body.
  OCEL_HTTP_SPAN,   ///< `span`, without a copy.
  OCEL_HTTP_PARTS,  ///< What `part` writes: chunked, or until the close for HTTP/1.0.
  OCEL_HTTP_PUSH,   ///< The connection becomes something else, see `push`; `status` is ignored.
  OCEL_HTTP_LATER,  ///< Not known yet: the handler is called again with the same request within
                    ///< 100 ms, and after each access unit, until it answers otherwise or
                    ///< describe_wait has passed (503). Only for requests without a body.
} ocel_http_body;

/// How access units are framed on a connection that has become a push.
typedef enum { OCEL_PUSH_WEBSOCKET, OCEL_PUSH_MULTIPART } ocel_push_framing;

/// What a connection becomes: it serves nothing else until it closes, and counts as a session.
typedef struct {
  uint8_t stream;
  ocel_push_framing framing;
} ocel_http_push;

/// What to answer. The handler gets it with status 200 and all else zero, and changes what it
/// needs. Texts are written out before anything else is called: they may lie in the handler's
/// `ctx`.
typedef struct {
  uint16_t status;            ///< 200..599. From 400 on without body: one line of text.
  const char *content_type;   ///< NULL: none.
  const char *etag;           ///< Without quotes. A GET that names it in If-None-Match gets 304.
  const char *cache_control;  ///< NULL: "no-store".
  const char *headers;        ///< More header lines, each with its CRLF; NULL: none. With all the
                              ///< texts above at most 1,000 bytes.
  ocel_http_body body;
  ocel_span span;              ///< Unchanged until `release`; static if that is NULL.
  void (*release)(void *ctx);  ///< Called once when `span` or `part` is not needed any more,
                               ///< whatever becomes of the connection. May be NULL. Must not call
                               ///< the server.
  ocel_http_part *part;
  size_t length;  ///< Of `part`: bytes of all items together, exactly; sent as Content-Length for
                  ///< clients that cannot read chunks. 0: not known.
  ocel_http_progress progress;
  void *ctx;  ///< For `release` and `part`; the route's, unless set.
  ocel_http_push push;
} ocel_http_answer;

/// Called in the server's thread. Must not call what changes the server (ocel_server_get_stats and
/// its kind are fine), and must not wait.
typedef void ocel_http_handler(void *ctx, const ocel_http_call *call, ocel_http_answer *answer);

#define OCEL_HTTP_BIT(method) (1u << (method))
#define OCEL_HTTP_GETS OCEL_HTTP_BIT(OCEL_HTTP_GET)
#define OCEL_HTTP_POSTS OCEL_HTTP_BIT(OCEL_HTTP_POST)

/// Must outlive the server, with its path.
typedef struct {
  const char *path;  ///< Begins with '/'. An exact one goes before a prefix, the longest first.
  bool prefix;       ///< It stands for all paths that begin with it.
  bool unlocked;     ///< For OCEL_ROLE_ADMIN: open to everybody as long as no password is set at
                     ///< all. Without it such a route is refused (403) then.
  uint8_t methods;   ///< Bits; GET includes HEAD, and OPTIONS is answered for all.
  ocel_role least;   ///< Others get 401.
  ocel_http_handler *handler;
  void *ctx;
} ocel_http_route;

/// @return OCEL_OK; OCEL_ERR_SPACE when `max_routes` are there; OCEL_ERR_CONFIG for a path without
///         '/' or one that is taken, no method or no handler.
OCEL_MUST_USE ocel_err ocel_server_add_route(ocel_server *srv, const ocel_http_route *route);

#ifdef __cplusplus
}
#endif
#endif
