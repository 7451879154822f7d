// SPDX-License-Identifier: Apache-2.0
#include "config_file.h"

#include <errno.h>
#include <string.h>
#include <yaml.h>

#include "log.h"
#include "stream_options.h"

// The file is read twice: first to learn whether there is a block `rtsp_server:`, then to take
// the options from there or from the top level.
typedef struct {
  const char *path;
  yaml_parser_t parser;
  oceld_options *options;  // NULL on the first reading.
  bool has_block;          // Found on the first reading.
  oceld_failure *why;
} reading;

#define BLOCK "rtsp_server"

static bool fail_at(reading *r, yaml_mark_t at, const char *text) {
  return oceld_fail(r->why, "%.200s:%zu: %.300s", r->path, at.line + 1, text);
}

static bool next(reading *r, yaml_event_t *event) {
  if (yaml_parser_parse(&r->parser, event)) return true;
  char text[200];
  (void)snprintf(text, sizeof text, "no valid YAML: %s",
                 r->parser.problem != NULL ? r->parser.problem : "unreadable");
  return fail_at(r, r->parser.problem_mark, text);
}

static int depth_of(const yaml_event_t *event) {
  const yaml_event_type_t t = event->type;
  if (t == YAML_MAPPING_START_EVENT || t == YAML_SEQUENCE_START_EVENT) return 1;
  if (t == YAML_MAPPING_END_EVENT || t == YAML_SEQUENCE_END_EVENT) return -1;
  return 0;
}

// Passes over the rest of the value that `first` begins.
static bool skip_value(reading *r, const yaml_event_t *first) {
  int depth = depth_of(first);
  while (depth > 0) {
    yaml_event_t event;
    if (!next(r, &event)) return false;
    depth += depth_of(&event);
    yaml_event_delete(&event);
  }
  return true;
}

// Names that ESPHome's block has and that mean nothing here.
static bool is_esphome_only(const char *name) {
  return strcmp(name, "id") == 0 || strcmp(name, "camera_id") == 0;
}

static bool unknown(reading *r, yaml_mark_t at, const char *name) {
  char text[200];
  const oceld_option *near = oceld_option_nearest(name);
  if (near != NULL) {
    (void)snprintf(text, sizeof text, "unknown option %.60s; did you mean %s?", name, near->name);
  } else {
    (void)snprintf(text, sizeof text,
                   "unknown option %.60s; oceld --help lists all options (here with underscores)",
                   name);
  }
  return fail_at(r, at, text);
}

// Appends one element of a list, with a comma in front of all but the first.
static bool append(char *list, size_t size, const yaml_event_t *element) {
  const size_t n = strlen(list);
  if (element->type != YAML_SCALAR_EVENT) return false;
  const int more = snprintf(list + n, size - n, "%s%s", n > 0 ? "," : "",
                            (const char *)element->data.scalar.value);
  return more >= 0 && (size_t)more < size - n;
}

// A list of scalars, whose beginning has been taken, as if they were written with commas.
static bool set_list(reading *r, yaml_mark_t at, const oceld_option *option) {
  char list[1024] = "", text[400];
  oceld_failure inner;
  for (;;) {
    yaml_event_t element;
    if (!next(r, &element)) return false;
    const bool end = element.type == YAML_SEQUENCE_END_EVENT;
    const bool ok = end || append(list, sizeof list, &element);
    yaml_event_delete(&element);
    if (end) break;
    if (!ok) return fail_at(r, at, "the list is too long, or has another list or block in it");
  }
  if (oceld_option_set(r->options, option, list, &inner)) return true;
  (void)snprintf(text, sizeof text, "%s: %.300s", option->name, inner.text);
  return fail_at(r, at, text);
}

// ---- streams ----

// True for `!secret`, which is ESPHome's; `why` is filled in.
static bool is_secret(reading *r, const char *name, const yaml_event_t *value) {
  char text[120];
  const char *tag = (const char *)value->data.scalar.tag;
  if (tag == NULL || strcmp(tag, "!secret") != 0) return false;
  (void)snprintf(text, sizeof text, "%.60s: !secret is for ESPHome; write the value here", name);
  return !fail_at(r, value->start_mark, text);
}

static bool set_in_stream(reading *r, oceld_stream_options *s, const char *name,
                          const yaml_event_t *value) {
  oceld_failure inner;
  if (value->type != YAML_SCALAR_EVENT) {
    return fail_at(r, value->start_mark, "an option of a stream has one value, no list or block");
  }
  if (is_secret(r, name, value)) return false;
  if (oceld_stream_set(s, name, (const char *)value->data.scalar.value, &inner)) return true;
  return fail_at(r, value->start_mark, inner.text);
}

// One pair of a stream's block. 1: done; 0: the block has ended; -1: failed.
static int read_stream_pair(reading *r, oceld_stream_options *s) {
  yaml_event_t key, value;
  if (!next(r, &key)) return -1;
  int rc = key.type == YAML_MAPPING_END_EVENT ? 0 : -1;
  if (key.type == YAML_SCALAR_EVENT && next(r, &value)) {
    rc = set_in_stream(r, s, (const char *)key.data.scalar.value, &value) ? 1 : -1;
    yaml_event_delete(&value);
  }
  yaml_event_delete(&key);
  return rc;
}

static bool read_stream(reading *r, yaml_mark_t at) {
  oceld_failure inner;
  oceld_stream_options *s = oceld_stream_add(r->options, &inner);
  if (s == NULL) return fail_at(r, at, inner.text);
  int rc;
  while ((rc = read_stream_pair(r, s)) == 1) {
  }
  return rc == 0;
}

// The value of `streams:`, whose beginning has been taken.
static bool read_streams(reading *r, const yaml_event_t *value) {
  bool ok = value->type == YAML_SEQUENCE_START_EVENT;
  for (bool end = false; ok && !end;) {
    yaml_event_t element;
    if (!next(r, &element)) return false;
    const yaml_mark_t at = element.start_mark;
    end = element.type == YAML_SEQUENCE_END_EVENT;
    ok = end || element.type == YAML_MAPPING_START_EVENT;
    yaml_event_delete(&element);
    if (ok && !end && !read_stream(r, at)) return false;
  }
  return ok || fail_at(r, value->start_mark, "streams is a list of blocks: \"- path: /sub\"");
}

static bool set(reading *r, yaml_mark_t at, const char *name, const yaml_event_t *value) {
  char text[400];
  if (strcmp(name, "streams") == 0) return read_streams(r, value);
  const oceld_option *option = oceld_option_find(name);
  if (is_esphome_only(name)) {
    oceld_log(OCELD_LOG_WARNING, "%s:%zu: %s is for ESPHome and has no effect here", r->path,
              at.line + 1, name);
    return skip_value(r, value);
  }
  if (option == NULL || strchr(name, '-') != NULL) return unknown(r, at, name);
  if (value->type == YAML_SEQUENCE_START_EVENT && option->kind == OCELD_NETWORKS) {
    return set_list(r, at, option);
  }
  if (value->type != YAML_SCALAR_EVENT) {
    (void)snprintf(text, sizeof text, "%s has a list or block as its value; give one value", name);
    return fail_at(r, at, text);
  }
  if (is_secret(r, name, value)) return false;
  oceld_failure inner;
  if (oceld_option_set(r->options, option, (const char *)value->data.scalar.value, &inner)) {
    return true;
  }
  (void)snprintf(text, sizeof text, "%s: %.300s", name, inner.text);
  return fail_at(r, value->start_mark, text);
}

// The block is a mapping inside the document's; there is no third level.
// NOLINTNEXTLINE(misc-no-recursion)
static bool read_mapping(reading *r, bool top);

// The value of `rtsp_server:` at the top level.
static bool read_block(reading *r, const yaml_event_t *value) {  // NOLINT(misc-no-recursion)
  r->has_block = true;
  if (r->options == NULL) return skip_value(r, value);
  if (value->type == YAML_SCALAR_EVENT && value->data.scalar.length == 0) return true;
  if (value->type != YAML_MAPPING_START_EVENT) {
    return fail_at(r, value->start_mark, BLOCK " must be followed by one block of options");
  }
  return read_mapping(r, false);
}

// NOLINTNEXTLINE(misc-no-recursion)
static bool read_pair(reading *r, const yaml_event_t *key, bool top) {
  const char *name = (const char *)key->data.scalar.value;
  yaml_event_t value;
  if (!next(r, &value)) return false;
  bool ok;
  if (top && strcmp(name, BLOCK) == 0) {
    ok = read_block(r, &value);
  } else if (r->options == NULL || (top && r->has_block)) {
    ok = skip_value(r, &value);
  } else {
    ok = set(r, key->start_mark, name, &value);
  }
  yaml_event_delete(&value);
  return ok;
}

// Reads pairs until the mapping ends; its beginning has been taken.
static bool read_mapping(reading *r, bool top) {  // NOLINT(misc-no-recursion)
  for (;;) {
    yaml_event_t key;
    if (!next(r, &key)) return false;
    const bool end = key.type == YAML_MAPPING_END_EVENT;
    bool ok = true;
    if (!end) {
      ok = key.type == YAML_SCALAR_EVENT
               ? read_pair(r, &key, top)
               : fail_at(r, key.start_mark, "expected the name of an option");
    }
    yaml_event_delete(&key);
    if (end || !ok) return ok;
  }
}

// The first document: a mapping, or nothing at all.
static bool read_document(reading *r) {
  for (;;) {
    yaml_event_t event;
    if (!next(r, &event)) return false;
    const yaml_event_type_t type = event.type;
    const yaml_mark_t at = event.start_mark;
    const bool empty = type == YAML_SCALAR_EVENT && event.data.scalar.length == 0;
    yaml_event_delete(&event);
    if (type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT) continue;
    if (type == YAML_MAPPING_START_EVENT) return read_mapping(r, true);
    if (type == YAML_STREAM_END_EVENT || empty) return true;
    return fail_at(r, at, "expected lines of the form \"name: value\"");
  }
}

static bool read_once(reading *r, FILE *file) {
  if (!yaml_parser_initialize(&r->parser)) return oceld_fail(r->why, "out of memory");
  yaml_parser_set_input_file(&r->parser, file);
  const bool ok = read_document(r);
  yaml_parser_delete(&r->parser);
  return ok;
}

bool oceld_config_file_read(const char *path, oceld_options *o, oceld_failure *why) {
  FILE *file = fopen(path, "re");
  if (file == NULL) {
    return oceld_fail(why, "--config: cannot read \"%.200s\": %s; give the name of a YAML file",
                      path, strerror(errno));
  }
  reading r = {.path = path, .why = why};
  bool ok = read_once(&r, file);
  rewind(file);
  r.options = o;
  ok = ok && read_once(&r, file);
  (void)fclose(file);
  return ok;
}
