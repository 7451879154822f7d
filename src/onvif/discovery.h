// SPDX-License-Identifier: Apache-2.0
// The parts of WS-Discovery: which requests are for us, and what is written.
#ifndef OCEL_ONVIF_DISCOVERY_H
#define OCEL_ONVIF_DISCOVERY_H

#include "ocel/discovery.h"
#include "soap.h"
#include "view.h"

typedef enum {
  OCEL__HELLO = 1,
  OCEL__BYE,
  OCEL__PROBE_MATCHES,
  OCEL__RESOLVE_MATCHES
} ocel__discovery_kind;

// What a request is to be answered with; 0: with nothing.
uint8_t ocel__discovery_match(const ocel__soap *s, const ocel__onvif_view *v);

// Writes a whole message.
void ocel__discovery_write(ocel_wbuf *w, ocel__discovery_kind kind, const ocel__onvif_view *v);

#endif
