// SPDX-License-Identifier: Apache-2.0
// The backchannel: sound that a client sends to the camera.
#include "backchannel.h"

enum { PCMU = 0, PCMA = 8 };  // RFC 3551 table 4

ocel_err ocel_server_set_backchannel(ocel_server *s, int stream, ocel_voice_fn *fn, void *ctx) {
  if (stream < 0 || stream >= s->stream_count || fn == NULL) return OCEL_ERR_CONFIG;
  s->streams[stream].loudspeaker.fn = fn;
  s->streams[stream].loudspeaker.ctx = ctx;
  return OCEL_OK;
}

void ocel__talk_put_sdp(const ocel__stream *st, ocel_wbuf *w) {
  if (st->loudspeaker.fn == NULL) return;
  ocel_put_str(w,
               "m=audio 0 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n"
               "a=sendonly\r\na=control:trackID=");
  ocel_put_uint(w, ocel__talk_number(st));
  ocel_put_str(w, "\r\n");
}

static bool has_fallen_silent(const ocel__loudspeaker *l, ocel_us now) {
  return !l->talked || now - l->talked_at > OCEL_BACKCHANNEL_SILENCE;
}

// True if the loudspeaker is this connection's; `*first` if it has just become so.
static bool has_the_word(ocel_server *s, ocel__stream *st, const ocel__conn *c, bool *first) {
  ocel__loudspeaker *l = &st->loudspeaker;
  const int number = ocel__number(s, c);
  *first = has_fallen_silent(l, s->now);
  if (!*first && l->talker != number) return false;
  l->talker = (int16_t)number;
  l->talked = true;
  l->talked_at = s->now;
  if (*first) ocel__event(s, OCEL_EVENT_VOICE, c, (uint32_t)(st - s->streams), 0);
  return true;
}

// Packets that are missing before this one; false if it is late, or came twice.
static bool count_lost(ocel__talk *t, uint16_t sequence, uint16_t *lost) {
  const uint16_t ahead = (uint16_t)(sequence - t->next);
  if (t->begun && ahead >= 0x8000) return false;
  *lost = t->begun ? ahead : 0;
  t->begun = true;
  t->next = (uint16_t)(sequence + 1);
  return true;
}

void ocel__talk_take(ocel_server *s, ocel__conn *c, ocel_span packet) {
  ocel__session *ss = &c->session;
  ocel__stream *st = &s->streams[ss->stream];
  ocel_rtp_header h;
  ocel_voice v = {.conn = ocel__number(s, c)};
  if (ss->state != OCEL_PLAYING) return;
  if (ocel_rtp_read(packet, &h, &v.samples) != OCEL_OK || v.samples.n == 0) return;
  if (h.payload_type != PCMU && h.payload_type != PCMA) return;
  ss->heard_at = s->now;
  if (!has_the_word(s, st, c, &v.first) || !count_lost(&ss->talk, h.sequence, &v.lost)) return;
  v.codec = h.payload_type == PCMU ? OCEL_CODEC_PCMU : OCEL_CODEC_PCMA;
  v.timestamp = h.timestamp;
  const ocel__loudspeaker *l = &st->loudspeaker;
  l->fn(l->ctx, ss->stream, &v);
}

void ocel__talk_datagram(ocel_server *s, const ocel_addr *from, ocel_span packet) {
  for (int i = 0; i < s->conn_high; i++) {
    ocel__conn *c = &s->conns[i];
    const ocel__talk *t = &c->session.talk;
    if (!ocel__has_session(c) || !t->set_up || t->tcp || t->rtp_port != from->port) continue;
    if (!ocel_addr_same_host(&c->peer, from)) continue;
    ocel__talk_take(s, c, packet);
    return;
  }
}

void ocel__talk_end(ocel_server *s, ocel__conn *c) {
  ocel__loudspeaker *l = &s->streams[c->session.stream].loudspeaker;
  c->session.talk = (ocel__talk){0};
  if (l->talker == ocel__number(s, c)) l->talked = false;
}
