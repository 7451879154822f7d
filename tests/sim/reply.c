// SPDX-License-Identifier: Apache-2.0
#include "reply.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

// ---- text ----

long reply_number(ocel_span s) {
  long v = 0;
  size_t i = 0;
  for (; i < s.n && i < 12 && s.p[i] >= '0' && s.p[i] <= '9'; i++) v = v * 10 + (s.p[i] - '0');
  return i == 0 ? -1 : v;
}

void reply_text(ocel_span s, char *out, size_t cap) {
  const size_t n = s.n < cap - 1 ? s.n : cap - 1;
  if (n > 0) memcpy(out, s.p, n);
  out[n] = '\0';
}

bool reply_hex(ocel_span s, uint32_t *out) {
  char text[9];
  char *end;
  if (s.n == 0 || s.n > 8) return false;
  reply_text(s, text, sizeof text);
  *out = (uint32_t)strtoul(text, &end, 16);
  return *end == '\0';
}

static ocel_span trimmed(ocel_span s) {
  while (s.n > 0 && s.p[0] == ' ') (void)ocel_span_take(&s, 1);
  while (s.n > 0 && s.p[s.n - 1] == ' ') s.n--;
  return s;
}

// Takes what is before `stop` (or everything) and steps over it.
static ocel_span until(ocel_span *rest, uint8_t stop) {
  const uint8_t *at = rest->n > 0 ? memchr(rest->p, stop, rest->n) : NULL;
  const ocel_span piece = ocel_span_take(rest, at == NULL ? rest->n : (size_t)(at - rest->p));
  if (rest->n > 0) (void)ocel_span_take(rest, 1);
  return piece;
}

static bool named(ocel_span s, const char *name) {
  return s.n == strlen(name) && strncasecmp((const char *)s.p, name, s.n) == 0;
}

bool reply_next_header(ocel_span *rest, const char *name, char *out, size_t cap) {
  while (rest->n > 0) {
    ocel_span line = until(rest, '\n');
    if (line.n > 0) line.n--;  // the CR
    if (!named(until(&line, ':'), name)) continue;
    reply_text(trimmed(line), out, cap);
    return true;
  }
  return false;
}

ocel_span reply_header(const rtsp_reply *r, const char *name) {
  ocel_span rest = r->head;
  (void)until(&rest, '\n');
  while (rest.n > 0) {
    ocel_span line = until(&rest, '\n');
    if (line.n > 0) line.n--;  // the CR
    if (named(until(&line, ':'), name)) return trimmed(line);
  }
  return ocel_span_make(NULL, 0);
}

ocel_span reply_parameter(ocel_span value, const char *name) {
  while (value.n > 0) {
    ocel_span item = until(&value, ';');
    if (named(trimmed(until(&item, '=')), name)) return trimmed(item);
  }
  return ocel_span_make(NULL, 0);
}

// ---- the stream ----

void reply_reader_init(reply_reader *r, reply_sink sink) {
  *r = (reply_reader){.sink = sink, .need = 1};
}

void reply_reader_free(reply_reader *r) {
  free(r->mem);
  *r = (reply_reader){.need = 1};
}

static void make_room(reply_reader *r) {
  if (r->need <= r->cap) return;
  r->cap = r->need < 2048 ? 2048 : 2 * r->need;
  r->mem = realloc(r->mem, r->cap);
  if (r->mem == NULL) abort();
}

bool reply_reader_at_rest(const reply_reader *r) { return r->n == 0; }

// Bytes up to and with the empty line; a head is read byte by byte, so it can only end here.
static size_t head_size(reply_reader *r) {
  if (r->head == 0 && r->n >= 4 && memcmp(r->mem + r->n - 4, "\r\n\r\n", 4) == 0) r->head = r->n;
  return r->head;
}

static const char *check_line(ocel_span line) {
  if (line.n < 2 || line.p[line.n - 1] != '\r') return "header line does not end in CR LF";
  if (memchr(line.p, ':', line.n) == NULL) return "header line without a colon";
  for (size_t i = 0; i + 1 < line.n; i++) {
    if (line.p[i] < 0x20 || line.p[i] > 0x7e) return "header line with a control character";
  }
  return NULL;
}

// Every line ends in CR LF, has a name and a colon, and holds nothing but printable ASCII.
static const char *check_head(ocel_span head) {
  if (head.n < 12) return "reply without a status line";
  if (memcmp(head.p, "RTSP/1.0 ", 9) != 0 && memcmp(head.p, "HTTP/1.", 7) != 0) {
    return "reply begins neither RTSP/1.0 nor HTTP/1.";
  }
  ocel_span rest = head;
  const ocel_span status = until(&rest, '\n');
  if (status.p[status.n - 1] != '\r') return "status line does not end in CR LF";
  const char *wrong = NULL;
  while (wrong == NULL && rest.n > 2) wrong = check_line(until(&rest, '\n'));
  return wrong;
}

static const char *take_reply(reply_reader *r) {
  const size_t head = head_size(r);
  if (head == 0) {
    r->need = r->n + 1;
    return r->n >= REPLY_MAX ? "reply without an end" : NULL;
  }
  rtsp_reply reply = {.http = r->mem[0] == 'H', .head = ocel_span_make(r->mem, head - 2)};
  const char *wrong = check_head(reply.head);
  if (wrong != NULL) return wrong;
  const ocel_span length = reply_header(&reply, "Content-Length");
  const long body = length.n > 0 ? reply_number(length) : 0;
  if (body < 0 || body > REPLY_MAX) return "Content-Length makes no sense";
  if (r->n < head + (size_t)body) {
    r->need = head + (size_t)body;
    return NULL;
  }
  reply.body = ocel_span_make(r->mem + head, (size_t)body);
  reply.status = (unsigned)reply_number(ocel_span_make(r->mem + 9, 3));
  if (reply.status < 100 || reply.status > 599) return "status line without a status";
  r->n = r->head = 0;
  r->need = 1;
  r->sink.reply(r->sink.ctx, &reply);
  return NULL;
}

static const char *take_frame(reply_reader *r) {
  r->need = 4;
  if (r->n < 4) return NULL;
  r->need = 4u + ocel_be16(r->mem + 2);
  if (r->n < r->need) return NULL;
  const ocel_span data = ocel_span_make(r->mem + 4, r->n - 4);
  if (data.n == 0) return "empty interleaved frame";
  r->n = 0;
  r->need = 1;
  r->sink.frame(r->sink.ctx, r->mem[1], data);
  return NULL;
}

const char *reply_read(reply_reader *r, ocel_span bytes) {
  while (bytes.n > 0) {
    make_room(r);
    const size_t missing = r->need - r->n;
    const size_t n = missing < bytes.n ? missing : bytes.n;
    memcpy(r->mem + r->n, ocel_span_take(&bytes, n).p, n);
    r->n += n;
    if (r->n < r->need) return NULL;
    const bool replies = r->mem[0] == 'R' || r->mem[0] == 'H';
    const char *wrong = r->mem[0] == '$' ? take_frame(r)
                        : replies        ? take_reply(r)
                                         : "neither a reply nor an interleaved frame";
    if (wrong != NULL) return wrong;
  }
  return NULL;
}
