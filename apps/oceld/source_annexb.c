// SPDX-License-Identifier: Apache-2.0
#include "source_annexb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "annexb_reader.h"
#include "log.h"
#include "ocel/loop.h"
#include "ocel/h264_nal.h"
#include "ocel/h264_params.h"
#include "pace.h"
#include "picture_order.h"

enum {
  HEAD = 4096,                  // Of each access unit, looked at for parameter sets.
  SURVEYED = 64 * 1024 * 1024,  // Of a longer file, only the beginning is measured.
  UNIT_LEAST = 64 * 1024,
};

typedef struct {
  oceld_annexb_reader reader;
  oceld_rate rate;
  uint64_t loop_pictures;  // Since the file was last begun.
  oceld_pace pace;
  ocel_us due;  // The next picture; 0: the pace has not begun.
  // With B-pictures only: when each picture is shown.
  int64_t order_step;  // Of the picture order count from one to the next; 0: as they come.
  oceld_picture_order order;
  int64_t base_count;  // Of the picture that the others are counted from,
  ocel_us base_at;     // and when it is due.
  uint8_t head[HEAD];  // Of a picture for which the ring has no room.
} annexb;

// What the file's first pass tells.
typedef struct {
  ocel_h264_sps sps;  // width 0 until found.
  uint64_t bytes, pictures;
  uint32_t unit_max;
  uint32_t gop_bytes, gop_units;          // The largest group of pictures so far.
  uint32_t current_bytes, current_units;  // The group that is being read.
  bool whole;                             // Nothing is left unread.
  oceld_picture_order order;
  int64_t last_count, step;  // Of the picture order count; `step` divides them all.
  bool reordered;            // They do not always grow.
} survey;

static void look_for_sps(ocel_span head, ocel_h264_sps *sps) {
  ocel_span nal;
  while (sps->width == 0 && ocel_annexb_next(&head, &nal)) {
    if (ocel_nal_type_of(nal) != OCEL_NAL_SPS) continue;
    if (ocel_h264_sps_parse(nal, sps) != OCEL_OK) sps->width = 0;
  }
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static void count_unit(survey *v, const oceld_annexb_unit *unit) {
  const uint32_t size = unit->size < UINT32_MAX / 16 ? (uint32_t)unit->size : UINT32_MAX / 16;
  if (unit->key) v->current_bytes = v->current_units = 0;
  v->current_bytes += size;
  v->current_units++;
  v->gop_bytes = larger(v->gop_bytes, v->current_bytes);
  v->gop_units = larger(v->gop_units, v->current_units);
  v->unit_max = larger(v->unit_max, size);
  v->bytes += unit->size;
  v->pictures += unit->picture;
}

static int64_t common_divisor(int64_t a, int64_t b) {
  while (b != 0) {
    const int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a < 0 ? -a : a;
}

static void count_order(survey *v, ocel_span head, bool key) {
  int64_t count;
  if (!oceld_picture_order_next(&v->order, head, &count)) return;
  if (!key && count < v->last_count) v->reordered = true;
  v->step = common_divisor(v->step, count);
  v->last_count = count;
}

static bool survey_file(oceld_annexb_reader *r, survey *v, oceld_failure *why) {
  uint8_t head[HEAD];
  oceld_annexb_unit unit;
  memset(v, 0, sizeof *v);
  v->whole = true;
  while (oceld_annexb_read(r, head, sizeof head, &unit)) {
    const size_t n = unit.size < sizeof head ? unit.size : sizeof head;
    if (v->sps.width == 0) look_for_sps(ocel_span_make(head, n), &v->sps);
    if (unit.picture) count_order(v, ocel_span_make(head, n), unit.key);
    count_unit(v, &unit);
    v->whole = v->bytes < SURVEYED;
    if (!v->whole) break;
  }
  if (r->error != 0) return oceld_fail(why, "cannot read the file: %s", strerror(r->error));
  if (v->pictures == 0 || v->sps.width == 0) {
    return oceld_fail(why, "the file has no H.264 picture with a sequence parameter set");
  }
  return true;
}

static oceld_rate rate_of(const oceld_source_config *cfg, const ocel_h264_sps *sps) {
  const oceld_rate said = {sps->fps_numerator, sps->fps_denominator};
  const oceld_rate usual = {25, 1};
  if (cfg->fps.numerator > 0) return cfg->fps;
  return said.numerator > 0 && oceld_rate_is_sane(said) ? said : usual;
}

static void tell(const survey *v, oceld_rate rate, oceld_source_traits *out) {
  const double seconds = oceld_rate_us(rate, v->pictures) / 1e6;
  out->bitrate = (uint32_t)((double)v->bytes * 8 / seconds);
  out->unit_max = larger(UNIT_LEAST, v->whole ? v->unit_max : 2 * v->unit_max);
  out->gop_bytes = v->gop_bytes;
  out->gop_units = v->gop_units;
  (void)snprintf(out->description, sizeof out->description,
                 "raw H.264%s, %ux%u, %.4g fps, %u kbit/s", v->reordered ? " with B-pictures" : "",
                 v->sps.width, v->sps.height, (double)rate.numerator / rate.denominator,
                 out->bitrate / 1000);
}

static void close_annexb(void *self) {
  annexb *a = self;
  if (a->reader.fd >= 0) (void)close(a->reader.fd);
  free(a);
}

static bool prepare(annexb *a, const oceld_source_config *cfg, oceld_source_traits *traits,
                    oceld_failure *why) {
  survey v;
  a->reader.fd = open(cfg->path, O_RDONLY | O_CLOEXEC);
  if (a->reader.fd < 0) return oceld_fail(why, "cannot open the file: %s", strerror(errno));
  if (!survey_file(&a->reader, &v, why)) return false;
  if (!oceld_annexb_rewind(&a->reader)) {
    return oceld_fail(why, "cannot start the file again: %s", strerror(a->reader.error));
  }
  a->rate = rate_of(cfg, &v.sps);
  a->order_step = v.reordered ? v.step : 0;
  tell(&v, a->rate, traits);
  return true;
}

static void *open_annexb(const oceld_source_config *cfg, oceld_source_traits *traits,
                         oceld_failure *why) {
  annexb *a = calloc(1, sizeof *a);
  if (a == NULL) {
    (void)oceld_fail(why, "out of memory");
    return NULL;
  }
  if (prepare(a, cfg, traits, why)) return a;
  close_annexb(a);
  return NULL;
}

// The next access unit that has a picture, from the beginning again after the end.
static bool next_unit(annexb *a, uint8_t *room, size_t max, oceld_annexb_unit *unit,
                      oceld_failure *why) {
  for (;;) {
    if (oceld_annexb_read(&a->reader, room, max, unit)) {
      if (!unit->picture) continue;
      a->loop_pictures++;
      return true;
    }
    if (a->reader.error != 0) {
      return oceld_fail(why, "cannot read the file: %s", strerror(a->reader.error));
    }
    if (a->loop_pictures == 0) return oceld_fail(why, "the file has no picture any more");
    a->loop_pictures = 0;
    if (!oceld_annexb_rewind(&a->reader)) {
      return oceld_fail(why, "cannot start the file again: %s", strerror(a->reader.error));
    }
  }
}

// When the picture that is handed out at `due` is shown. A file that is begun again need not
// begin with an IDR picture.
static ocel_us shown_at(annexb *a, ocel_span unit, bool key, ocel_us due) {
  int64_t count;
  if (a->order_step == 0 || !oceld_picture_order_next(&a->order, unit, &count)) return due;
  if (key || a->loop_pictures == 1) {
    a->base_count = count;
    a->base_at = due;
  }
  const double pictures = (double)(count - a->base_count) / (double)a->order_step;
  return a->base_at + (ocel_us)(pictures * oceld_rate_us(a->rate, 1));
}

// Reads the next picture straight into the ring. False: `why`.
static bool put_unit(annexb *a, ocel_us due, oceld_feed *feed, oceld_failure *why) {
  oceld_annexb_unit unit;
  uint8_t *room = oceld_feed_reserve(feed, oceld_feed_unit_max(feed));
  uint8_t *to = room != NULL ? room : a->head;
  const size_t max = room != NULL ? oceld_feed_unit_max(feed) : sizeof a->head;
  if (!next_unit(a, to, max, &unit, why)) return false;
  const ocel_span read = ocel_span_make(to, unit.size < max ? unit.size : max);
  const ocel_commit how = {.wrap = OCEL_WRAP_ANNEXB,
                           .captured_at = shown_at(a, read, unit.key, due)};
  if (room == NULL) return true;  // The feed has said so.
  if (unit.size <= max) {
    (void)oceld_feed_commit(feed, unit.size, &how);
  } else {
    oceld_feed_drop(feed, OCELD_TOO_LARGE);
  }
  return true;
}

static bool step_annexb(void *self, oceld_feed *feed, ocel_us now, ocel_us *next,
                        oceld_failure *why) {
  annexb *a = self;
  if (a->due == 0) {
    oceld_pace_start(&a->pace, a->rate, now);
    a->due = oceld_pace_next(&a->pace, now);
  }
  if (now >= a->due) {
    if (!put_unit(a, a->due, feed, why)) return false;
    a->due = oceld_pace_next(&a->pace, now);
  }
  *next = a->due;
  return true;
}

static bool run_annexb(void *self, oceld_feed *feed, oceld_failure *why) {
  ocel_us next;
  do {
    if (!step_annexb(self, feed, ocel_loop_now(), &next, why)) return false;
  } while (oceld_feed_wait(feed, next));
  return true;
}

const oceld_source_kind oceld_annexb_kind = {
    "file", open_annexb, run_annexb, close_annexb, step_annexb,
};

// The types that an access unit can begin with; nal_ref_idc of AUD and SEI is 0.
static bool begins_stream(ocel_span nal) {
  const unsigned type = ocel_nal_type_of(nal);
  if ((nal.p[0] & 0x80) != 0) return false;
  if (type == OCEL_NAL_SEI || type == OCEL_NAL_AUD) return (nal.p[0] & 0x60) == 0;
  return type == OCEL_NAL_SPS;
}

static bool is_byte_stream(ocel_span head) {
  ocel_span rest = head, nal;
  ocel_h264_sps sps = {0};
  const size_t at = ocel_annexb_find(head, 0);
  for (size_t i = 0; i < at; i++) {
    if (i == head.n || head.p[i] != 0) return false;  // Only zeros may stand in front.
  }
  if (!ocel_annexb_next(&rest, &nal) || !begins_stream(nal)) return false;
  look_for_sps(head, &sps);
  return sps.width > 0;
}

bool oceld_annexb_recognises(const char *path) {
  uint8_t head[HEAD];
  struct stat about;
  // A pipe cannot be begun again, and opening it would disturb whoever writes to it.
  if (stat(path, &about) != 0 || !S_ISREG(about.st_mode)) return false;
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  const ssize_t n = read(fd, head, sizeof head);
  (void)close(fd);
  return n > 0 && is_byte_stream(ocel_span_make(head, (size_t)n));
}
