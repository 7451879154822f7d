// SPDX-License-Identifier: Apache-2.0
// The MIPI-CSI camera through Espressif's esp_video (>= 2.4): the ISP writes the encoder's own
// layout, so nothing is converted or copied, and a buffer goes back after it was encoded.
//
// esp_video_init must have been called. Only this source streams from the device.
#ifndef OCEL_P4_SOURCE_ESP_VIDEO_H
#define OCEL_P4_SOURCE_ESP_VIDEO_H

#include "frame_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/// One is filled, one waits and one is encoded; with fewer, pictures are lost.
#define OCEL_SOURCE_BUFFERS_MIN 3
#define OCEL_SOURCE_BUFFERS_MAX 6

typedef struct {
  const char *device;         ///< NULL: the MIPI-CSI camera.
  const void *sensor_format;  ///< An esp_cam_sensor_format_t; NULL: the one configured.
  uint8_t fps;                ///< A divisor of the sensor's rate; 0: that rate.
  uint8_t buffers;            ///< 3..6; other values are brought into that range.
  bool mirror, flip;          ///< Left and right, top and bottom exchanged by the sensor.
} ocel_source_esp_video_config;

/// Modulo 2^32.
typedef struct {
  uint32_t frames;
  uint32_t skipped;   ///< Complete, but a newer one was there already.
  uint32_t damaged;   ///< The driver said so.
  uint32_t timeouts;  ///< Waits that ended without a frame.
  uint32_t restarts;  ///< Attempts to bring a dead sensor back.
  uint32_t refused;   ///< Controls (mirror, flip, rate) that the sensor does not have.
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
  ocel_us timeout;  // that the driver has been told; -1: none
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
