// SPDX-License-Identifier: Apache-2.0
// What a viewer does beside its script: keep-alives, receiver reports, a look at the SDP.
#ifndef SIM_VIEWER_SESSION_H
#define SIM_VIEWER_SESSION_H

#include "viewer.h"

/// Connects and starts the script at `at`.
void viewer_begin(viewer *v, ocel_us at);

/// PLAY was answered: punches the firewall (UDP), starts keep-alives and reports.
void viewer_start_media(viewer *v);

/// TEARDOWN was answered.
void viewer_stop_media(viewer *v);

/// Checks what the players need (RFC 8866, RFC 6184 8.2.1) and that the parameter sets are the
/// producer's.
void viewer_check_sdp(const viewer *v, ocel_span sdp);

#endif
