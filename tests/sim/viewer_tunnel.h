// SPDX-License-Identifier: Apache-2.0
// RTSP over HTTP as a viewer does it: a GET on its link, and a POST on another.
#ifndef SIM_VIEWER_TUNNEL_H
#define SIM_VIEWER_TUNNEL_H

#include "viewer.h"

enum { VIEWER_COOKIE_SIZE = 24 };

/// The x-sessioncookie of viewer `number`, NUL-terminated.
void viewer_cookie(int number, char out[VIEWER_COOKIE_SIZE]);

/// Sends the GET. The POST is opened with the first request: before the reply has come.
void viewer_tunnel_open(viewer *v);

/// Closes the POST; the next bytes open another.
void viewer_tunnel_close_post(viewer *v);

/// Sends bytes as base64 on the POST, which is opened if there is none.
void viewer_tunnel_send(viewer *v, ocel_span bytes);

#endif
