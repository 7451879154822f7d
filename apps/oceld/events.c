// SPDX-License-Identifier: Apache-2.0
#include "events.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "ocel/rtsp_state.h"

// How a number of an event is told.
typedef enum { NUMBER, REASON, METHOD, TRANSPORT } telling;

// {a} and {b} stand for the numbers. A code without a line here is told by ocel_event_text.
typedef struct {
  const char *text;
  telling a, b;
} wording;

// clang-format off
static const wording WORDINGS[OCEL_EVENT_COUNT] = {
    [OCEL_EVENT_AUTH_FAILED] = {.text = "wrong user name or password, {a} from there lately"},
    [OCEL_EVENT_REFUSED] = {.text = "refused, {a} since the last such line: all connections are in "
                                    "use, or max_connections_per_address of this address"},
    [OCEL_EVENT_TURNED_AWAY] = {.text = "not in allowed_ips: {a} turned away since the last such "
                                        "line"},
    [OCEL_EVENT_DISCONNECTED] = {.text = "connection closed: {a}", .a = REASON},
    [OCEL_EVENT_REQUEST] = {.text = "{a} answered {b}", .a = METHOD},
    [OCEL_EVENT_SESSION_SETUP] = {.text = "set up track {b} of stream {a}"},
    [OCEL_EVENT_SESSION_PLAY] = {.text = "plays over {b}", .b = TRANSPORT},
    [OCEL_EVENT_SESSION_PAUSE] = {.text = "pauses"},
    [OCEL_EVENT_SESSION_END] = {.text = "session ended: {b}", .b = REASON},
    [OCEL_EVENT_VOICE] = {.text = "talks to the camera"},
    [OCEL_EVENT_READER_SKIP] = {.text = "too slow: {b} pictures skipped"},
    [OCEL_EVENT_KEYFRAME_WANTED] = {.text = "a key picture is wanted"},
    [OCEL_EVENT_STREAM_READY] = {.text = "the stream is ready: its parameter sets are known"},
};
// clang-format on

static void put_number(ocel_wbuf *w, telling how, uint32_t v) {
  switch (how) {
    case NUMBER: ocel_put_uint(w, v); return;
    case REASON: ocel_put_str(w, ocel_close_reason_text((ocel_close_reason)v)); return;
    case METHOD: ocel_put_str(w, ocel_rtsp_method_name((ocel_rtsp_method)v)); return;
    case TRANSPORT: ocel_put_str(w, v == 1 ? "TCP" : "UDP"); return;
  }
}

static void put_wording(ocel_wbuf *w, const wording *t, const ocel_event *e) {
  for (const char *s = t->text; *s != '\0'; s++) {
    if (strncmp(s, "{a}", 3) == 0 || strncmp(s, "{b}", 3) == 0) {
      put_number(w, s[1] == 'a' ? t->a : t->b, s[1] == 'a' ? e->a : e->b);
      s += 2;
    } else {
      ocel_put_u8(w, (uint8_t)*s);
    }
  }
}

static void put_plain(ocel_wbuf *w, const ocel_event *e) {
  ocel_put_str(w, ocel_event_text(e->code));
  ocel_put_str(w, " (a ");
  ocel_put_uint(w, e->a);
  ocel_put_str(w, ", b ");
  ocel_put_uint(w, e->b);
  ocel_put_str(w, ")");
}

static void put_address(ocel_wbuf *w, const ocel_addr *a) {
  const bool brackets = !ocel_addr_is_ipv4(a);
  if (brackets) ocel_put_str(w, "[");
  ocel_put_addr(w, a);
  ocel_put_str(w, brackets ? "]:" : ":");
  ocel_put_uint(w, a->port);
}

void oceld_event_text(const ocel_event *e, const ocel_addr *peer, char *out, size_t size) {
  ocel_wbuf w = ocel_wbuf_make(out, size - 1);
  const wording *t = (unsigned)e->code < OCEL_EVENT_COUNT ? &WORDINGS[e->code] : NULL;
  if (peer != NULL) {
    put_address(&w, peer);
    ocel_put_str(&w, ": ");
  }
  if (t != NULL && t->text != NULL) {
    put_wording(&w, t, e);
  } else {
    put_plain(&w, e);
  }
  out[w.n] = '\0';
}

void oceld_address_text(const ocel_addr *a, char *out, size_t size) {
  ocel_wbuf w = ocel_wbuf_make(out, size - 1);
  put_address(&w, a);
  out[w.n] = '\0';
}

static oceld_log_level level_of(ocel_event_code code) {
  switch (ocel_event_level(code)) {
    case 'e': return OCELD_LOG_ERROR;
    case 'w': return OCELD_LOG_WARNING;
    case 'i': return OCELD_LOG_INFO;
    default: return OCELD_LOG_DEBUG;
  }
}

void oceld_event_log(const ocel_event *e, const ocel_addr *peer) {
  char text[OCELD_EVENT_TEXT_MAX];
  const oceld_log_level level = level_of(e->code);
  if (!oceld_log_enabled(level)) return;
  oceld_event_text(e, peer, text, sizeof text);
  oceld_log(level, "%s", text);
}
