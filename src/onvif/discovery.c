// SPDX-License-Identifier: Apache-2.0
#include "discovery.h"

#include <string.h>

enum { BURST = 16 };

#define MAX_DELAY (500 * OCEL_MILLISECOND)  // APP_MAX_DELAY (WS-Discovery 3.1.3)
#define REFILL (100 * OCEL_MILLISECOND)     // one more answer

ocel_addr ocel_discovery_group(void) {
  return ocel_addr_ipv4(239, 255, 255, 250, OCEL_DISCOVERY_PORT);
}

void ocel_discovery_init(ocel_discovery *d, const ocel_discovery_config *cfg, ocel_us now) {
  memset(d, 0, sizeof *d);
  d->cfg = *cfg;
  d->allowance = BURST;
  d->refilled_at = now;
}

// ---- what waits ----

static ocel_us random_delay(const ocel_discovery *d) {
  uint8_t bytes[4];
  d->cfg.random(d->cfg.random_ctx, bytes, sizeof bytes);
  return (ocel_us)(ocel_be32(bytes) % (uint32_t)MAX_DELAY);
}

static ocel_discovery_message *free_place(ocel_discovery *d) {
  for (size_t i = 0; i < OCEL_DISCOVERY_PENDING; i++) {
    if (d->pending[i].kind == 0) return &d->pending[i];
  }
  return NULL;
}

// The same request comes several times: UDP may lose it.
static bool waits(const ocel_discovery *d, const ocel_addr *from, ocel_span id) {
  for (size_t i = 0; i < OCEL_DISCOVERY_PENDING; i++) {
    const ocel_discovery_message *m = &d->pending[i];
    if (m->kind != 0 && ocel_addr_same_host(&m->to, from) && m->to.port == from->port &&
        ocel_span_eq(id, ocel_span_str(m->relates_to))) {
      return true;
    }
  }
  return false;
}

void ocel_discovery_announce(ocel_discovery *d, const ocel_addr *local, ocel_us now) {
  ocel_discovery_message *m = free_place(d);
  if (m == NULL) return;
  *m = (ocel_discovery_message){.kind = OCEL__HELLO,
                                .to = ocel_discovery_group(),
                                .local = *local,
                                .due = now + random_delay(d)};
}

// ---- what comes in ----

// Small requests with a forged sender must not make us a weapon.
static bool is_within_rate(ocel_discovery *d, ocel_us now) {
  const ocel_us steps = (now - d->refilled_at) / REFILL;
  if (steps > 0) {
    d->allowance = steps >= BURST - (ocel_us)d->allowance ? BURST : d->allowance + (uint32_t)steps;
    d->refilled_at += steps * REFILL;
  }
  if (d->allowance == 0) return false;
  d->allowance--;
  return true;
}

// Only neighbours are answered, as far as it is known who is one.
static bool is_neighbour(const ocel__onvif_view *v, const ocel_addr *from) {
  const ocel_addr *ours = &v->network.address;
  if (!v->networked || !ocel_addr_is_ipv4(ours) || v->network.prefix > 32) return true;
  const uint32_t mask = v->network.prefix == 0 ? 0 : UINT32_MAX << (32 - v->network.prefix);
  return ocel_addr_is_ipv4(from) &&
         ((ocel_be32(from->ip + 12) ^ ocel_be32(ours->ip + 12)) & mask) == 0;
}

static ocel__onvif_view look(const ocel_discovery *d, const ocel_addr *local) {
  ocel__onvif_view v = {.camera = d->cfg.camera};
  v.networked = v.camera->network(v.camera->ctx, local, &v.network);
  return v;
}

static bool is_discoverable(const ocel_onvif_camera *camera) {
  return camera->discoverable == NULL || camera->discoverable(camera->ctx);
}

static uint8_t answer_to(const ocel_discovery *d, const ocel__soap *s, const ocel_addr *from,
                         const ocel_addr *local) {
  const ocel_span id = s->field[OCEL__SOAP_MESSAGE_ID];
  const ocel__onvif_view v = look(d, local);
  if (id.n == 0 || id.n > OCEL_DISCOVERY_ID_MAX || !is_neighbour(&v, from)) return 0;
  return waits(d, from, id) ? 0 : ocel__discovery_match(s, &v);
}

void ocel_discovery_datagram(ocel_discovery *d, const ocel_addr *from, const ocel_addr *local,
                             ocel_span bytes, ocel_us now) {
  ocel__soap soap;
  ocel_discovery_message *m = free_place(d);
  d->ignored++;
  if (m == NULL || bytes.n > OCEL_DISCOVERY_MAX || !is_discoverable(d->cfg.camera)) return;
  if (ocel__soap_read(d->cfg.read_xml, bytes, &soap) != OCEL_OK) return;
  const uint8_t kind = answer_to(d, &soap, from, local);
  if (kind == 0 || !is_within_rate(d, now)) return;
  d->ignored--;
  d->answered++;
  *m = (ocel_discovery_message){
      .kind = kind, .to = *from, .local = *local, .due = now + random_delay(d)};
  const ocel_span id = soap.field[OCEL__SOAP_MESSAGE_ID];
  memcpy(m->relates_to, id.p, id.n);
}

// ---- what goes out ----

static void put_authority(ocel_wbuf *w, const ocel_addr *local, uint16_t port) {
  ocel_put_addr(w, local);
  if (port == 80) return;
  ocel_put_u8(w, ':');
  ocel_put_uint(w, port);
}

static void write_message(ocel_discovery *d, const ocel_discovery_message *m, ocel_wbuf *w) {
  ocel_onvif_answer answer = {.local = m->local};
  ocel__onvif_message message = {
      .relates_to = m->relates_to, .instance = d->cfg.instance, .number = ++d->number};
  ocel_wbuf host = ocel_wbuf_make(answer.host, sizeof answer.host - 1);
  ocel__onvif_view v = look(d, &m->local);
  put_authority(&host, &m->local, d->cfg.http_port);
  d->cfg.random(d->cfg.random_ctx, message.id, sizeof message.id);
  v.answer = &answer;
  v.message = &message;
  ocel__discovery_write(w, (ocel__discovery_kind)m->kind, &v);
  if (w->overflow) w->n = 0;
}

bool ocel_discovery_next(ocel_discovery *d, ocel_us now, ocel_wbuf *w, ocel_discovery_way *out) {
  for (size_t i = 0; i < OCEL_DISCOVERY_PENDING; i++) {
    ocel_discovery_message *m = &d->pending[i];
    if (m->kind == 0 || m->due > now) continue;
    *out = (ocel_discovery_way){m->to, m->local};
    write_message(d, m, w);
    m->kind = 0;
    return true;
  }
  return false;
}

ocel_us ocel_discovery_deadline(const ocel_discovery *d) {
  ocel_us first = OCEL_NEVER;
  for (size_t i = 0; i < OCEL_DISCOVERY_PENDING; i++) {
    const ocel_discovery_message *m = &d->pending[i];
    if (m->kind != 0 && m->due < first) first = m->due;
  }
  return first;
}

void ocel_discovery_bye(ocel_discovery *d, const ocel_addr *local, ocel_wbuf *w) {
  const ocel_discovery_message bye = {.kind = OCEL__BYE, .local = *local};
  for (size_t i = 0; i < OCEL_DISCOVERY_PENDING; i++) d->pending[i].kind = 0;
  write_message(d, &bye, w);
}
