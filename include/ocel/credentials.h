// SPDX-License-Identifier: Apache-2.0
// A password for the server of ocel/server.h. Without one it is open to everybody.
#ifndef OCEL_CREDENTIALS_H
#define OCEL_CREDENTIALS_H

#include "ocel/server.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of a user name or password, at most.
#define OCEL_CREDENTIAL_MAX 63u

/// Who may watch. Both texts are UTF-8 of 1..OCEL_CREDENTIAL_MAX bytes.
typedef struct {
  const char *username;  ///< Without ':', '"', '\\' and control characters.
  const char *password;  ///< Any characters.
  bool allow_basic;      ///< Offer Basic, which shows the password to whoever listens, outside TLS
                         ///< too.
} ocel_credentials;

/// From now on every method but OPTIONS needs the password: Digest with SHA-256 or MD5, or Basic
/// inside TLS. Wrong ones are counted by address; an address that sent many is answered late. The
/// texts are not kept, only hashes made of them.
///
/// @return OCEL_OK; OCEL_ERR_CONFIG if a text is out of range; OCEL_ERR_UNSUPPORTED if the platform
///         has no `hash`, or it fails. After an error everything is as before.
OCEL_MUST_USE ocel_err ocel_server_set_credentials(ocel_server *srv, const ocel_credentials *cred);

#ifdef __cplusplus
}
#endif
#endif
