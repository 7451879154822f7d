// SPDX-License-Identifier: Apache-2.0
// The counters as tables: what each is called in JSON and in Prometheus, and how it is written.
#ifndef OCEL_SERVER_STATS_FIELDS_H
#define OCEL_SERVER_STATS_FIELDS_H

#include "server_priv.h"

/// What a counter is of.
typedef enum { OF_SERVER, OF_STREAM, OF_TRACK, OF_CLIENT, OF_COUNT } ocel__stats_of;

/// How it lies in memory, and what is made of it.
typedef enum {
  FORM_BOOL,
  FORM_U16,
  FORM_U32,
  FORM_I32,
  FORM_U64,
  FORM_SECONDS,      ///< ocel_us; below 0: unknown.
  FORM_THOUSANDTHS,  ///< uint32_t.
  FORM_OF_256,       ///< uint8_t: 0..255 of 256.
} ocel__stats_form;

typedef struct {
  const char *name;    ///< In JSON.
  const char *metric;  ///< In Prometheus, behind "ocel_".
  uint8_t form;
  bool grows;  ///< A counter, else a gauge.
  uint16_t offset;
  const char *help;
} ocel__stats_field;

/// The fields of one kind; `*count` gets how many.
const ocel__stats_field *ocel__stats_fields(ocel__stats_of of, size_t *count);

/// Writes the value out of the struct at `from`; false, with nothing written, if it is unknown.
bool ocel__stats_put(ocel_wbuf *w, const ocel__stats_field *f, const void *from);

/// "H264".
const char *ocel__codec_name(ocel_codec codec);

/// Writes text with `"` and `\` escaped, as JSON and Prometheus alike read it; a control character,
/// which no URL can name, becomes '?'.
void ocel__put_escaped(ocel_wbuf *w, const char *text);

/// Writes "192.0.2.7:554" or "[2001:db8::7]:554".
void ocel__put_peer(ocel_wbuf *w, const ocel_addr *a);

/// The first client on connection `*conn` or behind, whose number is put there; false if none.
bool ocel__stats_next_client(const ocel_server *s, uint32_t *conn, ocel_client_stats *out);

/// The parts of an answer (ocel/http_route.h); `ctx` is the server.
ocel_http_part ocel__stats_json_part, ocel__stats_metrics_part;

#endif
