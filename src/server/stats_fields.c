// SPDX-License-Identifier: Apache-2.0
#include "stats_fields.h"

#include <string.h>

// clang-format off
#define SERVER(name) offsetof(ocel_server_stats, name)
static const ocel__stats_field SERVER_FIELDS[] = {
    {"uptime", "uptime_seconds", FORM_SECONDS, false, SERVER(uptime),
     "Time since the server began."},
    {"connections", "connections_open", FORM_U32, false, SERVER(connections),
     "Open connections."},
    {"sessions", "sessions_open", FORM_U32, false, SERVER(sessions),
     "Sessions that are set up."},
    {"playing", "sessions_playing", FORM_U32, false, SERVER(playing),
     "Sessions that play."},
    {"connections_total", "connections_accepted_total", FORM_U32, true, SERVER(connections_total),
     "Connections accepted."},
    {"sessions_total", "sessions_begun_total", FORM_U32, true, SERVER(sessions_total),
     "Sessions set up."},
    {"refused", "refused_total", FORM_U32, true, SERVER(refused),
     "Connections and sessions refused for lack of room."},
    {"turned_away", "turned_away_total", FORM_U32, true, SERVER(turned_away),
     "Connections from addresses that are not allowed."},
    {"requests", "requests_total", FORM_U32, true, SERVER(requests),
     "Requests, of RTSP and HTTP."},
    {"errors", "request_errors_total", FORM_U32, true, SERVER(errors),
     "Requests answered with 400 or more."},
    {"auth_failures", "auth_failures_total", FORM_U32, true, SERVER(auth_failures),
     "Requests with a wrong user name or password."},
    {"bytes", "sent_bytes_total", FORM_U64, true, SERVER(bytes),
     "Bytes of media sent."},
    {"packets", "sent_packets_total", FORM_U64, true, SERVER(packets),
     "RTP packets sent."},
    {"retransmitted", "retransmitted_packets_total", FORM_U32, true, SERVER(retransmitted),
     "RTP packets sent again, beside the others."},
    {"skipped", "skipped_access_units_total", FORM_U32, true, SERVER(skipped),
     "Access units that slow readers did not get."},
    {"stray_datagrams", "stray_datagrams_total", FORM_U32, true, SERVER(stray_datagrams),
     "UDP datagrams from nobody known, or unreadable."},
    {"send_errors", "send_errors_total", FORM_U32, true, SERVER(send_errors),
     "Datagrams that could not be sent."},
};

#define STREAM(name) offsetof(ocel_stream_stats, name)
static const ocel__stats_field STREAM_FIELDS[] = {
    {"ready", "stream_ready", FORM_BOOL, false, STREAM(ready),
     "1 once the stream can be described."},
    {"playing", "stream_playing", FORM_U32, false, STREAM(playing),
     "Sessions that play the stream."},
    {"members", "stream_members", FORM_U32, false, STREAM(members),
     "Of those, members of its multicast group."},
    {"width", "stream_width_pixels", FORM_U16, false, STREAM(width),
     "Width of the picture; 0 until it is known."},
    {"height", "stream_height_pixels", FORM_U16, false, STREAM(height),
     "Height of the picture; 0 until it is known."},
    {"lag", "stream_lag_access_units", FORM_U32, false, STREAM(lag),
     "How far its slowest client is behind."},
};

#define TRACK(name) offsetof(ocel_track_stats, name)
static const ocel__stats_field TRACK_FIELDS[] = {
    {"access_units", "track_access_units_total", FORM_U64, true, TRACK(access_units),
     "Access units that the source made."},
    {"bytes", "track_bytes_total", FORM_U64, true, TRACK(bytes),
     "Their bytes."},
    {"key_units", "track_key_units_total", FORM_U32, true, TRACK(key_units),
     "Of those, units that decoding can start with."},
    {"dropped", "track_dropped_total", FORM_U32, true, TRACK(dropped),
     "Units that found no room in the ring."},
    {"packets_sent", "track_sent_packets_total", FORM_U64, true, TRACK(packets_sent),
     "RTP packets sent, to all clients."},
    {"bytes_sent", "track_sent_bytes_total", FORM_U64, true, TRACK(bytes_sent),
     "Their bytes, with RTP headers."},
    {"skipped", "track_skipped_access_units_total", FORM_U32, true, TRACK(skipped),
     "Access units that slow readers did not get."},
    {"frame_rate", "track_frame_rate_hertz", FORM_THOUSANDTHS, false, TRACK(frame_rate),
     "Access units a second, of late."},
    {"bit_rate", "track_bits_per_second", FORM_U32, false, TRACK(bit_rate),
     "Bits a second that the source made, of late."},
    {"bit_rate_sent", "track_sent_bits_per_second", FORM_U32, false, TRACK(bit_rate_sent),
     "Bits a second sent, of late."},
    {"encode_time", "track_encode_seconds", FORM_SECONDS, false, TRACK(encode_time),
     "Mean time that encoding a unit takes, of late."},
};

#define CLIENT(name) offsetof(ocel_client_stats, name)
static const ocel__stats_field CLIENT_FIELDS[] = {
    {"playing", "client_playing", FORM_BOOL, false, CLIENT(playing),
     "1 while the client plays."},
    {"tcp", "client_tcp", FORM_BOOL, false, CLIENT(tcp),
     "1 if media go over the RTSP connection, 0 over UDP."},
    {"multicast", "client_multicast", FORM_BOOL, false, CLIENT(multicast),
     "1 for a member of a multicast group."},
    {"since", "client_session_seconds", FORM_SECONDS, false, CLIENT(since),
     "How long the session exists."},
    {"bytes", "client_sent_bytes_total", FORM_U64, true, CLIENT(bytes),
     "Bytes of media sent; 0 for a member of a group."},
    {"packets", "client_sent_packets_total", FORM_U64, true, CLIENT(packets),
     "RTP packets sent; 0 for a member of a group."},
    {"access_units", "client_access_units_total", FORM_U32, true, CLIENT(access_units),
     "Access units begun to be sent."},
    {"retransmitted", "client_retransmitted_packets_total", FORM_U32, true, CLIENT(retransmitted),
     "RTP packets that it got again, beside the others."},
    {"skipped", "client_skipped_access_units_total", FORM_U32, true, CLIENT(skipped),
     "Access units that it did not get."},
    {"lag", "client_lag_access_units", FORM_U32, false, CLIENT(lag),
     "Access units between its position and the newest."},
    {"behind", "client_behind_seconds", FORM_SECONDS, false, CLIENT(behind),
     "Time between the capture of those two."},
    {"packets_lost", "client_lost_packets", FORM_I32, false, CLIENT(packets_lost),
     "Packets that the client reports as lost."},
    {"fraction_lost", "client_lost_ratio", FORM_OF_256, false, CLIENT(fraction_lost),
     "Share of packets lost, in its latest report."},
    {"jitter", "client_jitter_seconds", FORM_SECONDS, false, CLIENT(jitter),
     "Jitter in its latest report."},
    {"round_trip", "client_round_trip_seconds", FORM_SECONDS, false, CLIENT(round_trip),
     "Round trip by its latest report."},
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

// What is written, in units of the last of its decimals; signed ones aside.
static uint64_t number(ocel__stats_form form, const value *v) {
  enum { STEPS = 256 };
  switch (form) {
    case FORM_BOOL: return v->boolean;
    case FORM_U16: return v->u16;
    case FORM_U32:
    case FORM_THOUSANDTHS: return v->u32;
    case FORM_U64: return v->u64;
    case FORM_SECONDS: return (uint64_t)v->us;
    case FORM_OF_256: return (v->u8 * 1000u + STEPS / 2) / STEPS;
    case FORM_I32: break;
  }
  return 0;
}

bool ocel__stats_put(ocel_wbuf *w, const ocel__stats_field *f, const void *from) {
  static const uint8_t DECIMALS[] = {[FORM_SECONDS] = 6, [FORM_THOUSANDTHS] = 3, [FORM_OF_256] = 3};
  value v = {0};
  memcpy(&v, (const uint8_t *)from + f->offset, width_of(f->form));
  if (f->form == FORM_SECONDS && v.us < 0) return false;
  if (f->form == FORM_I32) {
    put_signed(w, v.i32);
  } else if (DECIMALS[f->form] == 0) {
    ocel_put_uint(w, number((ocel__stats_form)f->form, &v));
  } else {
    put_decimal(w, number((ocel__stats_form)f->form, &v), DECIMALS[f->form]);
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
