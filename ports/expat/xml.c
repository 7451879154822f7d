// SPDX-License-Identifier: Apache-2.0
#include "xml.h"

#include <expat.h>
#include <limits.h>
#include <string.h>

// Between the namespace and the name in what Expat gives as a name; none of both can have it.
enum { SEPARATOR = '\n' };

typedef struct {
  XML_Parser parser;
  const ocel_xml_limits *limits;
  const ocel_xml_listener *listener;
  void *ctx;
  uint16_t depth, elements;
  ocel_err stopped;  // why; OK: it was not
} reading;

static void stop(reading *r, ocel_err why) {
  if (r->stopped == OCEL_OK) r->stopped = why;
  (void)XML_StopParser(r->parser, XML_FALSE);
}

static void go_on(reading *r, bool wanted) {
  if (!wanted) stop(r, OCEL_ERR_STATE);
}

static ocel_span split(const char *text, ocel_span *uri) {
  const char *at = strrchr(text, SEPARATOR);
  *uri = ocel_span_make(text, at == NULL ? 0 : (size_t)(at - text));
  return ocel_span_str(at == NULL ? text : at + 1);
}

static void tell_attributes(reading *r, const XML_Char **pairs) {
  for (uint16_t n = 0; pairs[0] != NULL && r->stopped == OCEL_OK; n++, pairs += 2) {
    ocel_span uri;
    const ocel_span name = split(pairs[0], &uri);
    if (n == r->limits->attributes) {
      stop(r, OCEL_ERR_SPACE);
    } else {
      go_on(r, r->listener->attribute(r->ctx, name, ocel_span_str(pairs[1])));
    }
  }
}

// Once stopped, Expat may still tell what was under way: it goes no further.
static void XMLCALL on_open(void *ctx, const XML_Char *text, const XML_Char **attributes) {
  reading *r = ctx;
  ocel_span uri;
  const ocel_span name = split(text, &uri);
  if (r->stopped != OCEL_OK) return;
  if (r->depth == r->limits->depth || r->elements == r->limits->elements) {
    stop(r, OCEL_ERR_SPACE);
    return;
  }
  r->depth++;
  r->elements++;
  go_on(r, r->listener->opened(r->ctx, uri, name));
  tell_attributes(r, attributes);
}

static void XMLCALL on_close(void *ctx, const XML_Char *text) {
  reading *r = ctx;
  (void)text;
  if (r->stopped != OCEL_OK) return;
  r->depth--;
  go_on(r, r->listener->closed(r->ctx));
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int n) {
  reading *r = ctx;
  if (r->stopped == OCEL_OK) go_on(r, r->listener->text(r->ctx, ocel_span_make(text, (size_t)n)));
}

static void XMLCALL on_declared(void *ctx, const XML_Char *prefix, const XML_Char *uri) {
  reading *r = ctx;
  if (r->stopped != OCEL_OK || r->listener->declared == NULL) return;
  go_on(r, r->listener->declared(r->ctx, ocel_span_str(prefix == NULL ? "" : prefix),
                                 ocel_span_str(uri == NULL ? "" : uri)));
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal) {
  (void)name, (void)system, (void)public, (void)internal;
  stop(ctx, OCEL_ERR_SYNTAX);
}

static ocel_err read_all(reading *r, ocel_span document) {
  XML_SetUserData(r->parser, r);
  XML_SetElementHandler(r->parser, on_open, on_close);
  XML_SetCharacterDataHandler(r->parser, on_text);
  XML_SetStartNamespaceDeclHandler(r->parser, on_declared);
  XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
  if (XML_Parse(r->parser, (const char *)document.p, (int)document.n, XML_TRUE) == XML_STATUS_OK) {
    return OCEL_OK;
  }
  if (r->stopped != OCEL_OK) return r->stopped;
  return XML_GetErrorCode(r->parser) == XML_ERROR_NO_MEMORY ? OCEL_ERR_SPACE : OCEL_ERR_SYNTAX;
}

ocel_err ocel_expat_read(ocel_span document, const ocel_xml_limits *limits,
                         const ocel_xml_listener *listener, void *ctx) {
  if (document.n > limits->size || document.n > INT_MAX) return OCEL_ERR_SPACE;
  reading r = {.limits = limits, .listener = listener, .ctx = ctx};
  r.parser = XML_ParserCreateNS("UTF-8", SEPARATOR);
  if (r.parser == NULL) return OCEL_ERR_SPACE;
  const ocel_err rc = read_all(&r, document);
  XML_ParserFree(r.parser);
  return rc;
}
