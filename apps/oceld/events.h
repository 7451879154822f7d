// SPDX-License-Identifier: Apache-2.0
// Text for what the engine reports as numbers.
#ifndef OCELD_EVENTS_H
#define OCELD_EVENTS_H

#include "ocel/addr.h"
#include "ocel/event.h"

/// Enough for any text of oceld_event_text and oceld_address_text.
#define OCELD_EVENT_TEXT_MAX 256u

/// Writes "192.0.2.7:4711: plays over TCP" to `out`; `peer` may be NULL.
void oceld_event_text(const ocel_event *e, const ocel_addr *peer, char *out, size_t size);

/// Writes "192.0.2.7:4711" or "[2001:db8::7]:4711".
void oceld_address_text(const ocel_addr *a, char *out, size_t size);

/// Logs an event at its level.
void oceld_event_log(const ocel_event *e, const ocel_addr *peer);

#endif
