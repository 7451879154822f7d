// SPDX-License-Identifier: Apache-2.0
// Passwords for the server of ocel/server.h: one to watch, and one to change settings over HTTP
// (ocel/http_route.h). When one of them is set it opens everything. Without any, everybody may
// watch, and settings can be changed only where a route is `unlocked`.
#ifndef OCEL_CREDENTIALS_H
#define OCEL_CREDENTIALS_H

#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of a user name or password, at most.
#define OCEL_CREDENTIAL_MAX 63u

/// Who may come in. Both texts are UTF-8 of 1..OCEL_CREDENTIAL_MAX bytes.
typedef struct {
  const char *username;  ///< Without ':', '"', '\\' and control characters.
  const char *password;  ///< Any characters.
  bool allow_basic;      ///< Offer Basic, which shows the password to whoever listens, outside TLS
                         ///< too.
} ocel_credentials;

/// Who may watch. From now on every RTSP method but OPTIONS and every HTTP route for viewers needs
/// a password: Digest with SHA-256 or MD5, or Basic inside TLS. Wrong ones are counted by address;
/// an address that sent many is answered late. The texts are not kept, only hashes made of them.
///
/// @return OCEL_OK; OCEL_ERR_CONFIG if a text is out of range; OCEL_ERR_UNSUPPORTED if the platform
///         has no `hash`, or it fails. After an error everything is as before.
OCEL_MUST_USE ocel_err ocel_server_set_credentials(ocel_server *srv, const ocel_credentials *cred);

/// Who may change settings, and watch: another one than who may only watch, when both are set.
/// Otherwise like ocel_server_set_credentials; Basic is allowed outside TLS if either says so.
OCEL_MUST_USE ocel_err ocel_server_set_admin(ocel_server *srv, const ocel_credentials *cred);

#ifdef __cplusplus
}
#endif
#endif
