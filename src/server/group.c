// SPDX-License-Identifier: Apache-2.0
// Multicast: each stream has one pseudo connection behind the real ones, whose peer is the group.
// It reads while somebody who was set up for multicast plays; everybody gets the same packets,
// with one SSRC, one sequence, one report. A member's own reader stays idle: it only counts.
// Members ask by RTSP, and their sessions end by it or by silence, as any other.
#include "group.h"

#include <string.h>

ocel__conn *ocel__group_of(const ocel_server *s, unsigned stream) {
  return &s->conns[s->cfg.max_connections + stream];
}

// Each track of each stream has a pair of ports of its own, for nothing else tells them apart.
static uint16_t port_of(const ocel_server *s, unsigned stream, unsigned track) {
  return (uint16_t)(s->cfg.multicast.port + 2 * (stream * OCEL_TRACKS_MAX + track));
}

static ocel_addr unspecified(bool ipv4) {
  return ipv4 ? ocel_addr_ipv4(0, 0, 0, 0, 0) : (ocel_addr){.port = 0};
}

void ocel__group_init(ocel_server *s, unsigned stream, unsigned tracks) {
  if (s->cfg.multicast.port == 0) return;
  ocel__conn *g = ocel__group_of(s, stream);
  memset(g, 0, sizeof *g);
  g->state = CONN_OPEN;
  g->buffer = -1;
  g->peer = s->cfg.multicast;
  g->local = unspecified(ocel_addr_is_ipv4(&g->peer));
  g->session.state = OCEL_READY;
  g->session.stream = (uint8_t)stream;
  g->session.pace_tokens = ocel__pace_burst(s);
  for (unsigned i = 0; i < tracks; i++) {
    const uint16_t port = port_of(s, stream, i);
    const ocel_transport t = {.rtp_port = port, .rtcp_port = (uint16_t)(port + 1)};
    ocel__reader_set_up(s, &g->session, i, &t);
  }
}

bool ocel__is_group(const ocel_server *s, const ocel__conn *c) {
  return ocel__number(s, c) >= s->cfg.max_connections;
}

bool ocel__group_serves(const ocel_server *s, const ocel__conn *c) {
  return s->cfg.multicast.port != 0 && !c->secure &&
         ocel_addr_is_ipv4(&s->cfg.multicast) == ocel_addr_is_ipv4(&c->peer);
}

void ocel__group_admit(const ocel_server *s, ocel__session *ss, unsigned track) {
  const ocel__reader *g = &ocel__group_of(s, ss->stream)->session.reader[track];
  ss->reader[track] = (ocel__reader){
      .set_up = true,
      .multicast = true,
      .rtp_port = g->rtp_port,
      .rtcp_port = g->rtcp_port,
      .ssrc = g->ssrc,
      .round_trip = -1,
  };
}

static bool is_wanted(const ocel_server *s, unsigned stream, unsigned track) {
  for (int i = 0; i < s->conn_high; i++) {
    const ocel__session *ss = &s->conns[i].session;
    const ocel__reader *r = &ss->reader[track];
    if (s->conns[i].state == CONN_FREE || ss->state != OCEL_PLAYING) continue;
    if (ss->stream == stream && r->set_up && r->multicast) return true;
  }
  return false;
}

void ocel__group_update(ocel_server *s, unsigned stream, ocel_us now) {
  if (s->cfg.multicast.port == 0) return;
  ocel__conn *g = ocel__group_of(s, stream);
  bool any = false, picture_begins = false;
  for (unsigned i = 0; i < s->streams[stream].track_count; i++) {
    const ocel__track *t = ocel__track_of(s, &g->session, i);
    ocel__reader *r = &g->session.reader[i];
    const bool wanted = is_wanted(s, stream, i);
    any |= wanted;
    if (!wanted) {
      r->mode = READER_IDLE;
    } else if (r->mode == READER_IDLE) {
      ocel__reader_play(s, g, i, OCEL_START_IDR, now);
      picture_begins |= !ocel__is_sound(t);
      // Sound begins with the picture; where that runs already, or nobody watches, it begins now.
      if (!picture_begins) r->cursor.au = t->seen;
    }
  }
  g->session.state = any ? OCEL_PLAYING : OCEL_READY;
}

void ocel__group_join(ocel_server *s, unsigned stream, ocel_us now) {
  ocel__group_update(s, stream, now);
  ocel__stream_want_key(s, stream, now);  // for the newcomer
  ocel__queue_datagrams(s, ocel__group_of(s, stream));
}

ocel__conn *ocel__group_next(const ocel_server *s, unsigned *stream) {
  while (s->cfg.multicast.port != 0 && *stream < s->stream_count) {
    ocel__conn *g = ocel__group_of(s, (*stream)++);
    if (g->session.state == OCEL_PLAYING) return g;
  }
  return NULL;
}
