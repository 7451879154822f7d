// SPDX-License-Identifier: Apache-2.0
#include "viewer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "viewer_login.h"
#include "viewer_session.h"
#include "viewer_tunnel.h"
#include "world.h"

viewer *viewer_make(struct world *w, const viewer_profile *profile, ocel_us at) {
  viewer *v = calloc(1, sizeof *v);
  if (v == NULL) abort();
  v->world = w;
  v->number = (int)world_add_viewer(w, v);
  v->rng = rng_fork(&w->rng);
  v->profile = *profile;
  v->at = profile->script;
  v->tcp = profile->tcp;
  v->cseq = profile->first_cseq;
  v->addr = ocel_addr_ipv4(10, 1, (uint8_t)(v->number >> 8), (uint8_t)v->number, 0);
  if (profile->ipv6) v->addr.ip[0] = 0xfd;  // fd00::ffff:..., no mapped address
  v->udp_base = (uint16_t)(20000 + 2 * rng_below(&v->rng, 10000));
  (void)snprintf(v->url, sizeof v->url, "rtsp://camera.lan:8554%s", profile->path);
  v->resume_at = at;
  viewer_begin(v, at);
  return v;
}

void viewer_free(viewer *v) {
  reply_reader_free(&v->reader);
  free(v);
}

void viewer_send(viewer *v, ocel_span bytes) {
  if (v->profile.tunnel) {
    viewer_tunnel_send(v, bytes);
  } else {
    tcp_send(v->link, bytes);
  }
}

// ---- requests ----

static const char *request_url(const viewer *v, const viewer_request *q, char out[400]) {
  const char *slash = v->base[0] != '\0' && v->base[strlen(v->base) - 1] == '/' ? "" : "/";
  const bool early = q->method == OCEL_METHOD_OPTIONS || q->method == OCEL_METHOD_DESCRIBE;
  const char *base = v->base[0] == '\0' || early ? v->url : v->base;
  if (v->base[0] == '\0') slash = "/";
  if (q->track >= 0) {
    (void)snprintf(out, 400, "%s%strackID=%d", base, slash, q->track);
  } else {
    (void)snprintf(out, 400, "%s", base);
  }
  return out;
}

static void transport(const viewer *v, int track, char out[120]) {
  if (v->tcp) {
    const unsigned a = v->profile.channel + 2u * (unsigned)track;
    (void)snprintf(out, 120, "Transport: RTP/AVP/TCP;unicast;interleaved=%u-%u\r\n", a, a + 1);
  } else if (v->profile.multicast) {
    (void)snprintf(out, 120, "Transport: RTP/AVP;multicast\r\n");
  } else {
    const unsigned a = v->udp_base + 2u * (unsigned)track;
    (void)snprintf(out, 120, "Transport: RTP/AVP;unicast;client_port=%u-%u\r\n", a, a + 1);
  }
}

static const char *extra_header(const viewer *v, const viewer_request *q, char out[120]) {
  if (q->method == OCEL_METHOD_SETUP) {
    transport(v, q->track, out);
    return out;
  }
  if (q->method == OCEL_METHOD_PLAY) return "Range: npt=0.000-\r\n";
  return q->method == OCEL_METHOD_DESCRIBE ? "Accept: application/sdp\r\n" : "";
}

void viewer_ask(viewer *v, const viewer_request *q) {
  char url[400], extra[120], session[100] = "", login[LOGIN_HEADER_SIZE], text[2048];
  if (v->link == NULL || v->closed) return;
  if (v->session[0] != '\0') {
    (void)snprintf(session, sizeof session, "Session: %s\r\n", v->session);
  }
  const char *method = ocel_rtsp_method_name(q->method);
  viewer_put_login(v, method, request_url(v, q, url), login);
  if (login[0] != '\0' && v->profile.scheme != LOGIN_BASIC) {
    login_heard *heard = &v->world->heard;
    (void)snprintf(heard->method, sizeof heard->method, "%s", method);
    memcpy(heard->url, url, sizeof heard->url);
    memcpy(heard->login, login, sizeof heard->login);
  }
  const int n =
      snprintf(text, sizeof text, "%s %s RTSP/1.0\r\nCSeq: %u\r\n%s%s%s%s\r\n", method, url,
               v->cseq, "User-Agent: sim\r\n", session, login, extra_header(v, q, extra));
  CHECK(v->count < VIEWER_PENDING, "viewer %d: asks too much at once", v->number);
  v->pending[(v->first + v->count++) % VIEWER_PENDING] = *q;
  observer_asked(v->link->observer,
                 &(observer_request){v->cseq, q->method, q->track, v->world->clock.now});
  v->cseq++;
  v->leaving = q->method == OCEL_METHOD_TEARDOWN || (v->leaving && q->method != OCEL_METHOD_SETUP);
  viewer_send(v, ocel_span_make(text, (size_t)n));
}

// ---- replies ----

static void read_base(viewer *v, const rtsp_reply *r) {
  const ocel_span base = reply_header(r, "Content-Base");
  CHECK(base.n > 0 && base.n < sizeof v->base, "viewer %d: DESCRIBE reply without Content-Base",
        v->number);
  reply_text(base, v->base, sizeof v->base);
  viewer_check_sdp(v, r->body);
}

static void read_session(viewer *v, const rtsp_reply *r, int track) {
  ocel_span id = reply_header(r, "Session");
  CHECK(reply_number(reply_parameter(id, "timeout")) > 0,
        "viewer %d: SETUP reply without Session timeout", v->number);
  const uint8_t *end = memchr(id.p, ';', id.n);
  if (end != NULL) id.n = (size_t)(end - id.p);
  reply_text(id, v->session, sizeof v->session);
  v->track_used[track] = true;
  v->track_tcp[track] = v->tcp;
  v->tracks[track] = (receiver){.own_ssrc = (uint32_t)rng_next(&v->rng)};
}

static void read_success(viewer *v, const rtsp_reply *r, const viewer_request *q) {
  switch ((int)q->method) {
    case OCEL_METHOD_DESCRIBE: read_base(v, r); break;
    case OCEL_METHOD_SETUP: read_session(v, r, q->track); break;
    case OCEL_METHOD_PLAY: viewer_start_media(v); break;
    case OCEL_METHOD_PAUSE: v->playing = false; break;
    case OCEL_METHOD_TEARDOWN:
      if (q->track >= 0) v->track_used[q->track] = false;
      if (q->track < 0 || (!v->track_used[0] && !v->track_used[1])) viewer_stop_media(v);
      break;
    default: break;
  }
}

static void on_reply(void *ctx, const rtsp_reply *r) {
  viewer *v = ctx;
  if (r->http) {
    CHECK(r->status == 200, "viewer %d: the tunnel is refused with %u", v->number, r->status);
    return;
  }
  if (v->count == 0) return;  // a refusal of the connection
  const viewer_request q = v->pending[v->first];
  v->first = (v->first + 1) % VIEWER_PENDING;
  v->count--;
  if (viewer_take_challenge(v, r, &q)) return;
  CHECK(q.expect == 0 || r->status == q.expect, "viewer %d: %s is answered %u instead of %u",
        v->number, ocel_rtsp_method_name(q.method), r->status, q.expect);
  if (r->status == 200) read_success(v, r, &q);
  if (r->status == 503) {
    CHECK(q.method != OCEL_METHOD_DESCRIBE || reply_header(r, "Retry-After").n > 0,
          "viewer %d: 503 without Retry-After", v->number);
  }
  if (!q.scripted) return;
  v->waiting = false;
  viewer_run_script(v);
}

// ---- media ----

static void on_frame(void *ctx, unsigned channel, ocel_span data) {
  viewer *v = ctx;
  const unsigned n = channel - v->profile.channel;
  if (n >= 2 * VIEWER_TRACKS) return;
  receiver *t = &v->tracks[n / 2];
  (n % 2 == 0 ? receiver_rtp : receiver_rtcp)(t, &v->world->clock, data);
}

static void on_datagram(void *ctx, const udp_packet *packet) {
  viewer *v = ctx;
  const uint16_t first = v->profile.multicast ? v->world->cfg.server.multicast.port : v->udp_base;
  receiver *t = &v->tracks[(packet->from.port - first) / 2 % VIEWER_TRACKS];
  (packet->rtcp ? receiver_rtcp : receiver_rtp)(t, &v->world->clock,
                                                ocel_span_make(packet->data, packet->n));
}

// ---- the connection ----

static void on_bytes(void *ctx, ocel_span bytes) {
  viewer *v = ctx;
  const char *wrong = reply_read(&v->reader, bytes);
  CHECK(wrong == NULL, "viewer %d: %s (after the network)", v->number, wrong);
}

static void on_closed(void *ctx) {
  viewer *v = ctx;
  CHECK(v->profile.may_skip || v->session[0] == '\0' || !v->playing || v->muted ||
            v->world->port.stopping || v->world->port.dismissed,
        "viewer %d: plays, and the server closes the connection", v->number);
  v->closed = true;
  v->playing = v->waiting = false;
  v->session[0] = '\0';
  viewer_run_script(v);
}

void viewer_connect(viewer *v) {
  reply_reader_free(&v->reader);
  reply_reader_init(&v->reader, (reply_sink){v, on_reply, on_frame});
  v->closed = v->waiting = v->playing = false;
  v->first = v->count = 0;
  v->session[0] = v->base[0] = '\0';
  v->nonce_old = true;
  v->link = world_connect(v->world, &v->addr, &v->profile.link, v->number);
  v->link->client = (tcp_client){v, on_bytes, on_closed};
  v->link->observer->honest = true;
  v->link->observer->member = v->profile.multicast;
  v->link->observer->may_skip = v->profile.may_skip;
  v->link->observer->bursts = world_bursts(v->world, v->profile.path);
  v->link->observer->udp = (udp_sink){v, on_datagram, v->profile.udp};
  if (v->profile.tunnel) viewer_tunnel_open(v);
}
