// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_msg.h"

enum { TEXT_SIZE = 33 };

typedef struct {
  uint16_t status;
  char text[TEXT_SIZE];
} reason;

// RFC 2326 7.1.1.
static const reason REASON[] = {
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
};

const char *ocel_rtsp_reason(uint16_t status) {
  for (size_t i = 0; i < sizeof REASON / sizeof REASON[0]; i++) {
    if (REASON[i].status == status) return REASON[i].text;
  }
  return "Unknown";
}
