// SPDX-License-Identifier: Apache-2.0
#include "survey.h"

#include <string.h>

#include "encoder.h"
#include "pace.h"

enum { SURVEYED = 64 * 1024 * 1024, UNIT_LEAST = 64 * 1024, GUESSED_UNIT = 1024 * 1024 };

typedef struct {
  uint64_t bytes, pictures;
  uint32_t gop_bytes, gop_units;  // The group that is being read.
} counting;

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static void count(oceld_survey *v, counting *c, uint32_t size, bool key) {
  if (key) c->gop_bytes = c->gop_units = 0;
  c->gop_bytes += size;
  c->gop_units++;
  c->bytes += size;
  c->pictures++;
  v->keys += key;
  v->unit_max = larger(v->unit_max, size);
  v->gop_bytes = larger(v->gop_bytes, c->gop_bytes);
  v->gop_units = larger(v->gop_units, c->gop_units);
}

// A pipe or a live stream cannot be read twice: it is trusted.
static bool can_go_back(const oceld_input *in) {
  return in->format->pb != NULL && (in->format->pb->seekable & AVIO_SEEKABLE_NORMAL) != 0;
}

static void guess(oceld_survey *v, const oceld_input *in, const oceld_source_config *cfg) {
  oceld_source_traits traits = {0};
  oceld_failure why;
  (void)oceld_encoder_expect(cfg, oceld_input_size(in), oceld_input_rate(in, cfg->fps), &traits,
                             &why);
  v->unit_max = larger(GUESSED_UNIT, traits.unit_max);
  v->gop_bytes = traits.gop_bytes;
  v->gop_units = traits.gop_units;
  v->keys = 1;
}

bool oceld_survey_take(oceld_survey *v, oceld_input *in, oceld_passthrough *pass,
                       const oceld_source_config *cfg, oceld_failure *why) {
  counting c = {0};
  int rc = 1;
  memset(v, 0, sizeof *v);
  if (!can_go_back(in)) {
    guess(v, in, cfg);
    return true;
  }
  while (c.bytes < SURVEYED && (rc = oceld_input_read(in, why)) == 1) {
    if (!oceld_passthrough_prepare(pass, in->packet, why)) return false;
    const bool key = oceld_passthrough_is_key(pass, in->packet);
    count(v, &c, (uint32_t)in->packet->size, key);
  }
  if (rc < 0) return false;
  if (c.pictures == 0) return oceld_fail(why, "there is no picture in it");
  const double seconds = oceld_rate_us(oceld_input_rate(in, cfg->fps), c.pictures) / 1e6;
  v->bitrate = (uint32_t)((double)c.bytes * 8 / seconds);
  // Of what was not seen, a picture may be larger.
  v->unit_max = larger(UNIT_LEAST, rc == 0 ? v->unit_max : 2 * v->unit_max);
  return oceld_input_rewind(in, cfg->path, why);
}
