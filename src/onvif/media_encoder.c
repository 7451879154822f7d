// SPDX-License-Identifier: Apache-2.0
// Encoders in the media service: how they are set, what they can be set to, and the setting.
#include "pieces.h"

#define VIDEO_LIST(response, tag)                                                       \
  OCEL__PIECE("<trt:" response ">"),                                                    \
      OCEL__PIECE_EACH(STREAM, NULL, "<trt:" tag " token=\"video_encoder_{number}\">"), \
      OCEL__PIECE_EACH(STREAM, NULL, OCEL__VIDEO_ENCODER),                              \
      OCEL__PIECE_EACH(STREAM, ocel__is_h264, OCEL__VIDEO_ENCODER_H264),                \
      OCEL__PIECE_EACH(STREAM, NULL, OCEL__NO_MULTICAST),                               \
      OCEL__PIECE_EACH(STREAM, NULL, "</trt:" tag ">"), OCEL__PIECE("</trt:" response ">")

static const ocel__onvif_piece VIDEO_ENCODERS[] = {
    VIDEO_LIST("GetVideoEncoderConfigurationsResponse", "Configurations")};
static const ocel__onvif_piece VIDEO_ENCODER[] = {
    VIDEO_LIST("GetVideoEncoderConfigurationResponse", "Configuration")};
static const ocel__onvif_piece COMPATIBLE_VIDEO_ENCODERS[] = {
    VIDEO_LIST("GetCompatibleVideoEncoderConfigurationsResponse", "Configurations")};

#define SOUND_LIST(response, tag)                                                                  \
  OCEL__PIECE("<trt:" response ">"),                                                               \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, "<trt:" tag " token=\"sound_encoder_{number}\">"), \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, OCEL__SOUND_ENCODER),                              \
      OCEL__PIECE_EACH(STREAM, ocel__has_sound, "</trt:" tag ">"),                                 \
      OCEL__PIECE("</trt:" response ">")

static const ocel__onvif_piece SOUND_ENCODERS[] = {
    SOUND_LIST("GetAudioEncoderConfigurationsResponse", "Configurations")};
static const ocel__onvif_piece SOUND_ENCODER[] = {
    SOUND_LIST("GetAudioEncoderConfigurationResponse", "Configuration")};
static const ocel__onvif_piece COMPATIBLE_SOUND_ENCODERS[] = {
    SOUND_LIST("GetCompatibleAudioEncoderConfigurationsResponse", "Configurations")};

// ---- options ----

#define RANGE(name, value) \
  "<tt:" name "><tt:Min>{" value "_least}</tt:Min><tt:Max>{" value "_most}</tt:Max></tt:" name ">"
#define ONE_RANGE(name) "<tt:" name "><tt:Min>1</tt:Min><tt:Max>1</tt:Max></tt:" name ">"

static const char ONE_SIZE[] =
    "<tt:ResolutionsAvailable><tt:Width>{option_width}</tt:Width>"
    "<tt:Height>{option_height}</tt:Height></tt:ResolutionsAvailable>";
static const char H264_RANGES[] =
    RANGE("GovLengthRange", "gop") RANGE("FrameRateRange", "frame_rate") ONE_RANGE(
        "EncodingIntervalRange") "<tt:H264ProfilesSupported>{profile}</tt:H264ProfilesSupported>";

// What H.264 can be set to is there twice: the extension adds the bit rate (Media 5.6.8).
static const ocel__onvif_piece VIDEO_OPTIONS[] = {
    OCEL__PIECE(
        "<trt:GetVideoEncoderConfigurationOptionsResponse><trt:Options>" ONE_RANGE("QualityRange")),
    OCEL__PIECE_IF(ocel__is_jpeg, "<tt:JPEG>"),
    OCEL__PIECE_EACH(SIZE, ocel__is_jpeg, ONE_SIZE),
    OCEL__PIECE_IF(ocel__is_jpeg, RANGE("FrameRateRange", "frame_rate")
                                      ONE_RANGE("EncodingIntervalRange") "</tt:JPEG>"),
    OCEL__PIECE_IF(ocel__is_h264, "<tt:H264>"),
    OCEL__PIECE_EACH(SIZE, ocel__is_h264, ONE_SIZE),
    OCEL__PIECE_IF(ocel__is_h264, H264_RANGES),
    OCEL__PIECE_IF(ocel__is_h264, "</tt:H264><tt:Extension><tt:H264>"),
    OCEL__PIECE_EACH(SIZE, ocel__is_h264, ONE_SIZE),
    OCEL__PIECE_IF(ocel__is_h264, H264_RANGES),
    OCEL__PIECE_IF(ocel__is_h264, RANGE("BitrateRange", "bitrate") "</tt:H264></tt:Extension>"),
    OCEL__PIECE("</trt:Options></trt:GetVideoEncoderConfigurationOptionsResponse>"),
};

static const ocel__onvif_piece SOUND_OPTIONS[] = {
    OCEL__PIECE("<trt:GetAudioEncoderConfigurationOptionsResponse><trt:Options>"),
    OCEL__PIECE_IF(
        ocel__has_sound,
        "<tt:Options><tt:Encoding>{sound}</tt:Encoding><tt:BitrateList><tt:Items>{sound_bitrate}"
        "</tt:Items></tt:BitrateList><tt:SampleRateList><tt:Items>{sound_kilohertz}</tt:Items>"
        "</tt:SampleRateList></tt:Options>"),
    OCEL__PIECE("</trt:Options></trt:GetAudioEncoderConfigurationOptionsResponse>"),
};

static const ocel__onvif_piece VIDEO_SET[] = {
    OCEL__PIECE("<trt:SetVideoEncoderConfigurationResponse/>")};

static const ocel__onvif_piece INSTANCES[] = {
    OCEL__PIECE("<trt:GetGuaranteedNumberOfVideoEncoderInstancesResponse>"
                "<trt:TotalNumber>{streams}</trt:TotalNumber><trt:JPEG>{jpeg_streams}</trt:JPEG>"
                "<trt:H264>{h264_streams}</trt:H264>"
                "</trt:GetGuaranteedNumberOfVideoEncoderInstancesResponse>"),
};

// ---- which one ----

static ocel__onvif_fault choose_profile(const ocel__onvif_request *r) {
  return ocel__choose_stream(r, OCEL__SOAP_PROFILE_TOKEN, "profile_", OCEL__FAULT_NO_PROFILE);
}

static ocel__onvif_fault choose_video(const ocel__onvif_request *r) {
  return ocel__choose_stream(r, OCEL__SOAP_CONFIGURATION_TOKEN, "video_encoder_",
                             OCEL__FAULT_NO_CONFIG);
}

static ocel__onvif_fault choose_sound(const ocel__onvif_request *r) {
  return ocel__choose_stream(r, OCEL__SOAP_CONFIGURATION_TOKEN, "sound_encoder_",
                             OCEL__FAULT_NO_CONFIG);
}

typedef ocel__onvif_fault chooser(const ocel__onvif_request *r);

// Options may be asked for by configuration, by profile, by both, or in general.
static ocel__onvif_fault choose_any(const ocel__onvif_request *r, chooser *by_configuration) {
  if (r->soap->field[OCEL__SOAP_CONFIGURATION_TOKEN].n > 0) return by_configuration(r);
  if (r->soap->field[OCEL__SOAP_PROFILE_TOKEN].n > 0) return choose_profile(r);
  return OCEL__FAULT_NONE;
}

static ocel__onvif_fault choose_any_video(const ocel__onvif_request *r) {
  return choose_any(r, choose_video);
}

static ocel__onvif_fault choose_any_sound(const ocel__onvif_request *r) {
  return choose_any(r, choose_sound);
}

static ocel__onvif_fault choose_instances(const ocel__onvif_request *r) {
  return ocel__choose_source(r, OCEL__SOAP_CONFIGURATION_TOKEN, "video_source_",
                             OCEL__FAULT_NO_CONFIG);
}

static const ocel__onvif_action ACTIONS[] = {
    OCEL__ACTION("GetVideoEncoderConfigurations", OCEL__READ_MEDIA, NULL, VIDEO_ENCODERS),
    OCEL__ACTION("GetVideoEncoderConfiguration", OCEL__READ_MEDIA, choose_video, VIDEO_ENCODER),
    OCEL__ACTION("GetCompatibleVideoEncoderConfigurations", OCEL__READ_MEDIA, choose_profile,
                 COMPATIBLE_VIDEO_ENCODERS),
    OCEL__ACTION("GetVideoEncoderConfigurationOptions", OCEL__READ_MEDIA, choose_any_video,
                 VIDEO_OPTIONS),
    OCEL__ACTION("SetVideoEncoderConfiguration", OCEL__ACTUATE, ocel__set_video, VIDEO_SET),
    OCEL__ACTION("GetGuaranteedNumberOfVideoEncoderInstances", OCEL__READ_MEDIA, choose_instances,
                 INSTANCES),
    OCEL__ACTION("GetAudioEncoderConfigurations", OCEL__READ_MEDIA, NULL, SOUND_ENCODERS),
    OCEL__ACTION("GetAudioEncoderConfiguration", OCEL__READ_MEDIA, choose_sound, SOUND_ENCODER),
    OCEL__ACTION("GetCompatibleAudioEncoderConfigurations", OCEL__READ_MEDIA, choose_profile,
                 COMPATIBLE_SOUND_ENCODERS),
    OCEL__ACTION("GetAudioEncoderConfigurationOptions", OCEL__READ_MEDIA, choose_any_sound,
                 SOUND_OPTIONS),
};

const ocel__onvif_service OCEL__MEDIA_ENCODERS = {"http://www.onvif.org/ver10/media/wsdl", ACTIONS,
                                                  sizeof ACTIONS / sizeof ACTIONS[0]};
