// SPDX-License-Identifier: Apache-2.0
// Replays a recorded conversation against the engine: once with every message in one piece, once
// byte by byte. README.md describes the files.
//
//   replay FILE
#define _POSIX_C_SOURCE 200809L
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "world.h"

enum { LINE_SIZE = 2048, MESSAGE_MAX = 8192, PATIENCE = 30 * 1000 / WORLD_STEP_MS };

typedef struct {
  world w;
  const char *file;
  unsigned line;
  size_t piece;             // Bytes handed over at once.
  int current;              // Connection.
  unsigned frames[256];     // Interleaved frames since the program last spoke, by channel.
  char session[64];         // As the server named it.
  uint16_t client_port[2];  // As the program named them.
  char message[MESSAGE_MAX];
  size_t message_n;           // Of a request that is being put together.
  char pattern[MESSAGE_MAX];  // The reply that is expected, line by line.
  size_t pattern_n;
  char reply[MESSAGE_MAX];  // The reply that came, NUL-terminated.
  unsigned replies;         // That have matched.
} replay;

static _Noreturn void fail(const replay *r, const char *what, const char *detail) {
  (void)fprintf(stderr, "%s:%u: %s%s%s\n", r->file, r->line, what, detail[0] ? ": " : "", detail);
  exit(1);
}

static size_t unhex(const replay *r, const char *text, uint8_t *out, size_t cap) {
  size_t n = 0;
  for (; text[0] != '\0'; text += 2) {
    unsigned byte;
    if (n == cap || sscanf(text, "%2x", &byte) != 1) fail(r, "not hexadecimal, or too long", text);
    out[n++] = (uint8_t)byte;
  }
  return n;
}

// ---- what the server says ----

static void consume(world_conn *c, size_t n) {
  memmove(c->bytes, c->bytes + n, c->received - n);
  c->received -= n;
}

// Counts the interleaved frames that lie in front.
static void take_frames(replay *r, world_conn *c) {
  while (c->received >= 4 && c->bytes[0] == '$') {
    const size_t n = 4 + (size_t)ocel_be16(c->bytes + 2);
    if (c->received < n) return;
    r->frames[c->bytes[1]]++;
    consume(c, n);
  }
}

static const char *header_of(const char *reply, const char *name) {
  const size_t n = strlen(name);
  for (const char *p = strstr(reply, "\r\n"); p != NULL; p = strstr(p, "\r\n")) {
    p += 2;
    if (strncasecmp(p, name, n) == 0 && p[n] == ':') return p + n + 2;
  }
  return NULL;
}

// Moves one whole reply, without its body, to r->reply.
static bool take_reply(replay *r, world_conn *c) {
  take_frames(r, c);
  size_t head = 0;
  while (head + 4 <= c->received && memcmp(c->bytes + head, "\r\n\r\n", 4) != 0) head++;
  if (head + 4 > c->received) return false;
  if (head + 4 >= sizeof r->reply) fail(r, "the reply is too long", "");
  memcpy(r->reply, c->bytes, head + 2);
  r->reply[head + 2] = '\0';
  const char *size = header_of(r->reply, "Content-Length");
  const size_t whole = head + 4 + (size == NULL ? 0 : strtoul(size, NULL, 10));
  if (c->received < whole) return false;
  consume(c, whole);
  return true;
}

static void learn_session(replay *r) {
  const char *id = header_of(r->reply, "Session");
  if (id == NULL) return;
  const size_t n = strcspn(id, ";\r");
  if (n >= sizeof r->session) fail(r, "the session's name is too long", id);
  memcpy(r->session, id, n);
  r->session[n] = '\0';
}

// Copies a line with {session} replaced.
static void expand(const replay *r, const char *line, char *out, size_t cap) {
  static const char NAME[] = "{session}";
  const char *at = strstr(line, NAME);
  if (at == NULL) {
    (void)snprintf(out, cap, "%s", line);
  } else {
    (void)snprintf(out, cap, "%.*s%s%s", (int)(at - line), line, r->session, at + sizeof NAME - 1);
  }
}

// One line of the reply matches the pattern.
static bool reply_has(const replay *r, const char *pattern) {
  char line[LINE_SIZE];
  for (const char *p = r->reply; *p != '\0';) {
    const size_t n = strcspn(p, "\r");
    (void)snprintf(line, sizeof line, "%.*s", (int)n, p);
    if (fnmatch(pattern, line, FNM_NOESCAPE) == 0) return true;
    p += n + 2;
  }
  return false;
}

static void check_reply(replay *r) {
  char pattern[LINE_SIZE];
  bool first = true;
  for (const char *p = r->pattern; *p != '\0'; p += strlen(p) + 1) {
    expand(r, p, pattern, sizeof pattern);
    if (first && strncmp(pattern, r->reply, strlen(pattern)) != 0) {
      fail(r, pattern, r->reply);
    }
    if (!reply_has(r, pattern)) fail(r, pattern, r->reply);
    first = false;
  }
  r->replies++;
}

// Ends the block of '<' lines: the next reply must match it.
static void finish_pattern(replay *r) {
  if (r->pattern_n == 0) return;
  world_conn *c = &r->w.conn[r->current];
  for (int i = 0; !take_reply(r, c); i++) {
    if (i == PATIENCE) fail(r, "no reply came, expected", r->pattern);
    if (!c->open) fail(r, "the server has closed, expected", r->pattern);
    world_step(&r->w);
  }
  learn_session(r);
  r->pattern[r->pattern_n] = '\0';
  check_reply(r);
  r->pattern_n = 0;
}

// ---- the lines of a file ----

static void speak(replay *r) {
  memset(r->frames, 0, sizeof r->frames);
  memset(r->w.datagrams, 0, sizeof r->w.datagrams);
}

static void send_bytes(replay *r, const void *bytes, size_t n) {
  world_send(&r->w, r->current, ocel_span_make(bytes, n), r->piece);
}

static void on_request_line(replay *r, const char *text) {
  char line[LINE_SIZE];
  expand(r, text, line, sizeof line);
  const char *ports = strstr(line, "client_port=");
  if (ports != NULL) {
    (void)sscanf(ports, "client_port=%hu-%hu", &r->client_port[0], &r->client_port[1]);
  }
  const int n =
      snprintf(r->message + r->message_n, sizeof r->message - r->message_n, "%s\r\n", line);
  r->message_n += (size_t)n;
  if (r->message_n >= sizeof r->message) fail(r, "the request is too long", "");
  if (line[0] != '\0') return;
  speak(r);
  send_bytes(r, r->message, r->message_n);
  r->message_n = 0;
}

static void on_body(replay *r, const char *text) {
  uint8_t body[MESSAGE_MAX];
  send_bytes(r, body, unhex(r, text, body, sizeof body));
}

static void on_frame(replay *r, const char *text) {
  uint8_t frame[MESSAGE_MAX];
  char *hex;
  const unsigned long channel = strtoul(text, &hex, 10);
  const size_t n = unhex(r, hex + 1, frame + 4, sizeof frame - 4);
  frame[0] = '$';
  frame[1] = (uint8_t)channel;
  frame[2] = (uint8_t)(n >> 8);
  frame[3] = (uint8_t)n;
  send_bytes(r, frame, n + 4);
}

static ocel_port port_of(const replay *r, const char **text) {
  const size_t n = strcspn(*text, " ");
  const bool rtcp = n == 4 && strncmp(*text, "rtcp", 4) == 0;
  if (!rtcp && (n != 3 || strncmp(*text, "rtp", 3) != 0)) fail(r, "neither rtp nor rtcp", *text);
  *text += n + ((*text)[n] != '\0');
  return rtcp ? OCEL_PORT_RTCP : OCEL_PORT_RTP;
}

static void on_datagram(replay *r, const char *text) {
  uint8_t bytes[MESSAGE_MAX];
  const ocel_port port = port_of(r, &text);
  const size_t n = unhex(r, text, bytes, sizeof bytes);
  world_datagram(&r->w, port, r->client_port[port], ocel_span_make(bytes, n));
}

static void on_hang_up(replay *r, const char *text) {
  (void)text;
  world_hang_up(&r->w, r->current);
}

static void on_pattern(replay *r, const char *text) {
  const size_t n = strlen(text) + 1;
  if (r->pattern_n + n >= sizeof r->pattern) fail(r, "the pattern is too long", text);
  memcpy(r->pattern + r->pattern_n, text, n);
  r->pattern_n += n;
}

static void wait_for(replay *r, const unsigned *count, const char *what) {
  for (int i = 0; *count == 0; i++) {
    if (i == PATIENCE) fail(r, "waited in vain for", what);
    world_step(&r->w);
    take_frames(r, &r->w.conn[r->current]);
  }
}

static void on_expected_frame(replay *r, const char *text) {
  take_frames(r, &r->w.conn[r->current]);
  wait_for(r, &r->frames[strtoul(text, NULL, 10) & 0xff], "a frame on that channel");
}

static void on_expected_datagram(replay *r, const char *text) {
  wait_for(r, &r->w.datagrams[port_of(r, &text)], "a datagram from that port");
}

static void on_expected_close(replay *r, const char *text) {
  (void)text;
  for (int i = 0; r->w.conn[r->current].open; i++) {
    if (i == PATIENCE) fail(r, "the server does not close", "");
    world_step(&r->w);
  }
}

static void on_time(replay *r, const char *text) {
  const long steps = strtol(text, NULL, 10) / WORLD_STEP_MS;
  for (long i = 0; i < steps; i++) {
    world_step(&r->w);
    take_frames(r, &r->w.conn[r->current]);
  }
}

static void on_connection(replay *r, const char *text) {
  r->current = (int)strtol(text, NULL, 10) - 1;
  if (r->current < 0 || r->current >= WORLD_CONNECTIONS) fail(r, "no such connection", text);
  if (r->w.conn[r->current].open) return;
  if (!world_connect(&r->w, r->current)) fail(r, "the connection is refused", text);
}

static void on_comment(replay *r, const char *text) {
  (void)r;
  (void)text;
}

// The longer of two words with the same beginning comes first.
static const struct {
  const char *word;
  void (*act)(replay *r, const char *text);
} WORDS[] = {
    {"#",        on_comment          },
    {"@ ",       on_connection       },
    {"~ ",       on_time             },
    {"> closes", on_hang_up          },
    {"< closes", on_expected_close   },
    {">$ ",      on_frame            },
    {">+ ",      on_body             },
    {">udp ",    on_datagram         },
    {"<$ ",      on_expected_frame   },
    {"<udp ",    on_expected_datagram},
    {"> ",       on_request_line     },
    {">",        on_request_line     },
    {"< ",       on_pattern          },
};

static void act(replay *r, const char *line) {
  for (size_t i = 0; i < sizeof WORDS / sizeof WORDS[0]; i++) {
    const size_t n = strlen(WORDS[i].word);
    if (strncmp(line, WORDS[i].word, n) != 0) continue;
    if (WORDS[i].act != on_pattern) finish_pattern(r);
    WORDS[i].act(r, line + n);
    return;
  }
  fail(r, "unknown line", line);
}

// Nothing is left unread, and nothing is left behind.
static void finish(replay *r) {
  ocel_server_stats stats;
  finish_pattern(r);
  if (r->replies == 0) fail(r, "the file expects nothing", "");
  for (r->current = 0; r->current < WORLD_CONNECTIONS; r->current++) {
    if (take_reply(r, &r->w.conn[r->current])) fail(r, "a reply that nobody expects", r->reply);
    world_hang_up(&r->w, r->current);
  }
  ocel_server_get_stats(r->w.server, r->w.now, &stats);
  if (stats.sessions != 0 || stats.connections != 0) fail(r, "a session is left behind", "");
}

static void play(replay *r, FILE *in, size_t piece) {
  char line[LINE_SIZE];
  world_open(&r->w);
  r->piece = piece;
  rewind(in);
  for (r->line = 1; fgets(line, sizeof line, in) != NULL; r->line++) {
    line[strcspn(line, "\n")] = '\0';
    if (line[0] != '\0') act(r, line);
  }
  finish(r);
  world_close(&r->w);
}

int main(int argc, char **argv) {
  static const size_t PIECES[] = {SIZE_MAX, 1};
  static replay r;
  if (argc != 2) return 2;
  FILE *in = fopen(argv[1], "r");
  if (in == NULL) {
    perror(argv[1]);
    return 2;
  }
  for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
    memset(&r, 0, sizeof r);
    r.file = argv[1];
    play(&r, in, PIECES[i]);
    (void)printf("%s: replayed %s\n", r.file, PIECES[i] == 1 ? "byte by byte" : "whole");
  }
  (void)fclose(in);
  return 0;
}
