// SPDX-License-Identifier: Apache-2.0
#include "media_plan.h"

enum {
  ALIGN = 128,  // the longest cache line
  UNIT_LEAST = 65536,
  UNIT_MOST = 524288,
  PER_UNIT = 768,  // room in front of a picture, its table and alignment
  RECORDS_LEAST = 32,
  RECORDS_MOST = 512,
  FPS_UNKNOWN = 30,
  GROUP_SECONDS = 2,
};

static uint32_t round_up(uint64_t n) { return (uint32_t)((n + ALIGN - 1) / ALIGN * ALIGN); }

static uint32_t unit_max(uint32_t bitrate) {
  const uint32_t half_second = bitrate / 16;
  if (half_second < UNIT_LEAST) return UNIT_LEAST;
  return half_second > UNIT_MOST ? UNIT_MOST : round_up(half_second);
}

static uint64_t group_bytes(uint32_t bitrate, uint8_t gop, uint8_t fps) {
  const uint32_t most = (uint32_t)GROUP_SECONDS * fps, pictures = gop < most ? gop : most;
  return (uint64_t)bitrate / 8 * pictures / fps * 5 / 4 + (uint64_t)pictures * PER_UNIT;
}

// The ring keeps seven eighths of its records.
static uint16_t records_for(uint8_t gop) {
  uint16_t n = RECORDS_LEAST;
  while (n < RECORDS_MOST && n - n / 8 < gop + 3) n *= 2;
  return n;
}

ocel_ring_config ocel_media_plan(uint32_t bitrate, uint8_t gop, uint8_t fps) {
  const uint32_t most = unit_max(bitrate), room = most + OCEL_RING_OVERHEAD;
  // Beside the group: the room that is free, and what is left over at the end of the memory.
  uint64_t bytes = group_bytes(bitrate, gop, fps != 0 ? fps : FPS_UNKNOWN) + 2ull * room;
  if (bytes < 3ull * room) bytes = 3ull * room;
  return (ocel_ring_config){
      .unit_max = most, .bytes = round_up(bytes), .records = records_for(gop), .align = ALIGN};
}
