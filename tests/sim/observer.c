// SPDX-License-Identifier: Apache-2.0
#include "observer.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "observer_reply.h"

// ---- media ----

static void take_rtp(observer *o, observer_track *t, ocel_span packet) {
  const uint32_t skipped = t->media.skipped;
  const uint32_t units = t->media.units;
  t->media.may_skip = o->may_skip;
  t->media.knows_pauses = o->honest;
  media_rtp(&t->media, packet);
  o->session_packets++;
  o->session_bytes += packet.n;
  o->rules->totals->packets++;
  o->rules->totals->bytes += packet.n;
  o->rules->totals->skipped += t->media.skipped - skipped;
  o->rules->totals->units += t->media.units - units;
}

static void take_rtcp(observer *o, observer_track *t, ocel_span packet) {
  t->media.may_skip = o->may_skip;
  media_rtcp(&t->media, packet);
}

static void on_frame(void *ctx, unsigned channel, ocel_span data) {
  observer *o = ctx;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    observer_track *t = &o->tracks[i];
    if (!t->used || !t->tcp) continue;
    if (channel == t->rtcp_channel) {
      CHECK(o->playing || t->media.reported, "viewer %d: interleaved RTCP before the PLAY reply",
            o->viewer);
      take_rtcp(o, t, data);
      return;
    }
    if (channel != t->rtp_channel) continue;
    CHECK(o->playing, "viewer %d: interleaved RTP while not playing", o->viewer);
    take_rtp(o, t, data);
    return;
  }
  check_broken("viewer %d: interleaved frame on channel %u, which was not set up", o->viewer,
               channel);
}

// RTCP of a track that has been taken down: its BYE, nothing else.
static bool take_bye(observer *o, ocel_span packet) {
  for (unsigned i = 0; i < OBSERVER_LEAVING; i++) {
    media_track *m = &o->leaving[i].media;
    if (!o->leaving[i].used || m->ended || packet.n < 8) continue;
    if (ocel_be32(packet.p + 4) != m->ssrc) continue;
    m->may_skip = true;
    media_rtcp(m, packet);
    CHECK(m->ended, "viewer %d: RTCP without BYE after the end", o->viewer);
    return true;
  }
  return false;
}

static observer_track *udp_track(observer *o, bool rtcp, uint16_t port) {
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    observer_track *t = &o->tracks[i];
    if (t->used && !t->tcp && !t->multicast && port == (rtcp ? t->rtcp_port : t->rtp_port))
      return t;
  }
  return NULL;
}

static bool receives_on(const observer_track *t, uint16_t port) {
  return t->used && !t->tcp && !t->multicast && (port == t->rtp_port || port == t->rtcp_port);
}

bool observer_owns(const observer *o, const ocel_addr *to) {
  bool any = false;
  if (!ocel_addr_same_host(&o->peer, to)) return false;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) any |= receives_on(&o->tracks[i], to->port);
  for (unsigned i = 0; i < OBSERVER_LEAVING; i++) any |= receives_on(&o->leaving[i], to->port);
  return any;
}

// A packet may go over the pace, none after it.
static void check_pace(observer *o, size_t bytes) {
  const observer_rules *r = o->rules;
  if (r->burst == 0) return;
  const ocel_us now = r->clock->now;
  const int64_t most = (int64_t)r->burst * OCEL_SECOND;
  const int64_t may = o->may_send + (now - o->paced_at) * r->pace;
  o->may_send = may < most ? may : most;
  o->paced_at = now;
  CHECK(o->may_send > 0, "viewer %d: media faster than its pace", o->viewer);
  o->may_send -= (int64_t)bytes * OCEL_SECOND;
}

bool observer_knows(const observer *o, uint32_t ssrc) {
  bool any = false;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) any |= o->tracks[i].media.ssrc == ssrc;
  for (unsigned i = 0; i < OBSERVER_LEAVING; i++) any |= o->leaving[i].media.ssrc == ssrc;
  return any;
}

void observer_datagram(observer *o, bool rtcp, uint16_t to_port, ocel_span packet) {
  const ocel_us now = o->rules->clock->now;
  if (rtcp && take_bye(o, packet)) return;
  observer_track *t = udp_track(o, rtcp, to_port);
  CHECK(t != NULL, "viewer %d: datagram to port %u, which is of the other kind", o->viewer,
        to_port);
  if (rtcp) {
    take_rtcp(o, t, packet);
    CHECK(!o->over || t->media.ended, "viewer %d: RTCP without BYE after the end", o->viewer);
    return;
  }
  CHECK(!o->over, "viewer %d: RTP after the connection has ended", o->viewer);
  CHECK(o->playing || o->count > 0 || !o->honest, "viewer %d: RTP while not playing", o->viewer);
  CHECK(now - o->heard_at <= o->rules->silence_max,
        "viewer %d: RTP although nothing was heard for %" PRId64 " s", o->viewer,
        (now - o->heard_at) / OCEL_SECOND);
  check_pace(o, packet.n);
  take_rtp(o, t, packet);
}

// ---- the connection ----

observer *observer_make(const observer_rules *rules, int number, const ocel_addr *peer) {
  observer *o = calloc(1, sizeof *o);
  if (o == NULL) abort();
  o->rules = rules;
  o->viewer = number;
  o->peer = *peer;
  o->heard_at = rules->clock->now;
  reply_reader_init(&o->reader, (reply_sink){o, observer_reply, on_frame});
  return o;
}

void observer_free(observer *o) {
  observer_drop_tracks(o);
  for (unsigned i = 0; i < OBSERVER_LEAVING; i++) media_free(&o->leaving[i].media);
  reply_reader_free(&o->reader);
  free(o);
}

void observer_asked(observer *o, const observer_request *request) {
  CHECK(o->count < OBSERVER_PENDING, "viewer %d: asks too much at once", o->viewer);
  o->pending[(o->first + o->count++) % OBSERVER_PENDING] = *request;
}

void observer_wrote(observer *o, ocel_span bytes) {
  CHECK(!o->over, "viewer %d: bytes after the end", o->viewer);
  o->wrote += bytes.n;
  const char *wrong = reply_read(&o->reader, bytes);
  CHECK(wrong == NULL, "viewer %d: %s", o->viewer, wrong);
}

void observer_closed(observer *o) {
  if (o->over) return;
  o->over = true;
  o->playing = false;
  reply_reader_free(&o->reader);
  o->down_at = o->rules->clock->now;
}

static void check_track(const observer *o, const media_track *m, ocel_us lag_max) {
  const ocel_us now = o->rules->clock->now;
  CHECK(media_lag(m) <= lag_max, "viewer %d: honest and fast, but %" PRId64 " ms behind", o->viewer,
        media_lag(m) / OCEL_MILLISECOND);
  if (!m->fresh) return;
  const producer *p = m->producer != NULL ? m->producer : m->rules->producers[0];
  const producer_au *key = p->keys > 0 ? producer_find(p, p->last_key) : NULL;
  if (key == NULL || key->committed_at < o->playing_since) return;
  CHECK(now - key->committed_at <= lag_max,
        "viewer %d: plays, but did not get the key picture of %" PRId64 " ms ago", o->viewer,
        (now - key->committed_at) / OCEL_MILLISECOND);
}

static void check_playing(const observer *o, ocel_us lag_max) {
  const ocel_us since = o->rules->clock->now - o->playing_since;
  CHECK(!o->at_once || o->session_packets > 0 || since <= o->rules->start_max,
        "viewer %d: a group of pictures is there, but nothing came of it for %" PRId64 " ms",
        o->viewer, since / OCEL_MILLISECOND);
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    const observer_track *t = &o->tracks[i];
    if (t->used && !t->multicast) check_track(o, &t->media, lag_max);
  }
}

void observer_check(observer *o, ocel_us lag_max) {
  const ocel_us now = o->rules->clock->now;
  if (o->over || !o->honest || o->may_skip) return;
  if (o->count > 0) {
    const observer_request *r = &o->pending[o->first];
    CHECK(now - r->sent_at <= o->rules->answer_max,
          "viewer %d: %s has no reply after %" PRId64 " ms", o->viewer,
          ocel_rtsp_method_name(r->method), (now - r->sent_at) / OCEL_MILLISECOND);
  }
  if (o->playing) check_playing(o, lag_max);
}
