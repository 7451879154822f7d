// SPDX-License-Identifier: Apache-2.0
// The certificate of RTSPS: read from files, or made at the first start.
#ifndef OCELD_CERTIFICATE_H
#define OCELD_CERTIFICATE_H

#include "ocel/tls_mbedtls.h"
#include "options.h"

/// Opens TLS for `sessions` connections at once. Where there is no certificate yet - the file
/// that tls_cert names is not there, or it names none - one is made and written: to that file,
/// or to tls.pem in $STATE_DIRECTORY (systemd's), $XDG_STATE_HOME/oceld or
/// ~/.local/state/oceld. Logs the fingerprint.
ocel_tls *oceld_certificate_open(const oceld_options *o, unsigned sessions, oceld_failure *why);

/// Reads the files again. False, and the certificate stays, if they are not usable.
bool oceld_certificate_reload(ocel_tls *tls, const oceld_options *o, oceld_failure *why);

#endif
