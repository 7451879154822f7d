// SPDX-License-Identifier: Apache-2.0
// HTTP requests to a server in memory, and what came back.
#ifndef HTTP_FIXTURE_H
#define HTTP_FIXTURE_H

#include "ocel/http_route.h"
#include "server_fixture.h"

#define HOST "Host: camera.lan\r\n"

// The text of what `out` holds.
static inline const char *out_text(const world *w) {
  static char text[OUT_BYTES + 1];
  memcpy(text, w->out, w->out_n);
  text[w->out_n] = '\0';
  return text;
}

// Of the first answer in `out`; -1 if there is none.
static inline int http_status(const world *w) {
  const char *text = out_text(w);
  if (w->out_n < 12 || strncmp(text, "HTTP/1.1 ", 9) != 0) return -1;
  return (text[9] - '0') * 100 + (text[10] - '0') * 10 + text[11] - '0';
}

static inline int say_http(world *w, int conn, const char *text) {
  (void)say(w, conn, text);
  return http_status(w);
}

// A request without body; `headers` are whole lines.
static inline int request(world *w, int conn, const char *method, const char *target,
                          const char *headers) {
  char text[2048];
  (void)snprintf(text, sizeof text, "%s %s HTTP/1.1\r\n" HOST "%s\r\n", method, target, headers);
  return say_http(w, conn, text);
}

static inline int get(world *w, int conn, const char *target) {
  return request(w, conn, "GET", target, "");
}

// Behind the first head in `out`.
static inline const char *body_of(const world *w) {
  const char *at = strstr(out_text(w), "\r\n\r\n");
  assert_non_null(at);
  return at + 4;
}

static inline unsigned answers_in(const world *w) {
  unsigned n = 0;
  for (const char *at = out_text(w); (at = strstr(at, "HTTP/1.1 ")) != NULL; at++) n++;
  return n;
}

#endif
