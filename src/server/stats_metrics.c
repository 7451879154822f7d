// SPDX-License-Identifier: Apache-2.0
// The text format of Prometheus: for each metric its head, then a sample for each thing it is of.
// Progress: the kind, the metric, the thing, and whether the head has been put.
#include "stats_fields.h"

enum { KIND, METRIC, THING, HEAD_PUT };

static void put_head(const ocel__stats_field *f, ocel_wbuf *w) {
  ocel_put_str(w, "# HELP ocel_");
  ocel_put_str(w, f->metric);
  ocel_put_u8(w, ' ');
  ocel_put_str(w, f->help);
  ocel_put_str(w, "\n# TYPE ocel_");
  ocel_put_str(w, f->metric);
  ocel_put_str(w, f->grows ? " counter\n" : " gauge\n");
}

static void put_label(const char *before, const char *value, ocel_wbuf *w) {
  ocel_put_str(w, before);
  ocel__put_escaped(w, value);
  ocel_put_u8(w, '"');
}

// A sample of a thing. Some values are not known: they are left out.
static void put_sample(const ocel__stats_field *f, ocel_span labels, const void *from,
                       ocel_wbuf *w) {
  const size_t n = w->n;
  ocel_put_str(w, "ocel_");
  ocel_put_str(w, f->metric);
  ocel_put_span(w, labels);
  ocel_put_u8(w, ' ');
  if (!ocel__stats_put(w, f, from)) {
    w->n = n;
    return;
  }
  ocel_put_u8(w, '\n');
}

// The things of a kind, one after the other: false behind the last.
typedef bool next_thing(const ocel_server *s, const ocel__stats_field *f, uint32_t *thing,
                        ocel_wbuf *w);

enum { LABELS_MAX = 512 };

static bool next_server(const ocel_server *s, const ocel__stats_field *f, uint32_t *thing,
                        ocel_wbuf *w) {
  ocel_server_stats stats;
  if (*thing > 0) return false;
  ocel_server_get_stats(s, s->now, &stats);
  put_sample(f, ocel_span_make(NULL, 0), &stats, w);
  ++*thing;
  return true;
}

static bool next_stream(const ocel_server *s, const ocel__stats_field *f, uint32_t *thing,
                        ocel_wbuf *w) {
  uint8_t mem[LABELS_MAX];
  ocel_wbuf labels = ocel_wbuf_make(mem, sizeof mem);
  ocel_stream_stats stats;
  if (ocel_server_get_stream_stats(s, (int)*thing, s->now, &stats) != OCEL_OK) return false;
  put_label("{stream=\"", s->streams[*thing].path, &labels);
  ocel_put_u8(&labels, '}');
  put_sample(f, ocel_span_make(mem, labels.n), &stats, w);
  ++*thing;
  return true;
}

// All tracks of a stream at once.
static bool next_tracks(const ocel_server *s, const ocel__stats_field *f, uint32_t *thing,
                        ocel_wbuf *w) {
  ocel_stream_stats stats;
  if (ocel_server_get_stream_stats(s, (int)*thing, s->now, &stats) != OCEL_OK) return false;
  for (unsigned i = 0; i < stats.track_count; i++) {
    uint8_t mem[LABELS_MAX];
    ocel_wbuf labels = ocel_wbuf_make(mem, sizeof mem);
    put_label("{stream=\"", s->streams[*thing].path, &labels);
    ocel_put_str(&labels, ",track=\"");
    ocel_put_uint(&labels, i);
    put_label("\",codec=\"", ocel__codec_name(stats.track[i].codec), &labels);
    ocel_put_u8(&labels, '}');
    put_sample(f, ocel_span_make(mem, labels.n), &stats.track[i], w);
  }
  ++*thing;
  return true;
}

static bool next_client(const ocel_server *s, const ocel__stats_field *f, uint32_t *thing,
                        ocel_wbuf *w) {
  uint8_t mem[LABELS_MAX];
  ocel_wbuf labels = ocel_wbuf_make(mem, sizeof mem);
  ocel_client_stats stats;
  if (!ocel__stats_next_client(s, thing, &stats)) return false;
  ocel_put_str(&labels, "{conn=\"");
  ocel_put_uint(&labels, (unsigned)stats.conn);
  ocel_put_str(&labels, "\",peer=\"");
  ocel__put_peer(&labels, &stats.peer);
  put_label("\",stream=\"", s->streams[stats.stream].path, &labels);
  ocel_put_u8(&labels, '}');
  put_sample(f, ocel_span_make(mem, labels.n), &stats, w);
  ++*thing;
  return true;
}

static next_thing *const NEXT[OF_COUNT] = {
    [OF_SERVER] = next_server,
    [OF_STREAM] = next_stream,
    [OF_TRACK] = next_tracks,
    [OF_CLIENT] = next_client,
};

// The next metric, of the next kind behind the last one; false behind all.
static bool go_on(ocel_http_progress *p, size_t metrics) {
  *p = (ocel_http_progress){
      {p->at[KIND], p->at[METRIC] + 1}
  };
  if (p->at[METRIC] < metrics) return true;
  *p = (ocel_http_progress){{p->at[KIND] + 1}};
  return p->at[KIND] < OF_COUNT;
}

bool ocel__stats_metrics_part(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  size_t count;
  const ocel__stats_field *f =
      &ocel__stats_fields((ocel__stats_of)p->at[KIND], &count)[p->at[METRIC]];
  if (p->at[HEAD_PUT] == 0) {
    put_head(f, w);
    p->at[HEAD_PUT] = 1;
    return true;
  }
  if (NEXT[p->at[KIND]](ctx, f, &p->at[THING], w)) return true;
  return go_on(p, count);
}
