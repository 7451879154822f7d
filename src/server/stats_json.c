// SPDX-License-Identifier: Apache-2.0
// {"server": {}, "streams": [{"tracks": [{}]}], "clients": [{}]}: one item for the server, each
// stream, each client and the end. Progress: the section, the number in it, and how many were put.
#include <string.h>

#include "stats_fields.h"

enum { SECTION, NUMBER, PUT };
enum { ABOUT_SERVER, ABOUT_STREAMS, ABOUT_CLIENTS };

static void put_fields(ocel_wbuf *w, ocel__stats_of of, const void *from) {
  size_t count;
  const ocel__stats_field *f = ocel__stats_fields(of, &count);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) ocel_put_u8(w, ',');
    ocel_put_u8(w, '"');
    ocel_put_str(w, f[i].name);
    ocel_put_str(w, "\":");
    if (f[i].form == FORM_BOOL) {
      bool yes;
      memcpy(&yes, (const uint8_t *)from + f[i].offset, sizeof yes);
      ocel_put_str(w, yes ? "true" : "false");
    } else if (!ocel__stats_put(w, &f[i], from)) {
      ocel_put_str(w, "null");
    }
  }
}

static void put_server(const ocel_server *s, ocel_wbuf *w) {
  ocel_server_stats stats;
  ocel_server_get_stats(s, s->now, &stats);
  ocel_put_str(w, "{\"server\":{");
  put_fields(w, OF_SERVER, &stats);
  ocel_put_str(w, "},\n\"streams\":[");
}

static void put_stream(const ocel_server *s, unsigned stream, ocel_wbuf *w) {
  ocel_stream_stats stats;
  if (ocel_server_get_stream_stats(s, (int)stream, s->now, &stats) != OCEL_OK) return;
  ocel_put_str(w, stream == 0 ? "\n{\"path\":\"" : ",\n{\"path\":\"");
  ocel__put_escaped(w, s->streams[stream].path);
  ocel_put_str(w, "\",");
  put_fields(w, OF_STREAM, &stats);
  ocel_put_str(w, ",\"tracks\":[");
  for (unsigned i = 0; i < stats.track_count; i++) {
    ocel_put_str(w, i == 0 ? "{\"codec\":\"" : ",{\"codec\":\"");
    ocel_put_str(w, ocel__codec_name(stats.track[i].codec));
    ocel_put_str(w, "\",");
    put_fields(w, OF_TRACK, &stats.track[i]);
    ocel_put_u8(w, '}');
  }
  ocel_put_str(w, "]}");
}

static void put_client(const ocel_client_stats *c, bool first, ocel_wbuf *w) {
  ocel_put_str(w, first ? "\n{\"conn\":" : ",\n{\"conn\":");
  ocel_put_uint(w, (unsigned)c->conn);
  ocel_put_str(w, ",\"peer\":\"");
  ocel__put_peer(w, &c->peer);
  ocel_put_str(w, "\",\"stream\":");
  ocel_put_uint(w, (unsigned)c->stream);
  ocel_put_u8(w, ',');
  put_fields(w, OF_CLIENT, c);
  ocel_put_u8(w, '}');
}

static void go(ocel_http_progress *p, uint32_t section) { *p = (ocel_http_progress){{section}}; }

static bool streams_part(const ocel_server *s, ocel_http_progress *p, ocel_wbuf *w) {
  if (p->at[NUMBER] < s->stream_count) {
    put_stream(s, p->at[NUMBER]++, w);
    return true;
  }
  ocel_put_str(w, "],\n\"clients\":[");
  go(p, ABOUT_CLIENTS);
  return true;
}

static bool clients_part(const ocel_server *s, ocel_http_progress *p, ocel_wbuf *w) {
  ocel_client_stats client;
  if (!ocel__stats_next_client(s, &p->at[NUMBER], &client)) {
    ocel_put_str(w, "]}\n");
    return false;
  }
  put_client(&client, p->at[PUT] == 0, w);
  p->at[NUMBER]++;
  p->at[PUT] = 1;
  return true;
}

bool ocel__stats_json_part(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  const ocel_server *s = ctx;
  if (p->at[SECTION] == ABOUT_CLIENTS) return clients_part(s, p, w);
  if (p->at[SECTION] == ABOUT_STREAMS) return streams_part(s, p, w);
  put_server(s, w);
  go(p, ABOUT_STREAMS);
  return true;
}
