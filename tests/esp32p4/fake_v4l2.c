// SPDX-License-Identifier: Apache-2.0
#include "fake_v4l2.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "esp_video_device.h"
#include "esp_video_ioctl.h"
#include "fake_heap.h"
#include "fake_isp.h"
#include "fake_rules.h"
#include "fake_time.h"
#include "fake_v4l2_calls.h"
#include "memory.h"

enum { FD = 700 };

typedef struct {
  uint8_t *data;
  bool queued, done, damaged;
} buffer;

typedef struct {
  uint32_t order[FAKE_V4L2_BUFFERS];
  unsigned n;
} list;

fake_v4l2_state fake_v4l2;
static buffer buffers[FAKE_V4L2_BUFFERS];
static list queued, done;
static unsigned count;
static uint32_t length;
static int64_t timeout, next_at;
static _Atomic(const char *) user;  // the task that is in a call
static _Thread_local char self;

void fake_v4l2_reset(void) {
  RULE("v4l2: the device is closed", !fake_v4l2.is_open);
  atomic_store(&user, NULL);
  fake_v4l2 =
      (fake_v4l2_state){.width = 1280, .height = 720, .fps = 30, .period = 33333, .divisor = 1};
}

static int refuse(int error) {
  errno = error;
  return -1;
}

static void append(list *l, uint32_t index) { l->order[l->n++] = index; }

static uint32_t take_first(list *l) {
  const uint32_t first = l->order[0];
  memmove(l->order, l->order + 1, --l->n * sizeof l->order[0]);
  return first;
}

int fake_v4l2_open(const char *path, int flags) {
  (void)flags;
  if (strcmp(path, ESP_VIDEO_ISP1_DEVICE_NAME) == 0) return fake_isp_open();
  RULE("v4l2: the camera's name", strcmp(path, ESP_VIDEO_MIPI_CSI_DEVICE_NAME) == 0);
  RULE("v4l2: one user", !fake_v4l2.is_open);
  if (fake_v4l2.open_errno != 0) return refuse(fake_v4l2.open_errno);
  fake_v4l2.is_open = true;
  fake_v4l2.opened++;
  timeout = INT64_MAX;
  return FD;
}

int fake_v4l2_close(int fd) {
  if (fd == FAKE_ISP_FD) return fake_isp_close();
  RULE("v4l2: what is closed is open", fd == FD && fake_v4l2.is_open);
  RULE("v4l2: streaming ends before the device is closed", !fake_v4l2.is_streaming);
  fake_v4l2.is_open = false;
  return 0;
}

static int set_format(const struct v4l2_format *f) {
  const struct v4l2_pix_format *pix = &f->fmt.pix;
  if (fake_v4l2.is_streaming) return refuse(EBUSY);
  if (pix->width != fake_v4l2.width || pix->height != fake_v4l2.height) return refuse(EINVAL);
  RULE("v4l2: the encoder's layout", pix->pixelformat == V4L2_PIX_FMT_YUV420);
  RULE("v4l2: limited range is asked for", pix->quantization == V4L2_QUANTIZATION_LIM_RANGE);
  RULE("v4l2: BT.601 is asked for", pix->ycbcr_enc == V4L2_YCBCR_ENC_601);
  length = pix->width * pix->height / 2 * 3;
  if (pix->sizeimage > length) length = pix->sizeimage;
  length = (uint32_t)ocel_p4_round_up(length, OCEL_P4_CACHE_LINE);
  return 0;
}

// What the camera has done by now.
static void catch_up(void) {
  for (; next_at <= fake_time_now(); next_at += fake_v4l2.period * fake_v4l2.divisor) {
    if (fake_v4l2.dead) continue;
    if (queued.n < 2) {  // the last one stays with the driver, and is written again
      fake_v4l2.lost++;
      continue;
    }
    const uint32_t i = take_first(&queued);
    buffers[i].damaged = fake_v4l2.damaged > 0;
    fake_v4l2.damaged -= buffers[i].damaged;
    memset(buffers[i].data, (int)(fake_v4l2.delivered++ & 0xff), 64);
    append(&done, i);
  }
}

static int queue(const struct v4l2_buffer *b) {
  uint8_t *data = (uint8_t *)(uintptr_t)b->m.userptr;
  RULE("v4l2: buffers are the user's", b->memory == V4L2_MEMORY_USERPTR && b->index < count);
  RULE("v4l2: a buffer starts on a cache line", (uintptr_t)data % OCEL_P4_CACHE_LINE == 0);
  RULE("v4l2: a buffer is big enough", b->length >= length);
  RULE("v4l2: a buffer is in PSRAM", fake_heap_is_spiram(data, b->length));
  RULE("v4l2: no line of a buffer is dirty", !fake_cache_is_dirty(data, b->length));
  if (fake_v4l2.is_streaming) catch_up();
  RULE("v4l2: a queued buffer is not queued", !buffers[b->index].queued);
  buffers[b->index] = (buffer){.data = data, .queued = true};
  append(&queued, b->index);
  fake_dma_give(data);
  return 0;
}

static int dequeue(struct v4l2_buffer *b) {
  if (!fake_v4l2.is_streaming) return refuse(EBUSY);
  catch_up();
  RULE("v4l2: a wait has an end", timeout < INT64_MAX);
  const int64_t until = fake_time_now() + timeout;
  while (done.n == 0 && next_at <= until) {
    fake_time_pass(next_at - fake_time_now());
    catch_up();
  }
  if (done.n == 0) {
    fake_time_pass(until - fake_time_now());
    return refuse(ETIMEDOUT);
  }
  b->index = take_first(&done);
  b->bytesused = buffers[b->index].damaged ? 0 : length;
  b->flags = buffers[b->index].damaged ? V4L2_BUF_FLAG_ERROR : V4L2_BUF_FLAG_DONE;
  buffers[b->index].queued = false;
  fake_dma_take(buffers[b->index].data);
  return 0;
}

static int stream(bool on) {
  if (on == fake_v4l2.is_streaming) return refuse(EBUSY);
  RULE("v4l2: at least two buffers are queued", !on || queued.n >= 2);
  fake_v4l2.is_streaming = on;
  fake_v4l2.started += on;
  next_at = fake_time_now() + fake_v4l2.period;
  if (on) return 0;
  for (unsigned i = 0; i < count; i++) {
    if (buffers[i].queued) fake_dma_take(buffers[i].data);
    buffers[i] = (buffer){0};
  }
  queued.n = done.n = 0;
  return 0;
}

static int request_buffers(const struct v4l2_requestbuffers *r) {
  if (fake_v4l2.is_streaming) return refuse(EBUSY);
  RULE("v4l2: the format is set first", length > 0);
  RULE("v4l2: not more buffers than there can be", r->count <= FAKE_V4L2_BUFFERS);
  count = r->count;
  queued.n = done.n = 0;
  memset(buffers, 0, sizeof buffers);
  return 0;
}

static int restart(const struct v4l2_restart_config *c) {
  RULE("v4l2: only a streaming device is restarted", fake_v4l2.is_streaming);
  if (fake_v4l2.restarts < 16) fake_v4l2.restarted_at[fake_v4l2.restarts] = fake_time_now();
  fake_v4l2.restarts++;
  if (c->restart_sensor && fake_v4l2.revives) fake_v4l2.dead = false;
  next_at = fake_time_now() + fake_v4l2.period;
  return 0;
}

static int set_rate(const struct v4l2_streamparm *p) {
  const struct v4l2_fract *t = &p->parm.capture.timeperframe;
  if ((p->parm.capture.capability & V4L2_CAP_TIMEPERFRAME) == 0) return refuse(EINVAL);
  if (t->numerator != 1 || t->denominator == 0 || fake_v4l2.fps % t->denominator != 0) {
    return refuse(EINVAL);
  }
  fake_v4l2.divisor = fake_v4l2.fps / t->denominator;
  return 0;
}

static int set_exposure(int32_t hundreds) {
  if (!fake_v4l2.has_manual || hundreds < 1 || hundreds > 333) return refuse(EINVAL);
  fake_v4l2.exposure = hundreds;
  return 0;
}

static int set_controls(const struct v4l2_ext_controls *c) {
  const struct v4l2_ext_control *one = c->controls;
  RULE("v4l2: the class of the controls",
       c->ctrl_class == (one->id & 0x0fff0000u) && c->count == 1);
  if (one->id == V4L2_CID_HFLIP) fake_v4l2.mirror = one->value != 0;
  if (one->id == V4L2_CID_VFLIP) fake_v4l2.flip = one->value != 0;
  if (one->id == V4L2_CID_EXPOSURE_ABSOLUTE) return set_exposure(one->value);
  if (one->id == V4L2_CID_EXPOSURE) fake_v4l2.target = one->value;
  if (one->id != V4L2_CID_GAIN) return 0;
  RULE("v4l2: a gain is a number of the menu", one->value >= 0 && one->value < FAKE_V4L2_GAINS);
  fake_v4l2.gain = one->value;
  return 0;
}

// 1, 1.5, 2, 3, 4, 6, 8 and 12 times.
static int query_menu(struct v4l2_querymenu *m) {
  if (!fake_v4l2.has_manual || m->id != V4L2_CID_GAIN || m->index >= FAKE_V4L2_GAINS) {
    return refuse(EINVAL);
  }
  m->value = (m->index % 2 == 0 ? 1000ll : 1500ll) << m->index / 2;
  return 0;
}

static int perform(int request, void *arg) {
  struct v4l2_format *f = arg;
  struct v4l2_streamparm *p = arg;
  const struct timeval *t = arg;
  if (request == (int)VIDIOC_G_FMT) {
    f->fmt.pix = (struct v4l2_pix_format){.width = fake_v4l2.width, .height = fake_v4l2.height};
  } else if (request == (int)VIDIOC_G_PARM) {
    p->parm.capture.timeperframe =
        (struct v4l2_fract){.numerator = 1, .denominator = fake_v4l2.fps / fake_v4l2.divisor};
  } else if (request == (int)VIDIOC_QUERYBUF) {
    ((struct v4l2_buffer *)arg)->length = length;
  } else if (request == (int)VIDIOC_S_DQBUF_TIMEOUT) {
    timeout = t->tv_sec * 1000000 + t->tv_usec;
  } else if (request == (int)VIDIOC_S_SENSOR_FMT) {
    fake_v4l2.width = ((esp_cam_sensor_format_t *)arg)->width;
    fake_v4l2.height = ((esp_cam_sensor_format_t *)arg)->height;
    fake_v4l2.has_sensor_format = true;
  } else {
    return refuse(EINVAL);
  }
  return 0;
}

static int answer(int request, void *arg) {
  if (request == (int)VIDIOC_QUERYMENU) return query_menu(arg);
  if (request == (int)fake_v4l2.failing && fake_v4l2.with_errno != 0) {
    if (fake_v4l2.after == 0) return refuse(fake_v4l2.with_errno);
    fake_v4l2.after--;
  }
  if (request == (int)VIDIOC_S_FMT) return set_format(arg);
  if (request == (int)VIDIOC_QBUF) return queue(arg);
  if (request == (int)VIDIOC_DQBUF) return dequeue(arg);
  if (request == (int)VIDIOC_STREAMON) return stream(true);
  if (request == (int)VIDIOC_STREAMOFF) return stream(false);
  if (request == (int)VIDIOC_REQBUFS) return request_buffers(arg);
  if (request == (int)VIDIOC_RESTART) return restart(arg);
  if (request == (int)VIDIOC_S_PARM) return set_rate(arg);
  if (request == (int)VIDIOC_S_EXT_CTRLS) return set_controls(arg);
  return perform(request, arg);
}

int fake_v4l2_ioctl(int fd, int request, void *arg) {
  if (fd == FAKE_ISP_FD) return fake_isp_ioctl(request, arg);
  RULE("v4l2: the device is open", fd == FD && fake_v4l2.is_open);
  // A test that broke a rule left its call in the middle; it is not another task.
  const char *before = atomic_exchange(&user, &self);
  RULE("v4l2: one task at a time uses the device", before == NULL || before == &self);
  const int rc = answer(request, arg);
  atomic_store(&user, NULL);
  return rc;
}
