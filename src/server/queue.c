// SPDX-License-Identifier: Apache-2.0
#include <assert.h>

#include "server_priv.h"

static void append(ocel__queue *q, int number) {
  assert(q->n < q->cap);
  q->items[(q->first + q->n) % q->cap] = (uint16_t)number;
  q->n++;
}

static ocel__conn *take(ocel_server *s, ocel__queue *q) {
  assert(q->n > 0);
  ocel__conn *c = &s->conns[q->items[q->first]];
  q->first = (uint16_t)((q->first + 1) % q->cap);
  q->n--;
  return c;
}

void ocel__queue_task(ocel_server *s, ocel__conn *c) {
  if (c->in_tasks) return;
  c->in_tasks = true;
  append(&s->tasks, ocel__number(s, c));
}

void ocel__queue_datagrams(ocel_server *s, ocel__conn *c) {
  if (c->in_datagrams) return;
  c->in_datagrams = true;
  append(&s->datagrams, ocel__number(s, c));
}

ocel__conn *ocel__queue_first(const ocel_server *s, const ocel__queue *q) {
  return q->n > 0 ? &s->conns[q->items[q->first]] : NULL;
}

void ocel__queue_drop_task(ocel_server *s) { take(s, &s->tasks)->in_tasks = false; }

void ocel__queue_drop_datagrams(ocel_server *s) { take(s, &s->datagrams)->in_datagrams = false; }
