// SPDX-License-Identifier: Apache-2.0
#include "clip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  NAL_TYPE = 0x1f,
  NAL_REF = 0x60,
  NAL_SLICE = 1,
  NAL_IDR = 5,
  STAP_A = 24,
  FU_A = 28,
  FU_START = 0x80,
  FU_END = 0x40,
  PAYLOAD_TYPE = 96,
  MARKER = 0x80,
  SSRC = 0x6f63656c,
};

typedef struct {
  const uint8_t *p;
  size_t n;
} nal;

static bool read_file(clip *c, const char *path) {
  FILE *f = fopen(path, "rb");
  if (f == NULL) return false;
  bool ok = fseek(f, 0, SEEK_END) == 0;
  const long size = ok ? ftell(f) : -1;
  ok = size > 0 && fseek(f, 0, SEEK_SET) == 0;
  c->file_size = ok ? (size_t)size : 0;
  c->file = ok ? malloc(c->file_size) : NULL;
  ok = c->file != NULL && fread(c->file, 1, c->file_size, f) == c->file_size;
  fclose(f);
  return ok;
}

/// Heads cost at most 18 bytes a packet, and no packet but a unit's last is small.
static bool make_room(clip *c) {
  const size_t packets = c->file_size / 64 + 4096;
  c->wire = malloc(c->file_size * 2 + packets * 32);
  c->packets = malloc(c->file_size * 2 + packets * 32);
  c->packet = calloc(packets, sizeof *c->packet);
  c->run = calloc(packets, sizeof *c->run);
  c->unit = calloc(packets, sizeof *c->unit);
  return c->wire && c->packets && c->packet && c->run && c->unit;
}

/// Offset of the next start code's first byte (00 00 01) at or after `at`; the file's size if none.
static size_t find_start(const clip *c, size_t at) {
  for (size_t i = at; i + 3 <= c->file_size; i++)
    if (c->file[i] == 0 && c->file[i + 1] == 0 && c->file[i + 2] == 1) return i;
  return c->file_size;
}

static void put16(uint8_t *p, size_t v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v) {
  put16(p, v >> 16);
  put16(p + 2, v & 0xffff);
}

/// Appends one packet: `head_size` bytes of payload head, then `body`.
static void add_packet(clip *c, const uint8_t *head, size_t head_size, nal body, bool marker) {
  const size_t size = CLIP_RTP_HEAD + head_size + body.n;
  uint8_t *p = c->packets + c->used;

  memset(p, 0, CLIP_RTP_HEAD);
  p[0] = 0x80;
  p[1] = (uint8_t)(PAYLOAD_TYPE | (marker ? MARKER : 0));
  put32(p + 8, SSRC);
  if (head_size > 0) memcpy(p + CLIP_RTP_HEAD, head, head_size);
  memcpy(p + CLIP_RTP_HEAD + head_size, body.p, body.n);

  uint8_t *w = c->wire + c->wire_used;
  w[0] = '$';
  w[1] = 0;
  put16(w + 2, size);
  memcpy(w + CLIP_FRAME_HEAD, p, size);

  c->packet[c->packet_count++] = (clip_packet){c->wire_used, c->used, size};
  c->used += size;
  c->wire_used += CLIP_FRAME_HEAD + size;
}

static void add_fragments(clip *c, nal u, bool last) {
  const size_t room = CLIP_PAYLOAD_MAX - 2;
  const uint8_t type = u.p[0] & NAL_TYPE;
  nal rest = {u.p + 1, u.n - 1};
  uint8_t start = FU_START;

  while (rest.n > 0) {
    const nal body = {rest.p, rest.n < room ? rest.n : room};
    const bool end = body.n == rest.n;
    const uint8_t head[2] = {(uint8_t)((u.p[0] & NAL_REF) | FU_A),
                             (uint8_t)(type | start | (end ? FU_END : 0))};
    add_packet(c, head, sizeof head, body, end && last);
    rest.p += body.n;
    rest.n -= body.n;
    start = 0;
  }
}

/// SPS, PPS and SEI travel as one STAP-A (RFC 6184 5.7.1).
static void add_aggregate(clip *c, const nal *u, size_t n) {
  uint8_t body[CLIP_PAYLOAD_MAX];
  size_t used = 0;
  for (size_t i = 0; i < n && used + 2 + u[i].n < sizeof body; i++) {
    put16(body + used, u[i].n);
    memcpy(body + used + 2, u[i].p, u[i].n);
    used += 2 + u[i].n;
  }
  const uint8_t head = (uint8_t)((u[0].p[0] & NAL_REF) | STAP_A);
  add_packet(c, &head, 1, (nal){body, used}, false);
}

/// Cuts the packets from `first` on into runs that one GSO send can carry.
static void add_runs(clip *c, size_t first) {
  while (first < c->packet_count) {
    clip_run r = {first, 1, c->packet[first].packet, c->packet[first].size,
                  (uint16_t)c->packet[first].size};
    while (r.count < CLIP_SEGMENTS_MAX && first + r.count < c->packet_count &&
           c->packet[first + r.count - 1].size == r.segment &&
           c->packet[first + r.count].size <= r.segment) {
      r.size += c->packet[first + r.count].size;
      r.count++;
    }
    c->run[c->run_count++] = r;
    first += r.count;
  }
}

static void add_unit(clip *c, const nal *u, size_t n, size_t data, size_t end) {
  clip_unit *au = &c->unit[c->unit_count++];
  const nal slice = u[n - 1];

  *au = (clip_unit){.first_packet = c->packet_count,
                    .first_run = c->run_count,
                    .data = data,
                    .size = end - data,
                    .key = (slice.p[0] & NAL_TYPE) == NAL_IDR};
  if (n > 1) add_aggregate(c, u, n - 1);
  if (slice.n > CLIP_PAYLOAD_MAX)
    add_fragments(c, slice, true);
  else
    add_packet(c, NULL, 0, slice, true);
  au->packet_count = c->packet_count - au->first_packet;
  add_runs(c, au->first_packet);
  au->run_count = c->run_count - au->first_run;
}

/// Trailing zeros belong to the next start code (H.264 B.1).
static nal trimmed(const clip *c, size_t from, size_t to) {
  while (to > from && c->file[to - 1] == 0) to--;
  return (nal){c->file + from, to - from};
}

static void pack(clip *c) {
  nal pending[8];
  size_t n = 0, data = 0;

  for (size_t at = find_start(c, 0); at < c->file_size;) {
    const size_t next = find_start(c, at + 3);
    const nal u = trimmed(c, at + 3, next);
    at = next;
    if (u.n == 0 || n == sizeof pending / sizeof pending[0]) continue;
    pending[n++] = u;
    const uint8_t type = u.p[0] & NAL_TYPE;
    if (type != NAL_SLICE && type != NAL_IDR) continue;
    const size_t end = (size_t)(u.p - c->file) + u.n;
    add_unit(c, pending, n, data, end);
    data = end;
    n = 0;
  }
}

bool clip_load(clip *c, const char *path) {
  memset(c, 0, sizeof *c);
  if (!read_file(c, path)) {
    fprintf(stderr, "%s: cannot be read\n", path);
    return false;
  }
  if (!make_room(c)) {
    fprintf(stderr, "%s: out of memory\n", path);
    return false;
  }
  pack(c);
  if (c->unit_count == 0 || !c->unit[0].key) {
    fprintf(stderr, "%s: no H.264 stream that begins with an IDR picture\n", path);
    return false;
  }
  return true;
}

void clip_free(clip *c) {
  free(c->file);
  free(c->wire);
  free(c->packets);
  free(c->packet);
  free(c->run);
  free(c->unit);
  memset(c, 0, sizeof *c);
}

uint16_t clip_stamp(clip *c, size_t u, uint16_t seq, uint32_t timestamp) {
  const clip_unit *au = &c->unit[u];
  for (size_t i = 0; i < au->packet_count; i++, seq++) {
    const clip_packet *p = &c->packet[au->first_packet + i];
    uint8_t *const copies[2] = {c->packets + p->packet, c->wire + p->frame + CLIP_FRAME_HEAD};
    for (size_t k = 0; k < 2; k++) {
      put16(copies[k] + 2, seq);
      put32(copies[k] + 4, timestamp);
    }
  }
  return seq;
}
