// SPDX-License-Identifier: Apache-2.0
// chunk = 1*HEXDIG [ ext ] CRLF data CRLF; the last has size 0, trailers and an empty line.
#include "../rtsp/text.h"
#include "ocel/http_msg.h"

enum { SIZE_DIGITS_MAX = 7 };

// Places in the grammar. A new state is zeroed, so SIZE comes first.
typedef enum { SIZE, EXTENSION, DATA, DATA_END, TRAILER_LINE, TRAILER, ENDED } part;

static void end_size(ocel_http_chunks *k) {
  k->part = k->left > 0 ? DATA : TRAILER_LINE;
  k->digits = 0;
}

static bool on_size(ocel_http_chunks *k, uint8_t c) {
  const int digit = ocel__hex_digit(c);
  if (digit >= 0) {
    if (k->digits++ == SIZE_DIGITS_MAX) return false;
    k->left = k->left << 4 | (uint32_t)digit;
    return true;
  }
  if (k->digits == 0) return false;
  if (c == '\n') {
    end_size(k);
    return true;
  }
  if (c != '\r') k->part = EXTENSION;
  return c == '\r' || c == ';' || c == ' ' || c == '\t';
}

static bool on_extension(ocel_http_chunks *k, uint8_t c) {
  if (c == '\n') end_size(k);
  return true;
}

static bool on_data_end(ocel_http_chunks *k, uint8_t c) {
  if (c == '\n') k->part = SIZE;
  return c == '\n' || c == '\r';
}

static bool on_trailer_line(ocel_http_chunks *k, uint8_t c) {
  if (c == '\n') {
    k->part = ENDED;
  } else if (c != '\r') {
    k->part = TRAILER;
  }
  return true;
}

static bool on_trailer(ocel_http_chunks *k, uint8_t c) {
  if (c == '\n') k->part = TRAILER_LINE;
  return true;
}

static bool (*const ON[])(ocel_http_chunks *k, uint8_t c) = {
    [SIZE] = on_size,         [EXTENSION] = on_extension,
    [DATA_END] = on_data_end, [TRAILER_LINE] = on_trailer_line,
    [TRAILER] = on_trailer,
};

ocel_err ocel_http_chunks_next(ocel_http_chunks *chunks, ocel_span *in, ocel_span *data) {
  *data = ocel_span_make(NULL, 0);
  while (in->n > 0 && chunks->part != ENDED) {
    if (chunks->part != DATA) {
      if (!ON[chunks->part](chunks, ocel_span_take(in, 1).p[0])) return OCEL_ERR_SYNTAX;
      continue;
    }
    *data = ocel_span_take(in, in->n < chunks->left ? in->n : chunks->left);
    chunks->left -= (uint32_t)data->n;
    if (chunks->left == 0) chunks->part = DATA_END;
    return OCEL_OK;
  }
  return OCEL_OK;
}

bool ocel_http_chunks_ended(const ocel_http_chunks *chunks) { return chunks->part == ENDED; }
