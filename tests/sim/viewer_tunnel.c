// SPDX-License-Identifier: Apache-2.0
#include "viewer_tunnel.h"

#include <stdio.h>
#include <stdlib.h>

#include "world.h"

enum { LINE = 76 };

void viewer_cookie(int number, char out[VIEWER_COOKIE_SIZE]) {
  (void)snprintf(out, VIEWER_COOKIE_SIZE, "cookie-of-viewer-%d", number);
}

void viewer_tunnel_open(viewer *v) {
  char cookie[VIEWER_COOKIE_SIZE], text[256];
  viewer_cookie(v->number, cookie);
  const int n = snprintf(text, sizeof text,
                         "GET %s HTTP/1.0\r\nAccept: application/x-rtsp-tunnelled\r\n"
                         "x-sessioncookie: %s\r\n\r\n",
                         v->profile.path, cookie);
  tcp_send(v->link, ocel_span_make(text, (size_t)n));
}

static void ignore_bytes(void *ctx, ocel_span bytes) {
  (void)ctx;
  (void)bytes;
}

static void on_closed(void *ctx) { ((viewer *)ctx)->post = NULL; }

static void open_post(viewer *v) {
  char cookie[VIEWER_COOKIE_SIZE], text[256];
  viewer_cookie(v->number, cookie);
  v->post = world_connect(v->world, &v->addr, &v->profile.link, v->number);
  v->post->client = (tcp_client){v, ignore_bytes, on_closed};
  v->post->observer->may_skip = true;
  const int n = snprintf(text, sizeof text,
                         "POST %s HTTP/1.1\r\nHost: camera.lan\r\nContent-Length: 32767\r\n"
                         "x-sessioncookie: %s\r\n\r\n",
                         v->profile.path, cookie);
  tcp_send(v->post, ocel_span_make(text, (size_t)n));
}

// Now and then with line ends in it.
static void send_lines(viewer *v, ocel_span text) {
  while (text.n > LINE && rng_permille(&v->rng, 300)) {
    tcp_send(v->post, ocel_span_take(&text, LINE));
    tcp_send(v->post, ocel_span_str("\r\n"));
  }
  tcp_send(v->post, text);
}

static void ignore_close(void *ctx) { (void)ctx; }

void viewer_tunnel_close_post(viewer *v) {
  if (v->post == NULL) return;
  v->post->client.closed = ignore_close;
  tcp_fin(v->post);
  v->post = NULL;
}

void viewer_tunnel_send(viewer *v, ocel_span bytes) {
  const size_t cap = bytes.n * 4 / 3 + 8;
  uint8_t *const mem = malloc(cap);
  if (mem == NULL) abort();
  ocel_wbuf w = ocel_wbuf_make(mem, cap);
  ocel_put_base64(&w, bytes);
  if (v->post == NULL) open_post(v);
  send_lines(v, ocel_span_make(mem, w.n));
  free(mem);
}
