// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_msg.h"

#include "ocel/rtsp_headers.h"
#include "ocel_test.h"

#define L(s) s "\r\n"

// What came out of one parse, by position, so that it can be compared over copies.
typedef struct {
  ocel_err rc;
  ocel_rtsp_request req;
  size_t used;
} outcome;

static outcome parse(ocel_span in, ocel_rtsp_scan *scan) {
  outcome o = {.used = 0};
  o.rc = ocel_rtsp_parse(in, scan, &OCEL_RTSP_LIMITS_DEFAULT, &o.req, &o.used);
  return o;
}

static outcome parse_at_once(ocel_span in) {
  ocel_rtsp_scan scan = {0};
  return parse(guarded(in), &scan);
}

static void assert_span(ocel_span got, const char *want) {
  assert_int_equal(got.n, strlen(want));
  assert_true(got.n == 0 || memcmp(got.p, want, got.n) == 0);
}

static const char *header_text(const ocel_rtsp_request *req, ocel_rtsp_header h, char *mem) {
  if (req->header[h].p == NULL) return "(absent)";
  memcpy(mem, req->header[h].p, req->header[h].n);
  mem[req->header[h].n] = '\0';
  return mem;
}

// Everything about two results of the same request is the same, wherever the bytes lay.
static void assert_same(const outcome *a, const outcome *b) {
  assert_int_equal(a->rc, b->rc);
  assert_int_equal(a->used, b->used);
  assert_int_equal(a->req.status, b->req.status);
  assert_int_equal(a->req.method, b->req.method);
  assert_true(ocel_span_eq(a->req.method_text, b->req.method_text));
  assert_true(ocel_span_eq(a->req.url, b->req.url));
  assert_true(ocel_span_eq(a->req.body, b->req.body));
  for (size_t h = 0; h < OCEL_HEADER_COUNT; h++) {
    assert_true(ocel_span_eq(a->req.header[h], b->req.header[h]));
    assert_int_equal(a->req.header[h].p == NULL, b->req.header[h].p == NULL);
  }
}

typedef struct {
  const char *name;
  const char *text;
  ocel_rtsp_method method;
  uint16_t status;
  const char *url;
  ocel_rtsp_header header;  // one of its headers ...
  const char *value;        // ... and the value it must have
  const char *cseq;
  const char *body;
} good;

// clang-format off
static const good GOOD[] = {
    {"FFmpeg: OPTIONS",
     L("OPTIONS rtsp://127.0.0.1:8554/stream RTSP/1.0") L("CSeq: 1")
     L("User-Agent: Lavf59.27.100") L(""),
     OCEL_METHOD_OPTIONS, 200, "rtsp://127.0.0.1:8554/stream",
     OCEL_HEADER_USER_AGENT, "Lavf59.27.100", "1", ""},
    {"FFmpeg: SETUP",
     L("SETUP rtsp://127.0.0.1:8554/stream/trackID=0 RTSP/1.0")
     L("Transport: RTP/AVP/UDP;unicast;client_port=21402-21403") L("CSeq: 3")
     L("User-Agent: Lavf59.27.100") L(""),
     OCEL_METHOD_SETUP, 200, "rtsp://127.0.0.1:8554/stream/trackID=0",
     OCEL_HEADER_TRANSPORT, "RTP/AVP/UDP;unicast;client_port=21402-21403", "3", ""},
    {"FFmpeg: PLAY to Content-Base",
     L("PLAY rtsp://127.0.0.1:8554/stream/ RTSP/1.0") L("Range: npt=0.000-") L("CSeq: 4")
     L("User-Agent: Lavf59.27.100") L("Session: 66334873") L(""),
     OCEL_METHOD_PLAY, 200, "rtsp://127.0.0.1:8554/stream/",
     OCEL_HEADER_RANGE, "npt=0.000-", "4", ""},
    {"GStreamer: two User-Agent lines and RealMedia headers; the first counts",
     L("OPTIONS rtsp://127.0.0.1:8554/stream RTSP/1.0") L("CSeq: 1")
     L("User-Agent: GStreamer/1.22.0") L("ClientChallenge: 9e26d33f2984236010ef6253fb1887f7")
     L("PlayerStarttime: [28/03/2003:22:50:23 00:00]")
     L("CompanyID: KnKV4M4I/B2FjJ1TToLycw==") L("GUID: 00000000-0000-0000-0000-000000000000")
     L("RegionData: 0") L("Date: Sat, 04 Jul 2026 10:00:00 GMT")
     L("User-Agent: RealMedia Player Version 6.0.9.1235 (linux-2.0-libc6-i386-gcc2.95)") L(""),
     OCEL_METHOD_OPTIONS, 200, "rtsp://127.0.0.1:8554/stream",
     OCEL_HEADER_USER_AGENT, "GStreamer/1.22.0", "1", ""},
    {"VLC: SETUP by live555",
     L("SETUP rtsp://127.0.0.1:8554/stream/trackID=0 RTSP/1.0") L("CSeq: 4")
     L("User-Agent: LibVLC/3.0.24 (LIVE555 Streaming Media v2026.06.24)")
     L("Transport: RTP/AVP;unicast;client_port=50000-50001") L(""),
     OCEL_METHOD_SETUP, 200, "rtsp://127.0.0.1:8554/stream/trackID=0",
     OCEL_HEADER_USER_AGENT, "LibVLC/3.0.24 (LIVE555 Streaming Media v2026.06.24)", "4", ""},
    {"go2rtc: headers in random order, Require",
     L("DESCRIBE rtsp://127.0.0.1:8554/stream RTSP/1.0") L("User-Agent: go2rtc/1.9.14")
     L("Require: www.onvif.org/ver20/backchannel") L("Accept: application/sdp") L("Cseq: 1") L(""),
     OCEL_METHOD_DESCRIBE, 200, "rtsp://127.0.0.1:8554/stream",
     OCEL_HEADER_REQUIRE, "www.onvif.org/ver20/backchannel", "1", ""},
    {"FFmpeg: DESCRIBE",
     L("DESCRIBE rtsp://127.0.0.1:8554/stream RTSP/1.0") L("Accept: application/sdp") L("CSeq: 2")
     L("User-Agent: Lavf59.27.100") L(""),
     OCEL_METHOD_DESCRIBE, 200, "rtsp://127.0.0.1:8554/stream",
     OCEL_HEADER_ACCEPT, "application/sdp", "2", ""},
    {"MediaMTX: Range without fraction",
     L("PLAY rtsp://127.0.0.1:8554/stream/ RTSP/1.0") L("CSeq: 4") L("Range: npt=0-")
     L("Session: 0123456789abcdef") L("User-Agent: gortsplib") L(""),
     OCEL_METHOD_PLAY, 200, "rtsp://127.0.0.1:8554/stream/",
     OCEL_HEADER_SESSION, "0123456789abcdef", "4", ""},
    {"Scrypted: CSeq 0",
     L("OPTIONS rtsp://cam/stream RTSP/1.0") L("CSeq: 0") L("User-Agent: Scrypted") L(""),
     OCEL_METHOD_OPTIONS, 200, "rtsp://cam/stream", OCEL_HEADER_USER_AGENT, "Scrypted", "0", ""},
    {"RFC 2326 4: empty lines before the request",
     L("") L("") "\n" L("OPTIONS * RTSP/1.0") L("CSeq: 7") L(""),
     OCEL_METHOD_OPTIONS, 200, "*", OCEL_HEADER_SESSION, "(absent)", "7", ""},
    {"line ends of LF only",
     "TEARDOWN /stream RTSP/1.0\nCSeq: 9\nSession: x\n\n",
     OCEL_METHOD_TEARDOWN, 200, "/stream", OCEL_HEADER_SESSION, "x", "9", ""},
    {"names in lower case, no space behind the colon",
     L("PAUSE rtsp://h/s RTSP/1.0") L("cseq:12") L("session:abc") L(""),
     OCEL_METHOD_PAUSE, 200, "rtsp://h/s", OCEL_HEADER_SESSION, "abc", "12", ""},
    {"space before the colon, much of it behind",
     L("PAUSE rtsp://h/s RTSP/1.0") L("CSeq \t:  13 \t ") L("Session : abc") L(""),
     OCEL_METHOD_PAUSE, 200, "rtsp://h/s", OCEL_HEADER_SESSION, "abc", "13", ""},
    {"RFC 2326 4.2: folded value",
     L("SETUP rtsp://h/s RTSP/1.0") L("Transport: RTP/AVP;unicast;") L(" client_port=4-5,")
     L("\tRTP/AVP/TCP") L("CSeq: 1") L(""),
     OCEL_METHOD_SETUP, 200, "rtsp://h/s", OCEL_HEADER_TRANSPORT,
     "RTP/AVP;unicast;\r\n client_port=4-5,\r\n\tRTP/AVP/TCP", "1", ""},
    {"value that is folded whole",
     L("SETUP rtsp://h/s RTSP/1.0") L("Transport:") L("  RTP/AVP/TCP") L("CSeq:1") L(""),
     OCEL_METHOD_SETUP, 200, "rtsp://h/s", OCEL_HEADER_TRANSPORT, "RTP/AVP/TCP", "1", ""},
    {"last value folded with nothing",
     L("PLAY rtsp://h/s RTSP/1.0") L("CSeq: 3") L("Session: q") L(" ") L(""),
     OCEL_METHOD_PLAY, 200, "rtsp://h/s", OCEL_HEADER_SESSION, "q", "3", ""},
    {"empty value",
     L("PLAY rtsp://h/s RTSP/1.0") L("CSeq: 3") L("Session:") L(""),
     OCEL_METHOD_PLAY, 200, "rtsp://h/s", OCEL_HEADER_SESSION, "", "3", ""},
    {"UTF-8 in a value",
     L("PLAY rtsp://h/s RTSP/1.0") L("CSeq: 3") L("User-Agent: caf\xc3\xa9") L(""),
     OCEL_METHOD_PLAY, 200, "rtsp://h/s", OCEL_HEADER_USER_AGENT, "caf\xc3\xa9", "3", ""},
    {"no header at all",
     L("OPTIONS * RTSP/1.0") L(""),
     OCEL_METHOD_OPTIONS, 200, "*", OCEL_HEADER_CSEQ, "(absent)", "(absent)", ""},
    {"GET_PARAMETER with a body",
     L("GET_PARAMETER rtsp://h/s RTSP/1.0") L("CSeq: 431") L("Content-Type: text/parameters")
     L("Content-Length: 16") L("") "packets_received",
     OCEL_METHOD_GET_PARAMETER, 200, "rtsp://h/s",
     OCEL_HEADER_CONTENT_TYPE, "text/parameters", "431", "packets_received"},
    {"body of any bytes, also empty lines",
     L("SET_PARAMETER rtsp://h/s RTSP/1.0") L("CSeq: 4") L("Content-Length: 8") L("")
     "\r\n\r\n$\x01\x02\x7f",
     OCEL_METHOD_SET_PARAMETER, 200, "rtsp://h/s",
     OCEL_HEADER_CONTENT_LENGTH, "8", "4", "\r\n\r\n$\x01\x02\x7f"},
    {"Content-Length 0, and twice the same",
     L("GET_PARAMETER rtsp://h/s RTSP/1.0") L("CSeq: 4") L("Content-Length: 0")
     L("Content-Length: 000") L(""),
     OCEL_METHOD_GET_PARAMETER, 200, "rtsp://h/s", OCEL_HEADER_CONTENT_LENGTH, "0", "4", ""},
    {"Transfer-Encoding beside a Content-Length",
     L("SET_PARAMETER rtsp://h/s RTSP/1.0") L("CSeq: 4") L("Transfer-Encoding: identity")
     L("Content-Length: 2") L("") "ab",
     OCEL_METHOD_SET_PARAMETER, 200, "rtsp://h/s",
     OCEL_HEADER_TRANSFER_ENCODING, "identity", "4", "ab"},
    {"RTSP/1.9 is version 1",
     L("OPTIONS * RTSP/1.9") L("CSeq: 1") L(""),
     OCEL_METHOD_OPTIONS, 200, "*", OCEL_HEADER_SESSION, "(absent)", "1", ""},
    {"RFC 2326 7.1.1: RTSP/2.0 gives 505",
     L("OPTIONS * RTSP/2.0") L("CSeq: 5") L("Content-Length: 1") L("") "x",
     OCEL_METHOD_OPTIONS, 505, "*", OCEL_HEADER_SESSION, "(absent)", "5", "x"},
    {"RTSP/0.9 gives 505",
     L("OPTIONS * RTSP/0.9") L("CSeq: 5") L(""),
     OCEL_METHOD_OPTIONS, 505, "*", OCEL_HEADER_SESSION, "(absent)", "5", ""},
    {"unknown method gives 501",
     L("FLY rtsp://h/s RTSP/1.0") L("CSeq: 6") L("Content-Length: 3") L("") "abc",
     OCEL_METHOD_COUNT, 501, "rtsp://h/s", OCEL_HEADER_SESSION, "(absent)", "6", "abc"},
    {"methods are case-sensitive (RFC 2326 6.1)",
     L("play rtsp://h/s RTSP/1.0") L("CSeq: 6") L(""),
     OCEL_METHOD_COUNT, 501, "rtsp://h/s", OCEL_HEADER_SESSION, "(absent)", "6", ""},
    {"version counts before the method",
     L("FLY rtsp://h/s RTSP/3.0") L("CSeq: 6") L(""),
     OCEL_METHOD_COUNT, 505, "rtsp://h/s", OCEL_HEADER_SESSION, "(absent)", "6", ""},
};
// clang-format on

static void good_requests_are_read(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
    const good *g = &GOOD[i];
    char value[128];
    CASE(g->name);
    const outcome o = parse_at_once(ocel_span_str(g->text));
    assert_int_equal(o.rc, OCEL_OK);
    assert_int_equal(o.used, strlen(g->text));
    assert_int_equal(o.req.method, g->method);
    assert_int_equal(o.req.status, g->status);
    assert_int_equal(ocel_rtsp_method_of(o.req.method_text), g->method);
    assert_span(o.req.url, g->url);
    assert_span(o.req.body, g->body);
    assert_string_equal(header_text(&o.req, OCEL_HEADER_CSEQ, value), g->cseq);
    assert_string_equal(header_text(&o.req, g->header, value), g->value);
  }
}

static void every_prefix_wants_more(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
    CASE(GOOD[i].name);
    for (size_t n = 0; n < strlen(GOOD[i].text); n++) {
      assert_int_equal(parse_at_once(ocel_span_make(GOOD[i].text, n)).rc, OCEL_ERR_MORE);
    }
  }
}

// In pieces of every size, each call with the bytes at another place.
static void in_pieces_as_at_once(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOOD); i++) {
    const size_t size = strlen(GOOD[i].text);
    ocel_rtsp_scan whole_scan = {0};
    const outcome whole = parse(ocel_span_make(GOOD[i].text, size), &whole_scan);
    CASE(GOOD[i].name);
    for (size_t piece = 1; piece < size; piece++) {
      ocel_rtsp_scan scan = {0};
      size_t n = piece;
      outcome o = parse(guarded(ocel_span_make(GOOD[i].text, n)), &scan);
      while (n < size) {
        assert_int_equal(o.rc, OCEL_ERR_MORE);
        n = n + piece < size ? n + piece : size;
        o = parse(guarded(ocel_span_make(GOOD[i].text, n)), &scan);
      }
      assert_same(&o, &whole);
      assert_int_equal(scan.at, 0);  // ready for the next request
      assert_int_equal(scan.part, 0);
      assert_int_equal(scan.body, 0);
    }
  }
}

// Each byte of a head is looked at once: bytes that have been read may be gone wild without any
// effect until the head is whole.
static void read_bytes_are_not_read_again(void **state) {
  (void)state;
  static const char TEXT[] = L("PLAY rtsp://h/s RTSP/1.0") L("CSeq: 3") L("");
  uint8_t mem[sizeof TEXT];
  ocel_rtsp_scan scan = {0};
  memset(mem, 0, sizeof mem);  // a NUL would be refused at once
  for (size_t n = 1; n < sizeof TEXT - 1; n++) {
    mem[n - 1] = (uint8_t)TEXT[n - 1];
    assert_int_equal(parse(ocel_span_make(mem, n), &scan).rc, OCEL_ERR_MORE);
    mem[n - 1] = 0;
  }
}

// Nor is the head while a body comes in: a length that shrinks meanwhile has no effect.
static void a_body_costs_no_look_at_the_head(void **state) {
  (void)state;
  static const char TEXT[] = L("SET_PARAMETER * RTSP/1.0") L("Content-Length: 5") L("") "abcdeNEXT";
  const size_t head = (size_t)(strstr(TEXT, "abcde") - TEXT), digit = head - 5;
  char mem[sizeof TEXT];
  ocel_rtsp_scan scan = {0};
  memcpy(mem, TEXT, sizeof TEXT);
  assert_int_equal(parse(ocel_span_make(mem, head), &scan).rc, OCEL_ERR_MORE);
  assert_int_equal(mem[digit], '5');
  mem[digit] = '0';
  for (size_t n = head; n < head + 5; n++) {
    assert_int_equal(parse(ocel_span_make(mem, n), &scan).rc, OCEL_ERR_MORE);
  }
  mem[digit] = '5';
  const outcome o = parse(ocel_span_str(mem), &scan);
  assert_int_equal(o.rc, OCEL_OK);
  assert_int_equal(o.used, head + 5);
  assert_span(o.req.body, "abcde");
}

static void pipelined_requests_come_one_by_one(void **state) {
  (void)state;
  static const char TEXT[] =
      L("OPTIONS * RTSP/1.0") L("CSeq: 1") L("") L("GET_PARAMETER * RTSP/1.0") L("CSeq: 2")
          L("Content-Length: 4") L("") "body" L("OPTIONS * RTSP/1.0") L("CSeq: 3") L("");
  ocel_span rest = ocel_span_str(TEXT);
  ocel_rtsp_scan scan = {0};
  for (uint32_t want = 1; want <= 3; want++) {
    uint32_t cseq = 0;
    const outcome o = parse(rest, &scan);
    assert_int_equal(o.rc, OCEL_OK);
    assert_true(ocel_cseq(o.req.header[OCEL_HEADER_CSEQ], &cseq));
    assert_int_equal(cseq, want);
    (void)ocel_span_take(&rest, o.used);
  }
  assert_int_equal(rest.n, 0);
}

// ---- interleaved frames ----

static void frames_are_taken(void **state) {
  (void)state;
  static const uint8_t FRAME[] = {'$', 3, 0, 2, 0xaa, 0xbb, '$'};
  ocel_rtsp_frame frame;
  size_t used = 0;
  for (size_t n = 0; n < 6; n++) {
    assert_int_equal(ocel_rtsp_frame_parse(guarded(ocel_span_make(FRAME, n)), &frame, &used),
                     OCEL_ERR_MORE);
  }
  assert_int_equal(ocel_rtsp_frame_parse(guarded(ocel_span_make(FRAME, 7)), &frame, &used),
                   OCEL_OK);
  assert_int_equal(used, 6);
  assert_int_equal(frame.channel, 3);
  assert_int_equal(frame.data.n, 2);
  assert_memory_equal(frame.data.p, FRAME + 4, 2);
}

static void frames_of_extreme_sizes(void **state) {
  (void)state;
  static uint8_t mem[4 + UINT16_MAX];
  static const uint8_t EMPTY[] = {'$', 255, 0, 0};
  ocel_rtsp_frame frame;
  size_t used = 0;
  assert_int_equal(ocel_rtsp_frame_parse(guarded(ocel_span_make(EMPTY, 4)), &frame, &used),
                   OCEL_OK);
  assert_int_equal(used, 4);
  assert_int_equal(frame.channel, 255);
  assert_int_equal(frame.data.n, 0);

  mem[0] = '$';
  mem[2] = mem[3] = 0xff;
  assert_int_equal(ocel_rtsp_frame_parse(ocel_span_make(mem, sizeof mem - 1), &frame, &used),
                   OCEL_ERR_MORE);
  assert_int_equal(ocel_rtsp_frame_parse(ocel_span_make(mem, sizeof mem), &frame, &used), OCEL_OK);
  assert_int_equal(used, sizeof mem);
  assert_int_equal(frame.data.n, UINT16_MAX);
}

static void other_bytes_are_no_frame(void **state) {
  (void)state;
  ocel_rtsp_frame frame;
  size_t used;
  assert_int_equal(ocel_rtsp_frame_parse(guarded(ocel_span_str("O")), &frame, &used),
                   OCEL_ERR_SYNTAX);
}

static void reasons_are_those_of_the_rfc(void **state) {
  (void)state;
  static const struct {
    uint16_t status;
    const char *text;
  } WANT[] = {
      {200, "OK"                              },
      {400, "Bad Request"                     },
      {401, "Unauthorized"                    },
      {404, "Not Found"                       },
      {405, "Method Not Allowed"              },
      {406, "Not Acceptable"                  },
      {408, "Request Time-out"                },
      {411, "Length Required"                 },
      {413, "Request Entity Too Large"        },
      {414, "Request-URI Too Large"           },
      {415, "Unsupported Media Type"          },
      {451, "Parameter Not Understood"        },
      {453, "Not Enough Bandwidth"            },
      {454, "Session Not Found"               },
      {455, "Method Not Valid in This State"  },
      {457, "Invalid Range"                   },
      {459, "Aggregate operation not allowed" },
      {460, "Only aggregate operation allowed"},
      {461, "Unsupported transport"           },
      {500, "Internal Server Error"           },
      {501, "Not Implemented"                 },
      {503, "Service Unavailable"             },
      {505, "RTSP Version not supported"      },
      {551, "Option not supported"            },
      {0,   "Unknown"                         },
      {201, "Unknown"                         },
      {552, "Unknown"                         }
  };
  for (size_t i = 0; i < ARRAY_LEN(WANT); i++) {
    assert_string_equal(ocel_rtsp_reason(WANT[i].status), WANT[i].text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(good_requests_are_read),
      cmocka_unit_test(every_prefix_wants_more),
      cmocka_unit_test(in_pieces_as_at_once),
      cmocka_unit_test(read_bytes_are_not_read_again),
      cmocka_unit_test(a_body_costs_no_look_at_the_head),
      cmocka_unit_test(pipelined_requests_come_one_by_one),
      cmocka_unit_test(frames_are_taken),
      cmocka_unit_test(frames_of_extreme_sizes),
      cmocka_unit_test(other_bytes_are_no_frame),
      cmocka_unit_test(reasons_are_those_of_the_rfc),
  };
  return cmocka_run_group_tests_name("rtsp_msg", tests, NULL, NULL);
}
