// SPDX-License-Identifier: Apache-2.0
#include "stats_json.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "events.h"

typedef enum { BOOLEAN, U8, U16, U32, I32, INT, U64, SECONDS, ADDRESS } form;

typedef struct {
  const char *name;
  form form;
  size_t offset;
} field;

#define SERVER(name, form) \
  { #name, form, offsetof(ocel_server_stats, name) }
#define STREAM(name, form) \
  { #name, form, offsetof(ocel_stream_stats, name) }
#define CLIENT(name, form) \
  { #name, form, offsetof(ocel_client_stats, name) }

// clang-format off
static const field SERVER_FIELDS[] = {
    SERVER(uptime, SECONDS), SERVER(connections, U32), SERVER(sessions, U32), SERVER(playing, U32),
    SERVER(connections_total, U32), SERVER(sessions_total, U32), SERVER(refused, U32),
    SERVER(turned_away, U32), SERVER(requests, U32), SERVER(errors, U32),
    SERVER(auth_failures, U32), SERVER(bytes, U64), SERVER(packets, U64), SERVER(skipped, U32),
    SERVER(stray_datagrams, U32), SERVER(send_errors, U32), {NULL, U8, 0},
};
static const field STREAM_FIELDS[] = {
    STREAM(ready, BOOLEAN), STREAM(playing, U32), STREAM(access_units, U64), STREAM(bytes, U64),
    STREAM(key_units, U32), STREAM(dropped, U32), STREAM(width, U16), STREAM(height, U16),
    {NULL, U8, 0},
};
static const field CLIENT_FIELDS[] = {
    CLIENT(peer, ADDRESS), CLIENT(conn, INT), CLIENT(stream, INT), CLIENT(playing, BOOLEAN),
    CLIENT(tcp, BOOLEAN), CLIENT(since, SECONDS), CLIENT(bytes, U64), CLIENT(packets, U64),
    CLIENT(access_units, U32), CLIENT(skipped, U32), CLIENT(lag, U32), CLIENT(packets_lost, I32),
    CLIENT(fraction_lost, U8), CLIENT(jitter, SECONDS), CLIENT(round_trip, SECONDS),
    {NULL, U8, 0},
};
// clang-format on

// A field of any of the structs, taken out of its bytes.
typedef union {
  bool boolean;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  int32_t i32;
  int integer;
  uint64_t u64;
  ocel_us us;
  ocel_addr address;
} value;

static void put_seconds(FILE *out, ocel_us t) {
  if (t < 0) {
    (void)fputs("null", out);
  } else {
    (void)fprintf(out, "%" PRId64 ".%06d", t / OCEL_SECOND, (int)(t % OCEL_SECOND));
  }
}

static void put_address(FILE *out, const ocel_addr *a) {
  char text[OCELD_EVENT_TEXT_MAX];
  oceld_address_text(a, text, sizeof text);
  (void)fprintf(out, "\"%s\"", text);
}

static int64_t number(form how, const value *v) {
  switch (how) {
    case U8: return v->u8;
    case U16: return v->u16;
    case U32: return v->u32;
    case I32: return v->i32;
    case INT: return v->integer;
    case U64: return (int64_t)v->u64;
    case BOOLEAN:
    case SECONDS:
    case ADDRESS: break;  // put_value knows them.
  }
  return 0;
}

static void put_value(FILE *out, form how, const value *v) {
  if (how == BOOLEAN) {
    (void)fputs(v->boolean ? "true" : "false", out);
  } else if (how == SECONDS) {
    put_seconds(out, v->us);
  } else if (how == ADDRESS) {
    put_address(out, &v->address);
  } else {
    (void)fprintf(out, "%" PRId64, number(how, v));
  }
}

static size_t width_of(form how) {
  static const size_t WIDTH[] = {[BOOLEAN] = sizeof(bool),
                                 [U8] = 1,
                                 [U16] = 2,
                                 [U32] = 4,
                                 [I32] = 4,
                                 [INT] = sizeof(int),
                                 [U64] = 8,
                                 [SECONDS] = 8,
                                 [ADDRESS] = sizeof(ocel_addr)};
  return WIDTH[how];
}

static void put_fields(FILE *out, const field *fields, const void *from) {
  for (const field *f = fields; f->name != NULL; f++) {
    value v;
    memcpy(&v, (const char *)from + f->offset, width_of(f->form));
    (void)fprintf(out, "%s\"%s\": ", f == fields ? "" : ", ", f->name);
    put_value(out, f->form, &v);
  }
}

void oceld_stats_put(FILE *out, const char *stream_path, const oceld_snapshot *s) {
  (void)fputs("{\"server\": {", out);
  put_fields(out, SERVER_FIELDS, &s->server);
  (void)fprintf(out, "},\n \"streams\": [{\"path\": \"%s\", ", stream_path);
  put_fields(out, STREAM_FIELDS, &s->stream);
  (void)fputs("}],\n \"clients\": [", out);
  for (size_t i = 0; i < s->client_count; i++) {
    (void)fputs(i == 0 ? "\n  {" : ",\n  {", out);
    put_fields(out, CLIENT_FIELDS, &s->clients[i]);
    (void)fputc('}', out);
  }
  (void)fputs("]}\n", out);
}

bool oceld_stats_write(const char *path, const char *stream_path, const oceld_snapshot *s,
                       oceld_failure *why) {
  char beside[PATH_MAX + 8];
  (void)snprintf(beside, sizeof beside, "%s.tmp", path);
  FILE *out = fopen(beside, "we");
  if (out == NULL) return oceld_fail(why, "cannot write \"%s\": %s", beside, strerror(errno));
  oceld_stats_put(out, stream_path, s);
  const bool bad = ferror(out) != 0;
  if (fclose(out) != 0 || bad) {
    return oceld_fail(why, "cannot write \"%s\": %s", beside, strerror(errno));
  }
  if (rename(beside, path) == 0) return true;
  return oceld_fail(why, "cannot replace \"%s\": %s", path, strerror(errno));
}
