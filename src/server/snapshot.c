// SPDX-License-Identifier: Apache-2.0
#include "ocel/snapshot.h"

#include <assert.h>
#include <string.h>

#include "ocel/http_target.h"
#include "server_priv.h"

// ---- what is kept ----

// `ctx` of an answer.
static void drop(void *ctx) {
  ocel_snapshot_kept *k = ctx;
  assert(k->users > 0);
  k->users--;
  if (k->users == 0 && k->picture.release != NULL) k->picture.release(k->picture.ctx);
}

static ocel_snapshot_kept *free_place(ocel_snapshots *s) {
  for (size_t i = 0; i < OCEL_SNAPSHOT_PICTURES; i++) {
    if (s->kept[i].users == 0) return &s->kept[i];
  }
  return NULL;
}

static void name(ocel_snapshots *s, ocel_snapshot_kept *k) {
  ocel_wbuf w = ocel_wbuf_make(k->etag, sizeof k->etag - 1);
  ocel_put_hex(&w, s->seed, 8);
  ocel_put_hex(&w, ++s->count, 8);
  k->etag[w.n] = '\0';
}

// ---- slots ----

static ocel_snapshot_slot *find(ocel_snapshots *s, unsigned stream, unsigned width) {
  for (size_t i = 0; i < OCEL_SNAPSHOT_SLOTS; i++) {
    ocel_snapshot_slot *slot = &s->slot[i];
    if (slot->used && slot->stream == stream && slot->width == width) return slot;
  }
  return NULL;
}

static ocel_us touched_at(const ocel_snapshot_slot *slot) {
  return slot->asked_at > slot->put_at ? slot->asked_at : slot->put_at;
}

// The slot that is free, or has rested longest and for long enough; NULL if there is none.
static ocel_snapshot_slot *make_room(ocel_snapshots *s, ocel_us now) {
  ocel_snapshot_slot *best = &s->slot[0];
  for (size_t i = 0; i < OCEL_SNAPSHOT_SLOTS; i++) {
    ocel_snapshot_slot *slot = &s->slot[i];
    if (!slot->used) return slot;
    if (touched_at(slot) < touched_at(best)) best = slot;
  }
  return now - touched_at(best) < OCEL_SNAPSHOT_FRESH ? NULL : best;
}

static void empty(ocel_snapshot_slot *slot) {
  if (slot->kept != NULL) drop(slot->kept);
  memset(slot, 0, sizeof *slot);
}

static ocel_snapshot_slot *slot_for(ocel_snapshots *s, unsigned stream, unsigned width,
                                    ocel_us now) {
  ocel_snapshot_slot *slot = find(s, stream, width);
  if (slot != NULL) return slot;
  slot = make_room(s, now);
  if (slot == NULL) return NULL;
  empty(slot);
  slot->used = true;
  slot->stream = (uint8_t)stream;
  slot->width = (uint16_t)width;
  return slot;
}

static bool is_fresh(const ocel_snapshot_slot *slot, ocel_us now) {
  return slot->kept != NULL && now - slot->put_at < OCEL_SNAPSHOT_FRESH;
}

static void ask_for(ocel_snapshots *s, ocel_snapshot_slot *slot, ocel_us now) {
  if (slot->asked_at != 0 && now - slot->asked_at < OCEL_SNAPSHOT_FRESH) return;
  slot->asked_at = now;
  ocel__event(s->server, OCEL_EVENT_SNAPSHOT_WANTED, NULL, slot->stream, slot->width);
}

// ---- the route ----

static bool read_width(ocel_span query, unsigned *width) {
  char text[24];
  ocel_wbuf w = ocel_wbuf_make(text, sizeof text);
  unsigned n = 0;
  *width = 0;
  if (!ocel_http_query(query, "width", &w)) return true;
  for (size_t i = 0; i < w.n; i++) {
    if (text[i] < '0' || text[i] > '9') return false;
    n = n * 10 + (unsigned)(text[i] - '0');
    if (n > OCEL_SNAPSHOT_WIDTH_MAX) return false;
  }
  *width = n;
  return n >= OCEL_SNAPSHOT_WIDTH_MIN;
}

static int stream_of(const ocel_snapshots *s, ocel_span rest) {
  if (rest.n == 0 || (rest.n == 1 && rest.p[0] == '/')) return s->server->stream_count > 0 ? 0 : -1;
  return rest.p[0] == '/' ? ocel__stream_find(s->server, rest) : -1;
}

static void hand_out(ocel_snapshot_slot *slot, ocel_http_answer *answer) {
  slot->kept->users++;
  answer->content_type = "image/jpeg";
  answer->etag = slot->kept->etag;
  answer->cache_control = "private, no-cache";  // ask again; 304 if it is the same
  answer->body = OCEL_HTTP_SPAN;
  answer->span = slot->kept->picture.jpeg;
  answer->release = drop;
  answer->ctx = slot->kept;
}

static void serve(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  ocel_snapshots *s = ctx;
  unsigned width;
  const int stream = stream_of(s, call->rest);
  if (stream < 0 || !read_width(call->query, &width)) {
    answer->status = stream < 0 ? 404 : 400;
    return;
  }
  ocel_snapshot_slot *slot = slot_for(s, (unsigned)stream, width, call->now);
  answer->body = OCEL_HTTP_LATER;
  if (slot == NULL) return;
  if (is_fresh(slot, call->now)) {
    hand_out(slot, answer);
  } else {
    ask_for(s, slot, call->now);
  }
}

// ---- the application ----

ocel_err ocel_snapshots_open(ocel_snapshots *s, ocel_server *srv, uint32_t seed) {
  memset(s, 0, sizeof *s);
  s->server = srv;
  s->seed = seed;
  s->route = (ocel_http_route){
      .path = "/snapshot",
      .prefix = true,
      .methods = OCEL_HTTP_GETS,
      .least = OCEL_ROLE_VIEWER,
      .handler = serve,
      .ctx = s,
  };
  return ocel_server_add_route(srv, &s->route);
}

void ocel_snapshots_put(ocel_snapshots *s, const ocel_snapshot *picture, ocel_us now) {
  ocel_snapshot_slot *slot = slot_for(s, picture->stream, picture->width, now);
  if (slot != NULL && slot->kept != NULL) {
    drop(slot->kept);
    slot->kept = NULL;
  }
  ocel_snapshot_kept *k = picture->jpeg.n > 0 && slot != NULL ? free_place(s) : NULL;
  if (k == NULL) {
    if (picture->release != NULL) picture->release(picture->ctx);
    return;
  }
  k->picture = *picture;
  k->users = 1;
  name(s, k);
  slot->kept = k;
  slot->put_at = now;
  slot->asked_at = 0;
}

void ocel_snapshots_close(ocel_snapshots *s) {
  for (size_t i = 0; i < OCEL_SNAPSHOT_SLOTS; i++) empty(&s->slot[i]);
}
