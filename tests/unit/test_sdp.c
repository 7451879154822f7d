// SPDX-License-Identifier: Apache-2.0
#include "ocel/sdp.h"

#include "ocel_test.h"

static const uint8_t SPS[] = {0x67, 0x42, 0xc0, 0x1f, 0xda, 0x05};
static const uint8_t PPS[] = {0x68, 0xce, 0x3c, 0x80};

static ocel_sdp_session session(void) {
  const ocel_sdp_session s = {
      .session_id = 18446744073709551615u,
      .session_version = 1,
      .address = ocel_span_str("192.0.2.7"),
      .name = ocel_span_str("Front door"),
  };
  return s;
}

static ocel_sdp_video video(void) {
  const ocel_sdp_video v = {
      .payload_type = 96,
      .clock_hz = 90000,
      .sps = ocel_span_make(SPS, sizeof SPS),
      .pps = ocel_span_make(PPS, sizeof PPS),
      .fps_denominator = 1,
  };
  return v;
}

static const char SESSION_TEXT[] =
    "v=0\r\n"
    "o=- 18446744073709551615 1 IN IP4 192.0.2.7\r\n"
    "s=Front door\r\n"
    "c=IN IP4 0.0.0.0\r\n"
    "t=0 0\r\n"
    "a=control:*\r\n"
    "a=range:npt=now-\r\n";

static const char VIDEO_TEXT[] =
    "m=video 0 RTP/AVP 96\r\n"
    "b=AS:2001\r\n"
    "a=rtpmap:96 H264/90000\r\n"
    "a=fmtp:96 packetization-mode=1;profile-level-id=42C01F;"
    "sprop-parameter-sets=Z0LAH9oF,aM48gA==\r\n"
    "a=framerate:29.97\r\n"
    "a=control:trackID=7\r\n";

// At every capacity: the text as far as whole pieces of it fit, and an overflow if not all did.
static void check_text(void (*put)(ocel_wbuf *w), const char *want) {
  const size_t need = strlen(want);
  for (size_t cap = 0; cap <= need + 1; cap++) {
    char mem[512];
    memset(mem, '~', sizeof mem);
    ocel_wbuf w = ocel_wbuf_make(mem, cap);
    put(&w);
    assert_int_equal(w.overflow, cap < need);
    assert_true(w.n <= cap && (w.overflow || w.n == need));
    assert_memory_equal(mem, want, w.n);
    assert_int_equal(mem[w.n], '~');
  }
}

static void put_session_ipv4(ocel_wbuf *w) {
  const ocel_sdp_session s = session();
  ocel_sdp_put_session(w, &s);
}

static void writes_the_session(void **state) {
  (void)state;
  check_text(put_session_ipv4, SESSION_TEXT);
}

static void put_session_ipv6(ocel_wbuf *w) {
  ocel_sdp_session s = session();
  s.address = ocel_span_str("2001:db8::7");
  s.ipv6 = true;
  s.name = ocel_span_make(NULL, 0);
  s.session_id = 0;
  ocel_sdp_put_session(w, &s);
}

static void writes_the_session_over_ipv6(void **state) {
  (void)state;
  check_text(put_session_ipv6,
             "v=0\r\n"
             "o=- 0 1 IN IP6 2001:db8::7\r\n"
             "s=ocel\r\n"
             "c=IN IP6 ::\r\n"
             "t=0 0\r\n"
             "a=control:*\r\n"
             "a=range:npt=now-\r\n");
}

static void put_full_video(ocel_wbuf *w) {
  ocel_sdp_video v = video();
  v.track = 7;
  v.bitrate = 2000001;
  v.fps_numerator = 30000;
  v.fps_denominator = 1001;
  ocel_sdp_put_video(w, &v);
}

static void writes_a_video_section(void **state) {
  (void)state;
  check_text(put_full_video, VIDEO_TEXT);
}

static void put_least_video(ocel_wbuf *w) {
  ocel_sdp_video v = video();
  v.payload_type = 127;
  v.clock_hz = 1;
  v.sps.n = 3;  // no room for a profile and level
  ocel_sdp_put_video(w, &v);
}

static void leaves_out_what_is_not_known(void **state) {
  (void)state;
  check_text(put_least_video,
             "m=video 0 RTP/AVP 127\r\n"
             "a=rtpmap:127 H264/1\r\n"
             "a=fmtp:127 packetization-mode=1;sprop-parameter-sets=Z0LA,aM48gA==\r\n"
             "a=control:trackID=0\r\n");
}

static void put_video_with_retransmission(ocel_wbuf *w) {
  ocel_sdp_video v = video();
  v.again_type = 98;
  v.sps.n = 3;
  v.bitrate = 0;
  v.fps_denominator = 0;
  ocel_sdp_put_video(w, &v);
}

static void offers_retransmission(void **state) {
  (void)state;
  check_text(put_video_with_retransmission,
             "m=video 0 RTP/AVPF 96 98\r\n"
             "a=rtpmap:96 H264/90000\r\n"
             "a=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LA,aM48gA==\r\n"
             "a=rtcp-fb:96 nack\r\n"
             "a=rtpmap:98 rtx/90000\r\n"
             "a=fmtp:98 apt=96\r\n"
             "a=control:trackID=0\r\n");
}

static void put_jpeg_with_retransmission(ocel_wbuf *w) {
  ocel_sdp_put_jpeg(w, &(ocel_sdp_jpeg){
                           .again_type = 98, .size = {16, 8}
  });
}

static void put_sound_with_retransmission(ocel_wbuf *w) {
  const ocel_format f = {.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1};
  ocel_sdp_put_sound(w, &f, 1, 99);
}

static void offers_retransmission_of_every_kind_of_track(void **state) {
  (void)state;
  check_text(put_jpeg_with_retransmission,
             "m=video 0 RTP/AVPF 26 98\r\na=rtpmap:26 JPEG/90000\r\na=x-dimensions:16,8\r\n"
             "a=rtcp-fb:26 nack\r\na=rtpmap:98 rtx/90000\r\na=fmtp:98 apt=26\r\n"
             "a=control:trackID=0\r\n");
  check_text(put_sound_with_retransmission,
             "m=audio 0 RTP/AVPF 0 99\r\na=rtpmap:0 PCMU/8000\r\n"
             "a=rtcp-fb:0 nack\r\na=rtpmap:99 rtx/8000\r\na=fmtp:99 apt=0\r\n"
             "a=control:trackID=1\r\n");
}

static void writes_a_section_for_each_kind_of_sound(void **state) {
  (void)state;
  static const struct {
    ocel_format format;
    const char *want;
  } SOUNDS[] = {
      {{.codec = OCEL_CODEC_PCMU, .clock_hz = 8000, .channels = 1},
       "m=audio 0 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na=control:trackID=1\r\n"     },
      {{.codec = OCEL_CODEC_PCMA, .clock_hz = 16000, .channels = 1},
       "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 PCMA/16000\r\na=control:trackID=1\r\n"  },
      {{.codec = OCEL_CODEC_L16, .clock_hz = 48000, .channels = 2},
       "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 L16/48000/2\r\na=control:trackID=1\r\n" },
      {{.codec = OCEL_CODEC_AAC,
        .clock_hz = 48000,
        .channels = 2,
        .config_n = 2,
        .config = {0x11, 0x90}},
       "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 mpeg4-generic/48000/2\r\n"
       "a=fmtp:97 streamtype=5;profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;"
       "indexdeltalength=3;config=1190\r\na=control:trackID=1\r\n"                  },
      {{.codec = OCEL_CODEC_OPUS, .clock_hz = 48000, .channels = 2},
       "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 sprop-stereo=1\r\n"
       "a=control:trackID=1\r\n"                                                    },
      {{.codec = OCEL_CODEC_OPUS, .clock_hz = 48000, .channels = 1},
       "m=audio 0 RTP/AVP 97\r\na=rtpmap:97 opus/48000/2\r\na=control:trackID=1\r\n"},
  };
  for (size_t i = 0; i < ARRAY_LEN(SOUNDS); i++) {
    char mem[512] = "";
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
    ocel_sdp_put_sound(&w, &SOUNDS[i].format, 1, 0);
    assert_false(w.overflow);
    assert_string_equal(mem, SOUNDS[i].want);
  }
}

// The line of a video section that begins with `type`, without its end; "" if there is none.
static void line_of(const ocel_sdp_video *v, const char *type, char *out, size_t cap) {
  char mem[512] = "";
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
  ocel_sdp_put_video(&w, v);
  assert_false(w.overflow);
  const char *at = strstr(mem, type);
  out[0] = '\0';
  if (at == NULL) return;
  const size_t n = strcspn(at, "\r");
  assert_true(n < cap);
  memcpy(out, at, n);
  out[n] = '\0';
}

static void prints_frame_rates(void **state) {
  (void)state;
  static const struct {
    uint32_t numerator, denominator;
    const char *want;
  } RATES[] = {
      {30,         1,          "a=framerate:30"        },
      {25,         2,          "a=framerate:12.5"      },
      {30000,      1001,       "a=framerate:29.97"     },
      {24000,      1001,       "a=framerate:23.976"    },
      {60000,      1001,       "a=framerate:59.94"     },
      {100,        1,          "a=framerate:100"       },
      {1,          3,          "a=framerate:0.333"     },
      {2,          3,          "a=framerate:0.667"     },
      {1001,       1000,       "a=framerate:1.001"     },
      {101,        100,        "a=framerate:1.01"      },
      {29999,      1000,       "a=framerate:29.999"    },
      {299996,     10000,      "a=framerate:30"        },
      {1,          2000,       "a=framerate:0.001"     },
      {1,          2001,       ""                      },
      {0,          1,          ""                      },
      {0,          0,          ""                      },
      {30,         0,          ""                      },
      {UINT32_MAX, 1,          "a=framerate:4294967295"},
      {1,          UINT32_MAX, ""                      },
      {UINT32_MAX, UINT32_MAX, "a=framerate:1"         },
  };
  for (size_t i = 0; i < ARRAY_LEN(RATES); i++) {
    ocel_sdp_video v = video();
    char got[64];
    v.fps_numerator = RATES[i].numerator;
    v.fps_denominator = RATES[i].denominator;
    line_of(&v, "a=framerate", got, sizeof got);
    assert_string_equal(got, RATES[i].want);
  }
}

static void rounds_the_bandwidth_up(void **state) {
  (void)state;
  static const struct {
    uint32_t bitrate;
    const char *want;
  } RATES[] = {
      {0,          ""            },
      {1,          "b=AS:1"      },
      {999,        "b=AS:1"      },
      {1000,       "b=AS:1"      },
      {1001,       "b=AS:2"      },
      {2000000,    "b=AS:2000"   },
      {UINT32_MAX, "b=AS:4294968"},
  };
  for (size_t i = 0; i < ARRAY_LEN(RATES); i++) {
    ocel_sdp_video v = video();
    char got[64];
    v.bitrate = RATES[i].bitrate;
    line_of(&v, "b=", got, sizeof got);
    assert_string_equal(got, RATES[i].want);
  }
}

static void takes_the_profile_from_the_sps(void **state) {
  (void)state;
  static const uint8_t OTHER[] = {0x67, 0x64, 0x00, 0x0b};
  ocel_sdp_video v = video();
  char got[128];
  v.sps = guarded(ocel_span_make(OTHER, sizeof OTHER));
  line_of(&v, "a=fmtp", got, sizeof got);
  assert_string_equal(got,
                      "a=fmtp:96 packetization-mode=1;profile-level-id=64000B;"
                      "sprop-parameter-sets=Z2QACw==,aM48gA==");
}

static void describes_jpeg(void **state) {
  (void)state;
  static const struct {
    ocel_sdp_jpeg video;
    const char *want;
  } CASES[] = {
      {{.track = 0, .size = {640, 360}, .bitrate = 8000000, .rate = 25000},
       "m=video 0 RTP/AVP 26\r\nb=AS:8000\r\na=rtpmap:26 JPEG/90000\r\n"
       "a=x-dimensions:640,360\r\na=framerate:25\r\na=control:trackID=0\r\n"},
      {{.track = 1, .size = {2040, 8}, .rate = 29970},
       "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=x-dimensions:2040,8\r\n"
       "a=framerate:29.97\r\na=control:trackID=1\r\n"                       },
      {{.track = 0, .size = {9, 1}},
       "m=video 0 RTP/AVP 26\r\na=rtpmap:26 JPEG/90000\r\na=x-dimensions:9,1\r\n"
       "a=control:trackID=0\r\n"                                            },
  };
  for (size_t i = 0; i < ARRAY_LEN(CASES); i++) {
    char mem[512] = "";
    ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
    ocel_sdp_put_jpeg(&w, &CASES[i].video);
    assert_string_equal(mem, CASES[i].want);
  }
}

// A name must not be able to add a line (RFC 8866 5).
static void a_name_stays_on_its_line(void **state) {
  (void)state;
  char mem[512] = "";
  ocel_sdp_session s = session();
  s.name = ocel_span_make(
      "a\r\nm=audio\0b\nc\r\tK\xc3\xbc"
      "che",
      22);
  ocel_wbuf w = ocel_wbuf_make(mem, sizeof mem - 1);
  ocel_sdp_put_session(&w, &s);
  assert_int_equal(strlen(mem), w.n);
  assert_non_null(strstr(mem,
                         "\r\ns=a  m=audio b c \tK\xc3\xbc"
                         "che\r\nc=IN"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(writes_the_session),
      cmocka_unit_test(writes_the_session_over_ipv6),
      cmocka_unit_test(writes_a_video_section),
      cmocka_unit_test(leaves_out_what_is_not_known),
      cmocka_unit_test(offers_retransmission),
      cmocka_unit_test(offers_retransmission_of_every_kind_of_track),
      cmocka_unit_test(writes_a_section_for_each_kind_of_sound),
      cmocka_unit_test(prints_frame_rates),
      cmocka_unit_test(rounds_the_bandwidth_up),
      cmocka_unit_test(describes_jpeg),
      cmocka_unit_test(takes_the_profile_from_the_sps),
      cmocka_unit_test(a_name_stays_on_its_line),
  };
  return cmocka_run_group_tests_name("sdp", tests, NULL, NULL);
}
