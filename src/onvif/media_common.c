// SPDX-License-Identifier: Apache-2.0
// What the tables of the media service share: configurations, tokens, and the setting of an
// encoder.
#include <string.h>

#include "pieces.h"

// ---- configurations ----

const char OCEL__VIDEO_SOURCE[] =
    "<tt:Name>Camera {source}</tt:Name><tt:UseCount>{uses}</tt:UseCount>"
    "<tt:SourceToken>camera_{source}</tt:SourceToken>"
    "<tt:Bounds x=\"0\" y=\"0\" width=\"{source_width}\" height=\"{source_height}\"/>";

const char OCEL__SOUND_SOURCE[] =
    "<tt:Name>Microphone {source}</tt:Name><tt:UseCount>{uses}</tt:UseCount>"
    "<tt:SourceToken>microphone_{source}</tt:SourceToken>";

const char OCEL__VIDEO_ENCODER[] =
    "<tt:Name>{stream_name}</tt:Name><tt:UseCount>1</tt:UseCount>"
    "<tt:Encoding>{encoding}</tt:Encoding>"
    "<tt:Resolution><tt:Width>{width}</tt:Width><tt:Height>{height}</tt:Height></tt:Resolution>"
    "<tt:Quality>1</tt:Quality>"
    "<tt:RateControl><tt:FrameRateLimit>{frame_rate}</tt:FrameRateLimit>"
    "<tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>{bitrate}</tt:BitrateLimit>"
    "</tt:RateControl>";

const char OCEL__VIDEO_ENCODER_H264[] =
    "<tt:H264><tt:GovLength>{gop}</tt:GovLength><tt:H264Profile>{profile}</tt:H264Profile>"
    "</tt:H264>";

// A group, if there is one, is the server's; it is told by RTSP.
const char OCEL__NO_MULTICAST[] =
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address>"
    "</tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart>"
    "</tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>";

const char OCEL__SOUND_ENCODER[] =
    "<tt:Name>{stream_name}</tt:Name><tt:UseCount>1</tt:UseCount><tt:Encoding>{sound}</tt:Encoding>"
    "<tt:Bitrate>{sound_bitrate}</tt:Bitrate><tt:SampleRate>{sound_kilohertz}</tt:SampleRate>"
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address>"
    "</tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart>"
    "</tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout>";

bool ocel__is_h264(const ocel__onvif_view *v) { return v->stream.encoding == OCEL_ONVIF_H264; }
bool ocel__is_jpeg(const ocel__onvif_view *v) { return v->stream.encoding == OCEL_ONVIF_JPEG; }
bool ocel__has_sound(const ocel__onvif_view *v) { return v->stream.sound != OCEL_ONVIF_SILENT; }
bool ocel__source_sounds(const ocel__onvif_view *v) { return v->sounding; }

// ---- tokens ----

bool ocel__token_number(const ocel__onvif_request *r, ocel__soap_field field, const char *prefix,
                        uint8_t *out) {
  const ocel_span token = r->soap->field[field];
  const size_t n = strlen(prefix);
  if (token.n <= n || token.n > n + 2 || memcmp(token.p, prefix, n) != 0) return false;
  uint8_t number = 0;
  for (size_t i = n; i < token.n; i++) {
    if (token.p[i] < '0' || token.p[i] > '9') return false;
    number = (uint8_t)(number * 10 + (token.p[i] - '0'));
  }
  *out = number;
  return token.n == n + 1 || token.p[n] != '0';
}

ocel__onvif_fault ocel__choose_stream(const ocel__onvif_request *r, ocel__soap_field field,
                                      const char *prefix, ocel__onvif_fault missing) {
  const bool named = ocel__token_number(r, field, prefix, &r->answer->item);
  return named && r->answer->item < ocel__onvif_streams(&r->onvif->cfg.camera) ? OCEL__FAULT_NONE
                                                                               : missing;
}

ocel__onvif_fault ocel__choose_source(const ocel__onvif_request *r, ocel__soap_field field,
                                      const char *prefix, ocel__onvif_fault missing) {
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  ocel_onvif_stream stream;
  if (!ocel__token_number(r, field, prefix, &r->answer->item)) return missing;
  for (unsigned i = 0; i < OCEL_ONVIF_STREAMS_MAX && camera->stream(camera->ctx, i, &stream); i++) {
    if (stream.source == r->answer->item) return OCEL__FAULT_NONE;
  }
  return missing;
}

// ---- setting an encoder ----

static bool take(const ocel__onvif_request *r, ocel__soap_field field,
                 const ocel_onvif_range *range, uint32_t *value) {
  if (r->soap->field[field].p == NULL) return true;  // stays as it is
  const int32_t wanted = ocel__soap_number(r->soap, field, -1);
  if (wanted < 0 || (uint32_t)wanted < range->least || (uint32_t)wanted > range->most) return false;
  *value = (uint32_t)wanted;
  return true;
}

static bool take_size(const ocel__onvif_request *r, const ocel_onvif_stream *stream,
                      ocel_onvif_size *size) {
  const int32_t width = ocel__soap_number(r->soap, OCEL__SOAP_WIDTH, size->width);
  const int32_t height = ocel__soap_number(r->soap, OCEL__SOAP_HEIGHT, size->height);
  if (width == size->width && height == size->height) return true;
  for (size_t i = 0; i < stream->size_count && i < OCEL_ONVIF_SIZES_MAX; i++) {
    if (stream->size[i].width != width || stream->size[i].height != height) continue;
    *size = stream->size[i];
    return true;
  }
  return false;
}

static bool take_encoding(const ocel__onvif_request *r, const ocel_onvif_stream *stream) {
  return r->soap->field[OCEL__SOAP_ENCODING].p == NULL ||
         ocel__soap_is(r->soap, OCEL__SOAP_ENCODING,
                       stream->encoding == OCEL_ONVIF_JPEG ? "JPEG" : "H264");
}

static bool is_same(const ocel_onvif_video *a, const ocel_onvif_video *b) {
  return a->size.width == b->size.width && a->size.height == b->size.height &&
         a->frame_rate == b->frame_rate && a->bitrate == b->bitrate && a->gop == b->gop;
}

static bool take_all(const ocel__onvif_request *r, const ocel_onvif_stream *stream,
                     ocel_onvif_video *wanted) {
  return take_encoding(r, stream) && take_size(r, stream, &wanted->size) &&
         take(r, OCEL__SOAP_FRAME_RATE, &stream->frame_rate, &wanted->frame_rate) &&
         take(r, OCEL__SOAP_BITRATE, &stream->bitrate, &wanted->bitrate) &&
         take(r, OCEL__SOAP_GOV_LENGTH, &stream->gop, &wanted->gop);
}

ocel__onvif_fault ocel__set_video(const ocel__onvif_request *r) {
  const ocel__onvif_fault fault =
      ocel__choose_stream(r, OCEL__SOAP_EDITED, "video_encoder_", OCEL__FAULT_NO_CONFIG);
  const ocel_onvif_camera *camera = &r->onvif->cfg.camera;
  const uint8_t number = r->answer->item;
  ocel_onvif_stream stream;
  if (fault != OCEL__FAULT_NONE) return fault;
  if (!camera->stream(camera->ctx, number, &stream)) return OCEL__FAULT_NO_CONFIG;
  ocel_onvif_video wanted = stream.video;
  if (!take_all(r, &stream, &wanted)) return OCEL__FAULT_MODIFY;
  if (is_same(&wanted, &stream.video)) return OCEL__FAULT_NONE;
  if (camera->set_video == NULL) return OCEL__FAULT_FIXED;
  const bool set = camera->set_video(camera->ctx, number, &wanted) == OCEL_OK;
  return set ? OCEL__FAULT_NONE : OCEL__FAULT_FIXED;
}
