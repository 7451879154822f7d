// SPDX-License-Identifier: Apache-2.0
// The media service (ONVIF Media 5; media.wsdl): one fixed profile for each stream of the server.
#include "pieces.h"

const char OCEL__MEDIA_CAPABILITIES[] =
    "<trt:Capabilities SnapshotUri=\"{has_snapshot}\" Rotation=\"false\" VideoSourceMode=\"false\""
    " OSD=\"false\"><trt:ProfileCapabilities MaximumNumberOfProfiles=\"{streams}\"/>"
    "<trt:StreamingCapabilities RTPMulticast=\"{multicast}\" RTP_TCP=\"true\""
    " RTP_RTSP_TCP=\"true\" NonAggregateControl=\"false\" NoRTSPStreaming=\"false\"/>"
    "</trt:Capabilities>";

static const ocel__onvif_piece CAPABILITIES[] = {
    OCEL__PIECE("<trt:GetServiceCapabilitiesResponse>"),
    OCEL__PIECE(OCEL__MEDIA_CAPABILITIES),
    OCEL__PIECE("</trt:GetServiceCapabilitiesResponse>"),
};

// ---- profiles ----

#define VIDEO_SOURCE_TAG(tag) "<" tag " token=\"video_source_{source}\">"
#define SOUND_SOURCE_TAG(tag) "<" tag " token=\"sound_source_{source}\">"
#define VIDEO_ENCODER_TAG(tag) "<" tag " token=\"video_encoder_{number}\">"
#define SOUND_ENCODER_TAG(tag) "<" tag " token=\"sound_encoder_{number}\">"

// In the schema's order. go2rtc wants element and token in one line.
#define PROFILE(tag)                                                                              \
  OCEL__PIECE_EACH(STREAM, NULL,                                                                  \
                   "<" tag                                                                        \
                   " token=\"profile_{number}\" "                                                 \
                   "fixed=\"true\"><tt:Name>{stream_name}</tt:Name>" VIDEO_SOURCE_TAG(            \
                       "tt:VideoSourceConfiguration")),                                           \
      OCEL__PIECE_EACH(STREAM, NULL, OCEL__VIDEO_SOURCE),                                         \
      OCEL__PIECE_EACH(STREAM, NULL, "</tt:VideoSourceConfiguration>"),                           \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, SOUND_SOURCE_TAG("tt:AudioSourceConfiguration")), \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, OCEL__SOUND_SOURCE),                              \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, "</tt:AudioSourceConfiguration>"),                \
      OCEL__PIECE_EACH(STREAM, NULL, VIDEO_ENCODER_TAG("tt:VideoEncoderConfiguration")),          \
      OCEL__PIECE_EACH(STREAM, NULL, OCEL__VIDEO_ENCODER),                                        \
      OCEL__PIECE_EACH(STREAM, ocel__is_h264, OCEL__VIDEO_ENCODER_H264),                          \
      OCEL__PIECE_EACH(STREAM, NULL, OCEL__NO_MULTICAST),                                         \
      OCEL__PIECE_EACH(STREAM, NULL, "</tt:VideoEncoderConfiguration>"),                          \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound,                                                   \
                       SOUND_ENCODER_TAG("tt:AudioEncoderConfiguration")),                        \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, OCEL__SOUND_ENCODER),                             \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, "</tt:AudioEncoderConfiguration>"),               \
      OCEL__PIECE_EACH(STREAM, NULL, "</" tag ">")

static const ocel__onvif_piece PROFILES[] = {
    OCEL__PIECE("<trt:GetProfilesResponse>"),
    PROFILE("trt:Profiles"),
    OCEL__PIECE("</trt:GetProfilesResponse>"),
};

static const ocel__onvif_piece ONE_PROFILE[] = {
    OCEL__PIECE("<trt:GetProfileResponse>"),
    PROFILE("trt:Profile"),
    OCEL__PIECE("</trt:GetProfileResponse>"),
};

static ocel__onvif_fault choose_profile(const ocel__onvif_request *r) {
  return ocel__choose_stream(r, OCEL__SOAP_PROFILE_TOKEN, "profile_", OCEL__FAULT_NO_PROFILE);
}

// ---- sources ----

static const ocel__onvif_piece VIDEO_SOURCES[] = {
    OCEL__PIECE("<trt:GetVideoSourcesResponse>"),
    OCEL__PIECE_EACH(
        SOURCE, NULL,
        "<trt:VideoSources token=\"camera_{source}\"><tt:Framerate>{frame_rate}</tt:Framerate>"
        "<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
        "</trt:VideoSources>"),
    OCEL__PIECE("</trt:GetVideoSourcesResponse>"),
};

#define VIDEO_SOURCE_LIST(response, tag)                                                           \
  OCEL__PIECE("<trt:" response ">"), OCEL__PIECE_EACH(SOURCE, NULL, VIDEO_SOURCE_TAG("trt:" tag)), \
      OCEL__PIECE_EACH(SOURCE, NULL, OCEL__VIDEO_SOURCE),                                          \
      OCEL__PIECE_EACH(SOURCE, NULL, "</trt:" tag ">"), OCEL__PIECE("</trt:" response ">")

static const ocel__onvif_piece VIDEO_SOURCE_CONFIGURATIONS[] = {
    VIDEO_SOURCE_LIST("GetVideoSourceConfigurationsResponse", "Configurations")};
static const ocel__onvif_piece VIDEO_SOURCE_CONFIGURATION[] = {
    VIDEO_SOURCE_LIST("GetVideoSourceConfigurationResponse", "Configuration")};
static const ocel__onvif_piece COMPATIBLE_VIDEO_SOURCES[] = {
    VIDEO_SOURCE_LIST("GetCompatibleVideoSourceConfigurationsResponse", "Configurations")};

#define BOUND(name, value) \
  "<tt:" name "><tt:Min>" value "</tt:Min><tt:Max>" value "</tt:Max></tt:" name ">"

// The picture is cut nowhere: its bounds have one value.
static const ocel__onvif_piece VIDEO_SOURCE_OPTIONS[] = {
    OCEL__PIECE(
        "<trt:GetVideoSourceConfigurationOptionsResponse><trt:Options><tt:BoundsRange>" BOUND(
            "XRange", "0") BOUND("YRange", "0") BOUND("WidthRange", "{source_width}")
            BOUND("HeightRange", "{source_height}") "</tt:BoundsRange>"),
    OCEL__PIECE_EACH(
        SOURCE, NULL,
        "<tt:VideoSourceTokensAvailable>camera_{source}</tt:VideoSourceTokensAvailable>"),
    OCEL__PIECE("</trt:Options></trt:GetVideoSourceConfigurationOptionsResponse>"),
};

static const ocel__onvif_piece SOUND_SOURCES[] = {
    OCEL__PIECE("<trt:GetAudioSourcesResponse>"),
    OCEL__PIECE_EACH(
        SOURCE, ocel__source_sounds,
        "<trt:AudioSources token=\"microphone_{source}\"><tt:Channels>{channels}</tt:Channels>"
        "</trt:AudioSources>"),
    OCEL__PIECE("</trt:GetAudioSourcesResponse>"),
};

static const ocel__onvif_piece SOUND_SOURCE_CONFIGURATIONS[] = {
    OCEL__PIECE("<trt:GetAudioSourceConfigurationsResponse>"),
    OCEL__PIECE_EACH(SOURCE, ocel__source_sounds, SOUND_SOURCE_TAG("trt:Configurations")),
    OCEL__PIECE_EACH(SOURCE, ocel__source_sounds, OCEL__SOUND_SOURCE),
    OCEL__PIECE_EACH(SOURCE, ocel__source_sounds, "</trt:Configurations>"),
    OCEL__PIECE("</trt:GetAudioSourceConfigurationsResponse>"),
};

static ocel__onvif_fault choose_source(const ocel__onvif_request *r) {
  return ocel__choose_source(r, OCEL__SOAP_CONFIGURATION_TOKEN, "video_source_",
                             OCEL__FAULT_NO_CONFIG);
}

// All streams' sources fit any profile that is there, and none can be changed.
static ocel__onvif_fault choose_compatible_source(const ocel__onvif_request *r) {
  const ocel__onvif_fault fault = choose_profile(r);
  ocel_onvif_stream stream;
  if (fault != OCEL__FAULT_NONE) return fault;
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  if (camera->stream(camera->ctx, r->answer->item, &stream)) r->answer->item = stream.source;
  return OCEL__FAULT_NONE;
}

// ---- addresses ----

#define MEDIA_URI(response, uri)                                                      \
  "<trt:" response "><trt:MediaUri><tt:Uri>" uri                                      \
  "</tt:Uri>"                                                                         \
  "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect>"                            \
  "<tt:InvalidAfterReboot>false</tt:InvalidAfterReboot><tt:Timeout>PT0S</tt:Timeout>" \
  "</trt:MediaUri></trt:" response ">"

static const ocel__onvif_piece STREAM_URI[] = {
    OCEL__PIECE(MEDIA_URI("GetStreamUriResponse", "{stream_uri}"))};
static const ocel__onvif_piece SNAPSHOT_URI[] = {
    OCEL__PIECE(MEDIA_URI("GetSnapshotUriResponse", "{scheme}://{authority}{snapshot_path}"))};

typedef struct {
  const char *stream, *protocol;  // NULL: not said
  uint8_t transport;
  bool multicast;
} stream_setup;

// RTP over a TCP connection of its own is offered by nobody.
static const stream_setup SETUPS[] = {
    {"RTP-Unicast",   "UDP",  OCEL__ONVIF_OVER_RTSP, false},
    {"RTP-Unicast",   "RTSP", OCEL__ONVIF_OVER_RTSP, false},
    {"RTP-Unicast",   "HTTP", OCEL__ONVIF_OVER_HTTP, false},
    {"RTP-Multicast", "UDP",  OCEL__ONVIF_OVER_RTSP, true },
};

static ocel__onvif_fault get_stream_uri(const ocel__onvif_request *r) {
  const ocel__onvif_fault fault = choose_profile(r);
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  ocel_onvif_stream stream;
  if (fault != OCEL__FAULT_NONE) return fault;
  const bool there = camera->stream(camera->ctx, r->answer->item, &stream);
  for (size_t i = 0; there && i < sizeof SETUPS / sizeof SETUPS[0]; i++) {
    if (!ocel__soap_is(r->soap, OCEL__SOAP_STREAM, SETUPS[i].stream)) continue;
    if (!ocel__soap_is(r->soap, OCEL__SOAP_PROTOCOL, SETUPS[i].protocol)) continue;
    if (SETUPS[i].multicast && !stream.multicast) continue;
    r->answer->transport = SETUPS[i].transport;
    return OCEL__FAULT_NONE;
  }
  return OCEL__FAULT_STREAM_SETUP;
}

static ocel__onvif_fault get_snapshot_uri(const ocel__onvif_request *r) {
  const ocel__onvif_fault fault = choose_profile(r);
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  ocel_onvif_stream stream;
  if (fault != OCEL__FAULT_NONE) return fault;
  const bool there = camera->stream(camera->ctx, r->answer->item, &stream);
  return there && stream.snapshot_path != NULL ? OCEL__FAULT_NONE : OCEL__FAULT_NO_SNAPSHOT;
}

static const ocel__onvif_piece SYNCHRONIZED[] = {
    OCEL__PIECE("<trt:SetSynchronizationPointResponse/>")};

static ocel__onvif_fault synchronize(const ocel__onvif_request *r) {
  const ocel__onvif_fault fault = choose_profile(r);
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  if (fault != OCEL__FAULT_NONE) return fault;
  if (camera->keyframe == NULL) return OCEL__FAULT_NO_ACTION;
  camera->keyframe(camera->ctx, r->answer->item);
  return OCEL__FAULT_NONE;
}

static const ocel__onvif_action ACTIONS[] = {
    OCEL__ACTION("GetServiceCapabilities", OCEL__PRE_AUTH, NULL, CAPABILITIES),
    OCEL__ACTION("GetProfiles", OCEL__READ_MEDIA, NULL, PROFILES),
    OCEL__ACTION("GetProfile", OCEL__READ_MEDIA, choose_profile, ONE_PROFILE),
    OCEL__ACTION("GetVideoSources", OCEL__READ_MEDIA, NULL, VIDEO_SOURCES),
    OCEL__ACTION("GetVideoSourceConfigurations", OCEL__READ_MEDIA, NULL,
                 VIDEO_SOURCE_CONFIGURATIONS),
    OCEL__ACTION("GetVideoSourceConfiguration", OCEL__READ_MEDIA, choose_source,
                 VIDEO_SOURCE_CONFIGURATION),
    OCEL__ACTION("GetVideoSourceConfigurationOptions", OCEL__READ_MEDIA, NULL,
                 VIDEO_SOURCE_OPTIONS),
    OCEL__ACTION("GetCompatibleVideoSourceConfigurations", OCEL__READ_MEDIA,
                 choose_compatible_source, COMPATIBLE_VIDEO_SOURCES),
    OCEL__ACTION("GetAudioSources", OCEL__READ_MEDIA, NULL, SOUND_SOURCES),
    OCEL__ACTION("GetAudioSourceConfigurations", OCEL__READ_MEDIA, NULL,
                 SOUND_SOURCE_CONFIGURATIONS),
    OCEL__ACTION("GetStreamUri", OCEL__READ_MEDIA, get_stream_uri, STREAM_URI),
    OCEL__ACTION("GetSnapshotUri", OCEL__READ_MEDIA, get_snapshot_uri, SNAPSHOT_URI),
    OCEL__ACTION("SetSynchronizationPoint", OCEL__READ_MEDIA, synchronize, SYNCHRONIZED),
};

const ocel__onvif_service OCEL__MEDIA_SERVICE = {"http://www.onvif.org/ver10/media/wsdl", ACTIONS,
                                                 sizeof ACTIONS / sizeof ACTIONS[0]};
