// SPDX-License-Identifier: Apache-2.0
// Who may do what: credentials, the nonce of a connection, and addresses that guess.
#ifndef OCEL_SERVER_AUTH_H
#define OCEL_SERVER_AUTH_H

#include "request.h"

/// Whether the request may go on.
typedef enum {
  AUTH_GRANTED,
  AUTH_WAIT,    ///< Its address has guessed too often: to be asked again after a while.
  AUTH_DENIED,  ///< 401: without a password, or with a wrong one.
  AUTH_STALE,   ///< 401: the right password, but not this connection's nonce.
} ocel__auth_verdict;

ocel__auth_verdict ocel__auth_check(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req,
                                    ocel_us now);

/// A whole reply of 401 that says how to ask again.
ocel_err ocel__auth_reply(ocel_server *s, ocel__conn *c, const ocel_rtsp_request *req, bool stale,
                          ocel_wbuf *w);

// ---- suspects.c ----
/// An attempt from `peer` failed.
void ocel__suspect(ocel_server *s, const ocel__conn *c, ocel_us now);
/// True if so many failed from there lately that the next has to wait.
bool ocel__suspected(const ocel_server *s, const ocel_addr *peer, ocel_us now);

#endif
