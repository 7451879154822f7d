// SPDX-License-Identifier: Apache-2.0
#include "stats_json.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "events.h"

typedef enum { BOOLEAN, U8, U16, U32, I32, INT, U64, SECONDS, ADDRESS, CODEC, RATE } form;

typedef struct {
  const char *name;
  form form;
  size_t offset;
} field;

#define SERVER(name, form) \
  { #name, form, offsetof(ocel_server_stats, name) }
#define TLS(name, form) \
  { #name, form, offsetof(ocel_tls_counts, name) }
#define STREAM(name, form) \
  { #name, form, offsetof(ocel_stream_stats, name) }
#define TRACK(name, form) \
  { #name, form, offsetof(ocel_track_stats, name) }
#define CLIENT(name, form) \
  { #name, form, offsetof(ocel_client_stats, name) }
#define CLIENT_TRACK(name, form) \
  { #name, form, offsetof(ocel_client_track_stats, name) }

// clang-format off
static const field SERVER_FIELDS[] = {
    SERVER(uptime, SECONDS), SERVER(connections, U32), SERVER(sessions, U32), SERVER(playing, U32),
    SERVER(connections_total, U32), SERVER(sessions_total, U32), SERVER(refused, U32),
    SERVER(turned_away, U32), SERVER(requests, U32), SERVER(errors, U32),
    SERVER(auth_failures, U32), SERVER(bytes, U64), SERVER(packets, U64),
    SERVER(retransmitted, U32), SERVER(skipped, U32), SERVER(stray_datagrams, U32),
    SERVER(send_errors, U32), {NULL, U8, 0},
};
static const field TLS_FIELDS[] = {
    TLS(handshakes, U32), TLS(failed, U32), TLS(expired, U32), TLS(yielded, U32),
    TLS(refused, U32), {NULL, U8, 0},
};
static const field STREAM_FIELDS[] = {
    STREAM(ready, BOOLEAN), STREAM(playing, U32), STREAM(members, U32), STREAM(access_units, U64),
    STREAM(bytes, U64), STREAM(key_units, U32), STREAM(dropped, U32), STREAM(width, U16),
    STREAM(height, U16), STREAM(lag, U32), {NULL, U8, 0},
};
static const field TRACK_FIELDS[] = {
    TRACK(codec, CODEC), TRACK(access_units, U64), TRACK(bytes, U64), TRACK(key_units, U32),
    TRACK(dropped, U32), TRACK(packets_sent, U64), TRACK(bytes_sent, U64), TRACK(skipped, U32),
    TRACK(frame_rate, RATE), TRACK(bit_rate, U32), TRACK(bit_rate_sent, U32),
    TRACK(encode_time, SECONDS), {NULL, U8, 0},
};
static const field CLIENT_FIELDS[] = {
    CLIENT(peer, ADDRESS), CLIENT(conn, INT), CLIENT(stream, INT), CLIENT(playing, BOOLEAN),
    CLIENT(tcp, BOOLEAN), CLIENT(multicast, BOOLEAN), CLIENT(since, SECONDS), CLIENT(bytes, U64),
    CLIENT(packets, U64), CLIENT(access_units, U32), CLIENT(retransmitted, U32),
    CLIENT(skipped, U32), CLIENT(lag, U32), CLIENT(behind, SECONDS), CLIENT(packets_lost, I32),
    CLIENT(fraction_lost, U8),
    CLIENT(jitter, SECONDS), CLIENT(round_trip, SECONDS), {NULL, U8, 0},
};
static const field CLIENT_TRACK_FIELDS[] = {
    CLIENT_TRACK(set_up, BOOLEAN), CLIENT_TRACK(ssrc, U32), CLIENT_TRACK(packets, U32),
    CLIENT_TRACK(octets, U32), CLIENT_TRACK(lag, U32), CLIENT_TRACK(behind, SECONDS),
    CLIENT_TRACK(packets_lost, I32), CLIENT_TRACK(fraction_lost, U8), CLIENT_TRACK(jitter, SECONDS),
    CLIENT_TRACK(round_trip, SECONDS), {NULL, U8, 0},
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
  ocel_codec codec;
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

static size_t width_of(form how) {
  static const size_t WIDTH[] = {[BOOLEAN] = sizeof(bool),
                                 [U8] = 1,
                                 [U16] = 2,
                                 [U32] = 4,
                                 [I32] = 4,
                                 [INT] = sizeof(int),
                                 [U64] = 8,
                                 [SECONDS] = 8,
                                 [ADDRESS] = sizeof(ocel_addr),
                                 [CODEC] = sizeof(ocel_codec),
                                 [RATE] = 4};
  return WIDTH[how];
}

static int64_t number(form how, const value *v) {
  if (how == I32) return v->i32;
  if (how == INT) return v->integer;
  switch (width_of(how)) {
    case 1: return v->u8;
    case 2: return v->u16;
    case 4: return v->u32;
    default: return (int64_t)v->u64;
  }
}

static void put_value(FILE *out, form how, const value *v) {
  if (how == BOOLEAN) {
    (void)fputs(v->boolean ? "true" : "false", out);
  } else if (how == SECONDS) {
    put_seconds(out, v->us);
  } else if (how == ADDRESS) {
    put_address(out, &v->address);
  } else if (how == CODEC) {
    const ocel_format format = {.codec = v->codec};
    (void)fprintf(out, "\"%s\"", ocel_format_name(&format));
  } else if (how == RATE) {
    (void)fprintf(out, "%" PRIu32 ".%03" PRIu32, v->u32 / 1000, v->u32 % 1000);
  } else {
    (void)fprintf(out, "%" PRId64, number(how, v));
  }
}

static void put_fields(FILE *out, const field *fields, const void *from) {
  for (const field *f = fields; f->name != NULL; f++) {
    value v;
    memcpy(&v, (const char *)from + f->offset, width_of(f->form));
    (void)fprintf(out, "%s\"%s\": ", f == fields ? "" : ", ", f->name);
    put_value(out, f->form, &v);
  }
}

// Structs of `size` bytes, one behind the other, as a list.
typedef struct {
  const field *fields;
  size_t size, count;
} list;

static void put_list(FILE *out, const list *l, const void *from) {
  (void)fputs(", \"tracks\": [", out);
  for (size_t i = 0; i < l->count; i++) {
    (void)fputs(i == 0 ? "{" : ", {", out);
    put_fields(out, l->fields, (const char *)from + i * l->size);
    (void)fputc('}', out);
  }
  (void)fputs("]}", out);
}

static void put_stream(FILE *out, const char *path, const ocel_stream_stats *s) {
  const list tracks = {TRACK_FIELDS, sizeof s->track[0], s->track_count};
  (void)fprintf(out, "\n  {\"path\": \"%s\", ", path);
  put_fields(out, STREAM_FIELDS, s);
  put_list(out, &tracks, s->track);
}

static void put_client(FILE *out, const ocel_client_stats *c) {
  const list tracks = {CLIENT_TRACK_FIELDS, sizeof c->track[0], OCEL_TRACKS_MAX};
  (void)fputs("\n  {", out);
  put_fields(out, CLIENT_FIELDS, c);
  put_list(out, &tracks, c->track);
}

void oceld_stats_put(FILE *out, const oceld_stream_options *streams, const oceld_snapshot *s) {
  const char *comma = "";
  (void)fputs("{\"server\": {", out);
  put_fields(out, SERVER_FIELDS, &s->server);
  (void)fputs("},\n \"tls\": {", out);
  put_fields(out, TLS_FIELDS, &s->tls);
  (void)fputs("},\n \"streams\": [", out);
  for (unsigned i = 0; i < s->stream_count; i++) {
    if (i > 0) (void)fputc(',', out);
    put_stream(out, streams[i].path, &s->streams[i]);
  }
  (void)fputs("],\n \"groups\": [", out);
  for (unsigned i = 0; i < s->stream_count; i++) {
    if (s->groups[i].stream < 0) continue;
    (void)fputs(comma, out);
    put_client(out, &s->groups[i]);
    comma = ",";
  }
  (void)fputs("],\n \"clients\": [", out);
  for (size_t i = 0; i < s->client_count; i++) {
    if (i > 0) (void)fputc(',', out);
    put_client(out, &s->clients[i]);
  }
  (void)fputs("]}\n", out);
}

bool oceld_stats_write(const char *path, const oceld_stream_options *streams,
                       const oceld_snapshot *s, oceld_failure *why) {
  char beside[PATH_MAX + 8];
  (void)snprintf(beside, sizeof beside, "%s.tmp", path);
  FILE *out = fopen(beside, "we");
  if (out == NULL) return oceld_fail(why, "cannot write \"%s\": %s", beside, strerror(errno));
  oceld_stats_put(out, streams, s);
  const bool bad = ferror(out) != 0;
  if (fclose(out) != 0 || bad) {
    return oceld_fail(why, "cannot write \"%s\": %s", beside, strerror(errno));
  }
  if (rename(beside, path) == 0) return true;
  return oceld_fail(why, "cannot replace \"%s\": %s", path, strerror(errno));
}
