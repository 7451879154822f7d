// SPDX-License-Identifier: Apache-2.0
#include "fake_v4l2.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <pthread.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 4, BUFFER_SIZE = 65536 };

fake_camera fake;

// The file descriptor that gives pictures is a memory file: what is mapped is its buffers.
static struct {
  pthread_mutex_t lock;
  int fd, control_fd;
  bool gone;  // Unplugged: the next open fails.
  bool queued[BUFFERS];
  int64_t next_at;
} device = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1, .control_fd = -1};

static int64_t now_us(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static int fail(int error) {
  errno = error;
  return -1;
}

static int open_device(void) {
  if (device.gone) {
    device.gone = false;
    return fail(ENOENT);
  }
  const int fd = memfd_create("camera", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, BUFFERS * BUFFER_SIZE) != 0) return -1;
  // The controls are opened while pictures are: the second one is theirs.
  if (device.fd >= 0 && fcntl(device.fd, F_GETFD) >= 0) {
    device.control_fd = fd;
  } else {
    device.fd = fd;
  }
  return fd;
}

// What libavutil calls, and what our own code calls.
int open64(const char *path, int flags, ...);
int open64(const char *path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  const mode_t mode = va_arg(args, mode_t);
  va_end(args);
  if (strcmp(path, FAKE_DEVICE) != 0) return openat(AT_FDCWD, path, flags, mode);
  (void)pthread_mutex_lock(&device.lock);
  const int fd = open_device();
  (void)pthread_mutex_unlock(&device.lock);
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list args;
  va_start(args, flags);
  const mode_t mode = va_arg(args, mode_t);
  va_end(args);
  return open64(path, flags, mode);
}

// ---- the ioctls, one function each ----

static int query_capability(void *arg) {
  struct v4l2_capability *c = arg;
  memset(c, 0, sizeof *c);
  (void)memcpy(c->driver, "fake", 5);
  c->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
  return 0;
}

static int input(void *arg) {
  memset(arg, 0, sizeof(int));
  return 0;
}

static int enum_input(void *arg) {
  struct v4l2_input *i = arg;
  memset(i, 0, sizeof *i);
  return 0;
}

// A driver puts what it can do in the place of what it cannot.
static int format(void *arg) {
  struct v4l2_format *f = arg;
  f->fmt.pix.width = FAKE_WIDTH;
  f->fmt.pix.height = FAKE_HEIGHT;
  f->fmt.pix.pixelformat = fake.format;
  f->fmt.pix.field = V4L2_FIELD_NONE;
  f->fmt.pix.sizeimage = BUFFER_SIZE;
  return 0;
}

static int parameters(void *arg) {
  struct v4l2_streamparm *p = arg;
  p->parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
  p->parm.capture.timeperframe = (struct v4l2_fract){1, FAKE_FPS};
  return 0;
}

static int request_buffers(void *arg) {
  struct v4l2_requestbuffers *r = arg;
  r->count = BUFFERS;
  return 0;
}

static int query_buffer(void *arg) {
  struct v4l2_buffer *b = arg;
  b->length = BUFFER_SIZE;
  b->m.offset = b->index * BUFFER_SIZE;
  return 0;
}

static int queue_buffer(void *arg) {
  const struct v4l2_buffer *b = arg;
  if (b->index >= BUFFERS || device.queued[b->index]) return fail(EINVAL);
  device.queued[b->index] = true;
  return 0;
}

static int stream_on(void *arg) {
  (void)arg;
  fake.opened++;
  device.next_at = now_us();
  return 0;
}

static int stream_off(void *arg) {
  (void)arg;
  memset(device.queued, 0, sizeof device.queued);
  return 0;
}

static bool limit(uint32_t after) { return after != 0 && fake.opened == 1 && fake.given >= after; }

static uint32_t fill(uint32_t index) {
  static uint8_t yuyv[FAKE_WIDTH * FAKE_HEIGHT * 2];
  const uint8_t *from = yuyv;
  uint32_t size = sizeof yuyv;
  if (fake.format != V4L2_PIX_FMT_YUYV) {
    from = fake.units[fake.given % fake.unit_count];
    size = fake.sizes[fake.given % fake.unit_count];
  } else {
    memset(yuyv, (int)(16 + fake.given % 200), sizeof yuyv);
  }
  (void)pwrite(device.fd, from, size, (off_t)index * BUFFER_SIZE);
  return size;
}

static int dequeue_buffer(void *arg) {
  struct v4l2_buffer *b = arg;
  uint32_t index = 0;
  const int64_t now = now_us();
  if (limit(fake.unplug_after)) {
    device.gone = true;
    return fail(ENODEV);
  }
  while (index < BUFFERS && !device.queued[index]) index++;
  if (now < device.next_at || index == BUFFERS || limit(fake.stall_after)) return fail(EAGAIN);
  device.queued[index] = false;
  device.next_at += 1000000 / FAKE_FPS;
  b->index = index;
  b->flags = 0;
  b->bytesused = fill(index);
  b->timestamp.tv_sec = now / 1000000;
  b->timestamp.tv_usec = now % 1000000;
  fake.stamps[fake.given++ % FAKE_STAMPS] = now;
  return 0;
}

static int set_control(void *arg) {
  const struct v4l2_control *c = arg;
  if (!fake.has_controls) return fail(EINVAL);
  if (c->id == V4L2_CID_MPEG_VIDEO_BITRATE) fake.bitrate = (uint32_t)c->value;
  if (c->id == V4L2_CID_MPEG_VIDEO_H264_I_PERIOD) fake.gop = (uint32_t)c->value;
  if (c->id == V4L2_CID_MPEG_VIDEO_FORCE_KEY_FRAME) fake.keys_asked++;
  return 0;
}

static int query_control(void *arg) {
  (void)arg;
  return fake.has_controls ? 0 : fail(EINVAL);
}

static const struct {
  unsigned long request;
  int (*handle)(void *arg);
} IOCTLS[] = {
    {VIDIOC_QUERYCAP,  query_capability},
    {VIDIOC_G_INPUT,   input           },
    {VIDIOC_ENUMINPUT, enum_input      },
    {VIDIOC_G_FMT,     format          },
    {VIDIOC_S_FMT,     format          },
    {VIDIOC_G_PARM,    parameters      },
    {VIDIOC_S_PARM,    parameters      },
    {VIDIOC_REQBUFS,   request_buffers },
    {VIDIOC_QUERYBUF,  query_buffer    },
    {VIDIOC_QBUF,      queue_buffer    },
    {VIDIOC_DQBUF,     dequeue_buffer  },
    {VIDIOC_STREAMON,  stream_on       },
    {VIDIOC_STREAMOFF, stream_off      },
    {VIDIOC_S_CTRL,    set_control     },
    {VIDIOC_QUERYCTRL, query_control   },
};

static int device_ioctl(unsigned long request, void *arg) {
  for (size_t i = 0; i < sizeof IOCTLS / sizeof IOCTLS[0]; i++) {
    if ((unsigned)IOCTLS[i].request == (unsigned)request) return IOCTLS[i].handle(arg);
  }
  return fail(ENOTTY);
}

int ioctl(int fd, unsigned long request, ...) {
  va_list args;
  va_start(args, request);
  void *arg = va_arg(args, void *);
  va_end(args);
  if (fd < 0 || (fd != device.fd && fd != device.control_fd)) {
    int (*real)(int, unsigned long, void *);
    *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    return real(fd, request, arg);
  }
  (void)pthread_mutex_lock(&device.lock);
  const int rc = device_ioctl(request, arg);
  (void)pthread_mutex_unlock(&device.lock);
  return rc;
}
