// SPDX-License-Identifier: Apache-2.0
#include "ocel/event.h"

static const struct {
  char level;
  const char *text;
} EVENTS[OCEL_EVENT_COUNT] = {
#define OCEL_X(id, level, text) [OCEL_EVENT_##id] = {level, text},
    OCEL_EVENTS(OCEL_X)
#undef OCEL_X
};

static const char *const REASONS[OCEL_CLOSE_REASON_COUNT] = {
#define OCEL_X(id, text) [OCEL_CLOSE_##id] = (text),
    OCEL_CLOSE_REASONS(OCEL_X)
#undef OCEL_X
};

const char *ocel_event_text(ocel_event_code code) {
  return (unsigned)code < OCEL_EVENT_COUNT ? EVENTS[code].text : "?";
}

char ocel_event_level(ocel_event_code code) {
  return (unsigned)code < OCEL_EVENT_COUNT ? EVENTS[code].level : '?';
}

const char *ocel_close_reason_text(ocel_close_reason reason) {
  return (unsigned)reason < OCEL_CLOSE_REASON_COUNT ? REASONS[reason] : "?";
}
