// SPDX-License-Identifier: Apache-2.0
#include "tickets.h"

#include "ocel/rtsp_auth.h"

#define TICKET_LIFE (30 * OCEL_SECOND)

enum { RANDOM_SIZE = OCEL__TICKET_SIZE / 2 };

ocel__ticket *ocel__ticket_make(ocel__ticket *tickets, const ocel_addr *peer, const uint8_t *random,
                                ocel_us now) {
  ocel__ticket *t = &tickets[0];
  for (unsigned i = 1; i < OCEL__TICKETS; i++) {
    if (t->good && (!tickets[i].good || tickets[i].since < t->since)) t = &tickets[i];
  }
  ocel_wbuf w = ocel_wbuf_make(t->text, sizeof t->text);
  for (unsigned i = 0; i < RANDOM_SIZE; i++) ocel_put_hex(&w, random[i], 2);
  t->peer = *peer;
  t->since = now;
  t->good = true;
  return t;
}

bool ocel__ticket_take(ocel__ticket *tickets, const ocel_addr *peer, ocel_span text, ocel_us now) {
  if (text.n != OCEL__TICKET_SIZE) return false;
  for (unsigned i = 0; i < OCEL__TICKETS; i++) {
    ocel__ticket *t = &tickets[i];
    if (!t->good || !ocel_secret_eq(t->text, text.p, OCEL__TICKET_SIZE)) continue;
    t->good = false;
    return ocel_addr_same_host(&t->peer, peer) && now - t->since <= TICKET_LIFE;
  }
  return false;
}
