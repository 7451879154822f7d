// SPDX-License-Identifier: Apache-2.0
#include "ocel/http_msg.h"

#include "../rtsp/head.h"
#include "../rtsp/rtsp_scan.h"
#include "../rtsp/text.h"
#include "ocel/rtsp_headers.h"

enum { HEADER_NAME_SIZE = 23, METHOD_SIZE = 8, MAJOR_AT = 5, MINOR_AT = 7 };

static const char METHOD[OCEL_HTTP_METHOD_COUNT][METHOD_SIZE] = {
#define OCEL_X(id) [OCEL_HTTP_##id] = #id,
    OCEL_HTTP_METHODS(OCEL_X)
#undef OCEL_X
};

static const char HEADER_NAME[OCEL_HTTP_HEADER_COUNT][HEADER_NAME_SIZE] = {
#define OCEL_X(id, text) [OCEL_HTTP_HEADER_##id] = text,
    OCEL_HTTP_HEADERS(OCEL_X)
#undef OCEL_X
};

#define OCEL_X(id, text) _Static_assert(sizeof(text) <= HEADER_NAME_SIZE, text);
OCEL_HTTP_HEADERS(OCEL_X)
#undef OCEL_X

static ocel_http_method method_of(ocel_span text) {
  unsigned m = 0;
  while (m < OCEL_HTTP_METHOD_COUNT && !ocel_span_eq(text, ocel_span_str(METHOD[m]))) m++;
  return (ocel_http_method)m;
}

static unsigned header_of(ocel_span name) {
  unsigned h = 0;
  while (h < OCEL_HTTP_HEADER_COUNT && !ocel_text_eq(name, HEADER_NAME[h])) h++;
  return h;
}

static void take_headers(ocel_span rest, ocel_http_request *req) {
  ocel_span name, value;
  req->content_length = OCEL__LENGTH_ABSENT;
  while (ocel__take_header(&rest, &name, &value)) {
    const unsigned h = header_of(name);
    if (h == OCEL_HTTP_HEADER_COUNT) continue;
    if (req->header[h].p == NULL) req->header[h] = value;
    if (h == OCEL_HTTP_HEADER_HOST && req->hosts < UINT8_MAX) req->hosts++;
    if (h == OCEL_HTTP_HEADER_CONTENT_LENGTH) ocel__take_length(value, &req->content_length);
  }
}

static void take_line(ocel_span line, ocel_http_request *req) {
  ocel_span target, version;
  req->method_text = ocel__cut(line, ' ', &target);
  req->target = ocel__cut(target, ' ', &version);
  req->method = method_of(req->method_text);
  req->minor = (uint8_t)(version.p[MINOR_AT] - '0');
  req->status = req->method == OCEL_HTTP_METHOD_COUNT ? 501 : 200;
  if (version.p[MAJOR_AT] != '1') req->status = 505;
}

static ocel_err refuse(ocel_http_request *req, uint16_t status, ocel_err rc) {
  req->status = status;
  return rc;
}

static ocel_err take_head(ocel_span head, ocel_http_request *req) {
  ocel_span line;
  if (!ocel__take_request_line(&head, &line)) return refuse(req, 400, OCEL_ERR_SYNTAX);
  take_line(line, req);
  take_headers(head, req);
  const ocel_span coding = req->header[OCEL_HTTP_HEADER_TRANSFER_ENCODING];
  req->chunked = coding.p != NULL && ocel_text_eq(coding, "chunked");
  if (coding.p != NULL && !req->chunked) return refuse(req, 501, OCEL_ERR_SYNTAX);
  if (req->content_length == OCEL__LENGTH_BAD) return refuse(req, 400, OCEL_ERR_SYNTAX);
  return OCEL_OK;
}

// Reads on past the place where the request showed itself as HTTP.
static ocel__verdict scan_head(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits) {
  const ocel__verdict v = ocel__scan_head(in, scan, limits);
  return v == OCEL__HTTP ? ocel__scan_head(in, scan, limits) : v;
}

ocel_err ocel_http_parse(ocel_span in, ocel_rtsp_scan *scan, const ocel_rtsp_limits *limits,
                         ocel_http_request *req, size_t *used) {
  *req = (ocel_http_request){.method = OCEL_HTTP_METHOD_COUNT, .status = 200};
  const ocel__verdict v = scan_head(in, scan, limits);
  const bool whole = ocel__scan_is_whole(scan);
  if (v == OCEL__FINE && !whole) return OCEL_ERR_MORE;

  const ocel_rtsp_scan done = *scan;
  *scan = (ocel_rtsp_scan){0};
  if (v == OCEL__URL_TOO_LONG) return refuse(req, 414, OCEL_ERR_SPACE);
  if (v == OCEL__TOO_MUCH) return refuse(req, 431, OCEL_ERR_SPACE);
  if (v != OCEL__FINE || !done.http) return refuse(req, 400, OCEL_ERR_SYNTAX);
  *used = done.at;
  return take_head(ocel_span_make(in.p, done.at), req);
}

typedef struct {
  uint16_t status;
  char text[32];
} reason;

static const reason REASON[] = {
    {101, "Switching Protocols"            },
    {200, "OK"                             },
    {204, "No Content"                     },
    {206, "Partial Content"                },
    {304, "Not Modified"                   },
    {400, "Bad Request"                    },
    {401, "Unauthorized"                   },
    {403, "Forbidden"                      },
    {404, "Not Found"                      },
    {405, "Method Not Allowed"             },
    {406, "Not Acceptable"                 },
    {408, "Request Timeout"                },
    {409, "Conflict"                       },
    {413, "Content Too Large"              },
    {414, "URI Too Long"                   },
    {415, "Unsupported Media Type"         },
    {416, "Range Not Satisfiable"          },
    {417, "Expectation Failed"             },
    {426, "Upgrade Required"               },
    {429, "Too Many Requests"              },
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"          },
    {501, "Not Implemented"                },
    {503, "Service Unavailable"            },
    {505, "HTTP Version Not Supported"     },
};

const char *ocel_http_reason(uint16_t status) {
  for (size_t i = 0; i < sizeof REASON / sizeof REASON[0]; i++) {
    if (REASON[i].status == status) return REASON[i].text;
  }
  return "Unknown";
}
