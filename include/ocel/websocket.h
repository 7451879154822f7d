// SPDX-License-Identifier: Apache-2.0
// The server's side of WebSocket (RFC 6455): the answer to a handshake, heads of frames that go
// out, and frames that come in. Pure; the hash function is lent.
#ifndef OCEL_WEBSOCKET_H
#define OCEL_WEBSOCKET_H

#include "ocel/err.h"
#include "ocel/rtsp_auth.h"
#include "ocel/span.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Characters of a Sec-WebSocket-Accept.
#define OCEL_WEBSOCKET_ACCEPT_SIZE 28u

/// True for a Sec-WebSocket-Key: base64 of 16 bytes (RFC 6455 4.1).
bool ocel_websocket_key_valid(ocel_span key);

/// Puts the Sec-WebSocket-Accept for `key` (RFC 6455 4.2.2).
/// @return False, with nothing put, if the hash function has no SHA-1, or there is no room.
bool ocel_websocket_put_accept(ocel_wbuf *w, const ocel_hasher *h, ocel_span key);

/// Opcodes (RFC 6455 5.2).
typedef enum {
  OCEL_WEBSOCKET_CONTINUATION = 0,
  OCEL_WEBSOCKET_TEXT = 1,
  OCEL_WEBSOCKET_BINARY = 2,
  OCEL_WEBSOCKET_CLOSE = 8,
  OCEL_WEBSOCKET_PING = 9,
  OCEL_WEBSOCKET_PONG = 10,
} ocel_websocket_opcode;

/// Status codes of a close frame (RFC 6455 7.4.1).
typedef enum {
  OCEL_WEBSOCKET_GOING_AWAY = 1001,
  OCEL_WEBSOCKET_PROTOCOL_ERROR = 1002,
  OCEL_WEBSOCKET_TOO_BIG = 1009,
  OCEL_WEBSOCKET_TRY_AGAIN = 1013,
} ocel_websocket_status;

/// Bytes of the content of a control frame, at most (RFC 6455 5.5).
#define OCEL_WEBSOCKET_CONTROL_MAX 125u

/// Bytes of a server's frame head with `n` bytes behind it, `n` <= 65535: 2 or 4.
static inline size_t ocel_websocket_head_size(size_t n) {
  return n <= OCEL_WEBSOCKET_CONTROL_MAX ? 2 : 4;
}

/// Puts the head of a frame with `n` <= 65535 bytes; `last`: it ends its message.
void ocel_websocket_put_head(ocel_wbuf *w, ocel_websocket_opcode opcode, bool last, size_t n);

/// Puts a whole close frame.
void ocel_websocket_put_close(ocel_wbuf *w, ocel_websocket_status status);

/// A frame of a client. `masked` points into the bytes it was read from.
typedef struct {
  ocel_websocket_opcode opcode;
  bool last;
  ocel_span masked;
  uint8_t mask[4];
} ocel_websocket_frame;

/// Takes one frame from the beginning of `in`.
///
/// @param content_max  Largest content that is accepted, bytes; <= 65535.
/// @param used         Size of the whole frame, for OK.
/// @return OCEL_OK; OCEL_ERR_MORE: not whole yet; OCEL_ERR_SPACE: the content is larger, told by
///         its head (close with 1009); OCEL_ERR_SYNTAX (close with 1002): not masked, a reserved
///         bit or opcode, a length that is not as short as it could be, a control frame that is
///         fragmented or over OCEL_WEBSOCKET_CONTROL_MAX.
OCEL_MUST_USE ocel_err ocel_websocket_parse(ocel_span in, size_t content_max,
                                            ocel_websocket_frame *out, size_t *used);

/// Puts the frame's content, unmasked.
void ocel_websocket_put_content(ocel_wbuf *w, const ocel_websocket_frame *frame);

#ifdef __cplusplus
}
#endif
#endif
