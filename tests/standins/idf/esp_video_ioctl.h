// SPDX-License-Identifier: Apache-2.0
// Stand-in: what esp_video 2.4 adds to Video4Linux2.
#ifndef STANDIN_ESP_VIDEO_IOCTL_H
#define STANDIN_ESP_VIDEO_IOCTL_H

#include <stdbool.h>
#include <sys/time.h>

#include "linux/videodev2.h"

typedef struct {
  const char *name;
  uint16_t width, height;
  uint8_t fps;
} esp_cam_sensor_format_t;

struct v4l2_restart_config {
  int type;
  bool restart_sensor;
};

#define VIDIOC_S_SENSOR_FMT STANDIN_REQUEST(193, esp_cam_sensor_format_t)
#define VIDIOC_S_DQBUF_TIMEOUT STANDIN_REQUEST(198, struct timeval)
#define VIDIOC_RESTART STANDIN_REQUEST(200, struct v4l2_restart_config)

#endif
