// SPDX-License-Identifier: Apache-2.0
// Memory of one access unit: [room for parameter sets][bytes of the producer][NAL unit table].
// Regions follow one another; one that would not fit before the end starts at 0 again.
#include "ocel/ring.h"

#include <stdatomic.h>
#include <string.h>

#include "ocel/h264_nal.h"
#include "ocel/jpeg.h"

// Number of the first access unit. The simulator is also built with one just before the wrap.
#ifndef OCEL_RING_FIRST
#define OCEL_RING_FIRST 0
#endif

enum {
  PARAMETER_SET_MAX = 256,
  HEADROOM = 2 * PARAMETER_SET_MAX,  // a multiple of every allowed alignment
  BASE_ALIGN = 64,
};

typedef struct {
  uint32_t start, end;  // region in the media memory
  uint32_t table;       // offset of the NAL unit table
  uint32_t size;
  uint16_t unit_count;
  bool key;
  uint32_t encode_us;
  ocel_us captured_at;
} record;

typedef struct {
  uint8_t bytes[PARAMETER_SET_MAX];
  uint16_t n;
} parameter_set;

struct ocel_ring {
  ocel_ring_config cfg;
  uint8_t *media;
  record *records;
  atomic_uint_least32_t head;  // written by the producer
  atomic_uint_least32_t tail;  // written by the consumer
  atomic_uint_least32_t dropped;
  // producer only
  uint32_t reserved_start, reserved_max;
  bool reserved, waits_for_key;
  parameter_set sps, pps;
};

// What a commit finds out about the bytes before it publishes them.
typedef struct {
  ocel_unit *units;
  uint32_t size;
  uint16_t count;
  bool key, vcl, has_sps, full;
} layout;

static size_t align_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

static bool power_of_two(unsigned n) { return n != 0 && (n & (n - 1)) == 0; }

static bool valid(const ocel_ring_config *c) {
  return power_of_two(c->align) && c->align >= 8 && c->align <= 256 && c->unit_max >= 64 &&
         c->unit_max <= UINT32_MAX / 8 && power_of_two(c->records) && c->records >= 4 &&
         c->records <= 16384 && c->bytes / 3 >= c->unit_max + OCEL_RING_OVERHEAD;
}

// What lies in front of a unit's bytes, and how long its table can be.
static bool has_nal_units(const ocel_ring *r) { return r->cfg.codec == OCEL_CODEC_H264; }
static uint32_t headroom(const ocel_ring *r) { return has_nal_units(r) ? HEADROOM : 0; }
static uint32_t units_max(const ocel_ring *r) {
  if (has_nal_units(r)) return OCEL_UNITS_MAX;
  return r->cfg.codec == OCEL_CODEC_JPEG ? OCEL_JPEG_PARTS : 1;
}

static size_t records_at(void) { return align_up(sizeof(ocel_ring), sizeof(ocel_us)); }

static size_t records_end(const ocel_ring_config *c) {
  return records_at() + c->records * sizeof(record);
}

static size_t media_at(const ocel_ring_config *c) {
  return align_up(records_end(c), c->align > BASE_ALIGN ? c->align : BASE_ALIGN);
}

size_t ocel_ring_size(const ocel_ring_config *cfg) {
  if (!valid(cfg)) return 0;
  return cfg->media == NULL ? media_at(cfg) + cfg->bytes : records_end(cfg);
}

ocel_ring *ocel_ring_init(void *mem, size_t size, const ocel_ring_config *cfg) {
  if (mem == NULL || !valid(cfg) || size < ocel_ring_size(cfg)) return NULL;
  uint8_t *bytes = mem;
  ocel_ring *r = mem;
  memset(r, 0, sizeof *r);
  r->cfg = *cfg;
  r->media = cfg->media != NULL ? cfg->media : bytes + media_at(cfg);
  r->records = (record *)(void *)(bytes + records_at());
  atomic_init(&r->head, OCEL_RING_FIRST);
  atomic_init(&r->tail, OCEL_RING_FIRST);
  atomic_init(&r->dropped, 0);
  return r;
}

static record *record_of(const ocel_ring *r, uint32_t index) {
  return &r->records[index & (r->cfg.records - 1u)];
}

static uint32_t region_max(const ocel_ring *r, uint32_t max) {
  return (uint32_t)align_up(headroom(r) + max + sizeof(ocel_unit) * (units_max(r) + 1u),
                            r->cfg.align);
}

// Where a region for a unit of `max` bytes can start; false if nowhere. In use are the regions
// from the tail's start to the newest one's end, around the end of the memory if that is lower.
static bool find_room(const ocel_ring *r, uint32_t head, uint32_t tail, uint32_t max,
                      uint32_t *start) {
  *start = 0;
  if (head == tail) return true;
  if (head - tail >= r->cfg.records) return false;
  const uint32_t oldest = record_of(r, tail)->start;
  const uint32_t write = record_of(r, head - 1)->end;
  const uint32_t need = region_max(r, max);
  const bool wrapped = write <= oldest;
  if (wrapped || r->cfg.bytes - write >= need) *start = write;
  return wrapped ? oldest - write >= need : *start == write || oldest >= need;
}

uint8_t *ocel_ring_reserve(ocel_ring *r, uint32_t max) {
  if (max > r->cfg.unit_max) return NULL;
  if (!r->reserved || max > r->reserved_max) {
    const uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
    const uint32_t tail = atomic_load_explicit(&r->tail, memory_order_acquire);
    r->reserved = find_room(r, head, tail, max, &r->reserved_start);
    r->reserved_max = max;
  }
  if (!r->reserved) {
    atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
    r->waits_for_key = true;
    return NULL;
  }
  return r->media + r->reserved_start + headroom(r);
}

static void remember(parameter_set *set, ocel_span nal) {
  if (nal.n > PARAMETER_SET_MAX) return;
  memcpy(set->bytes, nal.p, nal.n);
  set->n = (uint16_t)nal.n;
}

// Types 0 and 24..31 are left to applications (ITU-T H.264 table 7-1); in RTP they would read as
// aggregates and fragments (RFC 6184 5.2).
static bool is_unspecified(unsigned type) { return type == 0 || type >= 24; }

static void add_unit(ocel_ring *r, layout *l, const uint8_t *base, ocel_span nal) {
  const unsigned type = ocel_nal_type_of(nal);
  if (is_unspecified(type)) return;
  l->full = l->count == OCEL_UNITS_MAX;
  if (l->full) return;
  l->key |= type == OCEL_NAL_IDR;
  l->vcl |= ocel_nal_is_vcl(type);
  l->has_sps |= type == OCEL_NAL_SPS;
  if (type == OCEL_NAL_SPS) remember(&r->sps, nal);
  if (type == OCEL_NAL_PPS) remember(&r->pps, nal);
  l->units[l->count++] = (ocel_unit){(uint32_t)(nal.p - base), (uint32_t)nal.n};
  l->size += (uint32_t)nal.n;
}

// The next unit by start codes; once a slice begins, everything behind belongs to it.
static ocel_err next_until_slice(ocel_span *rest, ocel_span *nal) {
  const ocel_span before = *rest;
  const size_t at = ocel_annexb_find(*rest, 0);
  const size_t zeros = at < before.n && before.n - at > 3 && before.p[at + 2] == 0 ? 3 : 2;
  if (before.n - at <= zeros + 1) return OCEL_ERR_MORE;
  (void)ocel_span_take(rest, at + zeros + 1);
  if (!ocel_nal_is_vcl(ocel_nal_type_of(*rest))) {
    *rest = before;
    return ocel_annexb_next(rest, nal) ? OCEL_OK : OCEL_ERR_MORE;
  }
  *nal = ocel_span_take(rest, rest->n);
  return OCEL_OK;
}

static ocel_err next_unit(ocel_span *rest, ocel_wrap wrap, ocel_span *nal) {
  switch (wrap) {
    case OCEL_WRAP_ANNEXB: return ocel_annexb_next(rest, nal) ? OCEL_OK : OCEL_ERR_MORE;
    case OCEL_WRAP_ANNEXB_ONE_SLICE: return next_until_slice(rest, nal);
    case OCEL_WRAP_AVCC: return ocel_avcc_next(rest, 4, nal);
    case OCEL_WRAP_BLOCK: break;
  }
  return OCEL_ERR_SYNTAX;
}

static ocel_err find_units(ocel_ring *r, layout *l, const uint8_t *base, ocel_span bytes,
                           ocel_wrap wrap) {
  ocel_span nal;
  ocel_err rc;
  while ((rc = next_unit(&bytes, wrap, &nal)) == OCEL_OK && !l->full) add_unit(r, l, base, nal);
  if (l->full) return OCEL_ERR_SPACE;
  return rc == OCEL_ERR_SYNTAX || !l->vcl ? OCEL_ERR_SYNTAX : OCEL_OK;
}

static ocel_err find_block(ocel_ring *r, layout *l, const uint8_t *base, ocel_span bytes) {
  if (bytes.n == 0) return OCEL_ERR_SYNTAX;
  l->units[0] = (ocel_unit){(uint32_t)(bytes.p - base), (uint32_t)bytes.n};
  l->count = 1;
  l->key = true;
  if (r->cfg.codec == OCEL_CODEC_JPEG) {
    const ocel_err rc = ocel_jpeg_find(base, bytes, l->units, &l->count);
    if (rc != OCEL_OK) {
      atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
      return rc;
    }
  }
  l->size = l->units[0].size;
  return OCEL_OK;
}

// Puts the known parameter sets before the picture (behind its AUD, which must come first).
static void insert_parameters(const ocel_ring *r, layout *l, uint8_t *base) {
  if (!has_nal_units(r) || !l->key || l->has_sps || r->sps.n == 0 || r->pps.n == 0) return;
  if (l->count > OCEL_UNITS_MAX - 2) return;
  const size_t at = (base[l->units[0].offset] & 0x1f) == OCEL_NAL_AUD ? 1 : 0;
  memcpy(base, r->sps.bytes, r->sps.n);
  memcpy(base + r->sps.n, r->pps.bytes, r->pps.n);
  memmove(&l->units[at + 2], &l->units[at], (l->count - at) * sizeof l->units[0]);
  l->units[at] = (ocel_unit){0, r->sps.n};
  l->units[at + 1] = (ocel_unit){r->sps.n, r->pps.n};
  l->count = (uint16_t)(l->count + 2);
  l->size += (uint32_t)r->sps.n + r->pps.n;
}

static uint32_t told(ocel_us t) {
  if (t <= 0) return 0;
  return t < UINT32_MAX ? (uint32_t)t : UINT32_MAX;
}

static void publish(ocel_ring *r, const layout *l, uint32_t table, const ocel_commit *how) {
  const uint32_t head = atomic_load_explicit(&r->head, memory_order_relaxed);
  *record_of(r, head) = (record){
      .start = r->reserved_start,
      .end = (uint32_t)align_up(table + l->count * sizeof(ocel_unit), r->cfg.align),
      .table = table,
      .size = l->size,
      .unit_count = l->count,
      .key = l->key,
      .encode_us = told(how->encode_time),
      .captured_at = how->captured_at,
  };
  r->reserved = false;
  r->waits_for_key = false;
  atomic_store_explicit(&r->head, head + 1, memory_order_release);
}

ocel_err ocel_ring_commit(ocel_ring *r, uint32_t size, const ocel_commit *how) {
  if (!r->reserved || size > r->reserved_max) return OCEL_ERR_STATE;
  uint8_t *base = r->media + r->reserved_start;
  const ocel_span bytes = ocel_span_make(base + headroom(r), size);
  const uint32_t table =
      (uint32_t)align_up(r->reserved_start + headroom(r) + size, sizeof(uint32_t));
  layout l = {.units = (ocel_unit *)(void *)(r->media + table)};

  if ((how->wrap == OCEL_WRAP_BLOCK) == has_nal_units(r)) return OCEL_ERR_SYNTAX;
  const ocel_err rc =
      has_nal_units(r) ? find_units(r, &l, base, bytes, how->wrap) : find_block(r, &l, base, bytes);
  if (rc != OCEL_OK) return rc;
  if (r->waits_for_key && !l.key) {
    atomic_fetch_add_explicit(&r->dropped, 1, memory_order_relaxed);
    return OCEL_ERR_STATE;
  }
  insert_parameters(r, &l, base);
  publish(r, &l, table, how);
  return OCEL_OK;
}

ocel_err ocel_ring_set_parameters(ocel_ring *r, ocel_span sps, ocel_span pps) {
  if (sps.n > PARAMETER_SET_MAX || pps.n > PARAMETER_SET_MAX) return OCEL_ERR_SPACE;
  remember(&r->sps, sps);
  remember(&r->pps, pps);
  return OCEL_OK;
}

const ocel_ring_config *ocel_ring_get_config(const ocel_ring *r) { return &r->cfg; }

uint32_t ocel_ring_dropped(const ocel_ring *r) {
  return (uint32_t)atomic_load_explicit(&r->dropped, memory_order_relaxed);
}

uint32_t ocel_ring_head(ocel_ring *r) {
  return (uint32_t)atomic_load_explicit(&r->head, memory_order_acquire);
}

uint32_t ocel_ring_tail(const ocel_ring *r) {
  return (uint32_t)atomic_load_explicit(&r->tail, memory_order_relaxed);
}

uint32_t ocel_ring_trim(ocel_ring *r) {
  const uint32_t head = ocel_ring_head(r);
  const uint32_t most = r->cfg.records - 1u - r->cfg.records / 8u;
  uint32_t tail = ocel_ring_tail(r), start;
  while (head - tail > most || !find_room(r, head, tail, r->cfg.unit_max, &start)) tail++;
  atomic_store_explicit(&r->tail, tail, memory_order_release);
  return tail;
}

void ocel_ring_get(const ocel_ring *r, uint32_t index, ocel_access_unit *out) {
  const record *rec = record_of(r, index);
  *out = (ocel_access_unit){
      .data = r->media + rec->start,
      .units = (const ocel_unit *)(const void *)(r->media + rec->table),
      .unit_count = rec->unit_count,
      .key = rec->key,
      .size = rec->size,
      .captured_at = rec->captured_at,
      .encode_us = rec->encode_us,
  };
}
