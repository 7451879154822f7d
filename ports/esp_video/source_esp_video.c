// SPDX-License-Identifier: Apache-2.0
#include "source_esp_video.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "controls_apply.h"
#include "esp_timer.h"
#include "esp_video_device.h"
#include "esp_video_ioctl.h"
#include "memory.h"
#include "source_esp_video_setup.h"

#define RESTART_FIRST OCEL_SECOND
#define RESTART_MOST (30 * OCEL_SECOND)

enum { DAMAGED_MOST = 3 };

int ocel__video_control(const ocel_source_esp_video *s, long request, void *argument) {
  return ioctl(s->fd, (int)request, argument);
}

ocel_source_result ocel__video_error(void) {
  switch (errno) {
    case ENOMEM: return OCEL_SOURCE_NO_MEMORY;
    case ETIMEDOUT: return OCEL_SOURCE_TIMEOUT;
    case EINVAL:
    case ESRCH: return OCEL_SOURCE_UNSUPPORTED;  // esp_video's word for "not supported"
    default: return OCEL_SOURCE_FAILED;
  }
}

static ocel_source_result open_device(void *ctx) {
  ocel_source_esp_video *s = ctx;
  const char *name = s->cfg.device != NULL ? s->cfg.device : ESP_VIDEO_MIPI_CSI_DEVICE_NAME;
  s->fd = open(name, O_RDWR);
  s->timeout = -1;
  return s->fd >= 0 ? OCEL_SOURCE_OK : ocel__video_error();
}

static void stop(void *ctx) {
  ocel_source_esp_video *s = ctx;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (s->is_streaming) (void)ocel__video_control(s, VIDIOC_STREAMOFF, &type);
  s->is_streaming = false;
}

static void close_device(void *ctx) {
  ocel_source_esp_video *s = ctx;
  stop(s);
  (void)close(s->fd);
  s->fd = -1;
  if (s->cfg.controls != NULL) ocel__controls_end(s->cfg.controls);
  ocel__video_free(s);
  ocel_reshape_end(&s->reshaper);
}

static ocel_source_result start(void *ctx, ocel_frame_format *format) {
  ocel_source_esp_video *s = ctx;
  const ocel_source_result rc = ocel__video_setup(s);
  if (rc != OCEL_SOURCE_OK) return rc;
  int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  if (ocel__video_control(s, VIDIOC_STREAMON, &type) != 0) return ocel__video_error();
  s->is_streaming = true;
  s->restart_after = 0;
  s->restart_at = 0;
  s->due = 0;
  if (s->cfg.controls != NULL) ocel__controls_begin(s->cfg.controls);
  return ocel_reshape_prepare(&s->reshaper, &s->cfg.shape, &s->format, format);
}

// ---- pictures ----

static bool wait_at_most(ocel_source_esp_video *s, ocel_us timeout) {
  if (timeout == s->timeout) return true;
  struct timeval t = {.tv_sec = (time_t)(timeout / OCEL_SECOND),
                      .tv_usec = (suseconds_t)(timeout % OCEL_SECOND)};
  if (ocel__video_control(s, VIDIOC_S_DQBUF_TIMEOUT, &t) != 0) return false;
  s->timeout = timeout;
  return true;
}

static ocel_source_result dequeue(ocel_source_esp_video *s, ocel_frame *frame, bool *damaged) {
  struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_USERPTR};
  if (ocel__video_control(s, VIDIOC_DQBUF, &b) != 0) return ocel__video_error();
  if (b.index >= s->cfg.buffers) return OCEL_SOURCE_FAILED;
  *frame = (ocel_frame){.data = s->buffer[b.index],
                        .size = s->buffer_size,
                        .captured_at = esp_timer_get_time(),
                        .index = b.index};
  *damaged = (b.flags & V4L2_BUF_FLAG_ERROR) != 0;
  return OCEL_SOURCE_OK;
}

// Damaged pictures go back at once; nothing but such is as good as none.
static ocel_source_result take(ocel_source_esp_video *s, ocel_us timeout, ocel_frame *frame) {
  if (!wait_at_most(s, timeout)) return OCEL_SOURCE_FAILED;  // else it might wait for ever
  for (int i = 0; i < DAMAGED_MOST; i++) {
    bool damaged = false;
    const ocel_source_result rc = dequeue(s, frame, &damaged);
    if (rc != OCEL_SOURCE_OK || !damaged) return rc;
    s->counts.damaged++;
    if (!ocel__video_queue(s, frame->index)) return OCEL_SOURCE_FAILED;
  }
  return OCEL_SOURCE_TIMEOUT;
}

// The driver hands pictures out in their order: what waited while the last one was encoded is
// older than what the camera has finished since.
static ocel_source_result skip_to_newest(ocel_source_esp_video *s, ocel_frame *frame) {
  ocel_frame newer;
  ocel_source_result rc;
  while ((rc = take(s, 0, &newer)) == OCEL_SOURCE_OK) {
    s->counts.skipped++;
    if (!ocel__video_queue(s, frame->index)) return OCEL_SOURCE_FAILED;
    *frame = newer;
  }
  return rc == OCEL_SOURCE_TIMEOUT ? OCEL_SOURCE_OK : OCEL_SOURCE_FAILED;
}

static ocel_source_result restart(ocel_source_esp_video *s) {
  s->counts.timeouts++;
  const ocel_us now = esp_timer_get_time();
  if (now < s->restart_at) return OCEL_SOURCE_TIMEOUT;
  s->restart_after = s->restart_after == 0 ? RESTART_FIRST : 2 * s->restart_after;
  if (s->restart_after > RESTART_MOST) s->restart_after = RESTART_MOST;
  s->restart_at = now + s->restart_after;
  s->counts.restarts++;
  struct v4l2_restart_config how = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .restart_sensor = true};
  if (ocel__video_control(s, VIDIOC_RESTART, &how) != 0) return OCEL_SOURCE_FAILED;
  ocel__video_orient(s);
  if (s->cfg.controls != NULL) ocel__controls_begin(s->cfg.controls);
  return OCEL_SOURCE_TIMEOUT;
}

// Whether `frame` is one of those that make up the wanted rate.
static bool in_time(ocel_source_esp_video *s, const ocel_frame *frame) {
  if (s->interval == 0) return true;
  if (frame->captured_at < s->due - s->margin) return false;
  const bool late = frame->captured_at - s->due > s->interval;
  s->due = (late ? frame->captured_at : s->due) + s->interval;
  return true;
}

static ocel_source_result take_in_time(ocel_source_esp_video *s, ocel_us timeout,
                                       ocel_frame *frame) {
  for (;;) {
    ocel_source_result rc = take(s, timeout, frame);
    if (rc == OCEL_SOURCE_OK) rc = skip_to_newest(s, frame);
    if (rc != OCEL_SOURCE_OK || in_time(s, frame)) return rc;
    s->counts.dropped++;
    if (!ocel__video_queue(s, frame->index)) return OCEL_SOURCE_FAILED;
  }
}

// The PPA's copy frees the camera's buffer at once.
static bool reshape(ocel_source_esp_video *s, ocel_frame *frame) {
  const bool done = ocel_reshape_run(&s->reshaper, frame);
  return (!s->reshaper.copies || ocel__video_queue(s, frame->index)) && done;
}

static ocel_source_result acquire(void *ctx, ocel_us timeout, ocel_frame *frame) {
  ocel_source_esp_video *s = ctx;
  if (s->cfg.controls != NULL) {
    ocel__controls_follow(s->cfg.controls, s->fd, esp_timer_get_time());
  }
  const ocel_source_result rc = take_in_time(s, timeout, frame);
  if (rc == OCEL_SOURCE_TIMEOUT) return restart(s);
  if (rc != OCEL_SOURCE_OK || !reshape(s, frame)) return OCEL_SOURCE_FAILED;
  s->counts.frames++;
  s->restart_after = 0;
  s->restart_at = 0;
  return OCEL_SOURCE_OK;
}

static void release(void *ctx, const ocel_frame *frame) {
  ocel_source_esp_video *s = ctx;
  if (s->reshaper.copies) return;  // it went back when it was copied
  // Without this buffer the others do; without all of them waits end in timeouts.
  (void)ocel__video_queue(s, frame->index);
}

ocel_frame_source ocel_source_esp_video_init(ocel_source_esp_video *s,
                                             const ocel_source_esp_video_config *cfg) {
  *s = (ocel_source_esp_video){.cfg = *cfg, .fd = -1};
  if (s->cfg.buffers < OCEL_SOURCE_BUFFERS_MIN) s->cfg.buffers = OCEL_SOURCE_BUFFERS_MIN;
  if (s->cfg.buffers > OCEL_SOURCE_BUFFERS_MAX) s->cfg.buffers = OCEL_SOURCE_BUFFERS_MAX;
  return (ocel_frame_source){
      .ctx = s,
      .open = open_device,
      .start = start,
      .acquire = acquire,
      .release = release,
      .stop = stop,
      .close = close_device,
  };
}
