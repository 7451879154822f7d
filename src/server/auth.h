// SPDX-License-Identifier: Apache-2.0
// Who may do what: credentials, nonces, and addresses that guess.
#ifndef OCEL_SERVER_AUTH_H
#define OCEL_SERVER_AUTH_H

#include "ocel/http_route.h"
#include "request.h"

/// Whether the request may go on.
typedef enum {
  AUTH_GRANTED,
  AUTH_WAIT,    ///< Its address has guessed too often: to be asked again after a while.
  AUTH_DENIED,  ///< 401: without a password, or with a wrong one.
  AUTH_STALE,   ///< 401: the right password, but not this connection's nonce.
} ocel__auth_verdict;

/// Who asks, and for what.
typedef struct {
  ocel_span method, target;  ///< As they stand in the request line.
  ocel_span authorization;   ///< The header; {NULL,0} if absent.
  bool http;                 ///< qop is wanted, and nonces are good on any connection.
  ocel_role role;            ///< Of who has been granted.
} ocel__claim;

/// True if a password is set at all.
bool ocel__locked(const ocel_server *s);

/// Asked only when a password is set.
ocel__auth_verdict ocel__auth_check(ocel_server *s, ocel__conn *c, ocel__claim *claim, ocel_us now);

/// Writes the headers that say how to ask again.
void ocel__auth_put_challenges(ocel_server *s, ocel__conn *c, bool http, bool stale, ocel_wbuf *w);

// ---- nonces.c: those of HTTP ----
/// Writes a nonce that is good for some minutes, on every connection from that peer.
void ocel__nonce_put(ocel_server *s, const ocel_addr *peer, ocel_us now, ocel_wbuf *w);
/// True if it is one of ours for `peer`, not too old, and `count` has not been used with it.
/// Called only once the password is known to be right: nobody else takes room in the table.
bool ocel__nonce_use(ocel_server *s, const ocel_addr *peer, ocel_us now, ocel_span nonce,
                     ocel_span count);

// ---- suspects.c ----
/// An attempt from `peer` failed.
void ocel__suspect(ocel_server *s, const ocel__conn *c, ocel_us now);
/// True if so many failed from there lately that the next has to wait.
bool ocel__suspected(const ocel_server *s, const ocel_addr *peer, ocel_us now);

#endif
