// SPDX-License-Identifier: Apache-2.0
#include "ocel/rtsp_headers.h"

#include "ocel_test.h"

// One entry as text: "no", or protocol, flags, ports, channels and destination.
static void append_entry(char *got, size_t cap, const ocel_transport *t) {
  char part[64];
  assert_true(t->has_ports || (t->rtp_port == 0 && t->rtcp_port == 0));
  assert_true(t->has_channels || (t->rtp_channel == 0 && t->rtcp_channel == 0));
  append(got, cap, t->supported ? "" : "no ");
  append(got, cap, t->tcp ? "tcp" : "udp");
  if (t->multicast) append(got, cap, " multicast");
  if (t->record) append(got, cap, " record");
  if (t->feedback) append(got, cap, " feedback");
  if (t->has_ports) {
    (void)snprintf(part, sizeof part, " ports %u-%u", t->rtp_port, t->rtcp_port);
    append(got, cap, part);
  }
  if (t->has_channels) {
    (void)snprintf(part, sizeof part, " channels %u-%u", t->rtp_channel, t->rtcp_channel);
    append(got, cap, part);
  }
  if (t->destination.n > 0) {
    (void)snprintf(part, sizeof part, " to %.*s", (int)t->destination.n,
                   (const char *)t->destination.p);
    append(got, cap, part);
  }
  append(got, cap, "|");
}

static void read_list(char *got, size_t cap, ocel_span list) {
  ocel_transport t;
  while (ocel_transport_next(&list, &t)) append_entry(got, cap, &t);
  assert_false(ocel_transport_next(&list, &t));
  assert_int_equal(list.n, 0);
}

typedef struct {
  const char *name, *value, *want;
} golden;

// clang-format off
static const golden GOLDEN[] = {
    {"FFmpeg over UDP", "RTP/AVP/UDP;unicast;client_port=21402-21403", "udp ports 21402-21403|"},
    {"FFmpeg over TCP", "RTP/AVP/TCP;unicast;interleaved=0-1", "tcp channels 0-1|"},
    {"FFmpeg multicast", "RTP/AVP/UDP;multicast", "udp multicast|"},
    {"live555, GStreamer, gortsplib", "RTP/AVP;unicast;client_port=50000-50001",
     "udp ports 50000-50001|"},
    {"GStreamer multicast", "RTP/AVP;multicast", "udp multicast|"},
    {"RFC 2326 12.39: the order is the client's",
     "RTP/AVP;multicast;ttl=127;mode=\"PLAY\",RTP/AVP;unicast;client_port=3456-3457;mode=\"PLAY\"",
     "udp multicast|udp ports 3456-3457|"},
    {"unknown first entry (live555 answers port 0)",
     "RTP/XYZ;unicast;client_port=1-2,RTP/AVP/TCP;interleaved=2-3",
     "no udp ports 1-2|tcp channels 2-3|"},
    {"SAVP asked (live555 answers AVP)", "RTP/SAVP;unicast;client_port=4-5", "no udp ports 4-5|"},
    {"SAVP over TCP", "RTP/SAVP/TCP;interleaved=0-1", "no udp channels 0-1|"},
    {"RFC 4585: AVPF", "RTP/AVPF;unicast;client_port=4-5", "udp feedback ports 4-5|"},
    {"GStreamer, AVPF over TCP", "RTP/AVPF/TCP;unicast;interleaved=0-1", "tcp feedback channels 0-1|"},
    {"AVPF with its lower transport", "RTP/AVPF/UDP;client_port=4-5", "udp feedback ports 4-5|"},
    {"SAVPF", "RTP/SAVPF;unicast;client_port=4-5", "no udp ports 4-5|"},
    {"another protocol", "RAW/RAW/UDP;unicast;client_port=4-5", "no udp ports 4-5|"},
    {"profile alone", "AVP;unicast", "no udp|"},
    {"lower transport too many", "RTP/AVP/TCP/TLS;interleaved=0-1", "no udp channels 0-1|"},
    {"no protocol", ";unicast;client_port=4-5", "no udp ports 4-5|"},
    {"case does not matter", "rtp/avp/tcp;UNICAST;Interleaved=0-1", "tcp channels 0-1|"},
    {"spaces around everything", " RTP/AVP ; unicast ;\tclient_port = 4 - 5 , RTP/AVP/TCP ",
     "udp ports 4-5|tcp|"},
    {"folded", "RTP/AVP;unicast;\r\n client_port=4-5,\r\n\tRTP/AVP/TCP", "udp ports 4-5|tcp|"},
    {"nothing but the protocol", "RTP/AVP", "udp|"},
    {"last of unicast and multicast counts", "RTP/AVP;multicast;unicast", "udp|"},
    {"quoted numbers", "RTP/AVP;unicast;client_port=\"4-5\"", "udp ports 4-5|"},
    {"single port is the first of a pair", "RTP/AVP;unicast;client_port=5000", "udp ports 5000-5001|"},
    {"single channel is the first of a pair", "RTP/AVP/TCP;interleaved=6", "tcp channels 6-7|"},
    {"ports need not be neighbours", "RTP/AVP;client_port=9000-7000", "udp ports 9000-7000|"},
    {"largest pair", "RTP/AVP;client_port=65534-65535", "udp ports 65534-65535|"},
    {"largest single port", "RTP/AVP;client_port=65534", "udp ports 65534-65535|"},
    {"smallest pair", "RTP/AVP;client_port=1-2", "udp ports 1-2|"},
    {"smallest numbers last", "RTP/AVP;client_port=2-1,RTP/AVP/TCP;interleaved=1-0",
     "udp ports 2-1|tcp channels 1-0|"},
    {"quotes with spaces around", "RTP/AVP;client_port = \"4-5\" ;x", "udp ports 4-5|"},
    {"mode of nothing", "RTP/AVP;mode=\"\"", "udp|"},
    {"port 0", "RTP/AVP;client_port=0-1", "no udp|"},
    {"RTCP port 0", "RTP/AVP;client_port=1-0", "no udp|"},
    {"single port 0", "RTP/AVP;client_port=0", "no udp|"},
    {"port 65536", "RTP/AVP;client_port=65535-65536", "no udp|"},
    {"port 65536 first", "RTP/AVP;client_port=65536-65537", "no udp|"},
    {"single port 65535 has no second", "RTP/AVP;client_port=65535", "no udp|"},
    {"port 2^32 + 4", "RTP/AVP;client_port=4294967300-4294967301", "no udp|"},
    {"one port for both", "RTP/AVP;client_port=5000-5000", "no udp|"},
    {"ports without value", "RTP/AVP;client_port", "no udp|"},
    {"ports with empty value", "RTP/AVP;client_port=", "no udp|"},
    {"ports with half a pair", "RTP/AVP;client_port=4-", "no udp|"},
    {"ports with the other half", "RTP/AVP;client_port=-5", "no udp|"},
    {"ports in words", "RTP/AVP;client_port=a-b", "no udp|"},
    {"three ports", "RTP/AVP;client_port=4-5-6", "no udp|"},
    {"negative channel", "RTP/AVP/TCP;interleaved=-1-0", "no tcp|"},
    {"largest channels", "RTP/AVP/TCP;interleaved=254-255", "tcp channels 254-255|"},
    {"interleaved=255-256 (MediaMTX takes it)", "RTP/AVP/TCP;interleaved=255-256", "no tcp|"},
    {"single channel 255 has no second", "RTP/AVP/TCP;interleaved=255", "no tcp|"},
    {"channel 256 first", "RTP/AVP/TCP;interleaved=256-257", "no tcp|"},
    {"interleaved=2-2: RTCP could not be told from RTP", "RTP/AVP/TCP;interleaved=2-2", "no tcp|"},
    {"channels the other way round", "RTP/AVP/TCP;interleaved=3-2", "tcp channels 3-2|"},
    {"unreadable once, readable then: refused", "RTP/AVP;client_port=0;client_port=4-5",
     "no udp ports 4-5|"},
    {"readable once, unreadable then: no ports", "RTP/AVP;client_port=4-5;client_port=0", "no udp|"},
    {"the same for channels", "RTP/AVP/TCP;interleaved=4-5;interleaved=x", "no tcp|"},
    {"destination of another host", "RTP/AVP;unicast;destination=192.0.2.7;client_port=4-5",
     "udp ports 4-5 to 192.0.2.7|"},
    {"destination in quotes", "RTP/AVP;destination=\"2001:db8::7\"", "udp to 2001:db8::7|"},
    {"destination without value", "RTP/AVP;unicast;destination;client_port=4-5", "udp ports 4-5|"},
    {"mode=\"PLAY\"", "RTP/AVP;client_port=4-5;mode=\"PLAY\"", "udp ports 4-5|"},
    {"mode=play", "RTP/AVP;client_port=4-5;mode=play", "udp ports 4-5|"},
    {"mode=record", "RTP/AVP;client_port=4-5;mode=record", "udp record ports 4-5|"},
    {"mode of both", "RTP/AVP/TCP;mode=\"PLAY, RECORD\";interleaved=0-1", "tcp record channels 0-1|"},
    {"mode of something else", "RTP/AVP;mode=receive", "no udp|"},
    {"mode without value", "RTP/AVP;mode", "udp|"},
    {"parameters of no meaning to a request",
     "RTP/AVP/TCP;unicast;source=192.0.2.1;ssrc=DEADBEEF;server_port=1-2;layers=2;append;x=\"a;b,c\"",
     "tcp|"},
    {"names that only begin like ours", "RTP/AVP;client_ports=0;interleave=0;uni", "udp|"},
    {"trailing semicolons", "RTP/AVP;unicast;client_port=4-5;;", "udp ports 4-5|"},
    {"semicolons in a row", "RTP/AVP;;unicast;;client_port=4-5", "udp ports 4-5|"},
    {"empty entries", " , ,RTP/AVP,, RTP/AVP/TCP,", "udp|tcp|"},
    {"nothing", "", ""},
    {"spaces alone", "  \t ", ""},
    {"commas alone", ",,,", ""},
    {"a quote that does not end takes the rest", "RTP/AVP;x=\"a,RTP/AVP/TCP", "udp|"},
    {"a quote alone", "RTP/AVP;client_port=\"", "no udp|"},
};
// clang-format on

static void entries_golden(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    char got[160] = "";
    CASE(GOLDEN[i].name);
    read_list(got, sizeof got, guarded(ocel_span_str(GOLDEN[i].value)));
    assert_string_equal(got, GOLDEN[i].want);
  }
}

// A value cut off anywhere, and one with any byte replaced, still comes to its end.
static void damaged_values_come_to_an_end(void **state) {
  (void)state;
  static const uint8_t DAMAGE[] = {0, '"', ',', ';', '=', '-', '9', 0xff};
  for (size_t i = 0; i < ARRAY_LEN(GOLDEN); i++) {
    const size_t size = strlen(GOLDEN[i].value);
    for (size_t at = 0; at < size; at++) {
      char got[512] = "", copy[160] = "";
      read_list(got, sizeof got, guarded(ocel_span_make(GOLDEN[i].value, at)));
      for (size_t d = 0; d < sizeof DAMAGE; d++) {
        append(copy, sizeof copy, "");
        memcpy(copy, GOLDEN[i].value, size);
        copy[at] = (char)DAMAGE[d];
        got[0] = '\0';
        read_list(got, sizeof got, guarded(ocel_span_make(copy, size)));
      }
    }
  }
}

// Whatever was there before does not shine through.
static void each_entry_starts_afresh(void **state) {
  (void)state;
  ocel_transport t;
  ocel_span list = ocel_span_str(
      "RTP/AVP/TCP;multicast;client_port=1-2;interleaved=3-4;destination=x;mode=record,RTP/AVP");
  char got[128] = "";
  memset(&t, 0xff, sizeof t);
  assert_true(ocel_transport_next(&list, &t));
  assert_true(ocel_transport_next(&list, &t));
  append_entry(got, sizeof got, &t);
  assert_string_equal(got, "udp|");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(entries_golden),
      cmocka_unit_test(damaged_values_come_to_an_end),
      cmocka_unit_test(each_entry_starts_afresh),
  };
  return cmocka_run_group_tests_name("transport", tests, NULL, NULL);
}
