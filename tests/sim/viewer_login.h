// SPDX-License-Identifier: Apache-2.0
// How a viewer answers when it is asked for a password (RFC 7616, Digest with SHA-256 or MD5 and
// no qop; RFC 7617). Written apart from the library's own.
#ifndef SIM_VIEWER_LOGIN_H
#define SIM_VIEWER_LOGIN_H

#include "ocel/hash.h"
#include "viewer.h"

#define LOGIN_NAME "viewer"
#define LOGIN_PASSWORD "pa:ss w"

/// The hash that engine and viewers share here: it hides nothing.
extern ocel_hash_fn *const LOGIN_HASH;

enum { LOGIN_HEADER_SIZE = 800 };

/// The Authorization header of a request, with its end of line; empty if the viewer has no
/// password, or was not asked for it yet.
void viewer_put_login(const viewer *v, const char *method, const char *url,
                      char out[LOGIN_HEADER_SIZE]);

/// Looks at a reply: checks that a nonce lasts as long as its connection and no longer. Asks
/// again when there is a nonce that the request did not have.
/// @return True if it has asked again: the reply is not the last word.
bool viewer_take_challenge(viewer *v, const rtsp_reply *r, const viewer_request *q);

#endif
