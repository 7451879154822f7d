// SPDX-License-Identifier: Apache-2.0
// SETUP (RFC 2326 10.4, 12.39).
#include "group.h"
#include "backchannel.h"
#include "request.h"

// Whoever came through TLS does not get pictures in plain datagrams.
// And there is no group for sound to the camera.
static bool usable(const ocel_server *s, const ocel__conn *c, const ocel_transport *t, bool talk) {
  if (!t->supported || t->record) return false;
  if (t->multicast) return !t->tcp && !talk && ocel__group_serves(s, c);
  return t->tcp || (t->has_ports && s->cfg.rtp_port != 0 && !c->secure);
}

// The client's first choice that we can serve.
static bool choose(const ocel_server *s, const ocel__conn *c, ocel_span list, bool talk,
                   ocel_transport *out) {
  while (ocel_transport_next(&list, out)) {
    if (usable(s, c, out, talk)) return true;
  }
  return false;
}

static bool is_one_of(const ocel__reader *r, unsigned channel) {
  return r->set_up && r->tcp && (r->rtp_channel == channel || r->rtcp_channel == channel);
}

static bool talks_on(const ocel__talk *t, unsigned channel) {
  return t->set_up && t->tcp && (t->rtp_channel == channel || t->rtcp_channel == channel);
}

// True if another track than `track` has it; OCEL_TRACKS_MAX is the backchannel.
static bool channel_taken(const ocel__session *ss, unsigned track, unsigned channel) {
  if (track < OCEL_TRACKS_MAX && talks_on(&ss->talk, channel)) return true;
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (i != track && is_one_of(&ss->reader[i], channel)) return true;
  }
  return false;
}

// The client's channels, unless it names none, one twice, or one that another track has.
static void set_channels(const ocel__session *ss, unsigned track, const ocel_transport *t,
                         ocel__reader *r) {
  unsigned rtp = t->has_channels ? t->rtp_channel : 0;
  unsigned rtcp = t->has_channels ? t->rtcp_channel : 1;
  for (unsigned i = 0;
       rtp == rtcp || channel_taken(ss, track, rtp) || channel_taken(ss, track, rtcp); i += 2) {
    rtp = i;
    rtcp = i + 1;
  }
  r->rtp_channel = (uint8_t)rtp;
  r->rtcp_channel = (uint8_t)rtcp;
}

static ocel__reader make_reader(ocel_server *s, const ocel__session *ss, unsigned track,
                                const ocel_transport *t) {
  const uint32_t sequence = ocel__random32(s);
  ocel__reader r = {
      .set_up = true,
      .tcp = t->tcp,
      .feedback = t->feedback,
      .rtp_port = t->rtp_port,
      .rtcp_port = t->rtcp_port,
      .ssrc = ocel__random32(s),
      .again_ssrc = ocel__random32(s),
      .again_sequence = (uint16_t)ocel__random32(s),
      // RTP-Info's rtptime=0 reads as "absent" in FFmpeg.
      .ts_offset = ocel__random32(s) | 1u,
      .cursor = {.sequence = (uint16_t)sequence},
      .round_trip = -1,
  };
  if (t->tcp) set_channels(ss, track, t, &r);
  return r;
}

void ocel__reader_set_up(ocel_server *s, ocel__session *ss, unsigned track,
                         const ocel_transport *t) {
  ss->reader[track] = make_reader(s, ss, track, t);
}

static void put_pair(ocel_wbuf *w, const char *name, unsigned a, unsigned b) {
  ocel_put_str(w, name);
  ocel_put_uint(w, a);
  ocel_put_u8(w, '-');
  ocel_put_uint(w, b);
}

static void put_group(ocel_wbuf *w, const ocel_server *s, const ocel__reader *r) {
  ocel_put_str(w, ";multicast;destination=");
  ocel_put_addr(w, &s->cfg.multicast);
  put_pair(w, ";port=", r->rtp_port, r->rtcp_port);
  ocel_put_str(w, ";ttl=");
  ocel_put_uint(w, s->cfg.multicast_ttl);
}

static void put_transport(ocel_wbuf *w, const ocel_server *s, const ocel__conn *c,
                          const ocel__reader *r) {
  ocel_put_str(w, "Transport: RTP/AVP");
  if (r->feedback) ocel_put_u8(w, 'F');
  if (r->multicast) {
    put_group(w, s, r);
  } else if (r->tcp) {
    put_pair(w, "/TCP;unicast;interleaved=", r->rtp_channel, r->rtcp_channel);
  } else {
    put_pair(w, ";unicast;client_port=", r->rtp_port, r->rtcp_port);
    ocel_put_str(w, ";source=");
    ocel_put_addr(w, &c->local);
    put_pair(w, ";server_port=", s->cfg.rtp_port, s->cfg.rtcp_port);
  }
  ocel_put_str(w, ";ssrc=");
  ocel_put_hex(w, r->ssrc, 8);
  ocel_put_str(w, "\r\n");
}

static ocel_start start_of(ocel_span query) {
  static const struct {
    const char *name;
    ocel_start start;
  } STARTS[] = {
      {"gop",  OCEL_START_GOP },
      {"idr",  OCEL_START_IDR },
      {"live", OCEL_START_LIVE}
  };
  const ocel_span value = ocel_query_value(query, "start");
  for (size_t i = 0; i < sizeof STARTS / sizeof STARTS[0]; i++) {
    if (ocel_text_eq(value, STARTS[i].name)) return STARTS[i].start;
  }
  return OCEL_START_DEFAULT;
}

// The track that a SETUP is about, or a negative status.
static int track_of(const ocel_server *s, int stream, const ocel__ask *ask) {
  if (stream < 0) return -404;
  const ocel__stream *st = &s->streams[stream];
  const unsigned tracks = st->track_count + (st->loudspeaker.fn != NULL ? 1u : 0u);
  if (ask->url.control.n == 0) return st->track_count == 1 ? 0 : -459;
  const int track = ocel_rtsp_control_track(ask->url.control);
  return track < 0 || (unsigned)track >= tracks ? -404 : track;
}

static ocel__talk talk_over(const ocel__reader *r) {
  return (ocel__talk){
      .set_up = true,
      .tcp = r->tcp,
      .rtp_channel = r->rtp_channel,
      .rtcp_channel = r->rtcp_channel,
      .rtp_port = r->rtp_port,
      .rtcp_port = r->rtcp_port,
  };
}

// What the track becomes. The backchannel's transport is that of a reader that reads nothing.
static ocel__reader set_up_track(ocel_server *s, ocel__session *ss, unsigned track,
                                 const ocel_transport *t) {
  if (track == ocel__talk_number(&s->streams[ss->stream])) {
    const ocel__reader r = make_reader(s, ss, OCEL_TRACKS_MAX, t);
    ss->talk = talk_over(&r);
    return r;
  }
  if (t->multicast) {
    ocel__group_admit(s, ss, track);
    ss->reader[track].feedback = t->feedback;
  } else {
    ocel__reader_set_up(s, ss, track, t);
  }
  return ss->reader[track];
}

// The session that the track goes to: the one named, or a new one in place of any other that
// this connection has (FFmpeg's fall-back from UDP to TCP). NULL if all are in use.
static ocel__session *session_for(ocel_server *s, ocel__conn *c, unsigned stream,
                                  const ocel__ask *ask) {
  if (ask->has_session_header) return &c->session;
  ocel__session_end(s, c, OCEL_CLOSE_REPLACED, ask->now);
  if (s->stats.sessions >= s->cfg.max_clients) {
    s->stats.refused++;
    return NULL;
  }
  return ocel__session_begin(s, c, stream, ask->now);
}

ocel_err ocel__setup(ocel_server *s, ocel__conn *c, const ocel__ask *ask, ocel_wbuf *w) {
  ocel_transport t;
  const int stream = ocel__stream_find_served(s, ask->url.path);
  const int track = track_of(s, stream, ask);
  const ocel_span header = ask->req->header[OCEL_HEADER_TRANSPORT];
  if (track < 0) return ocel__reply_status(w, ask->req, (uint16_t)-track);
  if (header.n == 0) return ocel__reply_status(w, ask->req, 400);
  const bool talk = (unsigned)track == ocel__talk_number(&s->streams[stream]);
  if (!choose(s, c, header, talk, &t)) return ocel__reply_status(w, ask->req, 461);
  if (ask->has_session_header && c->session.stream != stream) {
    return ocel__reply_status(w, ask->req, 459);
  }
  ocel__session *ss = session_for(s, c, (unsigned)stream, ask);
  if (ss == NULL) return ocel__reply_status(w, ask->req, 453);
  const ocel_start start = start_of(ask->url.query);
  if (start != OCEL_START_DEFAULT) ss->start = start;
  const ocel__reader r = set_up_track(s, ss, (unsigned)track, &t);
  ocel__event(s, OCEL_EVENT_SESSION_SETUP, c, (uint32_t)stream, (uint32_t)track);

  ocel__reply_begin(w, ask->req, 200);
  put_transport(w, s, c, &r);
  ocel_put_str(w, "Session: ");
  ocel__put_session(w, ss);
  ocel_put_str(w, ";timeout=");
  ocel_put_uint(w, (uint64_t)(s->cfg.session_timeout / OCEL_SECOND));
  ocel_put_str(w, "\r\n");
  ocel__reply_end(w);
  return OCEL_OK;
}
