// SPDX-License-Identifier: Apache-2.0
// Answers written piece by piece.
#include <string.h>

#include "action.h"

#define ENVELOPE                                          \
  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"          \
  "<s:Envelope xmlns:s=\"" OCEL__NS_SOAP                  \
  "\""                                                    \
  " xmlns:tt=\"http://www.onvif.org/ver10/schema\""       \
  " xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"" \
  " xmlns:trt=\"http://www.onvif.org/ver10/media/wsdl\""  \
  " xmlns:tr2=\"http://www.onvif.org/ver20/media/wsdl\""  \
  " xmlns:ter=\"http://www.onvif.org/ver10/error\"><s:Body>"

static const ocel__onvif_piece HEAD = OCEL__PIECE(ENVELOPE);
static const ocel__onvif_piece TAIL = OCEL__PIECE("</s:Body></s:Envelope>\n");

// ---- faults ----

static const ocel__onvif_fault_text FAULTS[OCEL__FAULT_COUNT] = {
#define OCEL_X(id, status, code, sub, detail, text) {status, code, sub, detail, text},
    OCEL__ONVIF_FAULTS(OCEL_X)
#undef OCEL_X
};

const ocel__onvif_fault_text *ocel__onvif_fault_of(const ocel_onvif_answer *a) {
  return &FAULTS[a->fault];
}

static bool has_detail(const ocel__onvif_view *v) {
  return FAULTS[v->answer->fault].detail != NULL;
}

static const ocel__onvif_piece FAULT[] = {
    OCEL__PIECE("<s:Fault><s:Code><s:Value>s:{fault_code}</s:Value>"
                "<s:Subcode><s:Value>ter:{fault_subcode}</s:Value>"),
    OCEL__PIECE_IF(has_detail, "<s:Subcode><s:Value>ter:{fault_detail}</s:Value></s:Subcode>"),
    OCEL__PIECE(
        "</s:Subcode></s:Code><s:Reason><s:Text xml:lang=\"en\">{fault_text}</s:Text></s:Reason>"
        "</s:Fault>"),
};

const ocel__onvif_action OCEL__ONVIF_FAULT_ACTION =
    OCEL__ACTION("Fault", OCEL__PRE_AUTH, NULL, FAULT);

// ---- what a piece is repeated for ----

static uint32_t area(const ocel_onvif_stream *s) {
  return (uint32_t)s->video.size.width * s->video.size.height;
}

// Sets all that is told of a source; gives the number of its largest stream.
static unsigned look_around(ocel__onvif_view *v, unsigned source) {
  const ocel_onvif_camera *c = v->camera;
  ocel_onvif_stream stream;
  unsigned largest = 0;
  uint32_t best = 0;
  for (unsigned i = 0; i < OCEL_ONVIF_STREAMS_MAX && c->stream(c->ctx, i, &stream); i++) {
    if (stream.source != source) continue;
    if (v->uses == 0 || area(&stream) > best) {
      largest = i;
      best = area(&stream);
      v->source_size = stream.video.size;
    }
    if (stream.channels > v->channels) v->channels = stream.channels;
    v->uses++;
    v->sounding |= stream.sound != OCEL_ONVIF_SILENT;
  }
  return largest;
}

static bool look_at_stream(ocel__onvif_view *v, unsigned number) {
  if (number >= OCEL_ONVIF_STREAMS_MAX || !v->camera->stream(v->camera->ctx, number, &v->stream)) {
    return false;
  }
  (void)look_around(v, v->stream.source);
  return true;
}

static bool look_at_source(ocel__onvif_view *v, unsigned source) {
  const unsigned largest = look_around(v, source);
  return v->uses > 0 && v->camera->stream(v->camera->ctx, largest, &v->stream);
}

static unsigned item_of(const ocel__onvif_view *v) {
  return v->answer->item == OCEL__ONVIF_ALL ? 0 : v->answer->item;
}

static bool look_at_item(ocel__onvif_view *v, unsigned number) {
  (void)number;
  (void)look_at_stream(v, item_of(v));
  return true;
}

// There is at least the size that it has.
static bool look_at_size(ocel__onvif_view *v, unsigned number) {
  if (!look_at_stream(v, item_of(v))) return false;
  if (v->stream.size_count == 0) v->stream.size[v->stream.size_count++] = v->stream.video.size;
  return number < v->stream.size_count;
}

static bool look_at_scope(ocel__onvif_view *v, unsigned number) {
  uint8_t none[1];
  ocel_wbuf w = ocel_wbuf_make(none, 0);
  return ocel__onvif_put_scope(&w, v, number);
}

// Whether there is one of that number; sets the view on it.
typedef bool looker(ocel__onvif_view *v, unsigned number);

static looker *const LOOK[] = {
    [OCEL__ONCE] = look_at_item,          [OCEL__EACH_STREAM] = look_at_stream,
    [OCEL__EACH_SOURCE] = look_at_source, [OCEL__EACH_SIZE] = look_at_size,
    [OCEL__EACH_SCOPE] = look_at_scope,
};

static bool is_of_item(ocel__onvif_each each) {
  return each == OCEL__EACH_STREAM || each == OCEL__EACH_SOURCE;
}

// ---- from piece to piece ----

// Where `number` begins; an answer about one item has that one alone.
static uint32_t first_number(const ocel_onvif_answer *a, ocel__onvif_each each) {
  return is_of_item(each) && a->item != OCEL__ONVIF_ALL ? a->item : 0;
}

static bool is_last_number(const ocel_onvif_answer *a, ocel__onvif_each each) {
  return each == OCEL__ONCE || (is_of_item(each) && a->item != OCEL__ONVIF_ALL);
}

// Pieces of an action, counted from 1, between the head and the tail.
static const ocel__onvif_piece *piece_of(const ocel_onvif_answer *a, uint32_t at) {
  if (at == 0) return &HEAD;
  return at <= a->action->count ? &a->action->pieces[at - 1] : &TAIL;
}

static void move_on(const ocel_onvif_answer *a, uint32_t at[2]) {
  const ocel__onvif_each each = piece_of(a, at[0])->each;
  if (each != OCEL__ONCE && piece_of(a, at[0] + 1)->each == each) {
    at[0]++;
    return;
  }
  if (is_last_number(a, each)) {
    at[0]++;
  } else {
    while (at[0] > 1 && piece_of(a, at[0] - 1)->each == each) at[0]--;
    at[1]++;
    return;
  }
  at[1] = first_number(a, piece_of(a, at[0])->each);
}

// No further one: to what follows the pieces that are repeated for it.
static void leave(const ocel_onvif_answer *a, uint32_t at[2]) {
  const ocel__onvif_each each = piece_of(a, at[0])->each;
  while (piece_of(a, at[0])->each == each) at[0]++;
  at[1] = first_number(a, piece_of(a, at[0])->each);
}

bool ocel__onvif_write(const ocel_onvif_answer *a, uint32_t at[2], ocel_wbuf *w) {
  const ocel__onvif_piece *piece = piece_of(a, at[0]);
  ocel__onvif_view v = {.answer = a, .camera = &a->service->cfg.camera, .number = at[1]};
  if (at[0] > a->action->count) {
    ocel__onvif_expand(w, TAIL.text, &v);
    return false;
  }
  if (!LOOK[piece->each](&v, at[1])) {
    leave(a, at);
    return true;
  }
  v.networked = v.camera->network(v.camera->ctx, &a->local, &v.network);
  if (piece->when == NULL || piece->when(&v)) ocel__onvif_expand(w, piece->text, &v);
  move_on(a, at);
  return true;
}
