// SPDX-License-Identifier: Apache-2.0
#include "ocel/format.h"

enum {
  PICTURES_HZ = 90000,
  OPUS_HZ = 48000,
  TELEPHONE_HZ = 8000,
  CD_HZ = 44100,
  RATE_MIN = 8000,
  RATE_MAX = 192000,
  CHANNELS_MAX = 2,
  DYNAMIC_PICTURES = 96,
  DYNAMIC_SOUND = 97,
};

typedef struct {
  const char *name;
  uint8_t sample_size;  // of one channel; 0: none
} codec_facts;

static const codec_facts CODECS[OCEL_CODEC_COUNT] = {
    [OCEL_CODEC_H264] = {"H264",          0},
      [OCEL_CODEC_PCMU] = {"PCMU",          1},
    [OCEL_CODEC_PCMA] = {"PCMA",          1},
      [OCEL_CODEC_L16] = {"L16",           2},
    [OCEL_CODEC_AAC] = {"mpeg4-generic", 0},
      [OCEL_CODEC_OPUS] = {"opus",          0},
    [OCEL_CODEC_JPEG] = {"JPEG",          0},
};

// RFC 3551 tables 4 and 5: a format with a number of its own.
typedef struct {
  ocel_codec codec;
  uint32_t clock_hz;
  uint8_t channels;  // 0: pictures
  uint8_t payload_type;
} static_type;

static const static_type STATIC_TYPES[] = {
    {OCEL_CODEC_PCMU, TELEPHONE_HZ, 1, 0 },
    {OCEL_CODEC_PCMA, TELEPHONE_HZ, 1, 8 },
    {OCEL_CODEC_L16,  CD_HZ,        2, 10},
    {OCEL_CODEC_L16,  CD_HZ,        1, 11},
    {OCEL_CODEC_JPEG, PICTURES_HZ,  0, 26},
};

static bool within(uint32_t value, uint32_t low, uint32_t high) {
  return value >= low && value <= high;
}

bool ocel_format_valid(const ocel_format *f) {
  const bool aac = f->codec == OCEL_CODEC_AAC;
  if (f->codec >= OCEL_CODEC_COUNT) return false;
  if (!ocel_format_is_sound(f)) return true;
  if (f->codec == OCEL_CODEC_OPUS && f->clock_hz != OPUS_HZ) return false;
  return within(f->clock_hz, RATE_MIN, RATE_MAX) && within(f->channels, 1, CHANNELS_MAX) &&
         within(f->config_n, aac ? 2 : 0, aac ? OCEL_FORMAT_CONFIG_MAX : 0);
}

uint32_t ocel_format_clock(const ocel_format *f) {
  return ocel_format_is_sound(f) ? f->clock_hz : PICTURES_HZ;
}

uint8_t ocel_format_payload_type(const ocel_format *f) {
  const uint32_t clock_hz = ocel_format_clock(f);
  for (size_t i = 0; i < sizeof STATIC_TYPES / sizeof STATIC_TYPES[0]; i++) {
    const static_type *t = &STATIC_TYPES[i];
    if (t->codec != f->codec || t->clock_hz != clock_hz) continue;
    if (t->channels == 0 || t->channels == f->channels) return t->payload_type;
  }
  return ocel_format_is_sound(f) ? DYNAMIC_SOUND : DYNAMIC_PICTURES;
}

const char *ocel_format_name(const ocel_format *f) { return CODECS[f->codec].name; }

size_t ocel_format_sample_size(const ocel_format *f) {
  return (size_t)CODECS[f->codec].sample_size * f->channels;
}
