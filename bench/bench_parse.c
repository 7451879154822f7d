// SPDX-License-Identifier: Apache-2.0
// What it costs to read the requests that a player sends.
#include "ocel/rtsp_msg.h"
#include "stopwatch.h"

#define URL "rtsp://192.0.2.7:8554/stream"
#define TAIL "User-Agent: Lavf59.27.100\r\n"

static const char *const REQUESTS[] = {
    "OPTIONS " URL " RTSP/1.0\r\nCSeq: 1\r\n" TAIL "\r\n",
    "DESCRIBE " URL " RTSP/1.0\r\nAccept: application/sdp\r\nCSeq: 2\r\n" TAIL "\r\n",
    "SETUP " URL
    "/trackID=0 RTSP/1.0\r\n"
    "Transport: RTP/AVP/UDP;unicast;client_port=21390-21391\r\nCSeq: 3\r\n" TAIL "\r\n",
    "PLAY " URL "/ RTSP/1.0\r\nRange: npt=0.000-\r\nCSeq: 4\r\n" TAIL
    "Session: 0123456789abcdef\r\n\r\n",
    "GET_PARAMETER " URL "/ RTSP/1.0\r\nCSeq: 5\r\n" TAIL "Session: 0123456789abcdef\r\n\r\n",
    "TEARDOWN " URL "/ RTSP/1.0\r\nCSeq: 6\r\n" TAIL "Session: 0123456789abcdef\r\n\r\n",
};

enum { REQUEST_COUNT = sizeof REQUESTS / sizeof REQUESTS[0], REPEATS = 20000 };

/// `step` bytes more at a time, as a slow connection brings them.
static bool read_request(ocel_span text, size_t step) {
  ocel_rtsp_scan scan = {0};
  ocel_rtsp_request req;
  size_t used = 0;
  ocel_err rc = OCEL_ERR_MORE;
  for (size_t n = step; rc == OCEL_ERR_MORE; n += step) {
    const size_t here = n < text.n ? n : text.n;
    rc = ocel_rtsp_parse(ocel_span_make(text.p, here), &scan, &OCEL_RTSP_LIMITS_DEFAULT, &req,
                         &used);
    if (here == text.n) break;
  }
  return rc == OCEL_OK && req.status == 200 && used == text.n;
}

static double pass(size_t step, int repeats) {
  const uint64_t from = stopwatch_ns();
  for (int i = 0; i < repeats; i++) {
    for (size_t k = 0; k < REQUEST_COUNT; k++) {
      if (read_request(ocel_span_str(REQUESTS[k]), step)) continue;
      fprintf(stderr, "not read: %s\n", REQUESTS[k]);
      exit(1);
    }
  }
  return (double)(stopwatch_ns() - from) / (double)repeats / (double)REQUEST_COUNT;
}

int main(void) {
  double whole[STOPWATCH_PASSES], bytes[STOPWATCH_PASSES];
  for (size_t i = 0; i < STOPWATCH_PASSES; i++) {
    whole[i] = pass(SIZE_MAX / 2, REPEATS);
    bytes[i] = pass(1, REPEATS / 10);
  }
  stopwatch_print("RTSP request read at once", "request", whole);
  stopwatch_print("RTSP request read byte by byte", "request", bytes);
}
