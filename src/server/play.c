// SPDX-License-Identifier: Apache-2.0
// PLAY, PAUSE and TEARDOWN (RFC 2326 10.5 - 10.7, 12.29, 12.33).
#include <string.h>

#include "group.h"
#include "backchannel.h"
#include "request.h"

// The track that the URL names, -1 for the whole presentation, -2 if the session has no such.
static int control_of(const ocel_server *s, const ocel__session *ss, const ocel__ask *ask) {
  if (ask->url.control.n == 0) return -1;
  const int track = ocel_rtsp_control_track(ask->url.control);
  if (track < 0) return -2;
  if ((unsigned)track == ocel__talk_number(&s->streams[ss->stream])) {
    return ss->talk.set_up ? track : -2;
  }
  return (unsigned)track < OCEL_TRACKS_MAX && ss->reader[track].set_up ? track : -2;
}

// PLAY and PAUSE act on a whole session; a track's URL will do if there is no other track.
static uint16_t check_aggregate(const ocel_server *s, const ocel__session *ss,
                                const ocel__ask *ask) {
  const int track = control_of(s, ss, ask);
  if (track == -2) return 404;
  return track >= 0 && ocel__session_tracks(ss) > 1 ? 460 : 200;
}

static bool range_fits(const ocel_server *s, const ocel__session *ss, const ocel__ask *ask) {
  const ocel_span header = ask->req->header[OCEL_HEADER_RANGE];
  ocel_range range;
  if (header.n == 0) return true;
  if (ocel_range_parse(header, &range) != OCEL_OK) return false;
  return range.kind != OCEL_RANGE_NPT || range.start <= ask->now - s->streams[ss->stream].since;
}

// Frigate records by wall clock, which a burst would upset.
static bool is_frigate(const ocel__ask *ask) {
  static const char NAME[] = "FFmpeg Frigate/";
  const ocel_span agent = ask->req->header[OCEL_HEADER_USER_AGENT];
  return agent.n >= sizeof NAME - 1 && memcmp(agent.p, NAME, sizeof NAME - 1) == 0;
}

static ocel_start start_for(const ocel__stream *st, const ocel__session *ss, const ocel__reader *r,
                            const ocel__ask *ask) {
  if (ss->start != OCEL_START_DEFAULT) return ss->start;
  if (st->start != OCEL_START_DEFAULT) return st->start;
  if (!st->keyframe_on_request) return OCEL_START_GOP;  // the next one may be far away
  return r->tcp && !is_frigate(ask) ? OCEL_START_GOP : OCEL_START_IDR;
}

static void put_track_url(ocel_wbuf *w, const ocel__ask *ask, unsigned track) {
  const ocel_span url = ask->req->url;
  ocel_put_span(w, url);
  if (ask->url.control.n > 0) return;
  if (url.n == 0 || url.p[url.n - 1] != '/') ocel_put_u8(w, '/');
  ocel_put_str(w, "trackID=");
  ocel_put_uint(w, track);
}

// Nothing about a group: what a newcomer gets first is not known.
static void put_rtp_info(ocel_wbuf *w, const ocel_server *s, const ocel__session *ss,
                         const ocel__ask *ask) {
  const char *before = "RTP-Info: url=";
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    uint32_t timestamp;
    if (!ss->reader[i].set_up || ss->reader[i].multicast) continue;
    ocel_put_str(w, before);
    put_track_url(w, ask, i);
    ocel_put_str(w, ";seq=");
    ocel_put_uint(w, ss->reader[i].cursor.sequence);
    if (ocel__reader_next_timestamp(s, ss, i, &timestamp)) {
      ocel_put_str(w, ";rtptime=");
      ocel_put_uint(w, timestamp);
    }
    before = ",url=";
  }
  if (before[0] == ',') ocel_put_str(w, "\r\n");
}

static bool is_member(const ocel__session *ss) {
  bool any = false;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    any |= ss->reader[i].set_up && ss->reader[i].multicast;
  }
  return any;
}

static void start_readers(ocel_server *s, ocel__conn *c, const ocel__ask *ask) {
  ocel__session *ss = &c->session;
  const ocel__stream *st = &s->streams[ss->stream];
  bool tcp = false;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &ss->reader[i];
    if (!r->set_up || r->multicast) continue;
    ocel__reader_play(s, c, i, start_for(st, ss, r, ask), ask->now);
    tcp |= r->tcp;
  }
  ss->state = OCEL_PLAYING;
  s->stats.playing++;
  if (is_member(ss)) ocel__group_join(s, ss->stream, ask->now);
  ocel__queue_datagrams(s, c);
  ocel__event(s, OCEL_EVENT_SESSION_PLAY, c, ss->stream, tcp);
}

ocel_err ocel__play(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  ocel__session *ss = &c->session;
  const bool again = ss->state == OCEL_PLAYING;
  const uint16_t status = check_aggregate(s, ss, ask);
  if (status != 200) return ocel__reply_status(w, ask->req, status);
  if (!range_fits(s, ss, ask)) return ocel__reply_status(w, ask->req, 457);
  if (!again) start_readers(s, c, ask);

  ocel__reply_begin(w, ask->req, 200);
  ocel__reply_session(w, ss);
  ocel_put_str(w, "Range: npt=now-\r\n");
  if (ask->req->header[OCEL_HEADER_SCALE].n > 0) ocel_put_str(w, "Scale: 1.0\r\n");
  if (!again) put_rtp_info(w, s, ss, ask);
  ocel__reply_end(w);
  return OCEL_OK;
}

ocel_err ocel__pause(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  ocel__session *ss = &c->session;
  const uint16_t status = check_aggregate(s, ss, ask);
  if (status != 200) return ocel__reply_status(w, ask->req, status);
  if (ss->state == OCEL_PLAYING) {
    for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) {
      if (ss->reader[i].set_up) ss->reader[i].mode = READER_IDLE;
    }
    ss->state = OCEL_READY;
    s->stats.playing--;
    ocel__group_update(s, ss->stream, ask->now);
    ocel__event(s, OCEL_EVENT_SESSION_PAUSE, c, ss->stream, 0);
  }
  ocel__reply_begin(w, ask->req, 200);
  ocel__reply_session(w, ss);
  ocel__reply_end(w);
  return OCEL_OK;
}

ocel_err ocel__teardown(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  ocel__session *ss = &c->session;
  const int track = control_of(s, ss, ask);
  if (track == -2) return ocel__reply_status(w, ask->req, 404);
  ocel__reply_begin(w, ask->req, 200);
  ocel__reply_session(w, ss);
  ocel__reply_end(w);
  if (track >= 0 && ocel__session_tracks(ss) > 1) {
    ocel__session_drop_track(s, c, (unsigned)track, ask->now);
  } else {
    ocel__session_end(s, c, OCEL_CLOSE_TEARDOWN, ask->now);
  }
  return OCEL_OK;
}
