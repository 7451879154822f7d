// SPDX-License-Identifier: Apache-2.0
// Bytes that come in on a stream connection: requests and interleaved frames. Whole ones are
// read where they lie; a part of one waits in a request buffer, of which there are few: who has
// held one longest without finishing yields to a newcomer.
#include <string.h>

#include "backchannel.h"

static uint8_t *bytes_of(const ocel_server *s, const ocel__conn *c) {
  return s->buffer_bytes + (size_t)c->buffer * s->cfg.request_max;
}

void ocel__buffer_release(ocel_server *s, ocel__conn *c) {
  if (c->buffer < 0) return;
  s->buffers[c->buffer].conn = -1;
  c->buffer = -1;
}

static int16_t free_buffer(ocel_server *s, ocel_us now) {
  unsigned oldest = 0;
  for (unsigned i = 0; i < s->cfg.request_buffers; i++) {
    if (s->buffers[i].conn < 0) return (int16_t)i;
    if (s->buffers[i].since < s->buffers[oldest].since) oldest = i;
  }
  ocel__conn_close(s, &s->conns[s->buffers[oldest].conn], OCEL_CLOSE_EVICTED, false, now);
  return (int16_t)oldest;
}

static void keep(ocel_server *s, ocel__conn *c, ocel_span rest, const ocel_rtsp_scan *scan,
                 ocel_us now) {
  const int16_t number = free_buffer(s, now);
  c->buffer = number;
  memcpy(bytes_of(s, c), rest.p, rest.n);
  s->buffers[number] = (ocel__buffer){
      .conn = (int16_t)ocel__number(s, c),
      .n = (uint32_t)rest.n,
      .scan = *scan,
      .since = now,
  };
}

// RTCP comes on the second channel of a track, and RTP on the first one of the backchannel;
// everything else is not for us.
static void take_frame(ocel_server *s, ocel__conn *c, const ocel_rtsp_frame *f, ocel_us now) {
  const ocel__talk *talk = &c->session.talk;
  if (!ocel__has_session(c)) return;
  if (talk->set_up && talk->tcp && talk->rtp_channel == f->channel) {
    ocel__talk_take(s, c, f->data);
    return;
  }
  for (unsigned i = 0; i < OCEL_TRACKS_MAX; i++) {
    const ocel__reader *r = &c->session.reader[i];
    if (!r->set_up || !r->tcp || r->rtcp_channel != f->channel) continue;
    (void)ocel__session_rtcp(s, c, i, f->data, now);
    return;
  }
}

// One interleaved frame. One that no buffer can hold is thrown away as it comes.
static ocel_err take_frame_bytes(ocel_server *s, ocel__conn *c, ocel_span in, size_t *used,
                                 ocel_us now) {
  ocel_rtsp_frame frame;
  const ocel_err rc = ocel_rtsp_frame_parse(in, &frame, used);
  if (rc == OCEL_OK) {
    take_frame(s, c, &frame, now);
    return OCEL_OK;
  }
  if (in.n < OCEL__FRAME_HEAD) return OCEL_ERR_MORE;
  const size_t whole = OCEL__FRAME_HEAD + (size_t)ocel_be16(in.p + 2);
  if (whole <= s->cfg.request_max) return OCEL_ERR_MORE;
  c->skip = (uint32_t)(whole - in.n);
  *used = in.n;
  return OCEL_OK;
}

static ocel_err take_request(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan,
                             size_t *used) {
  ocel_rtsp_request req;
  ocel_err rc = ocel_rtsp_parse(in, scan, &s->limits, &req, used);
  if (rc == OCEL_ERR_UNSUPPORTED) return ocel__http(s, c, in, scan, used);
  if (rc == OCEL_ERR_MORE && in.n >= s->cfg.request_max) {
    memset(&req, 0, sizeof req);
    req.status = 413;
    rc = OCEL_ERR_SPACE;
  }
  if (rc == OCEL_OK) {
    c->active_at = s->now;
    return ocel__request(s, c, &req, s->now) == OCEL_OK ? OCEL_OK : OCEL_ERR_STATE;
  }
  if (rc == OCEL_ERR_MORE) return rc;
  ocel__refuse(s, c, &req, req.status);
  ocel__conn_close(s, c, OCEL_CLOSE_PROTOCOL, true, s->now);
  return OCEL_ERR_SYNTAX;
}

// A request waits until the last reply is written.
static bool is_idle(const ocel__conn *c) { return c->out_n == 0 && !ocel__is_answering(c); }

static ocel_err take_message(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan,
                             size_t *used) {
  *used = 1;
  if (c->role == ROLE_POST) return ocel__tunnel_read(s, c, in, used);
  if (c->role == ROLE_PUSH) return ocel__push_read(s, c, in, used);
  if (in.p[0] == '\r' || in.p[0] == '\n') return OCEL_OK;  // empty lines between messages
  if (c->role == ROLE_HTTP) {
    return is_idle(c) ? ocel__http(s, c, in, scan, used) : OCEL_ERR_STATE;
  }
  if (in.p[0] == '$') return take_frame_bytes(s, c, in, used, s->now);
  return is_idle(c) ? take_request(s, c, in, scan, used) : OCEL_ERR_STATE;
}

// Handles what is whole in `in`; returns the bytes consumed. `scan` belongs to the request that
// `in` begins with, and then to the one that the rest begins with.
static size_t run(ocel_server *s, ocel__conn *c, ocel_span in, ocel_rtsp_scan *scan) {
  size_t total = 0;
  while (total < in.n && c->state == CONN_OPEN) {
    const ocel_span rest = ocel_span_make(in.p + total, in.n - total);
    size_t used = 0;
    if (take_message(s, c, rest, scan, &used) != OCEL_OK) break;
    total += used;
  }
  return total;
}

static void run_buffer(ocel_server *s, ocel__conn *c, ocel_us now) {
  ocel__buffer *b = &s->buffers[c->buffer];
  const size_t used = run(s, c, ocel_span_make(bytes_of(s, c), b->n), &b->scan);
  if (c->buffer < 0) return;  // closed meanwhile
  b->n -= (uint32_t)used;
  if (used > 0) b->since = now;
  if (b->n == 0) {
    ocel__buffer_release(s, c);
  } else if (used > 0) {
    memmove(bytes_of(s, c), bytes_of(s, c) + used, b->n);
  }
}

void ocel__input_resume(ocel_server *s, ocel__conn *c, ocel_us now) {
  if (c->buffer >= 0 && c->state == CONN_OPEN && is_idle(c)) run_buffer(s, c, now);
}

static size_t room_of(const ocel_server *s, const ocel__conn *c) {
  return c->buffer < 0 ? s->cfg.request_max : s->cfg.request_max - s->buffers[c->buffer].n;
}

// What comes in on the GET of a tunnel is thrown away: its buffer is the POST's.
size_t ocel_server_room(const ocel_server *s, int conn) {
  const ocel__conn *c = &s->conns[conn];
  return c->state == CONN_OPEN && c->role != ROLE_GET ? room_of(s, c) : s->cfg.request_max;
}

bool ocel__input(ocel_server *s, ocel__conn *c, ocel_span bytes, ocel_us now) {
  const size_t skipped = bytes.n < c->skip ? bytes.n : c->skip;
  c->skip -= (uint32_t)skipped;
  (void)ocel_span_take(&bytes, skipped);
  if (bytes.n == 0) return true;
  if (bytes.n > room_of(s, c)) return false;

  if (c->buffer >= 0) {
    ocel__buffer *b = &s->buffers[c->buffer];
    memcpy(bytes_of(s, c) + b->n, bytes.p, bytes.n);
    b->n += (uint32_t)bytes.n;
    run_buffer(s, c, now);
    return true;
  }
  ocel_rtsp_scan scan = {0};
  const size_t used = run(s, c, bytes, &scan);
  (void)ocel_span_take(&bytes, used);
  if (bytes.n > 0 && c->state == CONN_OPEN) keep(s, c, bytes, &scan, now);
  return true;
}

void ocel_server_recv(ocel_server *s, int conn, ocel_span bytes, ocel_us now) {
  ocel__conn *c = &s->conns[conn];
  s->now = now;
  if (c->state == CONN_OPEN && c->role != ROLE_GET) (void)ocel__input(s, c, bytes, now);
}
