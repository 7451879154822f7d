// SPDX-License-Identifier: Apache-2.0
// A V4L2 camera for tests, since hardly a test machine has one: a test program linked with it
// serves open() and ioctl() on FAKE_DEVICE itself, as a driver with one format would.
#ifndef OCELD_FAKE_V4L2_H
#define OCELD_FAKE_V4L2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FAKE_DEVICE "/dev/video-fake"

enum { FAKE_WIDTH = 64, FAKE_HEIGHT = 48, FAKE_FPS = 50, FAKE_STAMPS = 4096 };

/// What the camera is like, and what happened to it. Set it before the camera is opened.
typedef struct {
  uint32_t format;        ///< V4L2_PIX_FMT_YUYV, _H264 or _MJPEG.
  bool has_controls;      ///< Its encoder can be told things.
  const uint8_t **units;  ///< Access units unless YUYV, given out over and over.
  const uint32_t *sizes;
  uint32_t unit_count;
  uint32_t unplug_after;  ///< Pictures until it is unplugged (one open fails then); 0: never.
  uint32_t stall_after;   ///< Pictures until it falls silent, up to the next open; 0: never.

  uint32_t given;               ///< Pictures given out since the beginning.
  int64_t stamps[FAKE_STAMPS];  ///< Of each, microseconds of CLOCK_MONOTONIC.
  uint32_t opened;              ///< Times it was opened for pictures.
  uint32_t keys_asked;
  uint32_t bitrate, gop;  ///< Last values set.
} fake_camera;

extern fake_camera fake;

#endif
