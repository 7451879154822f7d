// SPDX-License-Identifier: Apache-2.0
// What the files of the hostile peers share.
#ifndef SIM_HOSTILE_PARTS_H
#define SIM_HOSTILE_PARTS_H

#include "hostile.h"
#include "reply.h"

typedef struct {
  world *w;
  rng rng;
  hostile_kind kind;
  ocel_addr addr;
  tcp_link *link;
  size_t step;
  uint16_t port;        ///< Of its next UDP session; nobody else has it.
  ocel_us since;        ///< When it connected.
  reply_reader reader;  ///< Of those who look at what they are told.
} hostile;

void hostile_send(hostile *h, const char *text);

// ---- hostile_session.c: they want sessions, their own or others' ----

/// What takes the replies, and knows what they must not be.
reply_sink hostile_listener(hostile *h);

void hostile_set_up(hostile *h);
void hostile_pretend(hostile *h);
void hostile_replay(hostile *h);

#endif
