// SPDX-License-Identifier: Apache-2.0
// The live page of the server of ocel/server.h, and what it lives on. All routes are for viewers.
//
//   GET  /, /live.css, /live.js   the page; it loads nothing from elsewhere
//   GET  /api/live                title, ports and streams, as JSON
//   POST /api/ticket              a ticket for one WebSocket, good once, for 30 s and from the same
//                                 address: browsers do not reliably show a password there
//   GET  /live/PATH               WebSocket with the stream of that path as MP4: a text message
//                                 {"codecs": "avc1.42C01E", "now": 1234567}, where `now` is the
//                                 clock of decode times in microseconds; the initialisation
//                                 segment; then one fragment a message. All of that again when the
//                                 parameter sets change
//   GET  /ticket/live/PATH?ticket=TICKET   the same, for who has a ticket
//   GET  /mjpeg/PATH              multipart/x-mixed-replace with a stream of JPEG
#ifndef OCEL_LIVE_H
#define OCEL_LIVE_H

#include "ocel/http_route.h"

#ifdef __cplusplus
extern "C" {
#endif

/// How many routes are added.
#define OCEL_LIVE_ROUTES 8u

/// Filled by the caller but for what is private; must outlive the server, with its text. `title`
/// and ports may change at any time in the server's thread.
typedef struct {
  const char *title;                         ///< UTF-8; at most 63 bytes are shown.
  uint16_t rtsp_port, rtsps_port;            ///< For the URLs that the page shows; 0: none.
  ocel_http_route routes[OCEL_LIVE_ROUTES];  ///< Private, as is the next.
  ocel_server *server;
} ocel_live;

/// Adds the routes. The page shows counters if those of ocel/http_stats.h are there, too.
/// @return OCEL_OK; OCEL_ERR_SPACE or OCEL_ERR_CONFIG as ocel_server_add_route says.
OCEL_MUST_USE ocel_err ocel_server_add_live_routes(ocel_server *srv, ocel_live *live);

#ifdef __cplusplus
}
#endif
#endif
