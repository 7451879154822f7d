// SPDX-License-Identifier: Apache-2.0
#include "media.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

enum { RTP_HEADER = 12, TYPE_PICTURES = 96, TYPE_SOUND = 0, FU_A = 28 };
enum { SOUND_KHZ = 8, SOUND_FIRST_MAX = 60 };  // milliseconds behind the first picture

static void take_nal(void *ctx, ocel_span nal) {
  media_track *t = ctx;
  if (t->fragmented) {
    CHECK(nal.n > t->rules->payload_max, "viewer %d: a unit of %zu bytes is fragmented in vain",
          t->viewer, nal.n);
  }
  CHECK(t->count < PRODUCER_UNITS_MAX, "viewer %d: too many units under one timestamp", t->viewer);
  if (t->n + nal.n > t->cap) {
    t->cap = 2 * (t->n + nal.n);
    t->mem = realloc(t->mem, t->cap);
    if (t->mem == NULL) abort();
  }
  memcpy(t->mem + t->n, nal.p, nal.n);
  t->n += nal.n;
  t->start[++t->count] = t->n;
}

void media_init(media_track *t, const media_rules *rules, int number) {
  *t = (media_track){.rules = rules, .viewer = number, .fresh = true};
  depack_init(&t->depack, t, take_nal);
}

void media_free(media_track *t) {
  depack_free(&t->depack);
  free(t->mem);
  t->mem = NULL;
}

// ---- timestamps ----

// Ticks of the track's clock since the run began, rounded down.
static uint32_t ticks_at(const media_track *t, ocel_us at) {
  const ocel_us us = at - t->rules->clock->origin;
  if (t->sound) return (uint32_t)(us / 125);
  return (uint32_t)((us / 100) * 9 + (us % 100) * 9 / 100);
}

static int32_t error_at(const media_track *t, uint32_t timestamp, ocel_us at) {
  return (int32_t)(timestamp - t->offset - ticks_at(t, at));
}

void media_check_report(media_track *t) {
  if (!t->fixed || !t->report.open) return;
  const int32_t error = error_at(t, t->report.timestamp, t->report.instant);
  CHECK(error >= -90 && error <= 90,
        "viewer %d: sender report is %" PRId32 " ticks off the packets' timestamps", t->viewer,
        error);
  t->report.open = false;
}

// ---- access units ----

static ocel_span unit_span(const media_track *t, unsigned i) {
  return ocel_span_make(t->mem + t->start[i], t->start[i + 1] - t->start[i]);
}

static const producer_au *identify(media_track *t) {
  for (unsigned i = 0; i < t->count; i++) {
    uint8_t id;
    uint32_t number;
    if (!producer_read_slice(unit_span(t, i), &id, &number)) continue;
    CHECK(id < t->rules->producer_count, "viewer %d: a slice that nobody made", t->viewer);
    CHECK(t->rules->producers[id]->profile.sound == t->sound,
          "viewer %d: payload type of the other kind", t->viewer);
    CHECK(t->producer == NULL || t->producer->id == id, "viewer %d: slice of another track",
          t->viewer);
    t->producer = t->rules->producers[id];
    const producer_au *au = producer_find(t->producer, number);
    CHECK(au != NULL, "viewer %d: access unit %" PRIu32 " was not committed lately", t->viewer,
          number);
    return au;
  }
  check_broken("viewer %d: marker without a slice before it", t->viewer);
}

static void check_units(const media_track *t, const producer_au *au) {
  CHECK(t->count == au->count, "viewer %d: access unit %" PRIu32 " has %u units, got %u", t->viewer,
        au->number, au->count, t->count);
  for (unsigned i = 0; i < t->count; i++) {
    CHECK(producer_unit_is(t->producer, au, i, unit_span(t, i)),
          "viewer %d: unit %u of access unit %" PRIu32 " differs", t->viewer, i, au->number);
  }
}

static void check_order(media_track *t, const producer_au *au) {
  if (!t->fixed) {
    t->offset = t->timestamp - ticks_at(t, au->captured_at);
    t->fixed = true;
    t->next = au->number;
    CHECK(au->key, "viewer %d: begins with access unit %" PRIu32 ", no key picture", t->viewer,
          au->number);
  }
  const int32_t gap = (int32_t)(au->number - t->next);
  CHECK(gap >= 0, "viewer %d: access unit %" PRIu32 " after %" PRIu32, t->viewer, au->number,
        t->next - 1);
  if (t->fresh || gap > 0) {
    CHECK(au->key, "viewer %d: goes on with access unit %" PRIu32 ", no key picture", t->viewer,
          au->number);
  }
  if (!t->fresh && gap > 0) {
    CHECK(t->may_skip,
          "viewer %d: honest and fast, but access units %" PRIu32 "..%" PRIu32 " are missing",
          t->viewer, t->next, au->number - 1);
    t->skipped += (uint32_t)gap;
  }
  t->next = au->number + 1;
}

static void end_unit(media_track *t) {
  CHECK(!t->depack.in_fragment, "viewer %d: marker within a fragmented unit", t->viewer);
  const producer_au *au = identify(t);
  check_units(t, au);
  check_order(t, au);
  const int32_t error = error_at(t, t->timestamp, au->captured_at);
  CHECK(error >= -1 && error <= 1, "viewer %d: timestamp is %" PRId32 " ticks off", t->viewer,
        error);
  media_check_report(t);
  t->in_unit = t->fresh = false;
  t->complete++;
}

// A picture that is begun is finished as long as the ring holds it.
static void check_given_up(media_track *t) {
  CHECK(t->may_skip, "viewer %d: access unit without its end (no marker)", t->viewer);
  if (t->fresh) {
    t->uncounted = true;
  } else if (t->knows_pauses) {
    CHECK((int32_t)(ocel_ring_tail(t->producer->ring) - t->next) > 0,
          "viewer %d: access unit %" PRIu32 " is given up although the ring holds it", t->viewer,
          t->next);
  }
}

static void begin_unit(media_track *t, uint32_t timestamp) {
  if (t->in_unit) {
    check_given_up(t);
    depack_reset(&t->depack);
  }
  CHECK(!t->started || (int32_t)(timestamp - t->timestamp) > 0,
        "viewer %d: timestamp %" PRIu32 " begins after %" PRIu32, t->viewer, timestamp,
        t->timestamp);
  t->in_unit = true;
  t->timestamp = timestamp;
  t->n = t->count = 0;
  t->units++;
}

// ---- packets ----

static void check_first(media_track *t, uint16_t sequence, uint32_t timestamp) {
  const media_first *p = &t->promise;
  if (t->fresh && !t->in_unit) t->first = (media_first){true, true, sequence, timestamp};
  CHECK(!p->has_sequence || p->sequence == sequence,
        "viewer %d: RTP-Info said seq=%u, the first packet has %u", t->viewer, p->sequence,
        sequence);
  // The sound's promise is for the instant of the first picture; its first block is a bit later.
  const uint32_t later = timestamp - p->timestamp;
  const bool soon = later <= SOUND_FIRST_MAX * SOUND_KHZ;
  const bool kept = t->sound ? soon || t->may_skip : later == 0;
  if (p->has_timestamp && t->sound && !soon) t->uncounted = true;  // the first ones were given up
  CHECK(!p->has_timestamp || kept,
        "viewer %d: RTP-Info said rtptime=%" PRIu32 ", the first packet has %" PRIu32, t->viewer,
        p->timestamp, timestamp);
  t->promise = (media_first){0};
}

void media_promise(media_track *t, const media_first *promise) {
  const bool ahead = t->ordered || (t->fresh && !t->in_unit);
  t->promise = *promise;
  if (!ahead && !t->promised) check_first(t, t->first.sequence, t->first.timestamp);
  if (!ahead) t->promise = (media_first){0};
  t->promised = true;
}

void media_pause(media_track *t) {
  t->in_unit = t->promised = false;
  t->uncounted = t->uncounted || t->may_skip;
  t->fresh = true;
  t->promise = (media_first){0};
  depack_reset(&t->depack);
}

static void check_header(media_track *t, ocel_span packet) {
  const uint8_t *p = packet.p;
  CHECK(packet.n > RTP_HEADER, "viewer %d: RTP packet of %zu bytes", t->viewer, packet.n);
  CHECK(packet.n - RTP_HEADER <= t->rules->payload_max, "viewer %d: payload of %zu bytes",
        t->viewer, packet.n - RTP_HEADER);
  CHECK(p[0] == 0x80, "viewer %d: RTP header begins %02x", t->viewer, p[0]);
  const unsigned type = p[1] & 0x7fu;
  if (!t->started) t->sound = type == TYPE_SOUND;
  CHECK(type == (t->sound ? TYPE_SOUND : TYPE_PICTURES), "viewer %d: payload type %u", t->viewer,
        type);
  if (!t->has_ssrc) t->ssrc = ocel_be32(p + 8);
  t->has_ssrc = true;
  CHECK(ocel_be32(p + 8) == t->ssrc, "viewer %d: SSRC %08" PRIx32 " instead of %08" PRIx32,
        t->viewer, ocel_be32(p + 8), t->ssrc);
  // One number is left out where the picture before has been cut short.
  const bool cut = t->in_unit && ocel_be32(p + 4) != t->timestamp;
  const uint16_t expected = (uint16_t)(t->next_sequence + cut);
  CHECK(!t->started || ocel_be16(p + 2) == expected, "viewer %d: sequence number %u instead of %u",
        t->viewer, ocel_be16(p + 2), expected);
  CHECK(t->reported, "viewer %d: RTP before the first sender report", t->viewer);
  CHECK(!t->ended, "viewer %d: RTP after BYE", t->viewer);
}

static void take_payload(media_track *t, ocel_span packet, ocel_span payload) {
  t->fragmented = (payload.p[0] & 0x1f) == FU_A;
  const char *wrong = depack_payload(&t->depack, payload);
  CHECK(wrong == NULL, "viewer %d: %s", t->viewer, wrong);
  if (packet.p[1] & 0x80) end_unit(t);
}

static void take_block(media_track *t, ocel_span packet, ocel_span payload) {
  CHECK((packet.p[1] & 0x80) == 0, "viewer %d: sound with a marker", t->viewer);
  t->fragmented = false;
  take_nal(t, payload);
  end_unit(t);
}

void media_rtp(media_track *t, ocel_span packet) {
  check_header(t, packet);
  const uint16_t sequence = ocel_be16(packet.p + 2);
  const uint32_t timestamp = ocel_be32(packet.p + 4);
  check_first(t, sequence, timestamp);
  if (!t->in_unit || timestamp != t->timestamp) begin_unit(t, timestamp);
  t->started = true;
  t->next_sequence = (uint16_t)(sequence + 1);
  t->packets++;
  t->bytes += packet.n;
  t->octets += packet.n - RTP_HEADER;
  const ocel_span payload = ocel_span_make(packet.p + RTP_HEADER, packet.n - RTP_HEADER);
  if (t->sound) {
    take_block(t, packet, payload);
  } else {
    take_payload(t, packet, payload);
  }
  CHECK(t->may_skip || t->rules->clock->now - t->reported_at <= t->rules->report_max,
        "viewer %d: no sender report for too long", t->viewer);
}

ocel_us media_lag(const media_track *t) {
  if (!t->fixed || t->fresh || t->next == t->producer->next) return 0;
  const producer_au *au = producer_find(t->producer, t->next);
  return au == NULL ? 3600 * OCEL_SECOND : t->rules->clock->now - au->committed_at;
}
