// SPDX-License-Identifier: Apache-2.0
#include "values.h"

#include <string.h>

#include "action.h"
#include "date.h"

// X(name in pieces, text or NULL, NUL-ended)
#define TEXTS(X)                                                                  \
  X(scheme, v->answer->secure ? "https" : "http")                                 \
  X(authority, v->answer->host)                                                   \
  X(manufacturer, v->camera->manufacturer)                                        \
  X(model, v->camera->model)                                                      \
  X(firmware, v->camera->firmware)                                                \
  X(serial, v->camera->serial)                                                    \
  X(hardware, v->camera->hardware)                                                \
  X(uuid, v->camera->uuid)                                                        \
  X(relates_to, v->message->relates_to)                                           \
  X(interface, v->network.name)                                                   \
  X(hostname, v->network.hostname)                                                \
  X(ntp, v->network.ntp)                                                          \
  X(dhcp, v->network.dhcp ? "true" : "false")                                     \
  X(date_time_type, v->answer->clock_manual ? "Manual" : "NTP")                   \
  X(stream_name, v->stream.name)                                                  \
  X(encoding, v->stream.encoding == OCEL_ONVIF_JPEG ? "JPEG" : "H264")            \
  X(profile, PROFILE[v->stream.profile])                                          \
  X(sound, SOUND[v->stream.sound])                                                \
  X(sound_type, SOUND_TYPE[v->stream.sound])                                      \
  X(snapshot_path, v->stream.snapshot_path)                                       \
  X(stream_path, v->stream.path)                                                  \
  X(tls, v->camera->rtsps_port != 0 ? "true" : "false")                           \
  X(found, ocel__onvif_is_found(v) ? "true" : "false")                            \
  X(unfound, ocel__onvif_is_found(v) ? "false" : "true")                          \
  X(discovery_mode, ocel__onvif_is_found(v) ? "Discoverable" : "NonDiscoverable") \
  X(has_snapshot, v->stream.snapshot_path != NULL ? "true" : "false")             \
  X(multicast, v->stream.multicast ? "true" : "false")                            \
  X(fault_code, ocel__onvif_fault_of(v->answer)->code)                            \
  X(fault_subcode, ocel__onvif_fault_of(v->answer)->subcode)                      \
  X(fault_detail, ocel__onvif_fault_of(v->answer)->detail)                        \
  X(fault_text, ocel__onvif_fault_of(v->answer)->text)

// X(name in pieces, number)
#define NUMBERS(X)                                   \
  X(number, v->number)                               \
  X(source, v->stream.source)                        \
  X(uses, v->uses)                                   \
  X(prefix_length, v->network.prefix)                \
  X(rtsp_port, v->camera->rtsp_port)                 \
  X(rtsps_port, v->camera->rtsps_port)               \
  X(instance, v->message->instance)                  \
  X(message_number, v->message->number)              \
  X(year, now(v).year)                               \
  X(month, now(v).month)                             \
  X(day, now(v).day)                                 \
  X(hour, now(v).hour)                               \
  X(minute, now(v).minute)                           \
  X(second, now(v).second)                           \
  X(width, v->stream.video.size.width)               \
  X(height, v->stream.video.size.height)             \
  X(source_width, v->source_size.width)              \
  X(source_height, v->source_size.height)            \
  X(frame_rate, v->stream.video.frame_rate)          \
  X(bitrate, v->stream.video.bitrate)                \
  X(gop, v->stream.video.gop)                        \
  X(frame_rate_least, v->stream.frame_rate.least)    \
  X(frame_rate_most, v->stream.frame_rate.most)      \
  X(bitrate_least, v->stream.bitrate.least)          \
  X(bitrate_most, v->stream.bitrate.most)            \
  X(gop_least, v->stream.gop.least)                  \
  X(gop_most, v->stream.gop.most)                    \
  X(option_width, v->stream.size[v->number].width)   \
  X(option_height, v->stream.size[v->number].height) \
  X(sound_bitrate, v->stream.sound_bitrate)          \
  X(sound_kilohertz, v->stream.sound_rate / 1000)    \
  X(channels, v->channels)                           \
  X(streams, ocel__onvif_streams(v->camera))         \
  X(h264_streams, count(v->camera, OCEL_ONVIF_H264)) \
  X(jpeg_streams, count(v->camera, OCEL_ONVIF_JPEG))

// X(name in pieces): has a function of its own.
#define OTHERS(X)   \
  X(mac)            \
  X(address)        \
  X(gateway)        \
  X(dns)            \
  X(name_scope)     \
  X(location_scope) \
  X(hardware_scope) \
  X(http_port)      \
  X(stream_uri)     \
  X(scope)          \
  X(scopes)         \
  X(message_id)

static const char *const PROFILE[] = {"Baseline", "Main", "High"};
static const char *const SOUND[] = {"", "G711", "AAC"};
static const char *const SOUND_TYPE[] = {"", "PCMU", "MP4A-LATM"};

static ocel__date now(const ocel__onvif_view *v) { return ocel__date_of(v->answer->utc); }

unsigned ocel__onvif_streams(const ocel_onvif_camera *camera) {
  ocel_onvif_stream stream;
  unsigned n = 0;
  while (n < OCEL_ONVIF_STREAMS_MAX && camera->stream(camera->ctx, n, &stream)) n++;
  return n;
}

static unsigned count(const ocel_onvif_camera *camera, ocel_onvif_encoding encoding) {
  ocel_onvif_stream stream;
  unsigned n = 0, found = 0;
  for (; n < OCEL_ONVIF_STREAMS_MAX && camera->stream(camera->ctx, n, &stream); n++) {
    found += stream.encoding == encoding;
  }
  return found;
}

bool ocel__onvif_is_found(const ocel__onvif_view *v) {
  return v->camera->discoverable != NULL && v->camera->discoverable(v->camera->ctx);
}

// ---- values with a function of their own ----

static void put_mac(ocel_wbuf *w, const ocel__onvif_view *v) {
  for (size_t i = 0; i < sizeof v->network.mac; i++) {
    if (i > 0) ocel_put_u8(w, ':');
    ocel_put_u8(w, (uint8_t) "0123456789abcdef"[v->network.mac[i] >> 4]);
    ocel_put_u8(w, (uint8_t) "0123456789abcdef"[v->network.mac[i] & 0xf]);
  }
}

static void put_address(ocel_wbuf *w, const ocel__onvif_view *v) {
  ocel_put_addr(w, &v->network.address);
}

static void put_gateway(ocel_wbuf *w, const ocel__onvif_view *v) {
  ocel_put_addr(w, &v->network.gateway);
}

static void put_dns(ocel_wbuf *w, const ocel__onvif_view *v) { ocel_put_addr(w, &v->network.dns); }

// RFC 3986 2.3: all but these is written in percent.
static bool is_unreserved(uint8_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         (c != '\0' && strchr("-._~", c) != NULL);
}

void ocel__put_percent(ocel_wbuf *w, const char *text) {
  for (const uint8_t *c = (const uint8_t *)text; *c != '\0'; c++) {
    if (is_unreserved(*c)) {
      ocel_put_u8(w, *c);
    } else {
      ocel_put_u8(w, '%');
      ocel_put_hex(w, *c, 2);
    }
  }
}

static void put_name_scope(ocel_wbuf *w, const ocel__onvif_view *v) {
  ocel__put_percent(w, v->camera->name);
}

static void put_location_scope(ocel_wbuf *w, const ocel__onvif_view *v) {
  ocel__put_percent(w, v->camera->location);
}

static void put_hardware_scope(ocel_wbuf *w, const ocel__onvif_view *v) {
  ocel__put_percent(w, v->camera->hardware);
}

static bool is_located(const ocel__onvif_view *v) { return v->camera->location != NULL; }
static bool is_networked(const ocel__onvif_view *v) { return v->networked; }

// Clients look for cameras by the first two, and take name, hardware and identity from the others.
static const ocel__onvif_piece SCOPES[] = {
    OCEL__PIECE("onvif://www.onvif.org/Profile/Streaming"),
    OCEL__PIECE("onvif://www.onvif.org/type/video_encoder"),
    OCEL__PIECE("onvif://www.onvif.org/name/{name_scope}"),
    OCEL__PIECE("onvif://www.onvif.org/hardware/{hardware_scope}"),
    OCEL__PIECE_IF(is_located, "onvif://www.onvif.org/location/{location_scope}"),
    OCEL__PIECE_IF(is_networked, "onvif://www.onvif.org/mac/{mac}"),
};

enum { SCOPE_COUNT = sizeof SCOPES / sizeof SCOPES[0] };

bool ocel__onvif_put_scope(ocel_wbuf *w, const ocel__onvif_view *v, unsigned number) {
  if (number < SCOPE_COUNT) {
    const ocel__onvif_piece *scope = &SCOPES[number];
    if (scope->when == NULL || scope->when(v)) ocel__onvif_expand(w, scope->text, v);
    return true;
  }
  const char *const *added = v->camera->scopes;
  for (unsigned i = SCOPE_COUNT; added != NULL && *added != NULL; i++, added++) {
    if (i < number) continue;
    ocel__put_xml(w, ocel_span_str(*added));
    return true;
  }
  return false;
}

static void put_scope(ocel_wbuf *w, const ocel__onvif_view *v) {
  (void)ocel__onvif_put_scope(w, v, v->number);
}

static void put_scopes(ocel_wbuf *w, const ocel__onvif_view *v) {
  for (unsigned i = 0; ocel__onvif_put_scope(w, v, i); i++) ocel_put_u8(w, ' ');
}

// RFC 4122 3, of random bytes (4.4).
static void put_message_id(ocel_wbuf *w, const ocel__onvif_view *v) {
  const uint8_t *id = v->message->id;
  ocel_put_hex(w, ocel_be32(id), 8);
  ocel_put_u8(w, '-');
  ocel_put_hex(w, ocel_be16(id + 4), 4);
  ocel_put_u8(w, '-');
  ocel_put_hex(w, (ocel_be16(id + 6) & 0xfffu) | 0x4000u, 4);
  ocel_put_u8(w, '-');
  ocel_put_hex(w, (ocel_be16(id + 8) & 0x3fffu) | 0x8000u, 4);
  ocel_put_u8(w, '-');
  ocel_put_hex(w, ocel_be16(id + 10), 4);
  ocel_put_hex(w, ocel_be32(id + 12), 8);
}

// The part of an authority before its port: "192.0.2.1", "[2001:db8::1]", "camera".
static size_t host_length(const char *authority) {
  if (authority[0] == '[') return strcspn(authority, "]") + 1;
  return strcspn(authority, ":");
}

static void put_http_port(ocel_wbuf *w, const ocel__onvif_view *v) {
  const char *port = v->answer->host + host_length(v->answer->host);
  ocel_put_str(w, *port == ':' ? port + 1 : v->answer->secure ? "443" : "80");
}

typedef struct {
  const char *scheme;
  uint16_t port, usual;  // port 0: that of the request
} locator;

static locator locator_of(const ocel__onvif_view *v) {
  if (v->answer->transport == OCEL__ONVIF_OVER_HTTP) {
    return (locator){v->answer->secure ? "https://" : "http://", 0, 0};
  }
  const bool secure = v->answer->secure && v->camera->rtsps_port != 0;
  if (secure) return (locator){"rtsps://", v->camera->rtsps_port, 322};
  return (locator){"rtsp://", v->camera->rtsp_port, 554};
}

static void put_stream_uri(ocel_wbuf *w, const ocel__onvif_view *v) {
  const locator at = locator_of(v);
  const char *host = v->answer->host;
  ocel_put_str(w, at.scheme);
  ocel__put_xml(w, ocel_span_make(host, at.port == 0 ? strlen(host) : host_length(host)));
  if (at.port != at.usual) {
    ocel_put_u8(w, ':');
    ocel_put_uint(w, at.port);
  }
  ocel__put_xml(w, ocel_span_str(v->stream.path));
}

// ---- the table ----

#define OCEL_X(id, text)                                          \
  static void put_##id(ocel_wbuf *w, const ocel__onvif_view *v) { \
    const char *it = text;                                        \
    ocel__put_xml(w, ocel_span_str(it == NULL ? "" : it));        \
  }
TEXTS(OCEL_X)
#undef OCEL_X

#define OCEL_X(id, value)                                         \
  static void put_##id(ocel_wbuf *w, const ocel__onvif_view *v) { \
    ocel_put_uint(w, (uint64_t)(value));                          \
  }
NUMBERS(OCEL_X)
#undef OCEL_X

const ocel__onvif_value OCEL__ONVIF_VALUES[] = {
#define OCEL_X(id, value) {#id, put_##id},
    TEXTS(OCEL_X) NUMBERS(OCEL_X)
#undef OCEL_X
#define OCEL_X(id) {#id, put_##id},
        OTHERS(OCEL_X)
#undef OCEL_X
};

const size_t OCEL__ONVIF_VALUE_COUNT = sizeof OCEL__ONVIF_VALUES / sizeof OCEL__ONVIF_VALUES[0];
