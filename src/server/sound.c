// SPDX-License-Identifier: Apache-2.0
// Sound beside a picture: it begins with the picture, and is given up with it.
#include "sound.h"

// The session's track of pictures; -1 if it has none.
static int picture_track(const ocel_server *s, const ocel__session *ss) {
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    if (ss->reader[i].set_up && !ocel__is_sound(ocel__track_of(s, ss, i))) return (int)i;
  }
  return -1;
}

// The first block from `from` on that was captured at `time` or later; `seen` if there is none.
static uint32_t first_since(const ocel__track *t, uint32_t from, ocel_us time) {
  const uint32_t tail = ocel_ring_tail(t->ring);
  if (ocel__newer(tail, from)) from = tail;
  while (from != t->seen && ocel__captured_at(t, from) < time) from++;
  return from;
}

uint32_t ocel__sound_resume(const ocel_server *s, const ocel__session *ss, unsigned track) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  const ocel__cursor *at = &ss->reader[track].cursor;
  if (picture_track(s, ss) < 0) return t->seen;
  if (!ss->reader[track].anchored) return ocel_ring_tail(t->ring);
  return at->au + (at->pos.offset != 0);
}

bool ocel__sound_begin(const ocel_server *s, const ocel__session *ss, unsigned track,
                       uint32_t *au) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  const int picture = picture_track(s, ss);
  ocel_us since = INT64_MIN;
  if (picture >= 0) {
    if (ss->reader[picture].mode == READER_WAIT) return false;
    since = ss->begun_at;
  }
  *au = first_since(t, ss->reader[track].cursor.au, since);
  return *au != t->seen;
}

uint32_t ocel__sound_entry(const ocel_server *s, const ocel__session *ss, unsigned track) {
  const ocel__track *t = ocel__track_of(s, ss, track);
  const int picture = picture_track(s, ss);
  if (picture < 0) return t->newest_key;
  const ocel__track *p = ocel__track_of(s, ss, (unsigned)picture);
  if (!p->has_key) return t->newest_key;
  const uint32_t au =
      first_since(t, ss->reader[track].cursor.au, ocel__captured_at(p, p->newest_key));
  return au == t->seen ? t->newest_key : au;
}

bool ocel__sound_origin(const ocel_server *s, const ocel__session *ss, unsigned track,
                        ocel_us *at) {
  if (!ocel__is_sound(ocel__track_of(s, ss, track)) || picture_track(s, ss) < 0) return false;
  *at = ss->begun_at;
  return true;
}
