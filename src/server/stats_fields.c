// SPDX-License-Identifier: Apache-2.0
#include "stats_fields.h"

#include <string.h>

// clang-format off
#define SERVER(name) offsetof(ocel_server_stats, name)
static const ocel__stats_field SERVER_FIELDS[] = {
    {"uptime", "uptime_seconds", "Time since the server began.", FORM_SECONDS, false, SERVER(uptime)},
    {"connections", "connections_open", "Open connections.", FORM_U32, false, SERVER(connections)},
    {"sessions", "sessions_open", "Sessions that are set up.", FORM_U32, false, SERVER(sessions)},
    {"playing", "sessions_playing", "Sessions that play.", FORM_U32, false, SERVER(playing)},
    {"connections_total", "connections_accepted_total", "Connections accepted.", FORM_U32, true, SERVER(connections_total)},
    {"sessions_total", "sessions_begun_total", "Sessions set up.", FORM_U32, true, SERVER(sessions_total)},
    {"refused", "refused_total", "Connections and sessions refused for lack of room.", FORM_U32, true, SERVER(refused)},
    {"turned_away", "turned_away_total", "Connections from addresses that are not allowed.", FORM_U32, true, SERVER(turned_away)},
    {"requests", "requests_total", "Requests, of RTSP and HTTP.", FORM_U32, true, SERVER(requests)},
    {"errors", "request_errors_total", "Requests answered with 400 or more.", FORM_U32, true, SERVER(errors)},
    {"auth_failures", "auth_failures_total", "Requests with a wrong user name or password.", FORM_U32, true, SERVER(auth_failures)},
    {"bytes", "sent_bytes_total", "Bytes of media sent.", FORM_U64, true, SERVER(bytes)},
    {"packets", "sent_packets_total", "RTP packets sent.", FORM_U64, true, SERVER(packets)},
    {"skipped", "skipped_access_units_total", "Access units that slow readers did not get.", FORM_U32, true, SERVER(skipped)},
    {"stray_datagrams", "stray_datagrams_total", "UDP datagrams from nobody known, or unreadable.", FORM_U32, true, SERVER(stray_datagrams)},
    {"send_errors", "send_errors_total", "Datagrams that could not be sent.", FORM_U32, true, SERVER(send_errors)},
};

#define STREAM(name) offsetof(ocel_stream_stats, name)
static const ocel__stats_field STREAM_FIELDS[] = {
    {"ready", "stream_ready", "1 once the stream can be described.", FORM_BOOL, false, STREAM(ready)},
    {"playing", "stream_playing", "Sessions that play the stream.", FORM_U32, false, STREAM(playing)},
    {"members", "stream_members", "Of those, members of its multicast group.", FORM_U32, false, STREAM(members)},
    {"width", "stream_width_pixels", "Width of the picture; 0 until it is known.", FORM_U16, false, STREAM(width)},
    {"height", "stream_height_pixels", "Height of the picture; 0 until it is known.", FORM_U16, false, STREAM(height)},
    {"lag", "stream_lag_access_units", "How far its slowest client is behind.", FORM_U32, false, STREAM(lag)},
};

#define TRACK(name) offsetof(ocel_track_stats, name)
static const ocel__stats_field TRACK_FIELDS[] = {
    {"access_units", "track_access_units_total", "Access units that the source made.", FORM_U64, true, TRACK(access_units)},
    {"bytes", "track_bytes_total", "Their bytes.", FORM_U64, true, TRACK(bytes)},
    {"key_units", "track_key_units_total", "Of those, units that decoding can start with.", FORM_U32, true, TRACK(key_units)},
    {"dropped", "track_dropped_total", "Units that found no room in the ring.", FORM_U32, true, TRACK(dropped)},
    {"packets_sent", "track_sent_packets_total", "RTP packets sent, to all clients.", FORM_U64, true, TRACK(packets_sent)},
    {"bytes_sent", "track_sent_bytes_total", "Their bytes, with RTP headers.", FORM_U64, true, TRACK(bytes_sent)},
    {"skipped", "track_skipped_access_units_total", "Access units that slow readers did not get.", FORM_U32, true, TRACK(skipped)},
    {"frame_rate", "track_frame_rate_hertz", "Access units a second, of late.", FORM_THOUSANDTHS, false, TRACK(frame_rate)},
    {"bit_rate", "track_bits_per_second", "Bits a second that the source made, of late.", FORM_U32, false, TRACK(bit_rate)},
    {"bit_rate_sent", "track_sent_bits_per_second", "Bits a second sent, of late.", FORM_U32, false, TRACK(bit_rate_sent)},
    {"encode_time", "track_encode_seconds", "Mean time that encoding a unit takes, of late.", FORM_SECONDS, false, TRACK(encode_time)},
};

#define CLIENT(name) offsetof(ocel_client_stats, name)
static const ocel__stats_field CLIENT_FIELDS[] = {
    {"playing", "client_playing", "1 while the client plays.", FORM_BOOL, false, CLIENT(playing)},
    {"tcp", "client_tcp", "1 if media go over the RTSP connection, 0 over UDP.", FORM_BOOL, false, CLIENT(tcp)},
    {"multicast", "client_multicast", "1 for a member of a multicast group.", FORM_BOOL, false, CLIENT(multicast)},
    {"since", "client_session_seconds", "How long the session exists.", FORM_SECONDS, false, CLIENT(since)},
    {"bytes", "client_sent_bytes_total", "Bytes of media sent; 0 for a member of a group.", FORM_U64, true, CLIENT(bytes)},
    {"packets", "client_sent_packets_total", "RTP packets sent; 0 for a member of a group.", FORM_U64, true, CLIENT(packets)},
    {"access_units", "client_access_units_total", "Access units begun to be sent.", FORM_U32, true, CLIENT(access_units)},
    {"skipped", "client_skipped_access_units_total", "Access units that it did not get.", FORM_U32, true, CLIENT(skipped)},
    {"lag", "client_lag_access_units", "Access units between its position and the newest.", FORM_U32, false, CLIENT(lag)},
    {"behind", "client_behind_seconds", "Time between the capture of those two.", FORM_SECONDS, false, CLIENT(behind)},
    {"packets_lost", "client_lost_packets", "Packets that the client reports as lost.", FORM_I32, false, CLIENT(packets_lost)},
    {"fraction_lost", "client_lost_ratio", "Share of packets lost, in its latest report.", FORM_OF_256, false, CLIENT(fraction_lost)},
    {"jitter", "client_jitter_seconds", "Jitter in its latest report.", FORM_SECONDS, false, CLIENT(jitter)},
    {"round_trip", "client_round_trip_seconds", "Round trip by its latest report.", FORM_SECONDS, false, CLIENT(round_trip)},
};
// clang-format on

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

const ocel__stats_field *ocel__stats_fields(ocel__stats_of of, size_t *count) {
  static const struct {
    const ocel__stats_field *fields;
    size_t count;
  } TABLE[OF_COUNT] = {
      [OF_SERVER] = {SERVER_FIELDS, COUNT(SERVER_FIELDS)},
      [OF_STREAM] = {STREAM_FIELDS, COUNT(STREAM_FIELDS)},
      [OF_TRACK] = {TRACK_FIELDS,  COUNT(TRACK_FIELDS) },
      [OF_CLIENT] = {CLIENT_FIELDS, COUNT(CLIENT_FIELDS)},
  };
  *count = TABLE[of].count;
  return TABLE[of].fields;
}

// A field of any of the structs, taken out of its bytes.
typedef union {
  bool boolean;
  uint8_t u8;
  uint16_t u16;
  uint32_t u32;
  int32_t i32;
  uint64_t u64;
  ocel_us us;
} value;

static size_t width_of(uint8_t form) {
  static const uint8_t WIDTH[] = {
      [FORM_BOOL] = sizeof(bool),
      [FORM_U16] = 2,
      [FORM_U32] = 4,
      [FORM_I32] = 4,
      [FORM_U64] = 8,
      [FORM_SECONDS] = 8,
      [FORM_OF_256] = 1,
      [FORM_THOUSANDTHS] = 4,
  };
  return WIDTH[form];
}

// n / 10^digits.
static void put_decimal(ocel_wbuf *w, uint64_t n, unsigned digits) {
  uint64_t unit = 1;
  for (unsigned i = 0; i < digits; i++) unit *= 10;
  ocel_put_uint(w, n / unit);
  ocel_put_u8(w, '.');
  for (uint64_t place = unit / 10; place > 0; place /= 10) {
    ocel_put_u8(w, (uint8_t)('0' + n / place % 10));
  }
}

static void put_signed(ocel_wbuf *w, int32_t n) {
  if (n < 0) ocel_put_u8(w, '-');
  ocel_put_uint(w, (uint64_t)(n < 0 ? -(int64_t)n : n));
}

bool ocel__stats_put(ocel_wbuf *w, const ocel__stats_field *f, const void *from) {
  enum { MICRO = 6, MILLI = 3, STEPS = 256 };
  value v = {0};
  memcpy(&v, (const uint8_t *)from + f->offset, width_of(f->form));
  switch ((ocel__stats_form)f->form) {
    case FORM_BOOL: ocel_put_u8(w, v.boolean ? '1' : '0'); break;
    case FORM_U16: ocel_put_uint(w, v.u16); break;
    case FORM_U32: ocel_put_uint(w, v.u32); break;
    case FORM_I32: put_signed(w, v.i32); break;
    case FORM_U64: ocel_put_uint(w, v.u64); break;
    case FORM_SECONDS:
      if (v.us < 0) return false;
      put_decimal(w, (uint64_t)v.us, MICRO);
      break;
    case FORM_THOUSANDTHS: put_decimal(w, v.u32, MILLI); break;
    case FORM_OF_256: put_decimal(w, (v.u8 * 1000u + STEPS / 2) / STEPS, MILLI); break;
  }
  return true;
}

const char *ocel__codec_name(ocel_codec codec) {
  static const char *const NAME[] = {
      [OCEL_CODEC_H264] = "H264", [OCEL_CODEC_PCMU] = "PCMU", [OCEL_CODEC_PCMA] = "PCMA",
      [OCEL_CODEC_L16] = "L16",   [OCEL_CODEC_AAC] = "AAC",   [OCEL_CODEC_OPUS] = "OPUS",
      [OCEL_CODEC_JPEG] = "JPEG",
  };
  return NAME[codec];
}

void ocel__put_escaped(ocel_wbuf *w, const char *text) {
  for (const char *s = text; *s != '\0'; s++) {
    const uint8_t c = (uint8_t)*s;
    if (c == '"' || c == '\\') ocel_put_u8(w, '\\');
    ocel_put_u8(w, c < ' ' ? '?' : c);
  }
}

void ocel__put_peer(ocel_wbuf *w, const ocel_addr *a) {
  const bool v4 = ocel_addr_is_ipv4(a);
  if (!v4) ocel_put_u8(w, '[');
  ocel_put_addr(w, a);
  ocel_put_str(w, v4 ? ":" : "]:");
  ocel_put_uint(w, a->port);
}

bool ocel__stats_next_client(const ocel_server *s, uint32_t *conn, ocel_client_stats *out) {
  for (; (int)*conn < s->conn_high; ++*conn) {
    if (ocel_server_get_client_stats(s, (int)*conn, s->now, out) == OCEL_OK) return true;
  }
  return false;
}
