// SPDX-License-Identifier: Apache-2.0
// What a server sends on a connection, taken apart: replies and interleaved frames, from
// pieces of any size. Written apart from the library's own parser, and stricter.
#ifndef SIM_REPLY_H
#define SIM_REPLY_H

#include <stdbool.h>

#include "ocel/span.h"

enum { REPLY_MAX = 16384 };

/// One reply, of RTSP or, on an RTSP-over-HTTP tunnel, of HTTP; spans are borrowed for the call
/// that hands it out.
typedef struct {
  bool http;
  unsigned status;
  ocel_span head, body;
} rtsp_reply;

/// Value of a header; empty if absent.
ocel_span reply_header(const rtsp_reply *r, const char *name);

/// Copies the next header of that name out of `rest`, which begins as a head; false if there is
/// none.
bool reply_next_header(ocel_span *rest, const char *name, char *out, size_t cap);

/// Value of parameter `name` in "a;b=c;d"; empty if absent.
ocel_span reply_parameter(ocel_span value, const char *name);

/// Reads a decimal number at the beginning of `s`; -1 if there is none.
long reply_number(ocel_span s);

/// Reads a hexadecimal number that is all of `s`; false if it is none.
bool reply_hex(ocel_span s, uint32_t *out);

/// Copies to a NUL-terminated text, cut to `cap`.
void reply_text(ocel_span s, char *out, size_t cap);

typedef struct {
  void *ctx;
  void (*reply)(void *ctx, const rtsp_reply *r);
  void (*frame)(void *ctx, unsigned channel, ocel_span data);
} reply_sink;

typedef struct {
  reply_sink sink;
  uint8_t *mem;
  size_t cap;
  size_t n;     ///< Bytes of the message that is not whole yet.
  size_t need;  ///< Bytes it takes to get on; at least n + 1.
  size_t head;  ///< Size of a reply's head once it is whole; else 0.
} reply_reader;

void reply_reader_init(reply_reader *r, reply_sink sink);
void reply_reader_free(reply_reader *r);

/// Takes the next bytes of the connection.
/// @return NULL, or what is wrong with them: a static sentence.
const char *reply_read(reply_reader *r, ocel_span bytes);

/// True between two messages.
bool reply_reader_at_rest(const reply_reader *r);

#endif
