// SPDX-License-Identifier: Apache-2.0
// What ONVIF's services tell of a camera, and what they may do to it: filled by the program around
// the engine, used by ocel/onvif.h.
#ifndef OCEL_ONVIF_CAMERA_H
#define OCEL_ONVIF_CAMERA_H

#include "ocel/addr.h"
#include "ocel/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/// Bytes of a text, NUL excluded.
#define OCEL_ONVIF_TEXT_MAX 63u
/// Streams, each of which is one media profile.
#define OCEL_ONVIF_STREAMS_MAX 16u
/// Picture sizes that one encoder can be told to make.
#define OCEL_ONVIF_SIZES_MAX 8u

typedef enum { OCEL_ONVIF_H264, OCEL_ONVIF_JPEG } ocel_onvif_encoding;
typedef enum { OCEL_ONVIF_BASELINE, OCEL_ONVIF_MAIN, OCEL_ONVIF_HIGH } ocel_onvif_h264_profile;
typedef enum { OCEL_ONVIF_SILENT, OCEL_ONVIF_G711, OCEL_ONVIF_AAC } ocel_onvif_sound;

typedef struct {
  uint16_t width, height;
} ocel_onvif_size;

typedef struct {
  uint32_t least, most;
} ocel_onvif_range;

/// How an encoder is set.
typedef struct {
  ocel_onvif_size size;
  uint32_t frame_rate;  ///< Pictures per second, rounded.
  uint32_t bitrate;     ///< Kilobits per second.
  uint32_t gop;         ///< Pictures from one key picture to the next.
} ocel_onvif_video;

/// One stream of the server.
typedef struct {
  const char *path;           ///< "/stream".
  const char *name;           ///< For people.
  const char *snapshot_path;  ///< "/snapshot", of HTTP; NULL: none.
  uint8_t source;             ///< Which camera it shows; streams of one number share it.
  bool multicast;             ///< The server offers it by multicast.
  ocel_onvif_encoding encoding;
  ocel_onvif_h264_profile profile;
  ocel_onvif_video video;  ///< As it is now; `video.size` 0x0 while it is not known.
  /// What `set_video` takes. A range of one value, and `size_count` 1, if it cannot be changed.
  ocel_onvif_range frame_rate, bitrate, gop;
  uint8_t size_count;
  ocel_onvif_size size[OCEL_ONVIF_SIZES_MAX];
  ocel_onvif_sound sound;
  uint32_t sound_bitrate;  ///< Kilobits per second.
  uint32_t sound_rate;     ///< Samples per second.
  uint8_t channels;
} ocel_onvif_stream;

/// The interface that a client came in on, and how it is set up.
typedef struct {
  char name[16];  ///< "eth0".
  uint8_t mac[6];
  ocel_addr address;  ///< IPv4; else the interface is told without.
  uint8_t prefix;     ///< Bits of its network.
  bool dhcp;
  ocel_addr gateway, dns;  ///< IPv4; all zero: not known.
  char hostname[64];
  char ntp[64];  ///< Name or address of a time server; empty: none.
} ocel_onvif_network;

typedef enum {
  OCEL_ONVIF_CLOCK_UNSET,   ///< Not known to be right: may be set by a client.
  OCEL_ONVIF_CLOCK_MANUAL,  ///< Was set, and runs by itself.
  OCEL_ONVIF_CLOCK_NTP,     ///< Follows a time server.
} ocel_onvif_clock;

/// The camera. Functions are called in the server's thread and must not wait; those that may be
/// NULL are answered with the fault that says so.
typedef struct {
  void *ctx;
  const char *manufacturer, *model, *firmware, *hardware;
  const char *serial;         ///< Unique and stable.
  const char *name;           ///< For people: the scope name/.
  const char *location;       ///< The scope location/; NULL: none.
  const char *const *scopes;  ///< More of them, "onvif://www.onvif.org/..."; NULL or NULL-ended.
  char uuid[37];              ///< The endpoint, stable: "01234567-89ab-cdef-0123-456789abcdef".
  uint16_t rtsp_port, rtsps_port;  ///< Ports that clients see; rtsps_port 0: none.

  /// The stream of that number, 0 and up without a gap; false beyond the last.
  bool (*stream)(void *ctx, unsigned number, ocel_onvif_stream *out);
  /// What is known of the interface with the address `local`. False: nothing.
  bool (*network)(void *ctx, const ocel_addr *local, ocel_onvif_network *out);
  /// Seconds since 1970, UTC, and how far they can be trusted.
  int64_t (*utc)(void *ctx, ocel_onvif_clock *clock);

  /// Sets the clock. May be NULL.
  bool (*set_utc)(void *ctx, int64_t seconds);
  /// Sets an encoder; all values are within the stream's ranges, `wanted->size` is one of its
  /// sizes. The stream goes on under the same path, with a new key picture and, when it changes, a
  /// new description. May be NULL.
  /// @return OCEL_OK; anything else is told as a fault of the device.
  ocel_err (*set_video)(void *ctx, unsigned number, const ocel_onvif_video *wanted);
  /// Asks for a key picture. May be NULL.
  void (*keyframe)(void *ctx, unsigned number);
  /// Restarts the device, after the answer has had time to leave. May be NULL.
  void (*reboot)(void *ctx);
  /// Whether it is found by WS-Discovery, and sets that. Both may be NULL: it is not.
  bool (*discoverable)(void *ctx);
  bool (*set_discoverable)(void *ctx, bool on);
} ocel_onvif_camera;

#ifdef __cplusplus
}
#endif
#endif
