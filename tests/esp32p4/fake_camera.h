// SPDX-License-Identifier: Apache-2.0
// A camera as the third-party `mipi_dsi_cam` component is one, behind this port's contract: it
// gives RGB565, knows its size only after it was started, may wait for ever, and fills a buffer
// again while it is read. One task makes all calls, in the documented order.
#ifndef FAKE_CAMERA_H
#define FAKE_CAMERA_H

#include "frame_source.h"

typedef struct {
  uint16_t width, height;
  uint32_t gap;    ///< Bytes after each line.
  int64_t period;  ///< Microseconds from picture to picture.
  ocel_source_result open_result, start_result, acquire_result;
  bool knows_rate;
  bool blocks;       ///< acquire returns only when fake_camera_unblock is called.
  bool short_frame;  ///< Frames are a byte too short.

  bool is_open, is_started, is_held, is_waiting;
  unsigned opened, started, stopped, acquired;
} fake_camera_state;

extern fake_camera_state fake_camera;

/// It must be closed.
void fake_camera_reset(void);
ocel_frame_source fake_camera_source(void);

/// Lets a blocked acquire go; waits until there is one first.
void fake_camera_unblock(void);
void fake_camera_await_block(void);

#endif
