// SPDX-License-Identifier: Apache-2.0
#include "streams.h"

#include <stdlib.h>

#include "log.h"
#include "media_memory.h"

// How long a stream goes on without viewers: a player may come back.
static const ocel_us LINGER = 10 * OCEL_SECOND;
static const ocel_us LOOK = OCEL_SECOND;

static oceld_tuning tuning_of(const oceld_stream_options *o) {
  const oceld_tuning t = {o->bitrate, o->gop, o->qp_min, o->qp_max, o->quality};
  return t;
}

static ocel_codec codec_of(const oceld_stream_options *o) {
  return o->codec == 0 ? OCEL_CODEC_H264 : OCEL_CODEC_JPEG;
}

void oceld_streams_choose(oceld_streams *s, const oceld_options *o) {
  s->count = oceld_streams_resolve(o, s->items);
  s->ring_size = o->ring_size;
  s->adapts = o->adaptive_bitrate != 0;
  s->floor = o->min_bitrate;
  for (unsigned i = 0; i < s->count; i++) atomic_store(&s->ceiling[i], s->items[i].bitrate);
}

void oceld_streams_ask(const oceld_streams *s, oceld_source_config *cfg) {
  cfg->size = s->items[0].size;
  cfg->tuning = tuning_of(&s->items[0]);
  cfg->codec = codec_of(&s->items[0]);
  cfg->more_count = s->count - 1;
  for (unsigned i = 1; i < s->count; i++) {
    cfg->more[i - 1] =
        (oceld_rendition){s->items[i].size, tuning_of(&s->items[i]), codec_of(&s->items[i])};
  }
}

static bool make_sound_ring(oceld_streams *s, unsigned i, const oceld_source_traits *traits,
                            ocel_stream_config *stream, oceld_failure *why) {
  ocel_ring_config plan;
  if (!ocel_format_is_sound(&traits->sound) || s->items[i].audio == 0) return true;
  oceld_sound_ring_plan(traits, &plan);
  ocel_ring *ring = oceld_ring_make(&plan, &s->memory[i][1]);
  if (ring == NULL) {
    return oceld_fail(why, "%u bytes of memory for sound cannot be had", plan.bytes);
  }
  stream->track[1] = ring;
  stream->format[1] = traits->sound;
  stream->track_count = 2;
  oceld_source_carry_sound(s->source, i, ring);
  return true;
}

static bool make_ring(oceld_streams *s, unsigned i, const oceld_source_traits *traits,
                      ocel_stream_config *stream, oceld_failure *why) {
  ocel_ring_config plan;
  if (!oceld_ring_plan(traits, i == 0 ? s->ring_size : 0, &plan, why)) return false;
  ocel_ring *ring = oceld_ring_make(&plan, &s->memory[i][0]);
  if (ring == NULL) {
    return oceld_fail(why, "%u bytes of media memory cannot be had; give less with ring_size",
                      plan.bytes);
  }
  oceld_log(OCELD_LOG_DEBUG, "media memory of %s: %u bytes, %u pictures of at most %u",
            s->items[i].path, plan.bytes, plan.records, plan.unit_max);
  stream->track[0] = ring;
  s->ring[i] = ring;
  if (i > 0) oceld_source_carry(s->source, i, ring);
  return true;
}

bool oceld_streams_add(oceld_streams *s, ocel_server *server, oceld_source *source,
                       const oceld_source_traits *traits, oceld_failure *why) {
  s->source = source;
  for (unsigned i = 0; i < s->count; i++) {
    const oceld_stream_options *o = &s->items[i];
    ocel_stream_config stream = {.path = o->path,
                                 .name = o->name[0] != '\0' ? o->name : NULL,
                                 .start = (ocel_start)o->start,
                                 .keyframe_on_request = traits[i].keyframe_on_request,
                                 .bitrate = traits[i].bitrate,
                                 .track_count = 1,
                                 .format = {traits[i].picture}};
    if (!make_ring(s, i, &traits[i], &stream, why)) return false;
    if (!make_sound_ring(s, i, &traits[0], &stream, why)) return false;
    if (ocel_server_add_stream(server, &stream) < 0) {
      return oceld_fail(why, "the server takes no such stream");
    }
    if (i > 0) oceld_log(OCELD_LOG_INFO, "stream %s: %s", o->path, traits[i].description);
  }
  return true;
}

ocel_ring *oceld_streams_ring(const oceld_streams *s, unsigned stream) { return s->ring[stream]; }

static void want(oceld_streams *s, unsigned stream, bool wanted) {
  if (s->items[stream].on_demand != 0) oceld_source_want(s->source, stream, wanted);
}

void oceld_streams_want_key(oceld_streams *s, unsigned stream, ocel_us now) {
  if (stream >= s->count) return;
  s->watched_at[stream] = now;
  want(s, stream, true);
  oceld_source_request_keyframe(s->source, stream);
}

static void rest_or_go_on(oceld_streams *s, unsigned i, uint32_t playing, ocel_us now) {
  if (playing > 0 || s->watched_at[i] == 0) s->watched_at[i] = now;
  want(s, i, now - s->watched_at[i] < LINGER);
}

static ocel_us longer(ocel_us a, ocel_us b) { return a > b ? a : b; }

static ocel_bitrate_signs signs_of(const oceld_streams *s, const ocel_server *server, unsigned i,
                                   ocel_us now) {
  ocel_bitrate_signs signs = {.round_trip = -1};
  for (int conn = 0; conn < s->connections; conn++) {
    ocel_client_stats c;
    if (ocel_server_get_client_stats(server, conn, now, &c) != OCEL_OK) continue;
    if (c.stream != (int)i || !c.playing) continue;
    signs.viewers++;
    signs.skipped += c.skipped;
    signs.behind = longer(signs.behind, c.behind);
    signs.round_trip = longer(signs.round_trip, c.round_trip);
    if (c.fraction_lost > signs.fraction_lost) signs.fraction_lost = c.fraction_lost;
  }
  return signs;
}

static void adapt(oceld_streams *s, const ocel_server *server, unsigned i, ocel_us now) {
  ocel_bitrate_control *c = &s->control[i];
  const uint32_t ceiling = (uint32_t)atomic_load(&s->ceiling[i]);
  if (c->ceiling != ceiling) {  // at first, and when the options have changed
    ocel_bitrate_control_init(c, s->floor < ceiling ? s->floor : ceiling, ceiling);
  }
  const ocel_bitrate_signs signs = signs_of(s, server, i, now);
  if (!ocel_bitrate_control_step(c, &signs, now)) return;
  oceld_log(OCELD_LOG_DEBUG, "stream %s: %u kbit/s from now on", s->items[i].path,
            c->bitrate / 1000);
  oceld_source_set_bitrate(s->source, i, c->bitrate);
}

void oceld_streams_look(oceld_streams *s, const ocel_server *server, ocel_us now) {
  if (now - s->looked_at < LOOK) return;
  s->looked_at = now;
  for (unsigned i = 0; i < s->count; i++) {
    ocel_stream_stats stats;
    if (ocel_server_get_stream_stats(server, (int)i, now, &stats) != OCEL_OK) continue;
    if (i > 0) rest_or_go_on(s, i, stats.playing, now);
    if (s->adapts) adapt(s, server, i, now);
  }
}

void oceld_streams_tune(oceld_streams *s, const oceld_options *o) {
  oceld_stream_options items[OCELD_STREAMS_MAX];
  (void)oceld_streams_resolve(o, items);
  for (unsigned i = 0; i < s->count; i++) {
    const oceld_tuning tuning = tuning_of(&items[i]);
    atomic_store(&s->ceiling[i], items[i].bitrate);
    oceld_source_tune(s->source, i, &tuning);
  }
}

void oceld_streams_set(oceld_streams *s, unsigned stream, uint32_t bitrate, uint32_t gop) {
  s->items[stream].bitrate = bitrate;
  s->items[stream].gop = gop;
  const oceld_tuning tuning = tuning_of(&s->items[stream]);
  oceld_source_tune(s->source, stream, &tuning);
}

void oceld_streams_free(oceld_streams *s) {
  for (unsigned i = 0; i < OCELD_STREAMS_MAX; i++) {
    for (unsigned k = 0; k < OCEL_TRACKS_MAX; k++) free(s->memory[i][k]);
  }
}
