// SPDX-License-Identifier: Apache-2.0
// Transport = 1#transport-spec; spec = protocol/profile[/lower] *(";" parameter) (RFC 2326 12.39)
#include "ocel/rtsp_headers.h"
#include "text.h"

enum { PORT_MAX = 65535, CHANNEL_MAX = 255 };

// "a-b", or "a" for the pair a, a+1; false unless both are min..max and differ.
static bool read_pair(ocel_span value, uint32_t min, uint32_t max, uint32_t pair[2]) {
  ocel_span second;
  const ocel_span first = ocel__cut(value, '-', &second);
  if (!ocel_text_uint(ocel__trim(first), max, &pair[0])) return false;
  if (second.p == NULL) {
    pair[1] = pair[0] + 1;
  } else if (!ocel_text_uint(ocel__trim(second), max, &pair[1])) {
    return false;
  }
  return pair[0] >= min && pair[1] >= min && pair[1] <= max && pair[0] != pair[1];
}

static bool read_ports(ocel_span value, ocel_transport *t) {
  uint32_t pair[2];
  t->has_ports = read_pair(value, 1, PORT_MAX, pair);
  t->rtp_port = t->has_ports ? (uint16_t)pair[0] : 0;
  t->rtcp_port = t->has_ports ? (uint16_t)pair[1] : 0;
  return t->has_ports;
}

static bool read_channels(ocel_span value, ocel_transport *t) {
  uint32_t pair[2];
  t->has_channels = read_pair(value, 0, CHANNEL_MAX, pair);
  t->rtp_channel = t->has_channels ? (uint8_t)pair[0] : 0;
  t->rtcp_channel = t->has_channels ? (uint8_t)pair[1] : 0;
  return t->has_channels;
}

static bool read_unicast(ocel_span value, ocel_transport *t) {
  (void)value;
  t->multicast = false;
  return true;
}

static bool read_multicast(ocel_span value, ocel_transport *t) {
  (void)value;
  t->multicast = true;
  return true;
}

static bool read_destination(ocel_span value, ocel_transport *t) {
  t->destination = value;
  return true;
}

// mode = <"> 1#Method <">, in real life without the quotes too.
static bool read_mode(ocel_span value, ocel_transport *t) {
  ocel_span method;
  while (ocel_token_next(&value, &method)) {
    if (ocel_text_eq(method, "RECORD")) {
      t->record = true;
    } else if (!ocel_text_eq(method, "PLAY")) {
      return false;
    }
  }
  return true;
}

typedef struct {
  char name[12];
  bool (*read)(ocel_span value, ocel_transport *t);
} parameter;

static const parameter PARAMETER[] = {
    {"unicast",     read_unicast    },
    {"multicast",   read_multicast  },
    {"client_port", read_ports      },
    {"interleaved", read_channels   },
    {"destination", read_destination},
    {"mode",        read_mode       },
};

// Parameters of other names are nothing to us: ttl, layers, ssrc, append ...
static bool read_parameter(ocel_span text, ocel_transport *t) {
  ocel_span value;
  const ocel_span name = ocel__trim(ocel__cut(text, '=', &value));
  for (size_t i = 0; i < sizeof PARAMETER / sizeof PARAMETER[0]; i++) {
    if (ocel_text_eq(name, PARAMETER[i].name)) return PARAMETER[i].read(ocel__unquote(value), t);
  }
  return true;
}

static const struct {
  const char *name;
  bool tcp, feedback;
} PROTOCOL[] = {
    {"RTP/AVP",      false, false},
    {"RTP/AVP/UDP",  false, false},
    {"RTP/AVP/TCP",  true,  false},
    {"RTP/AVPF",     false, true },
    {"RTP/AVPF/UDP", false, true },
    {"RTP/AVPF/TCP", true,  true },
};

static bool read_protocol(ocel_span text, ocel_transport *t) {
  for (size_t i = 0; i < sizeof PROTOCOL / sizeof PROTOCOL[0]; i++) {
    if (!ocel_text_eq(text, PROTOCOL[i].name)) continue;
    t->tcp = PROTOCOL[i].tcp;
    t->feedback = PROTOCOL[i].feedback;
    return true;
  }
  return false;
}

bool ocel_transport_next(ocel_span *list, ocel_transport *out) {
  ocel_span entry, part;
  do {
    if (!ocel__split(list, ',', &entry)) return false;
  } while (entry.n == 0);

  *out = (ocel_transport){0};
  (void)ocel__split(&entry, ';', &part);
  out->supported = read_protocol(part, out);
  while (ocel__split(&entry, ';', &part)) {
    if (!read_parameter(part, out)) out->supported = false;
  }
  return true;
}
