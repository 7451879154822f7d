// SPDX-License-Identifier: Apache-2.0
#include "ocel/websocket.h"

#include <assert.h>

#include "ocel/base64.h"

enum {
  KEY_SIZE = 24,  // characters: base64 of 16 bytes
  NONCE_SIZE = 16,
  HEAD = 2,
  MASK = 4,
  FIN = 0x80,
  RESERVED = 0x70,
  MASKED = 0x80,
  LENGTH_16 = 126,
  LENGTH_64 = 127,
  CONTROL = 8,  // opcodes from here on
};

// RFC 6455 1.3
static const char GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

bool ocel_websocket_key_valid(ocel_span key) {
  uint8_t mem[KEY_SIZE];
  ocel_wbuf nonce = ocel_wbuf_make(mem, sizeof mem);
  ocel_base64 state = {0};
  if (key.n != KEY_SIZE || ocel_base64_decode(&state, &key, &nonce) != OCEL_OK) return false;
  return nonce.n == NONCE_SIZE && ocel_base64_is_whole(&state);
}

bool ocel_websocket_put_accept(ocel_wbuf *w, const ocel_hasher *h, ocel_span key) {
  uint8_t sum[OCEL_HASH_MAX];
  const ocel_span parts[] = {key, ocel_span_make(GUID, sizeof GUID - 1)};
  if (h->hash == NULL || !h->hash(h->ctx, OCEL_HASH_SHA1, parts, 2, sum)) return false;
  if (w->overflow || w->cap - w->n < OCEL_WEBSOCKET_ACCEPT_SIZE) return false;
  ocel_put_base64(w, ocel_span_make(sum, ocel_hash_size(OCEL_HASH_SHA1)));
  return true;
}

void ocel_websocket_put_head(ocel_wbuf *w, ocel_websocket_opcode opcode, bool last, size_t n) {
  assert(n <= UINT16_MAX);
  ocel_put_u8(w, (uint8_t)((last ? FIN : 0) | (unsigned)opcode));
  if (n < LENGTH_16) {
    ocel_put_u8(w, (uint8_t)n);
  } else {
    ocel_put_u8(w, LENGTH_16);
    ocel_put_be16(w, (uint16_t)n);
  }
}

void ocel_websocket_put_close(ocel_wbuf *w, ocel_websocket_status status) {
  ocel_websocket_put_head(w, OCEL_WEBSOCKET_CLOSE, true, 2);
  ocel_put_be16(w, (uint16_t)status);
}

// ---- what comes in ----

static bool is_opcode(unsigned opcode) {
  return opcode <= OCEL_WEBSOCKET_BINARY ||
         (opcode >= OCEL_WEBSOCKET_CLOSE && opcode <= OCEL_WEBSOCKET_PONG);
}

static bool head_is_valid(const uint8_t *head) {
  const unsigned opcode = head[0] & 0xfu;
  if ((head[0] & RESERVED) != 0 || (head[1] & MASKED) == 0 || !is_opcode(opcode)) return false;
  return opcode < CONTROL || ((head[0] & FIN) != 0 && (head[1] & 0x7f) < LENGTH_16);
}

// Takes the length that follows the first two bytes, which is in its shortest form (5.2).
static ocel_err take_length(ocel_span *in, unsigned first, uint64_t *length) {
  const size_t bytes = first == LENGTH_64 ? 8 : first == LENGTH_16 ? 2 : 0;
  *length = first;
  if (bytes == 0) return OCEL_OK;
  if (in->n < bytes) return OCEL_ERR_MORE;
  const ocel_span number = ocel_span_take(in, bytes);
  *length = 0;
  for (size_t i = 0; i < bytes; i++) *length = *length << 8 | number.p[i];
  return *length < (first == LENGTH_64 ? UINT16_MAX + 1u : LENGTH_16) ? OCEL_ERR_SYNTAX : OCEL_OK;
}

ocel_err ocel_websocket_parse(ocel_span in, size_t content_max, ocel_websocket_frame *out,
                              size_t *used) {
  ocel_span rest = in;
  uint64_t length;
  if (in.n < HEAD) return OCEL_ERR_MORE;
  const uint8_t *head = ocel_span_take(&rest, HEAD).p;
  if (!head_is_valid(head)) return OCEL_ERR_SYNTAX;
  const ocel_err rc = take_length(&rest, head[1] & 0x7fu, &length);
  if (rc != OCEL_OK) return rc;
  if (length > content_max) return OCEL_ERR_SPACE;
  if (rest.n < MASK + length) return OCEL_ERR_MORE;
  const ocel_span mask = ocel_span_take(&rest, MASK);
  out->opcode = (ocel_websocket_opcode)(head[0] & 0xfu);
  out->last = (head[0] & FIN) != 0;
  for (size_t i = 0; i < MASK; i++) out->mask[i] = mask.p[i];
  out->masked = ocel_span_take(&rest, (size_t)length);
  *used = in.n - rest.n;
  return OCEL_OK;
}

void ocel_websocket_put_content(ocel_wbuf *w, const ocel_websocket_frame *frame) {
  for (size_t i = 0; i < frame->masked.n; i++) {
    ocel_put_u8(w, frame->masked.p[i] ^ frame->mask[i % MASK]);
  }
}
