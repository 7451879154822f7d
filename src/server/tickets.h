// SPDX-License-Identifier: Apache-2.0
// Tickets: who has shown the password gets one, and shows it where a browser shows no password.
#ifndef OCEL_SERVER_TICKETS_H
#define OCEL_SERVER_TICKETS_H

#include "ocel/addr.h"
#include "ocel/span.h"
#include "ocel/time.h"

enum {
  OCEL__TICKETS = 8,       // at once; the oldest yields
  OCEL__TICKET_SIZE = 24,  // hexadecimal digits: 96 bits
};

typedef struct {
  uint8_t text[OCEL__TICKET_SIZE];
  ocel_addr peer;
  ocel_us since;
  bool good;
} ocel__ticket;

/// Makes a ticket for `peer` of 12 unpredictable bytes, in place of the oldest.
ocel__ticket *ocel__ticket_make(ocel__ticket *tickets, const ocel_addr *peer, const uint8_t *random,
                                ocel_us now);

/// True if `text` is a good ticket of that peer's; it then is so no more.
bool ocel__ticket_take(ocel__ticket *tickets, const ocel_addr *peer, ocel_span text, ocel_us now);

#endif
