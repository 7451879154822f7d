// SPDX-License-Identifier: Apache-2.0
// What a track carries, as RTP payload formats name it.
#ifndef OCEL_FORMAT_H
#define OCEL_FORMAT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  OCEL_CODEC_H264,  ///< RFC 6184, packetization-mode 1.
  OCEL_CODEC_PCMU,  ///< G.711 mu-law, one byte a sample (RFC 3551 4.5.14).
  OCEL_CODEC_PCMA,  ///< G.711 A-law, one byte a sample (RFC 3551 4.5.14).
  OCEL_CODEC_L16,   ///< Linear, 16 bit signed, big endian (RFC 3551 4.5.11).
  OCEL_CODEC_AAC,   ///< AAC-LC without ADTS headers, mode AAC-hbr (RFC 3640).
  OCEL_CODEC_OPUS,  ///< RFC 7587.
  OCEL_CODEC_JPEG,  ///< Motion JPEG (RFC 2435): what jpeg.h says of the files.
  OCEL_CODEC_COUNT,
} ocel_codec;

/// Tracks that one stream can have.
#define OCEL_TRACKS_MAX 2u

/// Bytes of an AudioSpecificConfig at most.
#define OCEL_FORMAT_CONFIG_MAX 16u

/// All zero is H.264.
typedef struct {
  ocel_codec codec;
  uint32_t clock_hz;  ///< Sound: the sampling rate, 8000..192000 (Opus: 48000 whatever it is,
                      ///< RFC 7587 4.1). Pictures: ignored.
  uint32_t rate;      ///< JPEG: pictures in 1000 seconds, for a=framerate; 0: not said. Others:
                      ///< ignored.
  uint8_t channels;   ///< Sound: 1..2, interleaved. Pictures: ignored.
  uint8_t config_n;   ///< AAC: bytes of `config`, 2..OCEL_FORMAT_CONFIG_MAX.
  uint8_t config[OCEL_FORMAT_CONFIG_MAX];  ///< AAC: AudioSpecificConfig (ISO/IEC 14496-3 1.6.2.1).
} ocel_format;

/// True if it can be served.
bool ocel_format_valid(const ocel_format *f);

static inline bool ocel_codec_is_sound(ocel_codec c) {
  return c != OCEL_CODEC_H264 && c != OCEL_CODEC_JPEG;
}

static inline bool ocel_format_is_sound(const ocel_format *f) {
  return ocel_codec_is_sound(f->codec);
}

/// Ticks per second of the RTP timestamps.
uint32_t ocel_format_clock(const ocel_format *f);

/// The payload type: the static one of RFC 3551 table 4 if there is one, else 96 for pictures
/// and 97 for sound.
uint8_t ocel_format_payload_type(const ocel_format *f);

/// The encoding's name in a=rtpmap.
const char *ocel_format_name(const ocel_format *f);

/// Bytes of one sample of all channels; 0 if samples have no size of their own (AAC, Opus,
/// pictures).
size_t ocel_format_sample_size(const ocel_format *f);

#ifdef __cplusplus
}
#endif
#endif
