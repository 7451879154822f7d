// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "hostile_parts.h"

enum { TEXT_SIZE = 2048 };

// ---- floods of sessions ----

// One SETUP after the other, the first perhaps over UDP; then it resets, or says no more.
void hostile_set_up(hostile *h) {
  char text[TEXT_SIZE];
  const unsigned first = h->port;
  const bool tcp = h->step > 0 || rng_permille(&h->rng, 500);
  if (h->step++ > 3 && rng_permille(&h->rng, 300)) {
    tcp_reset(h->link);
    h->link = NULL;
    return;
  }
  if (h->step > 5) return;
  h->port = (uint16_t)(h->port % 100 == 98 ? h->port - 98 : h->port + 2);
  (void)snprintf(text, sizeof text,
                 "SETUP rtsp://camera.lan/stream/trackID=0 RTSP/1.0\r\nCSeq: 1\r\n"
                 "Transport: RTP/AVP%s;unicast;%s=%u-%u\r\n\r\n",
                 tcp ? "/TCP" : "", tcp ? "interleaved" : "client_port", tcp ? 0 : first,
                 tcp ? 1 : first + 1);
  hostile_send(h, text);
}

// Plays what it was given.
static void on_session(hostile *h, const rtsp_reply *r) {
  char id[OBSERVER_SESSION_MAX + 1], text[TEXT_SIZE];
  if (h->link == NULL || reply_header(r, "Transport").n == 0) return;
  reply_text(reply_header(r, "Session"), id, sizeof id);
  id[strcspn(id, ";")] = '\0';
  (void)snprintf(text, sizeof text,
                 "PLAY rtsp://camera.lan/stream/ RTSP/1.0\r\nCSeq: 2\r\nSession: %s\r\n\r\n", id);
  hostile_send(h, text);
}

// ---- other people's sessions and passwords ----

static const char *any_method(hostile *h) {
  static const char *const METHODS[] = {"PLAY", "PAUSE", "TEARDOWN", "GET_PARAMETER", "SETUP"};
  return METHODS[rng_below(&h->rng, sizeof METHODS / sizeof METHODS[0])];
}

void hostile_pretend(hostile *h) {
  char id[OBSERVER_SESSION_MAX + 1], text[TEXT_SIZE];
  const char *method = any_method(h);
  const bool setup = strcmp(method, "SETUP") == 0;
  world_any_session(h->w, NULL, id);
  (void)snprintf(text, sizeof text,
                 "%s rtsp://camera.lan/stream/%s RTSP/1.0\r\nCSeq: 1\r\n"
                 "Session: %s\r\n%s\r\n",
                 method, setup ? "trackID=0" : "", id,
                 setup ? "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" : "");
  hostile_send(h, text);
}

// What it has heard, as it was or for something else.
void hostile_replay(hostile *h) {
  const login_heard *heard = &h->w->heard;
  char text[TEXT_SIZE];
  if (heard->login[0] == '\0' || h->step > 0) return;
  h->step = 1;  // one at a time: answers are late for those who guess
  const bool as_it_was = rng_permille(&h->rng, 500);
  const char *method = as_it_was ? heard->method : any_method(h);
  const bool other_url = !as_it_was && rng_permille(&h->rng, 500);
  (void)snprintf(
      text, sizeof text, "%s %s RTSP/1.0\r\nCSeq: 1\r\n%s%s\r\n", method,
      other_url ? "rtsp://camera.lan/stream?x=1" : heard->url, heard->login,
      strcmp(method, "SETUP") == 0 ? "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" : "");
  hostile_send(h, text);
}

static void on_reply(void *ctx, const rtsp_reply *r) {
  hostile *h = ctx;
  if (h->kind == HOSTILE_SETUPS) {
    if (r->status == 200) on_session(h, r);
    return;
  }
  h->step = 0;
  const unsigned due = h->kind == HOSTILE_IMPOSTOR ? 454 : 401;
  CHECK(r->status == due || r->status == 503, "%s is answered %u",
        due == 454 ? "a request with another's session" : "a login of another connection",
        r->status);
}

static void on_frame(void *ctx, unsigned channel, ocel_span data) {
  const hostile *h = ctx;
  (void)channel;
  (void)data;
  CHECK(h->kind == HOSTILE_SETUPS, "somebody without a session of his own gets pictures");
}

reply_sink hostile_listener(hostile *h) { return (reply_sink){h, on_reply, on_frame}; }
