// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "values.h"

typedef struct {
  uint8_t c;
  const char *text;
} entity;

static const entity ENTITIES[] = {
    {'&',  "&amp;" },
    {'<',  "&lt;"  },
    {'>',  "&gt;"  },
    {'"',  "&quot;"},
    {'\'', "&#39;" }
};

static const char *entity_of(uint8_t c) {
  for (size_t i = 0; i < sizeof ENTITIES / sizeof ENTITIES[0]; i++) {
    if (ENTITIES[i].c == c) return ENTITIES[i].text;
  }
  return NULL;
}

// XML 1.0 2.2: of the controls only tab and line ends are characters.
static bool is_control(uint8_t c) { return c < ' ' && c != '\t' && c != '\n' && c != '\r'; }

void ocel__put_xml(ocel_wbuf *w, ocel_span text) {
  for (size_t i = 0; i < text.n; i++) {
    const uint8_t c = text.p[i];
    const char *written = entity_of(c);
    if (written != NULL) {
      ocel_put_str(w, written);
    } else {
      ocel_put_u8(w, is_control(c) ? '?' : c);
    }
  }
}

static const ocel__onvif_value *find(ocel_span name) {
  for (size_t i = 0; i < OCEL__ONVIF_VALUE_COUNT; i++) {
    if (ocel_span_eq(name, ocel_span_str(OCEL__ONVIF_VALUES[i].name)))
      return &OCEL__ONVIF_VALUES[i];
  }
  return NULL;
}

bool ocel__onvif_knows(ocel_span name) { return find(name) != NULL; }

// Writes what is between two braces; `text` begins behind the first. Gives the rest.
static const char *put_value(ocel_wbuf *w, const char *text, const ocel__onvif_view *v) {
  const char *end = strchr(text, '}');
  if (end == NULL) return text + strlen(text);
  const ocel__onvif_value *value = find(ocel_span_make(text, (size_t)(end - text)));
  if (value != NULL) value->put(w, v);
  return end + 1;
}

void ocel__onvif_expand(ocel_wbuf *w, const char *text, const ocel__onvif_view *v) {
  while (*text != '\0') {
    const size_t n = strcspn(text, "{");
    ocel_put_span(w, ocel_span_make(text, n));
    text += n;
    if (*text == '{') text = put_value(w, text + 1, v);
  }
}
