// SPDX-License-Identifier: Apache-2.0
#include "media_memory.h"

#include <stdlib.h>

enum {
  LEAST = 3 * 512 * 1024,
  MOST = 64 * 1024 * 1024,
  PER_UNIT = 1024,  // Room in front of a unit, its table and alignment.
  RECORDS_LEAST = 256,
  RECORDS_MOST = 16384,
  SOUND_SECONDS = 10,
  SOUND_RECORDS_LEAST = 64,
  COMPRESSED_USUAL = 400,  // Bytes of a block; 128 kbit/s of AAC have 341.
  SOUND_PER_UNIT = 32,     // The table of one unit, and alignment.
};

// The ring keeps room for one unit of its largest size. With room for two of the source's, the
// source may be some pictures ahead of the server.
static uint32_t ring_unit_max(const oceld_source_traits *t) {
  return t->unit_max < MOST / 8 ? 2 * t->unit_max : t->unit_max;
}

// Two groups of pictures stay, one unit is free, and up to one does not fit at the end.
static uint64_t wanted(const oceld_source_traits *t) {
  const uint64_t gop = t->gop_bytes + (uint64_t)t->gop_units * PER_UNIT;
  const uint64_t bytes = 2 * gop + 2 * ((uint64_t)ring_unit_max(t) + OCEL_RING_OVERHEAD);
  if (bytes < LEAST) return LEAST;
  return bytes > MOST ? MOST : bytes;
}

static uint16_t records_for(uint64_t bytes, const oceld_source_traits *t) {
  const uint64_t unit = t->gop_units > 0 ? t->gop_bytes / t->gop_units + PER_UNIT : PER_UNIT;
  uint32_t n = RECORDS_LEAST;
  while (n < RECORDS_MOST && n < bytes / unit) n *= 2;
  return (uint16_t)n;
}

bool oceld_ring_plan(const oceld_source_traits *traits, uint32_t ring_size, ocel_ring_config *out,
                     oceld_failure *why) {
  const uint32_t unit_max = ring_unit_max(traits);
  const uint64_t least = 3 * ((uint64_t)unit_max + OCEL_RING_OVERHEAD);
  uint64_t bytes = ring_size != 0 ? ring_size : wanted(traits);
  if (ring_size != 0 && bytes < least) {
    return oceld_fail(why,
                      "ring_size: %u bytes are too few for this source, whose largest picture may "
                      "have %u; give at least %lluM or leave the option out",
                      ring_size, traits->unit_max, (unsigned long long)(least >> 20) + 1);
  }
  if (bytes < least) bytes = least;
  *out = (ocel_ring_config){
      .unit_max = unit_max,
      .bytes = (uint32_t)bytes,
      .records = records_for(bytes, traits),
      .align = 64,
      .codec = traits->picture.codec,
  };
  return true;
}

void oceld_sound_ring_plan(const oceld_source_traits *t, ocel_ring_config *out) {
  const bool samples = ocel_format_sample_size(&t->sound) > 0;
  const uint32_t usual = samples ? t->sound_unit_max : COMPRESSED_USUAL;
  uint32_t records = SOUND_RECORDS_LEAST;
  while (records < SOUND_SECONDS * t->sound_blocks) records *= 2;
  *out = (ocel_ring_config){
      .unit_max = t->sound_unit_max,
      .bytes = records * (usual + SOUND_PER_UNIT) + 3 * (t->sound_unit_max + OCEL_RING_OVERHEAD),
      .records = (uint16_t)records,
      .align = 8,
      .codec = t->sound.codec,
  };
}

ocel_ring *oceld_ring_make(const ocel_ring_config *cfg, void **memory) {
  const size_t size = (ocel_ring_size(cfg) + 63) / 64 * 64;
  *memory = size > 0 ? aligned_alloc(64, size) : NULL;
  if (*memory == NULL) return NULL;
  ocel_ring *ring = ocel_ring_init(*memory, size, cfg);
  if (ring == NULL) free(*memory);
  return ring;
}
