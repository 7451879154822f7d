// SPDX-License-Identifier: Apache-2.0
// Stream connections: accept, close, the bytes that go out, and their time limits.
#include <string.h>

#include "server_priv.h"

static ocel__conn *find_free(ocel_server *s) {
  for (int i = 0; i < s->cfg.max_connections; i++) {
    if (s->conns[i].state == CONN_FREE) return &s->conns[i];
  }
  return NULL;
}

static void open_conn(ocel__conn *c, const ocel_addr *peer, const ocel_addr *local, ocel_us now) {
  const bool in_tasks = c->in_tasks, in_datagrams = c->in_datagrams;
  memset(c, 0, offsetof(ocel__conn, out));
  c->state = CONN_OPEN;
  c->in_tasks = in_tasks;
  c->in_datagrams = in_datagrams;
  c->buffer = -1;
  c->peer = *peer;
  c->local = *local;
  c->active_at = c->progress_at = now;
}

int ocel_server_accept(ocel_server *s, const ocel_addr *peer, const ocel_addr *local, bool secure,
                       ocel_us now) {
  s->now = now;
  const bool welcome = !s->stopping && ocel__allows(s, peer) && ocel__has_share(s, peer, now);
  ocel__conn *c = welcome ? find_free(s) : NULL;
  if (c == NULL) {
    ocel__tell_refused(s, now);
    return -1;
  }
  open_conn(c, peer, local, now);
  c->secure = secure;
  const int number = ocel__number(s, c);
  if (number >= s->conn_high) s->conn_high = (int16_t)(number + 1);
  s->stats.connections++;
  s->stats.connections_total++;
  if (s->stats.connections == s->cfg.max_connections) (void)ocel__evict_idle(s, NULL, c, now);
  ocel__event(s, OCEL_EVENT_CONNECTED, c, 0, 0);
  return number;
}

ocel_span ocel_server_refusal(void) {
  return ocel_span_str(
      "RTSP/1.0 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n");
}

void ocel__conn_free(ocel_server *s, ocel__conn *c, ocel_us now) {
  c->state = CONN_DEAD;
  ocel__session_end(s, c, c->reason, now);
  ocel__tunnel_leave(s, c, now);
  ocel__http_abandon(c);
  ocel__buffer_release(s, c);
  ocel__event(s, OCEL_EVENT_DISCONNECTED, c, c->reason, 0);
  memset(&c->session, 0, sizeof c->session);
  c->state = CONN_FREE;
  s->stats.connections--;
  while (s->conn_high > 0 && s->conns[s->conn_high - 1].state == CONN_FREE) s->conn_high--;
}

void ocel__conn_close(ocel_server *s, ocel__conn *c, ocel_close_reason why, bool flush,
                      ocel_us now) {
  if (c->state == CONN_DEAD) return;
  if (c->state == CONN_OPEN) c->reason = why;
  ocel__session_end(s, c, why, now);
  ocel__tunnel_leave(s, c, now);
  ocel__http_abandon(c);
  ocel__buffer_release(s, c);
  c->defer_until = 0;
  c->state = flush && c->out_n > c->out_at ? CONN_FLUSH : CONN_DEAD;
  ocel__queue_task(s, c);
}

void ocel_server_closed(ocel_server *s, int conn, ocel_us now) {
  ocel__conn *c = &s->conns[conn];
  s->now = now;
  if (c->state == CONN_FREE) return;
  if (c->state == CONN_OPEN) c->reason = OCEL_CLOSE_PEER;
  ocel__conn_free(s, c, now);
}

void ocel_server_writable(ocel_server *s, int conn) {
  ocel__conn *c = &s->conns[conn];
  if (c->state == CONN_FREE || !c->blocked) return;
  c->blocked = false;
  ocel__queue_task(s, c);
}

bool ocel__out_put(ocel_server *s, ocel__conn *c, ocel_span bytes) {
  if (bytes.n > (size_t)(OCEL__OUT_MAX - c->out_n) && c->out_at > 0) {
    memmove(c->out, c->out + c->out_at, (size_t)(c->out_n - c->out_at));
    c->out_n = (uint16_t)(c->out_n - c->out_at);
    c->out_at = 0;
  }
  if (bytes.n > (size_t)(OCEL__OUT_MAX - c->out_n)) return false;
  if (bytes.n > 0) memcpy(c->out + c->out_n, bytes.p, bytes.n);
  c->out_n = (uint16_t)(c->out_n + bytes.n);
  ocel__queue_task(s, c);
  return true;
}

static bool request_is_late(const ocel_server *s, const ocel__conn *c, ocel_us now) {
  return c->buffer >= 0 && c->defer_until == 0 && c->out_n == 0 && !ocel__is_answering(c) &&
         now - s->buffers[c->buffer].since > s->cfg.request_timeout;
}

// In the protocol that the request has shown so far.
static void refuse_late(ocel_server *s, ocel__conn *c, ocel_us now) {
  const bool http = c->role == ROLE_POST || c->role == ROLE_HTTP;
  if (c->role == ROLE_PUSH) {
    ocel__conn_close(s, c, OCEL_CLOSE_REQUEST_TIMEOUT, true, now);
  } else if (http || (c->role == ROLE_RTSP && s->buffers[c->buffer].scan.http)) {
    ocel__http_refuse(s, c, 408);
  } else {
    ocel__refuse(s, c, NULL, 408);
    ocel__conn_close(s, c, OCEL_CLOSE_REQUEST_TIMEOUT, true, now);
  }
}

void ocel__conn_housekeeping(ocel_server *s, ocel__conn *c, ocel_us now) {
  if (c->state == CONN_FREE) return;
  ocel__tunnel_housekeeping(s, c, now);
  if (c->defer_until != 0 && now >= c->defer_until) ocel__input_resume(s, c, now);
  if (c->blocked && now - c->progress_at > s->cfg.stall_timeout) {
    ocel__conn_close(s, c, OCEL_CLOSE_STALLED, false, now);
  } else if (c->state == CONN_OPEN && request_is_late(s, c, now)) {
    refuse_late(s, c, now);
  } else if (ocel__holds_nothing(c) && now - c->active_at > s->cfg.idle_timeout) {
    ocel__conn_close(s, c, OCEL_CLOSE_IDLE_TIMEOUT, false, now);
  } else {
    ocel__session_housekeeping(s, c, now);
  }
}
