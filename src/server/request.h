// SPDX-License-Identifier: Apache-2.0
// What the handlers of the RTSP methods share. A handler writes one whole reply to `w`, which
// starts empty; or returns OCEL_ERR_MORE, with nothing done, to be asked again later.
#ifndef OCEL_REQUEST_H
#define OCEL_REQUEST_H

#include "server_priv.h"

/// Kept free beside a reply, for the BYE that may go out before it.
#define OCEL__BYE_ROOM ((OCEL__FRAME_HEAD + OCEL_RTCP_COMPOUND_MAX) * OCEL_TRACKS_MAX)

/// A request on its way to its handler.
typedef struct {
  const ocel_rtsp_request *req;
  ocel_rtsp_url url;
  bool has_session_header;  ///< It names this connection's session.
  ocel_us now;
} ocel__ask;

void ocel__reply_begin(ocel_wbuf *w, const ocel_rtsp_request *req, uint16_t status);
void ocel__reply_end(ocel_wbuf *w);
void ocel__put_session(ocel_wbuf *w, const ocel__session *ss);
void ocel__reply_session(ocel_wbuf *w, const ocel__session *ss);

/// A whole reply of `status` with the headers that belong to it. Returns OCEL_OK.
ocel_err ocel__reply_status(ocel_wbuf *w, const ocel_rtsp_request *req, uint16_t status);

ocel_err ocel__describe(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);
ocel_err ocel__setup(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);
ocel_err ocel__play(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);
ocel_err ocel__pause(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);
ocel_err ocel__teardown(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w);

#endif
