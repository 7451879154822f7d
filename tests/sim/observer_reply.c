// SPDX-License-Identifier: Apache-2.0
#include "observer_reply.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "group.h"

static void drop_track(observer *o, observer_track *t) {
  if (!t->used) return;
  o->session_units += t->media.units;
  o->session_skipped += t->media.skipped;
  o->session_uncounted = o->session_uncounted || o->may_skip;
  if (t->tcp || t->multicast) {
    media_free(&t->media);
  } else {
    observer_track *place = &o->leaving[o->leaving_next++ % OBSERVER_LEAVING];
    media_free(&place->media);
    *place = *t;
    place->media.depack.ctx = &place->media;
  }
  *t = (observer_track){0};
}

void observer_drop_tracks(observer *o) {
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) drop_track(o, &o->tracks[i]);
}

// ---- sessions ----

static void end_session(observer *o) {
  observer_drop_tracks(o);
  o->session[0] = '\0';
  o->playing = false;
}

// Ids are letters and digits, long enough not to be guessed, and none comes twice.
static void check_fresh_id(const observer *o, ocel_span id) {
  observer_sessions *s = o->rules->sessions;
  CHECK(id.n >= 8 && id.n <= OBSERVER_SESSION_MAX, "viewer %d: session id of %zu characters",
        o->viewer, id.n);
  if (s->n == s->cap) {
    s->cap = s->cap == 0 ? 64 : s->cap * 2;
    s->ids = realloc(s->ids, s->cap * sizeof *s->ids);
    if (s->ids == NULL) abort();
  }
  char *text = s->ids[s->n];
  reply_text(id, text, sizeof s->ids[0]);
  for (const char *c = text; *c != '\0'; c++) {
    CHECK(strchr("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", *c) != NULL,
          "viewer %d: session id %s", o->viewer, text);
  }
  for (size_t i = 0; i < s->n; i++) {
    CHECK(strncmp(s->ids[i], text, 10) != 0, "viewer %d: session id %s resembles %s", o->viewer,
          text, s->ids[i]);
  }
  s->n++;
}

static ocel_span session_of(const rtsp_reply *r) {
  ocel_span value = reply_header(r, "Session");
  const uint8_t *end = value.n > 0 ? memchr(value.p, ';', value.n) : NULL;
  if (end != NULL) value.n = (size_t)(end - value.p);
  return value;
}

static bool is_present(const observer *o, ocel_span id) {
  return ocel_span_eq(id, ocel_span_str(o->session));
}

static void begin_session(observer *o, ocel_span id) {
  if (is_present(o, id)) return;
  end_session(o);
  check_fresh_id(o, id);
  reply_text(id, o->session, sizeof o->session);
  o->session_packets = o->session_bytes = 0;
  o->paced_at = o->rules->clock->now;
  o->may_send = (int64_t)o->rules->burst * OCEL_SECOND;
  o->session_units = o->session_skipped = 0;
  o->session_uncounted = false;
  o->rules->totals->sessions++;
}

// ---- SETUP ----

static void check_fresh_ssrc(const observer *o, uint32_t ssrc) {
  observer_sessions *s = o->rules->sessions;
  for (size_t i = 0; i < s->ssrc_n; i++) {
    CHECK(s->ssrcs[i] != ssrc, "viewer %d: SSRC %08" PRIx32 " had been given before", o->viewer,
          ssrc);
  }
  if (s->ssrc_n == s->ssrc_cap) {
    s->ssrc_cap = s->ssrc_cap == 0 ? 64 : s->ssrc_cap * 2;
    s->ssrcs = realloc(s->ssrcs, s->ssrc_cap * sizeof *s->ssrcs);
    if (s->ssrcs == NULL) abort();
  }
  s->ssrcs[s->ssrc_n++] = ssrc;
}

bool observer_pair(ocel_span s, unsigned *a, unsigned *b) {
  const uint8_t *dash = s.n > 0 ? memchr(s.p, '-', s.n) : NULL;
  if (dash == NULL) return false;
  const long x = reply_number(s);
  const long y = reply_number(ocel_span_make(dash + 1, s.n - (size_t)(dash + 1 - s.p)));
  *a = (unsigned)x;
  *b = (unsigned)y;
  return x >= 0 && y >= 0;
}

static void read_transport(observer *o, ocel_span value, observer_track *t) {
  unsigned a = 0, b = 0;
  t->multicast = reply_parameter(value, "destination").n > 0;
  CHECK(t->multicast == o->member || !o->honest, "viewer %d: is %sa member of the group", o->viewer,
        t->multicast ? "" : "not ");
  if (t->multicast) {
    group_admit(o->rules->group, o, value, t);
    return;
  }
  t->tcp = value.n >= 11 && memcmp(value.p, "RTP/AVP/TCP", 11) == 0;
  if (t->tcp) {
    CHECK(observer_pair(reply_parameter(value, "interleaved"), &t->rtp_channel, &t->rtcp_channel),
          "viewer %d: SETUP reply without interleaved=A-B", o->viewer);
    CHECK(t->rtp_channel <= 255 && t->rtcp_channel <= 255 && t->rtp_channel != t->rtcp_channel,
          "viewer %d: impossible channels", o->viewer);
    return;
  }
  CHECK(observer_pair(reply_parameter(value, "client_port"), &a, &b),
        "viewer %d: SETUP reply without client_port=A-B", o->viewer);
  t->rtp_port = (uint16_t)a;
  t->rtcp_port = (uint16_t)b;
  CHECK(observer_pair(reply_parameter(value, "server_port"), &a, &b) && a == o->rules->rtp_port &&
            b == o->rules->rtcp_port,
        "viewer %d: SETUP reply without our server_port", o->viewer);
}

static bool collides(const observer_track *a, const observer_track *b) {
  if (!a->used || a->tcp != b->tcp || a->multicast != b->multicast) return false;
  return a->tcp ? a->rtp_channel == b->rtp_channel : a->rtp_port == b->rtp_port;
}

// The place of a track: where it was before, or a free one.
static observer_track *place_of(observer *o, const observer_track *t) {
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    observer_track *old = &o->tracks[i];
    const bool same = old->used && t->track >= 0 && old->track == t->track;
    if (same || collides(old, t)) drop_track(o, old);
  }
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    if (!o->tracks[i].used) return &o->tracks[i];
  }
  CHECK(!o->honest, "viewer %d: more tracks set up than there are", o->viewer);
  drop_track(o, &o->tracks[0]);
  return &o->tracks[0];
}

static void take_setup(observer *o, const rtsp_reply *r, int track) {
  const ocel_span value = reply_header(r, "Transport");
  const ocel_span ssrc = reply_parameter(value, "ssrc");
  observer_track t = {.used = true, .track = track};
  CHECK(value.n > 0, "viewer %d: SETUP reply without Transport", o->viewer);
  read_transport(o, value, &t);
  begin_session(o, session_of(r));
  observer_track *place = place_of(o, &t);
  *place = t;
  media_init(&place->media, o->rules->media, o->viewer);
  place->media.ordered = t.tcp;
  if (ssrc.n > 0 && !t.multicast) {
    CHECK(ssrc.n == 8 && reply_hex(ssrc, &place->media.ssrc), "viewer %d: ssrc= is not 8 digits",
          o->viewer);
    place->media.has_ssrc = true;
    check_fresh_ssrc(o, place->media.ssrc);
  }
}

// ---- PLAY ----

static unsigned used_tracks(const observer *o) {
  unsigned n = 0;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) n += o->tracks[i].used;
  return n;
}

// One entry of RTP-Info: url=...trackID=N;seq=S;rtptime=T
static void take_rtp_info(observer *o, ocel_span entry) {
  char url[512];
  reply_text(reply_parameter(entry, "url"), url, sizeof url);
  // The value of url= ends at the first ';', and may hold '=' itself.
  const char *id = strstr(url, "trackID=");
  CHECK(url[0] != '\0', "viewer %d: RTP-Info without url", o->viewer);
  const long track = id != NULL ? strtol(id + 8, NULL, 10) : 0;
  const long sequence = reply_number(reply_parameter(entry, "seq"));
  const long timestamp = reply_number(reply_parameter(entry, "rtptime"));
  const media_first first = {sequence >= 0, timestamp >= 0, (uint16_t)sequence,
                             (uint32_t)timestamp};
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    observer_track *t = &o->tracks[i];
    if (!t->used) continue;
    CHECK(!t->multicast, "viewer %d: RTP-Info about a group", o->viewer);
    if (t->track == track || (t->track < 0 && used_tracks(o) == 1)) {
      media_promise(&t->media, &first);
      return;
    }
  }
  CHECK(!o->honest, "viewer %d: RTP-Info about track %ld, which was not set up", o->viewer, track);
}

// True if the ring holds a group of pictures that is still going on.
static bool has_fresh_group(const observer *o, int track) {
  const media_rules *m = o->rules->media;
  if (track < 0 || (unsigned)track >= m->producer_count) return false;
  const producer *p = m->producers[track];
  const producer_au *newest = producer_find(p, p->next - 1);
  return p->keys > 0 && newest != NULL && (int32_t)(p->last_key - ocel_ring_tail(p->ring)) >= 0 &&
         m->clock->now - newest->captured_at <= o->rules->fresh_max;
}

static bool begins_at_once(const observer *o) {
  bool all = o->bursts && used_tracks(o) > 0;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    const observer_track *t = &o->tracks[i];
    if (!t->used) continue;
    all = all && t->tcp && !t->media.started && has_fresh_group(o, t->track);
  }
  return all;
}

static void take_play(observer *o, const rtsp_reply *r) {
  ocel_span info = reply_header(r, "RTP-Info");
  CHECK(reply_header(r, "Range").n > 0, "viewer %d: PLAY reply without Range", o->viewer);
  o->at_once = !o->playing && begins_at_once(o);
  o->playing = true;
  o->playing_since = o->rules->clock->now;
  while (info.n > 0) {
    const uint8_t *comma = memchr(info.p, ',', info.n);
    const size_t n = comma == NULL ? info.n : (size_t)(comma - info.p);
    take_rtp_info(o, ocel_span_take(&info, n));
    if (info.n > 0) (void)ocel_span_take(&info, 1);
  }
}

// ---- PAUSE, TEARDOWN ----

static void take_pause(observer *o) {
  o->playing = false;
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    if (o->tracks[i].used) media_pause(&o->tracks[i].media);
  }
}

static void take_teardown(observer *o, int track) {
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    if (track >= 0 && o->tracks[i].track == track) drop_track(o, &o->tracks[i]);
  }
  if (track < 0 || used_tracks(o) == 0) end_session(o);
}

// ---- all ----

static observer_request pop_request(observer *o, const rtsp_reply *r) {
  observer_request none = {.method = OCEL_METHOD_COUNT, .track = -1};
  if (!o->honest || o->refused) {
    if (reply_header(r, "Transport").n > 0) none.method = OCEL_METHOD_SETUP;
    if (reply_header(r, "RTP-Info").n > 0) none.method = OCEL_METHOD_PLAY;
    return none;
  }
  CHECK(o->count > 0, "viewer %d: reply %u to nothing", o->viewer, r->status);
  const observer_request q = o->pending[o->first];
  o->first = (o->first + 1) % OBSERVER_PENDING;
  o->count--;
  const ocel_span cseq = reply_header(r, "CSeq");
  CHECK(cseq.n > 0 && reply_number(cseq) == (long)q.cseq,
        "viewer %d: reply %u has CSeq %ld instead of %" PRIu32, o->viewer, r->status,
        reply_number(cseq), q.cseq);
  return q;
}

void observer_reply(void *ctx, const rtsp_reply *r) {
  observer *o = ctx;
  o->rules->totals->replies++;
  o->rules->totals->errors += r->status >= 400;
  if (r->http) return;
  const observer_request q = pop_request(o, r);
  TRACE("server to viewer %d: %u to %s", o->viewer, r->status,
        q.method < OCEL_METHOD_COUNT ? ocel_rtsp_method_name(q.method) : "something");
  if (r->status != 200) return;
  if (q.method == OCEL_METHOD_SETUP) take_setup(o, r, q.track);
  if (q.method == OCEL_METHOD_PLAY) take_play(o, r);
  if (q.method == OCEL_METHOD_PAUSE) take_pause(o);
  if (q.method == OCEL_METHOD_TEARDOWN) take_teardown(o, q.track);
}
