// SPDX-License-Identifier: Apache-2.0
// The passwords: from files, and on to the server.
#ifndef OCELD_PASSWORD_H
#define OCELD_PASSWORD_H

#include "ocel/server.h"
#include "options.h"

/// With `password_file`, its first line becomes `password`; and with `admin_password_file`.
bool oceld_password_read(oceld_options *o, oceld_failure *why);

/// Turns authentication on; or warns that there is none.
bool oceld_password_apply(const oceld_options *o, ocel_server *server, oceld_failure *why);

#endif
