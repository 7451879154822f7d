// SPDX-License-Identifier: Apache-2.0
// A camera without secrets, for the targets that ask it.
#ifndef OPEN_CAMERA_H
#define OPEN_CAMERA_H

#include <stdlib.h>

#include "ocel/onvif_camera.h"
#include "xml.h"

static inline void require(bool holds) {
  if (!holds) abort();
}

static inline bool open_stream(void *ctx, unsigned number, ocel_onvif_stream *out) {
  (void)ctx;
  *out = (ocel_onvif_stream){
      .path = "/stream",
      .name = "<\"'&>",
      .snapshot_path = "/snapshot",
      .encoding = number == 0 ? OCEL_ONVIF_H264 : OCEL_ONVIF_JPEG,
      .video = {{1280, 720}, 25, 2000, 50},
      .frame_rate = {1,         30          },
      .bitrate = {100, 10000},
      .gop = {1,      120               },
      .sound = OCEL_ONVIF_AAC
  };
  return number < 2;
}

static inline bool open_network(void *ctx, const ocel_addr *local, ocel_onvif_network *out) {
  (void)ctx;
  *out = (ocel_onvif_network){.name = "eth0", .address = *local, .prefix = 24};
  return true;
}

static inline int64_t open_utc(void *ctx, ocel_onvif_clock *clock) {
  (void)ctx;
  *clock = OCEL_ONVIF_CLOCK_NTP;
  return 1795551330;
}

static inline bool open_set_utc(void *ctx, int64_t seconds) {
  (void)ctx;
  return seconds % 2 == 0;
}

static inline ocel_err open_set_video(void *ctx, unsigned number, const ocel_onvif_video *wanted) {
  (void)ctx;
  require(number < 2 && wanted->frame_rate >= 1 && wanted->frame_rate <= 30);
  require(wanted->bitrate >= 100 && wanted->bitrate <= 10000);
  require(wanted->gop >= 1 && wanted->gop <= 120);
  require(wanted->size.width == 1280 && wanted->size.height == 720);
  return OCEL_OK;
}

static inline void open_keyframe(void *ctx, unsigned number) {
  (void)ctx;
  require(number < 2);
}

static inline ocel_onvif_camera open_camera(void) {
  return (ocel_onvif_camera){.manufacturer = "m",
                             .model = "m",
                             .firmware = "f",
                             .hardware = "h",
                             .serial = "s",
                             .name = "n",
                             .uuid = "01234567-89ab-cdef-0123-456789abcdef",
                             .rtsp_port = 554,
                             .stream = open_stream,
                             .network = open_network,
                             .utc = open_utc,
                             .set_utc = open_set_utc,
                             .set_video = open_set_video,
                             .keyframe = open_keyframe};
}

// ---- what is written must be well-formed ----

static inline bool any_name(void *ctx, ocel_span a, ocel_span b) {
  (void)ctx, (void)a, (void)b;
  return true;
}
static inline bool any_text(void *ctx, ocel_span text) {
  (void)ctx, (void)text;
  return true;
}
static inline bool any_end(void *ctx) {
  (void)ctx;
  return true;
}

static inline void require_well_formed(ocel_span text) {
  static const ocel_xml_limits LIMITS = {1 << 20, 100, 10000, 100};
  static const ocel_xml_listener LISTENER = {any_name, any_name, any_name, any_text, any_end};
  require(ocel_expat_read(text, &LIMITS, &LISTENER, NULL) == OCEL_OK);
}

#endif
