// SPDX-License-Identifier: Apache-2.0
#include "stream_options.h"

#include <inttypes.h>
#include <string.h>

#include "log.h"
#include "option_kinds.h"

#define FIELD(name) \
  offsetof(oceld_stream_options, name), sizeof(((oceld_stream_options *)NULL)->name)

// clang-format off
static const oceld_option TABLE[] = {
    {"path", OCELD_URL_PATH, 0, 0, "/sub", "PATH",
     "path of the stream's URL", {NULL}, FIELD(path), false},
    {"name", OCELD_TEXT, 0, 0, "", "TEXT",
     "what players show", {NULL}, FIELD(name), false},
    {"resolution", OCELD_SIZE, 16, 8192, "", "WxH",
     "picture size, scaled from the source's", {NULL}, FIELD(size), false},
    {"bitrate", OCELD_BITS, 100000, 10000000, "", "N",
     "bits per second", {NULL}, FIELD(bitrate), true},
    {"gop", OCELD_INTEGER, 1, 120, "", "N",
     "pictures from one IDR picture to the next", {NULL}, FIELD(gop), true},
    {"qp_min", OCELD_INTEGER, 0, 51, "", "N",
     "lowest quantiser", {NULL}, FIELD(qp_min), true},
    {"qp_max", OCELD_INTEGER, 0, 51, "", "N",
     "highest quantiser", {NULL}, FIELD(qp_max), true},
    {"codec", OCELD_CHOICE, 0, 0, "", "CODEC",
     "what pictures are encoded as", {"h264", "mjpeg"}, FIELD(codec), false},
    {"quality", OCELD_INTEGER, 1, 100, "", "N",
     "of the pictures of codec mjpeg", {NULL}, FIELD(quality), true},
    {"audio", OCELD_CHOICE, 0, 0, "yes", "WORD",
     "with the source's sound", {"no", "yes", "false", "true"}, FIELD(audio), false},
    {"start", OCELD_CHOICE, 0, 0, "", "WHERE",
     "where a player begins", {"default", "gop", "idr", "live"}, FIELD(start), false},
    {"on_demand", OCELD_CHOICE, 0, 0, "no", "WORD",
     "encode only while somebody watches", {"no", "yes", "false", "true"}, FIELD(on_demand), false},
};
// clang-format on

enum { ROWS = sizeof TABLE / sizeof TABLE[0], PATH_ROW = 0 };

const oceld_option *oceld_stream_option_table(size_t *count) {
  *count = ROWS;
  return TABLE;
}

// Names of sizes, as cameras on ESPHome have them.
static const char *size_of_name(const char *value) {
  static const char *const NAMES[][2] = {
      {"VGA",   "640x480"  },
      {"720P",  "1280x720" },
      {"1080P", "1920x1080"}
  };
  for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0]; i++) {
    if (strcmp(value, NAMES[i][0]) == 0) return NAMES[i][1];
  }
  return value;
}

static bool unknown(const char *name, oceld_failure *why) {
  char all[160] = "";
  for (size_t i = 0, n = 0; i < ROWS; i++) {
    n += (size_t)snprintf(all + n, sizeof all - n, "%s%s", i == 0 ? "" : ", ", TABLE[i].name);
  }
  return oceld_fail(why, "a stream has no option %.60s; it has %s", name, all);
}

bool oceld_stream_set(oceld_stream_options *s, const char *name, const char *value,
                      oceld_failure *why) {
  oceld_failure inner;
  size_t row = 0;
  while (row < ROWS && strcmp(name, TABLE[row].name) != 0) row++;
  if (row == ROWS) return unknown(name, why);
  const oceld_option *option = &TABLE[row];
  const char *text = option->kind == OCELD_SIZE ? size_of_name(value) : value;
  s->given |= 1u << row;
  if (oceld_kind_rules_of(option->kind)->read(option, text, (char *)s + option->offset, &inner)) {
    return true;
  }
  return oceld_fail(why, "%s: %.400s", name, inner.text);
}

oceld_stream_options *oceld_stream_add(oceld_options *o, oceld_failure *why) {
  if (o->stream_count == OCELD_STREAMS_MAX) {
    (void)oceld_fail(why, "there can be at most %u streams", OCELD_STREAMS_MAX);
    return NULL;
  }
  oceld_stream_options *s = &o->streams[o->stream_count++];
  memset(s, 0, sizeof *s);
  s->audio = 1;
  return s;
}

bool oceld_stream_read(oceld_options *o, const char *text, oceld_failure *why) {
  oceld_stream_options *s = oceld_stream_add(o, why);
  if (s == NULL) return false;
  while (*text != '\0') {
    char pair[128];
    const size_t n = strcspn(text, ",");
    (void)snprintf(pair, sizeof pair, "%.*s", (int)(n < sizeof pair ? n : sizeof pair - 1), text);
    char *equals = strchr(pair, '=');
    if (equals == NULL || n >= sizeof pair) {
      return oceld_fail(why,
                        "\"%.100s\" is not of the form NAME=VALUE; give, for example, "
                        "path=/sub,resolution=640x480",
                        pair);
    }
    *equals = '\0';
    if (!oceld_stream_set(s, pair, equals + 1, why)) return false;
    text += n + (text[n] == ',');
  }
  return true;
}

// ---- what follows ----

static void inherit(const oceld_options *o, oceld_stream_options *s, bool first) {
  const struct {
    const char *name;
    uint32_t value, *field;
  } FROM[] = {
      {"bitrate", o->bitrate, &s->bitrate},
      {"gop",     o->gop,     &s->gop    },
      {"qp_min",  o->qp_min,  &s->qp_min },
      {"qp_max",  o->qp_max,  &s->qp_max },
      {"start",   o->start,   &s->start  },
      {"codec",   o->codec,   &s->codec  },
      {"quality", o->quality, &s->quality},
  };
  for (size_t row = 0; row < ROWS; row++) {
    if ((s->given & 1u << row) != 0) continue;
    for (size_t i = 0; i < sizeof FROM / sizeof FROM[0]; i++) {
      if (strcmp(FROM[i].name, TABLE[row].name) == 0) *FROM[i].field = FROM[i].value;
    }
  }
  if (s->path[0] == '\0') memcpy(s->path, o->stream_path, sizeof s->path);
  if (first && s->size.width == 0) s->size = o->size;
  s->audio %= 2;  // The words come in pairs.
  s->on_demand %= 2;
}

unsigned oceld_streams_resolve(const oceld_options *o, oceld_stream_options *out) {
  const unsigned count = o->stream_count > 0 ? o->stream_count : 1;
  memset(out, 0, OCELD_STREAMS_MAX * sizeof *out);
  if (o->stream_count == 0) out[0].audio = 1;
  memcpy(out, o->streams, o->stream_count * sizeof *out);
  for (unsigned i = 0; i < count; i++) inherit(o, &out[i], i == 0);
  return count;
}

static bool same_size(oceld_size a, oceld_size b) {
  return a.width == b.width && a.height == b.height;
}

static bool path_is_new(const oceld_stream_options *all, unsigned i, oceld_failure *why) {
  for (unsigned k = 0; k < i; k++) {
    if (strcmp(all[k].path, all[i].path) != 0) continue;
    return oceld_fail(why, "streams %u and %u both have the path %s; give each a path of its own",
                      k + 1, i + 1, all[i].path);
  }
  return true;
}

// Scaling up adds bits and no picture.
static bool is_smaller(const oceld_stream_options *all, unsigned i, oceld_failure *why) {
  const oceld_size source = all[0].size, size = all[i].size;
  if (source.width == 0) return true;  // Not known before the source is open.
  if (size.width <= source.width && size.height <= source.height) return true;
  return oceld_fail(why,
                    "stream %s: %" PRIu32 "x%" PRIu32 " is larger than the source's %" PRIu32
                    "x%" PRIu32 "; give any even resolution from 16x16 up to that",
                    all[i].path, size.width, size.height, source.width, source.height);
}

static bool stream_fits(const oceld_stream_options *all, unsigned i, oceld_failure *why) {
  const oceld_stream_options *s = &all[i];
  if (s->qp_min > s->qp_max) {
    return oceld_fail(why,
                      "stream %s: qp_min (%" PRIu32 ") is above qp_max (%" PRIu32
                      "); give a qp_min of at most %" PRIu32,
                      s->path, s->qp_min, s->qp_max, s->qp_max);
  }
  if (i > 0 && s->size.width == 0) {
    return oceld_fail(why, "stream %s: its resolution is missing; give one, for example 640x480",
                      s->path);
  }
  if (i == 0 && s->on_demand != 0) {
    return oceld_fail(why, "stream %s: the first stream never rests; leave on_demand out", s->path);
  }
  return path_is_new(all, i, why) && is_smaller(all, i, why);
}

bool oceld_streams_check(const oceld_options *o, oceld_failure *why) {
  oceld_stream_options all[OCELD_STREAMS_MAX];
  const unsigned count = oceld_streams_resolve(o, all);
  if (o->stream_count > 0 && o->size.width > 0 && !same_size(o->size, all[0].size)) {
    return oceld_fail(why,
                      "size and the resolution of stream %s differ, but the first stream is "
                      "the source's picture; give one of them",
                      all[0].path);
  }
  for (unsigned i = 0; i < count; i++) {
    if (i > 0 && (o->streams[i].given & 1u << PATH_ROW) == 0) {
      return oceld_fail(why, "stream %u has no path; give it one, for example /sub", i + 1);
    }
    if (!stream_fits(all, i, why)) return false;
  }
  return true;
}

bool oceld_streams_apply_live(oceld_options *running, const oceld_options *next) {
  bool any = false, other = running->stream_count != next->stream_count;
  const uint32_t count = other ? 0 : next->stream_count;
  for (uint32_t i = 0; i < count; i++) {
    const oceld_stream_options was = running->streams[i];
    oceld_stream_options *now = &running->streams[i];
    for (size_t row = 0; row < ROWS; row++) {
      const oceld_option *option = &TABLE[row];
      if (!option->live) continue;
      memcpy((char *)now + option->offset, (const char *)&next->streams[i] + option->offset,
             option->room);
    }
    now->given = next->streams[i].given;
    any |= memcmp(now, &was, sizeof was) != 0;
    other |= memcmp(now, &next->streams[i], sizeof was) != 0;
  }
  if (any) oceld_log(OCELD_LOG_INFO, "streams have changed and are applied");
  if (other) oceld_log(OCELD_LOG_WARNING, "streams have changed; restart oceld to apply it");
  return any;
}
