// SPDX-License-Identifier: Apache-2.0
#include "producer.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"

const producer_profile PRODUCER_CAMERA = {
    .interval = 66667,
    .gop = 30,
    .key_min = 20000,
    .key_max = 90000,
    .delta_min = 40,
    .delta_max = 12000,
    .slices = 1,
    .keyframe_on_request = true,
};

const producer_profile PRODUCER_MICROPHONE = {
    .interval = 20000,
    .delta_min = 60,
    .delta_max = 300,
    .slices = 1,
    .wrap = OCEL_WRAP_BLOCK,
    .sound = true,
};

producer *producer_make(sim_clock *clock, rng random, uint8_t id, const producer_profile *profile,
                        const ocel_ring_config *ring) {
  producer *p = calloc(1, sizeof *p);
  const size_t size = ocel_ring_size(ring);
  const size_t align = ring->align > 64 ? ring->align : 64;
  CHECK(size > 0, "the ring's configuration is refused");
  if (p == NULL) abort();
  p->memory = aligned_alloc(align, (size + align - 1) / align * align);
  p->clock = clock;
  p->rng = random;
  p->id = id;
  p->profile = *profile;
  p->width = p->old_width = 640;
  p->height = p->old_height = 480;
  p->ring = ocel_ring_init(p->memory, size, ring);
  CHECK(p->ring != NULL, "the ring refuses the size that it asked for");
  p->begin = p->next = ocel_ring_tail(p->ring);
  return p;
}

void producer_free(producer *p) {
  free(p->memory);
  free(p);
}

const producer_au *producer_find(const producer *p, uint32_t number) {
  if (p->next - number - 1 >= PRODUCER_HISTORY) return NULL;
  const producer_au *au = &p->history[number % PRODUCER_HISTORY];
  return au->number == number && au->count > 0 ? au : NULL;
}

void producer_want_key(producer *p) {
  if (p->profile.keyframe_on_request) p->key_wanted = true;
}

void producer_resize(producer *p, uint16_t width, uint16_t height) {
  p->old_width = p->width;
  p->old_height = p->height;
  p->width = width;
  p->height = height;
  p->changed = true;
}

// ---- planning a picture ----

static void add_unit(producer_au *au, uint8_t type, uint8_t index, uint32_t size) {
  au->unit[au->count++] = (producer_unit){type, index, size};
  au->size += size;
}

static void add_parameters(const producer *p, producer_au *au) {
  uint8_t mem[64];
  add_unit(au, OCEL_NAL_SPS, 0, (uint32_t)producer_sps(p, mem));
  add_unit(au, OCEL_NAL_PPS, 0, (uint32_t)producer_pps(p, mem));
}

static void add_slices(producer *p, producer_au *au) {
  const producer_profile *f = &p->profile;
  uint32_t left = au->key && !f->sound ? rng_between(&p->rng, f->key_min, f->key_max)
                                       : rng_between(&p->rng, f->delta_min, f->delta_max);
  const uint32_t slices = rng_between(&p->rng, 1, f->slices);
  for (uint32_t i = 0; i < slices; i++) {
    uint32_t size = i + 1 == slices ? left : left / slices;
    if (size <= PRODUCER_SLICE_HEAD) size = PRODUCER_SLICE_HEAD + 1;
    left -= size < left ? size : left;
    add_unit(au, au->key ? OCEL_NAL_IDR : OCEL_NAL_SLICE, (uint8_t)i, size);
  }
}

static void plan(producer *p, bool key, producer_au *au) {
  const producer_profile *f = &p->profile;
  *au = (producer_au){.number = p->next, .captured_at = p->captured_at, .key = key};
  au->width = p->width;
  au->height = p->height;
  if (f->parameters_apart && key) add_parameters(p, au);  // the ring puts them there
  if (f->sound) {
    add_slices(p, au);
    return;
  }
  if (f->aud) add_unit(au, OCEL_NAL_AUD, 0, 2);
  if (!f->parameters_apart && key) add_parameters(p, au);
  if (f->sei) add_unit(au, OCEL_NAL_SEI, 0, rng_between(&p->rng, 12, 120));
  add_slices(p, au);
}

// ---- committing it ----

static size_t put_wrapping(producer *p, uint32_t size, uint8_t *out) {
  static const uint8_t START[4] = {0, 0, 0, 1};
  if (p->profile.sound) return 0;
  if (p->profile.wrap == OCEL_WRAP_AVCC) {
    for (unsigned i = 0; i < 4; i++) out[i] = (uint8_t)(size >> (24 - 8 * i));
    return 4;
  }
  const size_t n = rng_between(&p->rng, 3, 4);
  memcpy(out, START + 4 - n, n);
  return n;
}

static uint32_t put_units(producer *p, const producer_au *au, uint8_t *out) {
  size_t n = 0;
  for (unsigned i = p->profile.parameters_apart && au->key ? 2 : 0; i < au->count; i++) {
    n += put_wrapping(p, au->unit[i].size, out + n);
    n += producer_make_unit(p, au, i, out + n);
  }
  return (uint32_t)n;
}

static void publish(producer *p, const producer_au *au) {
  p->history[p->next % PRODUCER_HISTORY] = *au;
  p->bytes += au->size;
  if (au->key) {
    p->keys++;
    p->last_key = p->next;
    p->key_wanted = p->changed = p->starved = false;
  }
  TRACE("producer %u: access unit %" PRIu32 "%s, %" PRIu32 " bytes in %u units", p->id, p->next,
        au->key ? " (key)" : "", au->size, au->count);
  p->next++;
}

static void drop(producer *p) {
  p->dropped++;
  p->starved = true;
  TRACE("producer %u: picture dropped", p->id);
}

static void set_parameters(producer *p) {
  uint8_t sps[64], pps[64];
  const ocel_span s = {sps, producer_sps(p, sps)};
  const ocel_span q = {pps, producer_pps(p, pps)};
  CHECK(ocel_ring_set_parameters(p->ring, s, q) == OCEL_OK, "the ring refuses parameter sets");
}

// False if the ring has no room, or waits for a key picture.
static bool hand_over(producer *p, const producer_au *au) {
  const ocel_commit how = {.wrap = p->profile.wrap, .captured_at = au->captured_at};
  uint8_t *room = ocel_ring_reserve(p->ring, au->size + 4u * au->count);
  if (room == NULL) return false;
  const ocel_err rc = ocel_ring_commit(p->ring, put_units(p, au, room), &how);
  if (rc == OCEL_ERR_STATE && p->starved && !au->key) return false;
  CHECK(rc == OCEL_OK, "commit of a sound access unit: %s", ocel_err_name(rc));
  CHECK(!p->starved || au->key, "after a dropped picture the ring took one that is no key picture");
  return true;
}

static void commit(producer *p) {
  producer_au au;
  const bool key = p->profile.sound || p->to_key == 0 || p->key_wanted || p->changed;
  plan(p, key, &au);
  au.committed_at = p->clock->now;
  if (p->profile.parameters_apart && (p->changed || p->keys == 0)) set_parameters(p);
  if (!hand_over(p, &au)) {
    drop(p);
    return;
  }
  p->to_key = key ? p->profile.gop : p->to_key;
  publish(p, &au);
}

static void on_commit(void *ctx) {
  producer *p = ctx;
  if (!p->running) return;
  commit(p);
  if (p->to_key > 0) p->to_key--;
  p->committed(p->ctx);
}

static void on_capture(void *ctx);

static void capture_at(producer *p, ocel_us at) {
  p->due = at;
  sim_clock_at(p->clock, at, on_capture, p);
}

static void on_capture(void *ctx) {
  producer *p = ctx;
  const producer_profile *f = &p->profile;
  if (!p->running || p->clock->now != p->due) return;  // of before it stopped
  p->phase += f->interval;
  p->captured_at = p->clock->now;
  const uint32_t late = f->encode > 0 ? rng_below(&p->rng, (uint32_t)f->encode) : 0;
  const uint32_t jitter = f->jitter > 0 ? rng_below(&p->rng, (uint32_t)f->jitter) : 0;
  if (late == 0) {
    on_commit(p);
  } else {
    sim_clock_at(p->clock, p->clock->now + late, on_commit, p);
  }
  capture_at(p, p->phase + jitter);
}

void producer_start(producer *p, ocel_us at) {
  const bool again = p->next != p->begin;
  p->running = true;
  p->phase = again && at <= p->captured_at ? p->captured_at + OCEL_MILLISECOND : at;
  p->to_key = 0;
  capture_at(p, p->phase);
}

void producer_stop(producer *p) { p->running = false; }
