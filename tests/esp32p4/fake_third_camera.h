// SPDX-License-Identifier: Apache-2.0
// The third-party mipi_dsi_cam, as its public methods behave, behind rtsp_server's adapter: it is
// polled, waits for the next picture however long that takes, gives its buffer back to the sensor
// before the caller has read it, has old pictures when it is asked late, and knows its size only
// while it runs. The sensor writes one picture each `period` of the fake clock.
#ifndef FAKE_THIRD_CAMERA_H
#define FAKE_THIRD_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "frame_source.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { FAKE_THIRD_BUFFERS = 3 };

typedef struct {
  uint16_t width, height;  ///< Of the sensor.
  int64_t period;          ///< Microseconds from picture to picture.
  bool fails_to_start;
  bool fails_to_capture;
  bool has_no_data;  ///< capture_frame says true, but there is no picture.

  // What was seen.
  bool is_running;
  unsigned started, stopped, captured, written;
} fake_third_camera_state;

extern fake_third_camera_state fake_third_camera;

/// It must be stopped.
void fake_third_camera_reset(void);

/// What a display does: it starts and stops the camera too.
void fake_third_camera_display(bool on);

/// The sensor writes what it has written by now.
void fake_third_camera_catch_up(void);

/// The adapter under test, for one task.
ocel_frame_source fake_third_camera_source(void);

#ifdef __cplusplus
}
#endif
#endif
