// SPDX-License-Identifier: Apache-2.0
// Which requests are for us (WS-Discovery 5.1, 5.3, 6.3). Whatever is not is met with silence.
#include <string.h>

#include "discovery.h"

enum { SCOPE_MAX = 256 };

static bool is(ocel_span s, const char *text) { return ocel_span_eq(s, ocel_span_str(text)); }

// ---- types ----

// All types that are asked for must be ours; some clients ask for none.
static bool types_match(const ocel__soap *s) {
  ocel_span list = s->field[OCEL__SOAP_TYPES], local;
  for (ocel_span name = ocel__soap_word(&list); name.n > 0; name = ocel__soap_word(&list)) {
    const ocel_span uri = ocel__soap_namespace(s, name, &local);
    const bool video =
        is(uri, "http://www.onvif.org/ver10/network/wsdl") && is(local, "NetworkVideoTransmitter");
    const bool device = is(uri, "http://www.onvif.org/ver10/device/wsdl") && is(local, "Device");
    if (!video && !device) return false;
  }
  return true;
}

// ---- scopes ----

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c; }

// Where the path begins: behind "scheme://authority".
static size_t path_at(ocel_span uri) {
  size_t slashes = 0, i = 0;
  for (; i < uri.n; i++) {
    slashes += uri.p[i] == '/';
    if (slashes == 3) break;
  }
  return i;
}

// Scheme and authority whatever their case, then whole segments of the path (5.1, rule rfc3986).
static bool is_above(ocel_span asked, ocel_span ours) {
  while (asked.n > 0 && asked.p[asked.n - 1] == '/') asked.n--;
  if (asked.n > ours.n) return false;
  const size_t path = path_at(ours);
  for (size_t i = 0; i < asked.n; i++) {
    const bool same = i < path ? lower(asked.p[i]) == lower(ours.p[i]) : asked.p[i] == ours.p[i];
    if (!same) return false;
  }
  return asked.n == ours.n || ours.p[asked.n] == '/';
}

typedef bool rule(ocel_span asked, ocel_span ours);

static const struct {
  const char *name;
  rule *matches;
} RULES[] = {
    {OCEL__NS_DISCOVERY "/rfc3986", is_above    },
    {OCEL__NS_DISCOVERY "/rfc2396", is_above    },
    {OCEL__NS_DISCOVERY "/strcmp0", ocel_span_eq},
};

// NULL: a rule that we do not know, by which nothing matches.
static rule *rule_of(const ocel__soap *s) {
  if (s->field[OCEL__SOAP_MATCH_BY].n == 0) return is_above;
  for (size_t i = 0; i < sizeof RULES / sizeof RULES[0]; i++) {
    if (ocel__soap_is(s, OCEL__SOAP_MATCH_BY, RULES[i].name)) return RULES[i].matches;
  }
  return NULL;
}

static bool have_scope(const ocel__onvif_view *v, ocel_span asked, rule *matches) {
  uint8_t mem[SCOPE_MAX];
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
  for (unsigned i = 0; ocel__onvif_put_scope(&w, v, i); i++) {
    if (w.n > 0 && !w.overflow && matches(asked, ocel_span_make(mem, w.n))) return true;
    w = ocel_wbuf_make(mem, sizeof mem);
  }
  return false;
}

static bool scopes_match(const ocel__soap *s, const ocel__onvif_view *v) {
  ocel_span list = s->field[OCEL__SOAP_SCOPES];
  rule *const matches = rule_of(s);
  for (ocel_span asked = ocel__soap_word(&list); asked.n > 0; asked = ocel__soap_word(&list)) {
    if (matches == NULL || !have_scope(v, asked, matches)) return false;
  }
  return true;
}

// ---- requests ----

static bool is_our_address(const ocel__soap *s, const ocel__onvif_view *v) {
  static const char PREFIX[] = "urn:uuid:";
  const size_t n = sizeof PREFIX - 1;
  const ocel_span asked = s->field[OCEL__SOAP_ADDRESS];
  return asked.n > n && memcmp(asked.p, PREFIX, n) == 0 &&
         is(ocel_span_make(asked.p + n, asked.n - n), v->camera->uuid);
}

uint8_t ocel__discovery_match(const ocel__soap *s, const ocel__onvif_view *v) {
  if (!is(s->uri, OCEL__NS_DISCOVERY)) return 0;
  if (is(s->action, "Probe")) {
    return types_match(s) && scopes_match(s, v) ? OCEL__PROBE_MATCHES : 0;
  }
  return is(s->action, "Resolve") && is_our_address(s, v) ? OCEL__RESOLVE_MATCHES : 0;
}
