// SPDX-License-Identifier: Apache-2.0
// The life of a session, and what its client reports about it.
#include <string.h>

#include "again.h"
#include "backchannel.h"
#include "group.h"
#include "push.h"

ocel__session *ocel__session_begin(ocel_server *s, ocel__conn *c, unsigned stream, ocel_us now) {
  ocel__session *ss = &c->session;
  memset(ss, 0, sizeof *ss);
  s->cfg.platform.random(s->cfg.platform.ctx, (uint8_t *)&ss->id, sizeof ss->id);
  ss->state = OCEL_READY;
  ss->stream = (uint8_t)stream;
  ss->since = ss->heard_at = now;
  ss->paced_at = now;
  ss->pace_tokens = ocel__pace_burst(s);
  s->stats.sessions++;
  s->stats.sessions_total++;
  return ss;
}

unsigned ocel__session_tracks(const ocel__session *ss) {
  unsigned n = 0;
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) n += ss->reader[i].set_up;
  return n + ss->talk.set_up;
}

bool ocel__session_says_bye(const ocel__session *ss) {
  bool any = false;
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) any |= ss->reader[i].mode == READER_BYE;
  return any;
}

static void put_interleaved_bye(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  const ocel__reader *r = &c->session.reader[track];
  uint8_t mem[OCEL__FRAME_HEAD + OCEL_RTCP_COMPOUND_MAX];
  ocel_wbuf frame = ocel_wbuf_make(mem, sizeof mem);
  ocel_wbuf packet = ocel_wbuf_make(mem + OCEL__FRAME_HEAD, sizeof mem - OCEL__FRAME_HEAD);
  ocel__reader_put_report(s, &c->session, track, now, &packet);
  ocel_rtcp_put_bye(&packet, r->ssrc);
  ocel__put_frame_head(&frame, r->rtcp_channel, packet.n);
  (void)ocel__out_put(s, c, ocel_span_make(mem, OCEL__FRAME_HEAD + packet.n));
}

// Says goodbye for one reader: at once over TCP, by the datagram queue over UDP.
static void leave(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  ocel__reader *r = &c->session.reader[track];
  const bool sent_any = r->packets > 0;
  r->mode = sent_any && !r->tcp ? READER_BYE : READER_IDLE;
  if (r->mode == READER_BYE) ocel__queue_datagrams(s, c);
  if (sent_any && r->tcp && c->state == CONN_OPEN) put_interleaved_bye(s, c, track, now);
  r->set_up = false;
}

void ocel__session_end(ocel_server *s, ocel__conn *c, ocel_close_reason why, ocel_us now) {
  ocel__session *ss = &c->session;
  if (!ocel__has_session(c)) return;
  if (c->role == ROLE_PUSH) ocel__push_leave(s, c);
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (ss->reader[i].set_up) leave(s, c, i, now);
  }
  ocel__talk_end(s, c);
  if (ss->state == OCEL_PLAYING) s->stats.playing--;
  ss->state = OCEL_INIT;
  ss->ended_at = now;
  ocel__group_update(s, ss->stream, now);
  s->stats.sessions--;
  ocel__event(s, OCEL_EVENT_SESSION_END, c, ss->stream, why);
}

void ocel__session_drop_track(ocel_server *s, ocel__conn *c, unsigned track, ocel_us now) {
  if (track == ocel__talk_number(&s->streams[c->session.stream])) {
    ocel__talk_end(s, c);
    return;
  }
  leave(s, c, track, now);
  ocel__group_update(s, c->session.stream, now);
}

static bool any_report_due(const ocel__session *ss, bool tcp, ocel_us now) {
  for (size_t i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &ss->reader[i];
    if (r->tcp == tcp && ocel__reader_report_due(r, now)) return true;
  }
  return false;
}

void ocel__session_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now) {
  ocel__session *ss = &c->session;
  if (!ocel__has_session(c)) {
    // A BYE that UDP does not take is not waited for.
    if (ocel__session_says_bye(ss) && now - ss->ended_at > OCEL_SECOND) memset(ss, 0, sizeof *ss);
    return;
  }
  if (now - ss->heard_at > s->cfg.session_timeout + OCEL__SESSION_GRACE) {
    ocel__conn_close(s, c, OCEL_CLOSE_SESSION_TIMEOUT, true, now);
    return;
  }
  if (c->role == ROLE_PUSH) ocel__push_housekeeping(s, c, now);
  if (any_report_due(ss, true, now) && !c->blocked) ocel__queue_task(s, c);
  if (any_report_due(ss, false, now)) ocel__queue_datagrams(s, c);
}

static void take_item(ocel_server *s, ocel__conn *c, unsigned track, const ocel_rtcp_item *item) {
  ocel__reader *r = &c->session.reader[track];
  switch (item->kind) {
    case OCEL_RTCP_BLOCK:
      if (item->block.ssrc != r->ssrc) return;
      r->report = item->block;
      r->peer_ssrc = item->sender;
      r->reported = true;
      r->round_trip =
          ocel_rtcp_round_trip(&item->block, s->cfg.platform.wall_clock(s->cfg.platform.ctx));
      return;
    case OCEL_RTCP_BYE:
      // The client listens no more; its session ends by TEARDOWN or by falling silent.
      if (r->reported && item->sender == r->peer_ssrc) r->mode = READER_IDLE;
      return;
    case OCEL_RTCP_NACK: ocel__again_ask(s, c, track, &item->nack); return;
    case OCEL_RTCP_OTHER: return;
  }
}

bool ocel__session_rtcp(ocel_server *s, ocel__conn *c, unsigned track, ocel_span packet,
                        ocel_us now) {
  ocel_rtcp_reader reader;
  ocel_rtcp_item item;
  if (ocel_rtcp_read(&reader, packet) != OCEL_OK) return false;
  c->session.heard_at = now;
  while (ocel_rtcp_next(&reader, &item)) take_item(s, c, track, &item);
  return true;
}
