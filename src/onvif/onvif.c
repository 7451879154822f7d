// SPDX-License-Identifier: Apache-2.0
// From an HTTP request to its answer.
#include "ocel/onvif.h"

#include <string.h>

#include "action.h"

// ---- the configuration ----

void ocel_onvif_defaults(ocel_onvif_config *cfg) {
  *cfg = (ocel_onvif_config){
      .skew_max = 300,
      .camera = {.manufacturer = "ocel", .model = "ocel", .hardware = "ocel", .name = "ocel"},
  };
}

static bool fits(const char *text) {
  return text != NULL && memchr(text, '\0', OCEL_ONVIF_TEXT_MAX + 1) != NULL;
}

static bool is_complete(const ocel_onvif_camera *c) {
  const char *const texts[] = {c->manufacturer, c->model,  c->firmware,
                               c->hardware,     c->serial, c->name};
  for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
    if (!fits(texts[i])) return false;
  }
  return (c->location == NULL || fits(c->location)) && c->uuid[0] != '\0' &&
         memchr(c->uuid, '\0', sizeof c->uuid) != NULL && c->stream != NULL && c->network != NULL &&
         c->utc != NULL;
}

static bool can_check_users(const ocel_onvif_config *cfg) {
  for (size_t i = 0; i < OCEL_ONVIF_USERS; i++) {
    const ocel_onvif_user *user = &cfg->user[i];
    if (user->username == NULL) continue;
    if (user->password == NULL || cfg->hash == NULL) return false;
  }
  return true;
}

ocel_err ocel_onvif_init(ocel_onvif *onvif, const ocel_onvif_config *cfg) {
  if (cfg->read_xml == NULL || !is_complete(&cfg->camera) || !can_check_users(cfg)) {
    return OCEL_ERR_CONFIG;
  }
  memset(onvif, 0, sizeof *onvif);
  onvif->cfg = *cfg;
  return OCEL_OK;
}

// ---- whom the client asks ----

// RFC 3986 3.2: what a host and a port are made of. Nothing else is told back to anybody.
static bool is_authority(ocel_span host) {
  static const char OTHERS[] = "0123456789.-:[]_";
  for (size_t i = 0; i < host.n; i++) {
    const uint8_t c = host.p[i], letter = c | 0x20;
    if (letter >= 'a' && letter <= 'z') continue;
    if (memchr(OTHERS, c, sizeof OTHERS - 1) == NULL) return false;
  }
  return host.n > 0;
}

static void put_local(ocel_wbuf *w, const ocel_addr *local) {
  const bool brackets = !ocel_addr_is_ipv4(local);
  if (brackets) ocel_put_u8(w, '[');
  ocel_put_addr(w, local);
  if (brackets) ocel_put_u8(w, ']');
  ocel_put_u8(w, ':');
  ocel_put_uint(w, local->port);
}

// The addresses in an answer are those that the client uses: it may sit behind a translation.
static void keep_host(ocel_onvif_answer *a, const ocel_http_call *call) {
  const ocel_span host = call->header[OCEL_HTTP_HEADER_HOST];
  ocel_wbuf w = ocel_wbuf_make(a->host, sizeof a->host - 1);
  if (host.n <= w.cap && is_authority(host)) {
    ocel_put_span(&w, host);
  } else {
    put_local(&w, call->local);
  }
  a->host[w.n] = '\0';
}

// ---- one request ----

static const ocel__onvif_service *const SERVICES[] = {&OCEL__DEVICE_SERVICE, &OCEL__DEVICE_NETWORK,
                                                      &OCEL__MEDIA_SERVICE, &OCEL__MEDIA_ENCODERS};

const ocel__onvif_action *ocel__onvif_find(ocel_span uri, ocel_span name) {
  for (size_t s = 0; s < sizeof SERVICES / sizeof SERVICES[0]; s++) {
    if (!ocel_span_eq(uri, ocel_span_str(SERVICES[s]->uri))) continue;
    for (size_t i = 0; i < SERVICES[s]->count; i++) {
      const ocel__onvif_action *action = &SERVICES[s]->actions[i];
      if (ocel_span_eq(name, ocel_span_str(action->name))) return action;
    }
  }
  return NULL;
}

static ocel__onvif_fault fault_of(ocel_err rc) {
  return rc == OCEL_ERR_SPACE ? OCEL__FAULT_TOO_LARGE : OCEL__FAULT_NOT_SOAP;
}

static ocel__onvif_fault judge(ocel_onvif *o, const ocel_http_call *call, ocel_onvif_answer *a) {
  ocel__soap soap;
  // Clients of HTTP's digest leave the body away until they know the challenge.
  if (call->body.n == 0 && ocel__onvif_is_locked(o)) return OCEL__FAULT_NOT_AUTHORIZED;
  const ocel_err rc = ocel__soap_read(o->cfg.read_xml, call->body, &soap);
  if (rc != OCEL_OK) return fault_of(rc);
  a->action = ocel__onvif_find(soap.uri, soap.action);
  // What does not exist is told to nobody who may not look.
  const ocel__onvif_access access = a->action == NULL ? OCEL__READ_SYSTEM : a->action->access;
  const ocel__onvif_fault fault = ocel__onvif_login(o, call, &soap, access);
  if (fault != OCEL__FAULT_NONE) return fault;
  if (a->action == NULL) return OCEL__FAULT_NO_ACTION;
  const ocel__onvif_request r = {o, &soap, a};
  return a->action->act == NULL ? OCEL__FAULT_NONE : a->action->act(&r);
}

static ocel_onvif_answer *free_answer(ocel_onvif *o) {
  for (size_t i = 0; i < OCEL_ONVIF_ANSWERS; i++) {
    if (o->answer[i].service == NULL) return &o->answer[i];
  }
  return NULL;
}

static void begin(ocel_onvif *o, const ocel_http_call *call, ocel_onvif_answer *a) {
  ocel_onvif_clock clock;
  *a = (ocel_onvif_answer){
      .service = o, .item = OCEL__ONVIF_ALL, .secure = call->secure, .local = *call->local};
  a->utc = o->cfg.camera.utc(o->cfg.camera.ctx, &clock);
  a->clock_manual = clock != OCEL_ONVIF_CLOCK_NTP;
  keep_host(a, call);
}

// ---- what the engine calls ----

// Progress: {piece, number, bytes so far, bytes promised}. White space behind the document makes up
// for values that have become shorter than they were when it was measured.
enum { PIECE, NUMBER, WRITTEN, PROMISED, SLACK = 64 };

static bool write_part(void *ctx, ocel_http_progress *p, ocel_wbuf *w) {
  const size_t before = w->n;
  const bool more = ocel__onvif_write(ctx, p->at + PIECE, w);
  p->at[WRITTEN] += (uint32_t)(w->n - before);
  while (!more && p->at[WRITTEN] < p->at[PROMISED] && !w->overflow) {
    ocel_put_u8(w, ' ');
    p->at[WRITTEN]++;
  }
  return more;
}

// libonvif cannot read chunks.
static uint32_t measure(const ocel_onvif_answer *a) {
  uint8_t mem[OCEL_HTTP_PART_MAX];
  uint32_t at[2] = {0};
  size_t n = 0;
  for (bool more = true; more;) {
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem);
    more = ocel__onvif_write(a, at, &w);
    n += w.n;
  }
  return (uint32_t)n + SLACK;
}

static void release(void *ctx) { ((ocel_onvif_answer *)ctx)->service = NULL; }

void ocel__onvif_handle(void *ctx, const ocel_http_call *call, ocel_http_answer *out) {
  ocel_onvif *o = ctx;
  ocel_onvif_answer *a = free_answer(o);
  o->requests++;
  if (a == NULL) {
    out->status = 503;
    out->headers = "Retry-After: 1\r\n";
    return;
  }
  begin(o, call, a);
  a->fault = (uint8_t)judge(o, call, a);
  if (a->fault != OCEL__FAULT_NONE) {
    o->faults++;
    a->action = &OCEL__ONVIF_FAULT_ACTION;
  }
  out->status = ocel__onvif_fault_of(a)->status;
  out->content_type = "application/soap+xml; charset=utf-8";
  out->body = OCEL_HTTP_PARTS;
  out->part = write_part;
  out->progress.at[PROMISED] = measure(a);
  out->length = out->progress.at[PROMISED];
  out->release = release;
  out->ctx = a;
}
