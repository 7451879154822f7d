// SPDX-License-Identifier: Apache-2.0
#include "group.h"

#include "check.h"
#include "observer_reply.h"

void group_init(group *g, const ocel_addr *address, uint8_t ttl, const observer_rules *rules) {
  *g = (group){.address = *address, .ttl = ttl, .rules = rules};
  for (unsigned i = 0; i < GROUP_TRACKS; i++) {
    media_init(&g->track[i].media, rules->media, -100 - (int)i);
    g->track[i].media.knows_pauses = true;
    g->track[i].key_at = -OCEL_NEVER;
  }
}

void group_free(group *g) {
  for (unsigned i = 0; i < GROUP_TRACKS; i++) media_free(&g->track[i].media);
}

bool group_has(const group *g, const ocel_addr *to) {
  return g->address.port != 0 && ocel_addr_same_host(&g->address, to);
}

// Two ports for each track.
static group_track *track_at(group *g, uint16_t port, bool *rtcp) {
  const unsigned i = (unsigned)(port - g->address.port);
  CHECK(port >= g->address.port && i / 2 < GROUP_TRACKS, "port %u of the group", port);
  *rtcp = i % 2 == 1;
  return &g->track[i / 2];
}

bool group_reaches(const observer *o, uint16_t port) {
  for (unsigned i = 0; i < OBSERVER_TRACKS; i++) {
    const observer_track *t = &o->tracks[i];
    if (t->used && t->multicast && (port == t->rtp_port || port == t->rtcp_port)) return true;
  }
  return false;
}

// ---- members ----

void group_admit(group *g, observer *o, ocel_span transport, observer_track *t) {
  char host[64];
  unsigned a = 0, b = 0;
  uint32_t ssrc = 0;
  bool rtcp;
  uint8_t mem[64];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
  ocel_put_addr(&w, &g->address);
  mem[w.n] = '\0';
  reply_text(reply_parameter(transport, "destination"), host, sizeof host);
  CHECK(g->address.port != 0, "viewer %d: is told of a group where there is none", o->viewer);
  CHECK(ocel_span_eq(ocel_span_str(host), ocel_span_str((const char *)mem)),
        "viewer %d: is sent to group %s", o->viewer, host);
  CHECK(reply_number(reply_parameter(transport, "ttl")) == g->ttl, "viewer %d: another ttl",
        o->viewer);
  CHECK(observer_pair(reply_parameter(transport, "port"), &a, &b) && b == a + 1,
        "viewer %d: SETUP reply without port=A-B", o->viewer);
  group_track *gt = track_at(g, (uint16_t)a, &rtcp);
  CHECK(!rtcp && (t->track < 0 || (gt - g->track) % 2 == t->track),
        "viewer %d: track %d at port %u of the group", o->viewer, t->track, a);
  CHECK(reply_hex(reply_parameter(transport, "ssrc"), &ssrc), "viewer %d: no ssrc=", o->viewer);
  CHECK(!gt->media.has_ssrc || gt->media.ssrc == ssrc,
        "viewer %d: the group has SSRC %08" PRIx32 ", SETUP said %08" PRIx32, o->viewer,
        gt->media.ssrc, ssrc);
  gt->media.has_ssrc = true;
  gt->media.ssrc = ssrc;
  t->rtp_port = (uint16_t)a;
  t->rtcp_port = (uint16_t)b;
}

static bool is_wanted(const group *g, unsigned track) {
  const uint16_t port = (uint16_t)(g->address.port + 2 * track);
  for (unsigned i = 0; i < g->count; i++) {
    if (group_reaches(g->members[i].who, port)) return true;
  }
  return false;
}

// A group that stops may leave a picture unfinished, and begins afresh.
static void look_who_plays(group *g) {
  for (unsigned i = 0; i < GROUP_TRACKS; i++) {
    group_track *t = &g->track[i];
    const bool wanted = is_wanted(g, i);
    if (t->runs && !wanted) media_pause(&t->media);
    t->runs = wanted;
  }
}

void group_play(group *g, observer *o) {
  if (g->address.port == 0 || !o->member) return;
  CHECK(g->count < GROUP_MEMBERS_MAX, "too many members");
  g->members[g->count++] = (group_member){o, g->rules->clock->now};
  if (g->count > g->most) g->most = g->count;
  look_who_plays(g);
}

void group_leave(group *g, const observer *o) {
  for (unsigned i = 0; i < g->count; i++) {
    if (g->members[i].who != o) continue;
    g->members[i] = g->members[--g->count];
    look_who_plays(g);
    return;
  }
}

// ---- what is sent ----

static bool anybody_heard(const group *g) {
  const ocel_us now = g->rules->clock->now;
  for (unsigned i = 0; i < g->count; i++) {
    if (now - g->members[i].who->heard_at <= g->rules->silence_max) return true;
  }
  return false;
}

static void take_rtp(group *g, group_track *t, ocel_span packet) {
  media_track *m = &t->media;
  observer_totals *totals = g->rules->totals;
  const uint32_t complete = m->complete;
  media_rtp(m, packet);
  g->packets++;
  totals->packets++;
  totals->bytes += packet.n;
  if (m->complete == complete) return;
  const producer_au *au = producer_find(m->producer, m->next - 1);
  if (au != NULL && au->key) t->key_at = g->rules->clock->now;
}

void group_datagram(group *g, bool rtcp, uint16_t port, ocel_span packet) {
  bool for_rtcp;
  group_track *t = track_at(g, port, &for_rtcp);
  CHECK(rtcp == for_rtcp, "datagram to port %u of the group, which is of the other kind", port);
  CHECK(t->runs, "something is sent to port %u of the group, and nobody plays it", port);
  CHECK(anybody_heard(g), "the group runs, and no member was heard of for long");
  if (rtcp) {
    media_rtcp(&t->media, packet);
    CHECK(!t->media.ended, "BYE to a group that has members");
  } else {
    take_rtp(g, t, packet);
  }
}

// ---- what members may expect ----

// When at the latest a newcomer's key picture should have been there to be sent.
static ocel_us key_due(const group_track *t, ocel_us since) {
  const media_track *m = &t->media;
  const producer *p = m->producer;
  if (p->profile.keyframe_on_request) return since;
  const producer_au *key = p->keys > 0 ? producer_find(p, p->last_key) : NULL;
  return key != NULL && key->committed_at >= since ? key->committed_at : OCEL_NEVER / 2;
}

static void check_newcomer(const group *g, const group_track *t, const group_member *m,
                           ocel_us lag_max) {
  const ocel_us now = g->rules->clock->now;
  if (t->media.producer == NULL || t->media.sound || t->key_at >= m->since) return;
  CHECK(now - key_due(t, m->since) <= lag_max,
        "viewer %d: joined, and there is no key picture for %" PRId64 " ms", m->who->viewer,
        (now - m->since) / OCEL_MILLISECOND);
}

static void check_track(const group *g, unsigned number, ocel_us lag_max) {
  const group_track *t = &g->track[number];
  const ocel_us now = g->rules->clock->now;
  if (!t->runs) return;
  CHECK(media_lag(&t->media) <= lag_max, "the group is %" PRId64 " ms behind",
        media_lag(&t->media) / OCEL_MILLISECOND);
  for (unsigned i = 0; i < g->count; i++) {
    const group_member *m = &g->members[i];
    if (!group_reaches(m->who, (uint16_t)(g->address.port + 2 * number))) continue;
    check_newcomer(g, t, m, lag_max);
    CHECK(t->media.reported || now - m->since <= lag_max, "viewer %d: joined, and hears nothing",
          m->who->viewer);
  }
}

void group_check(const group *g, ocel_us lag_max) {
  for (unsigned i = 0; g->address.port != 0 && i < GROUP_TRACKS; i++) check_track(g, i, lag_max);
}
