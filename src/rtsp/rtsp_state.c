// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_state.h"

#include <assert.h>
#include <string.h>

enum { NAME_SIZE = 14 };

static const char NAME[OCEL_METHOD_COUNT][NAME_SIZE] = {
#define OCEL_X(id, text) [OCEL_METHOD_##id] = text,
    OCEL_RTSP_METHODS(OCEL_X)
#undef OCEL_X
};

#define OCEL_X(id, text) _Static_assert(sizeof(text) <= NAME_SIZE, text);
OCEL_RTSP_METHODS(OCEL_X)
#undef OCEL_X

// clang-format off
#define GO(state) {200, OCEL_##state}
#define NOT_NOW   {455, OCEL_INIT}  // Method Not Valid in This State
#define LOST      {454, OCEL_INIT}  // Session Not Found
#define NEVER     {405, OCEL_INIT}  // Method Not Allowed

static const ocel_rtsp_step STEP[OCEL_METHOD_COUNT][OCEL_STATE_COUNT] = {
    //                            INIT       READY        PLAYING
    [OCEL_METHOD_OPTIONS]       = {GO(INIT),  GO(READY),   GO(PLAYING)},
    [OCEL_METHOD_DESCRIBE]      = {GO(INIT),  GO(READY),   GO(PLAYING)},
    [OCEL_METHOD_SETUP]         = {GO(READY), GO(READY),   NOT_NOW    },
    [OCEL_METHOD_PLAY]          = {LOST,      GO(PLAYING), GO(PLAYING)},
    [OCEL_METHOD_PAUSE]         = {LOST,      GO(READY),   GO(READY)  },
    [OCEL_METHOD_TEARDOWN]      = {LOST,      GO(INIT),    GO(INIT)   },
    [OCEL_METHOD_GET_PARAMETER] = {GO(INIT),  GO(READY),   GO(PLAYING)},  // players' keep-alive
    [OCEL_METHOD_SET_PARAMETER] = {GO(INIT),  GO(READY),   GO(PLAYING)},
    [OCEL_METHOD_ANNOUNCE]      = {NEVER,     NEVER,       NEVER      },
    [OCEL_METHOD_RECORD]        = {NEVER,     NEVER,       NEVER      },
    [OCEL_METHOD_REDIRECT]      = {NEVER,     NEVER,       NEVER      },
};
// clang-format on

ocel_rtsp_method ocel_rtsp_method_of(ocel_span text) {
  unsigned m = 0;
  while (m < OCEL_METHOD_COUNT && !ocel_span_eq(text, ocel_span_str(NAME[m]))) m++;
  return (ocel_rtsp_method)m;
}

const char *ocel_rtsp_method_name(ocel_rtsp_method m) {
  return (unsigned)m < OCEL_METHOD_COUNT ? NAME[m] : "?";
}

ocel_rtsp_step ocel_rtsp_step_for(ocel_rtsp_method m, ocel_rtsp_state s) {
  assert((unsigned)m < OCEL_METHOD_COUNT && (unsigned)s < OCEL_STATE_COUNT);
  return STEP[m][s];
}
