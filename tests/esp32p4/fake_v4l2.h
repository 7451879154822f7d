// SPDX-License-Identifier: Apache-2.0
// esp_video's capture device behind open, ioctl and close (fake_v4l2_calls.h). The camera fills
// queued buffers in their order, one each `period`, by the fake clock.
#ifndef FAKE_V4L2_H
#define FAKE_V4L2_H

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_V4L2_BUFFERS = 8, FAKE_V4L2_GAINS = 8 };

typedef struct {
  uint32_t width, height;  ///< Of the sensor.
  uint32_t fps;
  int64_t period;    ///< Microseconds from picture to picture.
  bool dead;         ///< No picture comes.
  bool revives;      ///< A restart of the sensor ends that.
  unsigned damaged;  ///< That many of the next pictures are damaged.
  long failing;      ///< A request that fails,
  int with_errno;    ///< with this errno,
  unsigned after;    ///< once it has worked this many times.
  bool has_manual;   ///< The sensor lets exposure and gain be set.
  int open_errno;    ///< open fails with it; 0: it works.

  // What was seen.
  bool is_open, is_streaming, mirror, flip, has_sensor_format;
  unsigned opened, started, restarts, delivered, lost, divisor;
  int64_t restarted_at[16];
  int exposure, gain, target;
} fake_v4l2_state;

extern fake_v4l2_state fake_v4l2;

/// The device must be closed.
void fake_v4l2_reset(void);

#endif
