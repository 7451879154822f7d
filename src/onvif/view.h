// SPDX-License-Identifier: Apache-2.0
// Answers as pieces of XML with names in braces, {like_this}, that stand for values: each is
// written escaped, by a function from one table. A piece is what is written at once.
#ifndef OCEL_ONVIF_VIEW_H
#define OCEL_ONVIF_VIEW_H

#include "ocel/onvif.h"

enum { OCEL__ONVIF_ALL = 0xff };  // `item` of an answer about all streams or sources

// The head of a message of WS-Discovery.
typedef struct {
  uint8_t id[16];
  const char *relates_to;
  uint32_t instance, number;
} ocel__onvif_message;

// What the values of a piece are taken from.
typedef struct {
  const ocel_onvif_answer *answer;
  const ocel_onvif_camera *camera;
  unsigned number;           // of the stream, source, size or scope that the piece repeats
  ocel_onvif_stream stream;  // of that number, or the largest of that source, or the answer's item
  ocel_onvif_size source_size;  // of the stream's source: that of its largest stream
  unsigned uses;                // streams of that source
  uint8_t channels;             // of its sound
  bool sounding;                // one of them has sound
  ocel_onvif_network network;
  bool networked;                      // `network` is known
  const ocel__onvif_message *message;  // of WS-Discovery only
} ocel__onvif_view;

typedef bool ocel__onvif_when(const ocel__onvif_view *v);

// What a piece is repeated for.
typedef enum {
  OCEL__ONCE,
  OCEL__EACH_STREAM,
  OCEL__EACH_SOURCE,
  OCEL__EACH_SIZE,  // that the stream of the answer's item can have
  OCEL__EACH_SCOPE,
} ocel__onvif_each;

// Neighbours that are repeated for the same are repeated together.
typedef struct {
  const char *text;
  ocel__onvif_each each;
  ocel__onvif_when *when;  // NULL: always
} ocel__onvif_piece;

#define OCEL__PIECE(text) \
  { text, OCEL__ONCE, NULL }
#define OCEL__PIECE_IF(when, text) \
  { text, OCEL__ONCE, when }
#define OCEL__PIECE_EACH(what, when, text) \
  { text, OCEL__EACH_##what, when }

// Writes `text` with its values. A name that is none is written as it stands.
void ocel__onvif_expand(ocel_wbuf *w, const char *text, const ocel__onvif_view *v);

// True if `name`, without braces, stands for a value.
bool ocel__onvif_knows(ocel_span name);

// Escapes what XML 1.0 cannot have in text or between double quotes; characters that it cannot
// have at all become '?'.
void ocel__put_xml(ocel_wbuf *w, ocel_span text);

// Writes the scope of that number, 0 and up; false if there is none. One may be empty.
bool ocel__onvif_put_scope(ocel_wbuf *w, const ocel__onvif_view *v, unsigned number);

#endif
