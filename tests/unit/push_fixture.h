// SPDX-License-Identifier: Apache-2.0
// Viewers to whom a server in memory pushes, and the messages that they got.
#ifndef PUSH_FIXTURE_H
#define PUSH_FIXTURE_H

#include "http_fixture.h"

#define HANDSHAKE                                   \
  "Connection: keep-alive, Upgrade\r\n"             \
  "Upgrade: websocket\r\n"                          \
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" \
  "Sec-WebSocket-Version: 13\r\n"

enum { MESSAGES_MAX = 200 };

// What a handler that pushes answers.
static ocel_http_push fixture_push;

static inline void answer_push(void *ctx, const ocel_http_call *call, ocel_http_answer *answer) {
  (void)ctx, (void)call;
  answer->body = OCEL_HTTP_PUSH;
  answer->push = fixture_push;
}

static const ocel_http_route PUSH_ROUTE = {
    .path = "/live",
    .methods = OCEL_HTTP_GETS,
    .least = OCEL_ROLE_VIEWER,
    .handler = answer_push,
};

static inline void add_push_route(world *w, ocel_push_framing framing) {
  fixture_push = (ocel_http_push){.framing = framing};
  assert_int_equal(ocel_server_add_route(w->srv, &PUSH_ROUTE), OCEL_OK);
}

typedef struct {
  uint8_t opcode;
  uint8_t *p;
  size_t n;
} message;

typedef struct {
  message m[MESSAGES_MAX];
  size_t n;
  uint8_t bytes[OUT_BYTES];
  bool broken_off;  // the last one is not whole
} messages;

// Takes a server's frame apart: not masked, lengths as short as can be, no reserved bits.
static inline ocel_span take_frame(ocel_span *rest, uint8_t *first) {
  assert_true(rest->n >= 2 && (rest->p[0] & 0x70) == 0 && rest->p[1] <= 126);
  *first = rest->p[0];
  size_t n = ocel_span_take(rest, 2).p[1];
  if (n == 126) {
    assert_true(rest->n >= 2);
    n = ocel_be16(ocel_span_take(rest, 2).p);
    assert_true(n >= 126);
  }
  assert_true(rest->n >= n);
  return ocel_span_take(rest, n);
}

// Puts the messages of a WebSocket together; control frames stand between them.
static inline void read_messages(ocel_span rest, messages *out) {
  message *open = NULL;
  size_t at = 0;
  memset(out, 0, sizeof *out);
  while (rest.n > 0) {
    uint8_t first;
    const ocel_span content = take_frame(&rest, &first);
    const uint8_t opcode = first & 0xf;
    const bool last = (first & 0x80) != 0;
    assert_true((opcode == 0) == (open != NULL && opcode < 8));
    if (opcode != 0) {
      assert_true(out->n < MESSAGES_MAX);
      out->m[out->n++] = (message){opcode, out->bytes + at, 0};
    }
    message *m = opcode == 0 ? open : &out->m[out->n - 1];
    assert_non_null(m);
    if (content.n > 0) memcpy(out->bytes + at, content.p, content.n);
    at += content.n;
    m->n += content.n;
    if (opcode < 8) open = last ? NULL : m;
  }
  out->broken_off = open != NULL;
}

// Of what `out` of the world holds behind the first head.
static inline void read_answer(const world *w, messages *out) {
  const size_t head = (size_t)(body_of(w) - out_text(w));
  read_messages(ocel_span_make(w->out + head, w->out_n - head), out);
}

// Of all that `out` holds.
static inline void read_out(const world *w, messages *out) {
  read_messages(ocel_span_make(w->out, w->out_n), out);
}

// A viewer whose handshake has been answered.
static inline int push_viewer(world *w) {
  const int conn = connect_from(w, 7);
  assert_int_equal(request(w, conn, "GET", "/live", HANDSHAKE), 101);
  return conn;
}

// A masked frame of a client; `n` <= 125.
static inline void hear_frame(world *w, int conn, uint8_t first, const char *content, size_t n) {
  static const uint8_t MASK[] = {0x12, 0xf4, 0x56, 0x78};
  char bytes[6 + 125];
  bytes[0] = (char)first;
  bytes[1] = (char)(0x80 | n);
  memcpy(bytes + 2, MASK, 4);
  for (size_t i = 0; i < n; i++) bytes[6 + i] = (char)(content[i] ^ MASK[i % 4]);
  w->out_n = 0;
  hear(w, conn, bytes, 6 + n);
  drain(w, conn);
}

#endif
