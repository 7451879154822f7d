// SPDX-License-Identifier: Apache-2.0
// One HTTP request on its way to its answer.
#ifndef OCEL_SERVER_HTTP_H
#define OCEL_SERVER_HTTP_H

#include "server_priv.h"

enum { OCEL__TARGET_MAX = 512 };  // bytes of a request's target, as of an RTSP URL

/// Whole but for what `status` says: 200, or the refusal to answer with.
typedef struct {
  const ocel_http_request *req;
  const ocel_http_route *route;
  uint16_t status;
  bool closes;  ///< The connection ends with the answer, for `reason`.
  ocel_close_reason reason;
  bool stale;  ///< 401: the password was right, the nonce is old.
  ocel_http_call call;
  uint8_t path[OCEL__TARGET_MAX];
} ocel__http_ask;

// ---- http_call.c ----
/// Finds out who asks for what, and whether they may.
/// @return OCEL_OK; OCEL_ERR_STATE: a guess has to wait for its turn, ask again.
ocel_err ocel__http_admit(ocel_server *s, ocel__conn *c, const ocel_http_request *req,
                          ocel__http_ask *ask);
/// Calls the handler and answers, or refuses.
/// @return OCEL_OK; OCEL_ERR_STATE: not known yet, ask again.
ocel_err ocel__http_serve(ocel_server *s, ocel__conn *c, ocel__http_ask *ask);
/// Writes the value of Allow for a path; `route` may be NULL: for the whole server.
void ocel__http_put_allow(const ocel_http_route *route, ocel_wbuf *w);

// ---- http_answer.c ----
/// The rest of `out`, which is empty.
static inline ocel_wbuf ocel__out_room(ocel__conn *c) {
  return ocel_wbuf_make(c->out + c->out_n, (size_t)(OCEL__OUT_MAX - c->out_n));
}
/// Begins the answer, whose head and first parts go to `out`.
void ocel__http_answer(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                       ocel_http_answer *answer);
/// Answers with `ask->status` and a line of text.
void ocel__http_deny(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask);
/// Counts and tells what has been put to `out`.
void ocel__http_sent(ocel_server *s, ocel__conn *c, uint16_t status);

// ---- http_head.c ----
/// What an answer's head says, beside the handler's texts.
typedef struct {
  uint16_t status;
  bool chunked, close;
  int64_t length;         ///< -1: not said.
  uint64_t first, total;  ///< Of a range (206), or `total` alone (416).
} ocel__http_head;

/// Writes the head with its empty line.
void ocel__http_put_head(ocel_wbuf *w, const ocel__http_head *head, const ocel_http_answer *a);
/// True if the tag, without quotes, is in the list of If-None-Match (RFC 9110 13.1.2).
bool ocel__http_etag_in(ocel_span list, const char *etag);
/// Reads one range of bytes (RFC 9110 14.1.2) of `size`.
/// @return OCEL_OK; OCEL_ERR_SPACE: it lies outside; OCEL_ERR_UNSUPPORTED: to be ignored.
ocel_err ocel__http_range(ocel_span text, size_t size, size_t *first, size_t *n);

// ---- push.c ----
/// Makes the connection what `answer->push` says, with its reply in `out`.
/// @return 200, or the refusal to answer with.
uint16_t ocel__push_open(ocel_server *s, ocel__conn *c, const ocel__http_ask *ask,
                         const ocel_http_push *push);

#endif
