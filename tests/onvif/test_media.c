// SPDX-License-Identifier: Apache-2.0
// The media service: profiles as clients read them, addresses, and the setting of an encoder.
#include "camera.h"

static camera C;

static void begin(void) {
  camera_init(&C);
  C.role = OCEL_ROLE_ADMIN;
}

static void profiles_have_what_clients_need(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "GetProfiles", "");
  // go2rtc reads element and token from one line.
  assert_has(&C,
             "<trt:Profiles token=\"profile_0\" fixed=\"true\">"
             "<tt:Name>Front &quot;door&quot; &amp; &lt;gate&gt;</tt:Name>");
  assert_has(&C, "<trt:Profiles token=\"profile_1\" fixed=\"true\"><tt:Name>low</tt:Name>");
  // npm's onvif finds the source of a profile among the sources.
  assert_has(&C, "<tt:SourceToken>camera_0</tt:SourceToken>");
  assert_has(&C, "<tt:UseCount>2</tt:UseCount>");
  assert_has(&C, "<tt:Bounds x=\"0\" y=\"0\" width=\"1280\" height=\"720\"/>");
  // Home Assistant takes H264 alone, and the size from here.
  assert_has(&C,
             "<tt:Encoding>H264</tt:Encoding><tt:Resolution><tt:Width>1280</tt:Width>"
             "<tt:Height>720</tt:Height></tt:Resolution>");
  assert_has(&C, "<tt:FrameRateLimit>25</tt:FrameRateLimit>");
  assert_has(&C, "<tt:BitrateLimit>2000</tt:BitrateLimit>");
  assert_has(&C, "<tt:GovLength>50</tt:GovLength><tt:H264Profile>High</tt:H264Profile>");
  assert_has(&C, "<tt:Encoding>JPEG</tt:Encoding>");
  assert_has(&C,
             "<tt:Encoding>AAC</tt:Encoding><tt:Bitrate>64</tt:Bitrate>"
             "<tt:SampleRate>16</tt:SampleRate>");
  assert_ptr_equal(strstr(strstr(C.text, "<tt:H264>") + 1, "<tt:H264>"), NULL);
  assert_ptr_equal(strstr(strstr(C.text, "sound_encoder_") + 1, "sound_encoder_"), NULL);
}

static void one_profile_is_told_by_its_token(void **state) {
  (void)state;
  static const char *const WRONG[] = {"",           "profile_2",   "profile_", "profile_x",
                                      "profile_00", "profile_001", "rofile_0", "profile_0 0"};
  char inside[64];
  begin();
  (void)camera_ask(&C, MEDIA, "GetProfile", "<ProfileToken>profile_1</ProfileToken>");
  assert_has(&C, "<trt:Profile token=\"profile_1\"");
  assert_has_not(&C, "profile_0");
  for (size_t i = 0; i < ARRAY_LEN(WRONG); i++) {
    (void)snprintf(inside, sizeof inside, "<ProfileToken>%s</ProfileToken>", WRONG[i]);
    (void)camera_ask(&C, MEDIA, "GetProfile", inside);
    assert_int_equal(C.status, 400);
    assert_has(&C, "<s:Value>ter:NoProfile</s:Value>");
  }
}

static void sources_are_told_once(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "GetVideoSources", "");
  assert_has(&C,
             "<trt:VideoSources token=\"camera_0\"><tt:Framerate>25</tt:Framerate>"
             "<tt:Resolution><tt:Width>1280</tt:Width>");
  assert_has_not(&C, "camera_1");
  (void)camera_ask(&C, MEDIA, "GetAudioSources", "");
  assert_has(&C, "<trt:AudioSources token=\"microphone_0\"><tt:Channels>1</tt:Channels>");
  C.stream[1].source = 1;
  (void)camera_ask(&C, MEDIA, "GetVideoSources", "");
  assert_has(&C, "<trt:VideoSources token=\"camera_1\"><tt:Framerate>10</tt:Framerate>");
  (void)camera_ask(&C, MEDIA, "GetAudioSources", "");
  assert_has_not(&C, "microphone_1");
  (void)camera_ask(&C, MEDIA, "GetVideoSourceConfiguration",
                   "<ConfigurationToken>video_source_1</ConfigurationToken>");
  assert_has(&C, "token=\"video_source_1\"");
  assert_has_not(&C, "video_source_0");
  (void)camera_ask(&C, MEDIA, "GetVideoSourceConfiguration",
                   "<ConfigurationToken>video_source_2</ConfigurationToken>");
  assert_has(&C, "ter:NoConfig");
  (void)camera_ask(&C, MEDIA, "GetCompatibleVideoSourceConfigurations",
                   "<ProfileToken>profile_1</ProfileToken>");
  assert_has(&C, "token=\"video_source_1\"");
}

static void encoders_are_told_one_by_one(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfigurations", "");
  assert_has(&C, "<trt:Configurations token=\"video_encoder_0\">");
  assert_has(&C, "<trt:Configurations token=\"video_encoder_1\">");
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfiguration",
                   "<ConfigurationToken>video_encoder_1</ConfigurationToken>");
  assert_has(&C, "<trt:Configuration token=\"video_encoder_1\">");
  assert_has_not(&C, "video_encoder_0");
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfiguration",
                   "<ConfigurationToken>profile_1</ConfigurationToken>");
  assert_has(&C, "ter:NoConfig");
  (void)camera_ask(&C, MEDIA, "GetGuaranteedNumberOfVideoEncoderInstances",
                   "<ConfigurationToken>video_source_0</ConfigurationToken>");
  assert_has(&C,
             "<trt:TotalNumber>2</trt:TotalNumber><trt:JPEG>1</trt:JPEG><trt:H264>1</trt:H264>");
}

static void options_are_what_can_be_set(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfigurationOptions",
                   "<ConfigurationToken>video_encoder_0</ConfigurationToken>"
                   "<ProfileToken>profile_0</ProfileToken>");
  assert_has(&C,
             "<tt:ResolutionsAvailable><tt:Width>1280</tt:Width><tt:Height>720</tt:Height>"
             "</tt:ResolutionsAvailable><tt:ResolutionsAvailable><tt:Width>640</tt:Width>"
             "<tt:Height>360</tt:Height></tt:ResolutionsAvailable><tt:GovLengthRange>"
             "<tt:Min>1</tt:Min><tt:Max>120</tt:Max></tt:GovLengthRange><tt:FrameRateRange>"
             "<tt:Min>1</tt:Min><tt:Max>30</tt:Max></tt:FrameRateRange>");
  assert_has(&C, "<tt:BitrateRange><tt:Min>100</tt:Min><tt:Max>10000</tt:Max></tt:BitrateRange>");
  assert_has_not(&C, "<tt:JPEG>");
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfigurationOptions",
                   "<ProfileToken>profile_1</ProfileToken>");
  assert_has(&C,
             "<tt:JPEG><tt:ResolutionsAvailable><tt:Width>640</tt:Width>"
             "<tt:Height>360</tt:Height></tt:ResolutionsAvailable><tt:FrameRateRange>");
  assert_has_not(&C, "<tt:H264>");
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfigurationOptions", "");
  assert_has(&C, "<tt:H264>");
  (void)camera_ask(&C, MEDIA, "GetAudioEncoderConfigurationOptions",
                   "<ConfigurationToken>sound_encoder_0</ConfigurationToken>");
  assert_has(&C, "<tt:Encoding>AAC</tt:Encoding>");
}

typedef struct {
  const char *stream, *protocol, *uri;  // NULL: a fault
} setup;

static const setup SETUPS[] = {
    {"RTP-Unicast",   "UDP",  "<tt:Uri>rtsp://camera.example:8554/stream</tt:Uri>"},
    {"RTP-Unicast",   "RTSP", "<tt:Uri>rtsp://camera.example:8554/stream</tt:Uri>"},
    {"RTP-Unicast",   "HTTP", "<tt:Uri>http://camera.example:8080/stream</tt:Uri>"},
    {"RTP-Multicast", "UDP",  "<tt:Uri>rtsp://camera.example:8554/stream</tt:Uri>"},
    {"RTP-Unicast",   "TCP",  NULL                                                },
    {"RTP-Multicast", "RTSP", NULL                                                },
    {"Anything",      "RTSP", NULL                                                },
    {"RTP-Unicast",   "",     NULL                                                },
};

static void ask_uri(const char *stream, const char *protocol, const char *profile) {
  char inside[256];
  (void)snprintf(inside, sizeof inside,
                 "<StreamSetup><Stream>%s</Stream><Transport><Protocol>%s</Protocol></Transport>"
                 "</StreamSetup><ProfileToken>%s</ProfileToken>",
                 stream, protocol, profile);
  (void)camera_ask(&C, MEDIA, "GetStreamUri", inside);
}

static void each_transport_has_an_address(void **state) {
  (void)state;
  begin();
  for (size_t i = 0; i < ARRAY_LEN(SETUPS); i++) {
    CASE(SETUPS[i].protocol);
    ask_uri(SETUPS[i].stream, SETUPS[i].protocol, "profile_0");
    if (SETUPS[i].uri == NULL) {
      assert_has(&C, "ter:InvalidStreamSetup");
    } else {
      assert_has(&C, SETUPS[i].uri);
      assert_has(&C,
                 "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"
                 "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
                 "<tt:Timeout>PT0S</tt:Timeout>");
    }
  }
  ask_uri("RTP-Multicast", "UDP", "profile_1");
  assert_has(&C, "ter:InvalidStreamSetup");
  ask_uri("RTP-Unicast", "RTSP", "profile_9");
  assert_has(&C, "ter:NoProfile");
}

static void addresses_inside_tls_are_for_tls(void **state) {
  (void)state;
  begin();
  C.secure = true;
  ask_uri("RTP-Unicast", "RTSP", "profile_0");
  assert_has(&C, "<tt:Uri>rtsps://camera.example/stream</tt:Uri>");
  ask_uri("RTP-Unicast", "HTTP", "profile_0");
  assert_has(&C, "<tt:Uri>https://camera.example:8080/stream</tt:Uri>");
  C.cfg.camera.rtsps_port = 0;
  C.cfg.camera.rtsp_port = 554;
  C.host = "[2001:db8::7]:443";
  camera_begin(&C);
  ask_uri("RTP-Unicast", "RTSP", "profile_0");
  assert_has(&C, "<tt:Uri>rtsp://[2001:db8::7]/stream</tt:Uri>");
}

static void snapshots_have_an_address(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "GetServiceCapabilities", "");
  assert_has(&C, "SnapshotUri=\"true\"");  // go2rtc looks for these characters
  (void)camera_ask(&C, MEDIA, "GetSnapshotUri", "<ProfileToken>profile_0</ProfileToken>");
  assert_has(&C, "<tt:Uri>http://camera.example:8080/snapshot</tt:Uri>");
  (void)camera_ask(&C, MEDIA, "GetSnapshotUri", "<ProfileToken>profile_1</ProfileToken>");
  assert_has(&C, "ter:ActionNotSupported");
  (void)camera_ask(&C, MEDIA, "GetSnapshotUri", "<ProfileToken>profile_2</ProfileToken>");
  assert_has(&C, "ter:NoProfile");
  C.stream[0].snapshot_path = NULL;
  (void)camera_ask(&C, MEDIA, "GetServiceCapabilities", "");
  assert_has(&C, "SnapshotUri=\"false\"");
}

static void a_key_picture_can_be_asked_for(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "SetSynchronizationPoint", "<ProfileToken>profile_1</ProfileToken>");
  assert_int_equal(C.status, 200);
  assert_int_equal(C.keyframes, 2);
  (void)camera_ask(&C, MEDIA, "SetSynchronizationPoint", "<ProfileToken>profile_2</ProfileToken>");
  assert_has(&C, "ter:NoProfile");
  C.cfg.camera.keyframe = NULL;
  camera_begin(&C);
  (void)camera_ask(&C, MEDIA, "SetSynchronizationPoint", "<ProfileToken>profile_1</ProfileToken>");
  assert_has(&C, "ter:ActionNotSupported");
}

#define ENCODER(token, encoding, width, height, rate, bits, gop)                             \
  "<Configuration token='" token "'><Name>n</Name><UseCount>1</UseCount><Encoding>" encoding \
  "</Encoding><Resolution><Width>" width "</Width><Height>" height                           \
  "</Height></Resolution>"                                                                   \
  "<Quality>1</Quality><RateControl><FrameRateLimit>" rate                                   \
  "</FrameRateLimit>"                                                                        \
  "<EncodingInterval>1</EncodingInterval><BitrateLimit>" bits                                \
  "</BitrateLimit></RateControl>"                                                            \
  "<H264><GovLength>" gop "</GovLength><H264Profile>Main</H264Profile></H264></Configuration>"

static void an_encoder_is_set(void **state) {
  (void)state;
  begin();
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   ENCODER("video_encoder_0", "H264", "640", "360", "15", "800", "30"));
  assert_int_equal(C.status, 200);
  assert_has(&C, "<trt:SetVideoEncoderConfigurationResponse/>");
  assert_int_equal(C.settings, 1);
  assert_int_equal(C.set_stream, 0);
  assert_int_equal(C.set.size.width, 640);
  assert_int_equal(C.set.size.height, 360);
  assert_int_equal(C.set.frame_rate, 15);
  assert_int_equal(C.set.bitrate, 800);
  assert_int_equal(C.set.gop, 30);
  // What is not named stays; what changes nothing is not done.
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   "<Configuration token='video_encoder_0'><BitrateLimit>900</BitrateLimit>"
                   "</Configuration>");
  assert_int_equal(C.set.bitrate, 900);
  assert_int_equal(C.set.gop, 50);
  assert_int_equal(C.settings, 2);
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   ENCODER("video_encoder_0", "H264", "1280", "720", "25", "2000", "50"));
  assert_int_equal(C.status, 200);
  assert_int_equal(C.settings, 2);
}

static const char *const IMPOSSIBLE[] = {
    ENCODER("video_encoder_0", "JPEG", "640", "360", "15", "800", "30"),
    ENCODER("video_encoder_0", "H264", "641", "360", "15", "800", "30"),
    ENCODER("video_encoder_0", "H264", "1280", "360", "15", "800", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "0", "800", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "31", "800", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "99", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "10001", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "x", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "", "30"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "800", "121"),
    ENCODER("video_encoder_0", "H264", "640", "360", "15", "800", "9999999999"),
};

static void what_an_encoder_cannot_do_is_a_fault(void **state) {
  (void)state;
  begin();
  for (size_t i = 0; i < ARRAY_LEN(IMPOSSIBLE); i++) {
    (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration", IMPOSSIBLE[i]);
    assert_has(&C, "ter:ConfigModify");
  }
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   ENCODER("video_encoder_2", "H264", "640", "360", "15", "800", "30"));
  assert_has(&C, "ter:NoConfig");
  assert_int_equal(C.settings, 0);
  C.refuses = true;
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   ENCODER("video_encoder_0", "H264", "640", "360", "15", "800", "30"));
  assert_has(&C, "ter:ConfigurationConflict");
  C.cfg.camera.set_video = NULL;
  camera_begin(&C);
  (void)camera_ask(&C, MEDIA, "SetVideoEncoderConfiguration",
                   ENCODER("video_encoder_0", "H264", "640", "360", "15", "800", "30"));
  assert_has(&C, "ter:ConfigurationConflict");
}

static void without_streams_nothing_is_there(void **state) {
  (void)state;
  begin();
  C.streams = 0;
  (void)camera_ask(&C, MEDIA, "GetProfiles", "");
  assert_has(&C, "<trt:GetProfilesResponse></trt:GetProfilesResponse>");
  (void)camera_ask(&C, MEDIA, "GetVideoSources", "");
  assert_has_not(&C, "camera_0");
  (void)camera_ask(&C, MEDIA, "GetVideoEncoderConfigurationOptions", "");
  assert_well_formed(&C);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(profiles_have_what_clients_need),
      cmocka_unit_test(one_profile_is_told_by_its_token),
      cmocka_unit_test(sources_are_told_once),
      cmocka_unit_test(encoders_are_told_one_by_one),
      cmocka_unit_test(options_are_what_can_be_set),
      cmocka_unit_test(each_transport_has_an_address),
      cmocka_unit_test(addresses_inside_tls_are_for_tls),
      cmocka_unit_test(snapshots_have_an_address),
      cmocka_unit_test(a_key_picture_can_be_asked_for),
      cmocka_unit_test(an_encoder_is_set),
      cmocka_unit_test(what_an_encoder_cannot_do_is_a_fault),
      cmocka_unit_test(without_streams_nothing_is_there),
  };
  return cmocka_run_group_tests_name("onvif_media", tests, NULL, NULL);
}
