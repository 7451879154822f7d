// SPDX-License-Identifier: Apache-2.0
#include "soap.h"

#include <string.h>

typedef struct {
  const char *element, *uri, *attribute;
  bool header;
} wish;

static const wish WISH[OCEL__SOAP_FIELD_COUNT] = {
#define OCEL_X(id, element, uri, header, attribute) {element, uri, attribute, header},
    OCEL__SOAP_FIELDS(OCEL_X)
#undef OCEL_X
};

static const ocel_xml_limits LIMITS = {
    .size = OCEL__SOAP_SIZE, .depth = 24, .elements = 256, .attributes = 16};

static bool is(ocel_span s, const char *text) { return ocel_span_eq(s, ocel_span_str(text)); }

// Copies to the end of `text`; latches nothing: false ends the reading.
static bool keep(ocel__soap *s, ocel_span bytes, ocel_span *grown) {
  if (bytes.n > sizeof s->text - s->text_n) return false;
  if (bytes.n > 0) memcpy(s->text + s->text_n, bytes.p, bytes.n);
  s->text_n += bytes.n;
  grown->n += bytes.n;
  return true;
}

static ocel_span end_of_text(const ocel__soap *s) { return ocel_span_make(s->text + s->text_n, 0); }

static bool keep_whole(ocel__soap *s, ocel_span bytes, ocel_span *out) {
  *out = end_of_text(s);
  return keep(s, bytes, out);
}

// ---- what the reader tells ----

static bool on_declared(void *ctx, ocel_span prefix, ocel_span uri) {
  ocel__soap *s = ctx;
  uint8_t i = 0;
  while (i < s->prefix_n && !ocel_span_eq(s->prefix[i].prefix, prefix)) i++;
  if (i == OCEL__SOAP_PREFIXES) return true;  // whatever it stands for is not known then
  if (i < s->prefix_n && ocel_span_eq(s->prefix[i].uri, uri)) return true;
  if (i == s->prefix_n) {
    if (!keep_whole(s, prefix, &s->prefix[i].prefix)) return false;
    s->prefix_n++;
  }
  return keep_whole(s, uri, &s->prefix[i].uri);
}

// The root and its parts. False for what is no SOAP message.
static bool open_frame(ocel__soap *s, ocel_span uri, ocel_span name) {
  const bool soap = is(uri, OCEL__NS_SOAP);
  if (s->depth == 1) return soap && is(name, "Envelope");
  s->in_header = soap && is(name, "Header");
  if (!soap || !is(name, "Body")) return true;
  s->doubled |= s->in_body || s->action.n > 0;
  s->in_body = true;
  return !s->doubled;
}

static bool open_action(ocel__soap *s, ocel_span uri, ocel_span name) {
  s->doubled |= s->action.n > 0;
  return !s->doubled && keep_whole(s, uri, &s->uri) && keep_whole(s, name, &s->action);
}

static bool matches(const ocel__soap *s, const wish *w, ocel_span uri, ocel_span name) {
  return w->header == s->in_header && is(name, w->element) && (w->uri == NULL || is(uri, w->uri));
}

static bool open_field(ocel__soap *s, ocel_span uri, ocel_span name) {
  for (unsigned i = 0; i < OCEL__SOAP_FIELD_COUNT; i++) {
    if (!matches(s, &WISH[i], uri, name)) continue;
    if (WISH[i].attribute != NULL) {
      s->element = WISH[i].element;
      continue;
    }
    s->doubled |= s->in_header && s->field[i].p != NULL;
    if (s->field[i].p != NULL) continue;
    s->wanted = (uint8_t)i;
    s->wanted_depth = s->depth;
    s->field[i] = end_of_text(s);
  }
  return !s->doubled;
}

static bool on_opened(void *ctx, ocel_span uri, ocel_span name) {
  ocel__soap *s = ctx;
  s->depth++;
  s->element = NULL;
  s->wanted = OCEL__SOAP_FIELD_COUNT;
  if (s->depth <= 2) return open_frame(s, uri, name);
  if (s->depth == 3 && s->in_body && !open_action(s, uri, name)) return false;
  return (!s->in_header && !s->in_body) || open_field(s, uri, name);
}

static bool on_attribute(void *ctx, ocel_span name, ocel_span value) {
  ocel__soap *s = ctx;
  if (s->element == NULL) return true;
  for (unsigned i = 0; i < OCEL__SOAP_FIELD_COUNT; i++) {
    const wish *w = &WISH[i];
    if (w->attribute == NULL || strcmp(w->element, s->element) != 0) continue;
    if (!is(name, w->attribute) || s->field[i].p != NULL) continue;
    if (!keep_whole(s, value, &s->field[i])) return false;
    if (s->wanted < OCEL__SOAP_FIELD_COUNT) s->field[s->wanted] = end_of_text(s);
  }
  return true;
}

static bool on_text(void *ctx, ocel_span text) {
  ocel__soap *s = ctx;
  if (s->wanted == OCEL__SOAP_FIELD_COUNT || s->depth != s->wanted_depth) return true;
  return keep(s, text, &s->field[s->wanted]);
}

static bool on_closed(void *ctx) {
  ocel__soap *s = ctx;
  s->wanted = OCEL__SOAP_FIELD_COUNT;
  s->element = NULL;
  s->depth--;
  if (s->depth == 1) s->in_header = s->in_body = false;
  return true;
}

// ---- the whole ----

static bool is_space(uint8_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void trim(ocel_span *s) {
  while (s->n > 0 && is_space(s->p[0])) (void)ocel_span_take(s, 1);
  while (s->n > 0 && is_space(s->p[s->n - 1])) s->n--;
}

static const ocel_xml_listener LISTENER = {on_declared, on_opened, on_attribute, on_text,
                                           on_closed};

ocel_err ocel__soap_read(ocel_xml_reader *read, ocel_span document, ocel__soap *out) {
  memset(out, 0, offsetof(ocel__soap, text));
  out->wanted = OCEL__SOAP_FIELD_COUNT;
  const ocel_err rc = read(document, &LIMITS, &LISTENER, out);
  if (rc == OCEL_ERR_STATE && out->depth == 1) return OCEL_ERR_UNSUPPORTED;
  if (rc == OCEL_ERR_STATE) return out->doubled ? OCEL_ERR_SYNTAX : OCEL_ERR_SPACE;
  if (rc != OCEL_OK) return rc;
  for (size_t i = 0; i < OCEL__SOAP_FIELD_COUNT; i++) trim(&out->field[i]);
  return out->action.n > 0 ? OCEL_OK : OCEL_ERR_SYNTAX;
}

bool ocel__soap_is(const ocel__soap *s, ocel__soap_field field, const char *text) {
  return s->field[field].p != NULL && is(s->field[field], text);
}

int32_t ocel__soap_number(const ocel__soap *s, ocel__soap_field field, int32_t fallback) {
  const ocel_span text = s->field[field];
  int32_t value = 0;
  if (text.n == 0 || text.n > 9) return fallback;
  for (size_t i = 0; i < text.n; i++) {
    if (text.p[i] < '0' || text.p[i] > '9') return fallback;
    value = value * 10 + (text.p[i] - '0');
  }
  return value;
}

ocel_span ocel__soap_word(ocel_span *list) {
  while (list->n > 0 && is_space(list->p[0])) (void)ocel_span_take(list, 1);
  size_t n = 0;
  while (n < list->n && !is_space(list->p[n])) n++;
  return ocel_span_take(list, n);
}

ocel_span ocel__soap_namespace(const ocel__soap *s, ocel_span qname, ocel_span *local) {
  const uint8_t *colon = qname.n == 0 ? NULL : memchr(qname.p, ':', qname.n);
  const ocel_span prefix = ocel_span_make(qname.p, colon == NULL ? 0 : (size_t)(colon - qname.p));
  *local = qname;
  if (colon != NULL) (void)ocel_span_take(local, prefix.n + 1);
  for (uint8_t i = 0; i < s->prefix_n; i++) {
    if (ocel_span_eq(s->prefix[i].prefix, prefix)) return s->prefix[i].uri;
  }
  return ocel_span_make(NULL, 0);
}
