// SPDX-License-Identifier: Apache-2.0
#include "camera_controls.h"

#include <fcntl.h>
#include <linux/v4l2-controls.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void set(const oceld_controls *c, uint32_t id, uint32_t value) {
  struct v4l2_control control = {.id = id, .value = (int32_t)value};
  if (c->fd >= 0) (void)ioctl(c->fd, VIDIOC_S_CTRL, &control);
}

static bool knows(const oceld_controls *c, uint32_t id) {
  struct v4l2_queryctrl query = {.id = id};
  return ioctl(c->fd, VIDIOC_QUERYCTRL, &query) == 0 &&
         (query.flags & V4L2_CTRL_FLAG_DISABLED) == 0;
}

bool oceld_controls_open(oceld_controls *c, const char *device, const oceld_tuning *tuning) {
  c->fd = open(device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (c->fd < 0) return false;
  oceld_controls_tune(c, tuning);
  set(c, V4L2_CID_MPEG_VIDEO_REPEAT_SEQ_HEADER, 1);
  return knows(c, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME);
}

void oceld_controls_tune(const oceld_controls *c, const oceld_tuning *tuning) {
  set(c, V4L2_CID_MPEG_VIDEO_BITRATE, tuning->bitrate);
  set(c, V4L2_CID_MPEG_VIDEO_GOP_SIZE, tuning->gop);
  set(c, V4L2_CID_MPEG_VIDEO_H264_I_PERIOD, tuning->gop);
  set(c, V4L2_CID_MPEG_VIDEO_H264_MIN_QP, tuning->qp_min);
  set(c, V4L2_CID_MPEG_VIDEO_H264_MAX_QP, tuning->qp_max);
}

void oceld_controls_ask_key(const oceld_controls *c) {
  set(c, V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME, 1);
}

void oceld_controls_close(oceld_controls *c) {
  if (c->fd >= 0) (void)close(c->fd);
  c->fd = -1;
}
