// SPDX-License-Identifier: Apache-2.0
// The MIPI-CSI camera through Espressif's esp_video (>= 2.4): the ISP writes the encoder's own
// layout, so nothing is converted or copied, and a buffer goes back after it was encoded.
//
// esp_video_init must have been called. Only this source streams from the device.
#ifndef OCEL_P4_SOURCE_ESP_VIDEO_H
#define OCEL_P4_SOURCE_ESP_VIDEO_H

#include "controls.h"
#include "frame_source.h"
#include "reshape.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One is always the driver's. With two, the other is encoded: a picture is lost when that takes
/// longer than the sensor takes for one. With three, one may wait.
#define OCEL_SOURCE_BUFFERS_MIN 2
#define OCEL_SOURCE_BUFFERS_MAX 6

typedef struct {
  const char *device;              ///< NULL: the MIPI-CSI camera.
  const void *sensor_format;       ///< An esp_cam_sensor_format_t; NULL: the one configured.
  uint8_t fps;                     ///< 0, or more than the sensor's rate: that rate.
  uint8_t buffers;                 ///< 2..6; other values are brought into that range.
  ocel_reshape shape;              ///< What is made of the sensor's picture.
  ocel_camera_controls *controls;  ///< NULL: none are set.
  bool mirror, flip;               ///< Left and right, top and bottom exchanged by the sensor.
} ocel_source_esp_video_config;

/// Modulo 2^32.
typedef struct {
  uint32_t frames;
  uint32_t skipped;   ///< Complete, but a newer one was there already.
  uint32_t damaged;   ///< The driver said so.
  uint32_t timeouts;  ///< Waits that ended without a frame.
  uint32_t restarts;  ///< Attempts to bring a dead sensor back.
  uint32_t dropped;   ///< To keep the rate.
  uint32_t refused;   ///< Controls (mirror, flip) that the sensor does not have.
} ocel_source_esp_video_counts;

/// Plain data; fields are the source's own, `counts` may be read by its task.
typedef struct {
  ocel_source_esp_video_config cfg;
  ocel_source_esp_video_counts counts;
  int fd;
  bool is_streaming;
  ocel_frame_format format;
  uint8_t *buffer[OCEL_SOURCE_BUFFERS_MAX];
  size_t buffer_size;
  ocel_us timeout;   // that the driver has been told; -1: none
  ocel_us interval;  // from picture to picture, when some are dropped; 0: none are
  ocel_us margin;    // a picture that early is in time: half of the sensor's interval
  ocel_us due;       // when the next one is wanted
  ocel_reshaper reshaper;
  ocel_us restart_at, restart_after;
} ocel_source_esp_video;

/// Prepares `s`, which must outlive the source that is returned. `cfg` is copied; what it points
/// to must outlive the source as well.
ocel_frame_source ocel_source_esp_video_init(ocel_source_esp_video *s,
                                             const ocel_source_esp_video_config *cfg);

#ifdef __cplusplus
}
#endif
#endif
