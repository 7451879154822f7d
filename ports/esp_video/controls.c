// SPDX-License-Identifier: Apache-2.0
#include "controls.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "controls_apply.h"
#include "esp_video_device.h"
#include "esp_video_ioctl.h"
#include "esp_video_isp_pipeline.h"
#include "sdkconfig.h"

#define MASK(control) (1u << (control))
#define MANUAL (MASK(OCEL_CONTROL_EXPOSURE) | MASK(OCEL_CONTROL_GAIN))
// Espressif's algorithms also set these, when the light changes.
#define CONTESTED (MASK(OCEL_CONTROL_CONTRAST) | MASK(OCEL_CONTROL_SATURATION))

enum { EXPOSURE_UNIT = 100 };  // microseconds; Video4Linux2's

struct ocel_camera_controls {
  atomic_int value[OCEL_CONTROLS];
  atomic_uint known, waiting, refused;  // bits
  int isp;                              // the task's, as the rest
  ocel_us repeat_at;
};

size_t ocel_controls_size(void) { return sizeof(ocel_camera_controls); }

ocel_camera_controls *ocel_controls_init(void *mem, size_t size) {
  if (mem == NULL || size < sizeof(ocel_camera_controls)) return NULL;
  ocel_camera_controls *c = mem;
  memset(c, 0, sizeof *c);
  c->isp = -1;
  return c;
}

void ocel_controls_set(ocel_camera_controls *c, ocel_control control, int32_t value) {
  atomic_store(&c->value[control], value);
  atomic_fetch_or(&c->known, MASK(control));
  atomic_fetch_or(&c->waiting, MASK(control));
}

uint32_t ocel_controls_refused(const ocel_camera_controls *c) { return atomic_load(&c->refused); }

// ---- one control ----

static bool set_control(int fd, uint32_t class, uint32_t id, int32_t value) {
  struct v4l2_ext_control control = {.id = id, .value = value};
  struct v4l2_ext_controls controls = {.ctrl_class = class, .count = 1, .controls = &control};
  return ioctl(fd, (int)VIDIOC_S_EXT_CTRLS, &controls) == 0;
}

static int64_t menu_value(int camera, uint32_t index) {
  struct v4l2_querymenu m = {.id = V4L2_CID_GAIN, .index = index};
  return ioctl(camera, (int)VIDIOC_QUERYMENU, &m) == 0 ? m.value : -1;
}

// The sensor's gains are a list that rises.
static bool set_gain(int camera, int32_t thousandths) {
  uint32_t index = 0;
  int64_t at = menu_value(camera, 0);
  if (at < 0) return false;
  for (int64_t next; at < thousandths && (next = menu_value(camera, index + 1)) >= 0; at = next) {
    if (next - thousandths > thousandths - at) break;
    index++;
  }
  return set_control(camera, V4L2_CTRL_CLASS_USER, V4L2_CID_GAIN, (int32_t)index);
}

// Without Espressif's algorithms, which an sdkconfig has to ask for, nothing is automatic.
static bool set_automatic(int32_t on) {
#ifdef CONFIG_ESP_VIDEO_ENABLE_ISP_PIPELINE_CONTROLLER
  return esp_video_isp_pipeline_set_agc_status(on != 0
                                                   ? ESP_VIDEO_ISP_PIPELINE_AGC_ENABLE
                                                   : ESP_VIDEO_ISP_PIPELINE_AGC_DISABLE) == ESP_OK;
#else
  return on == 0;
#endif
}

static bool set_isp(ocel_camera_controls *c, uint32_t id, int32_t value) {
  if (c->isp < 0) c->isp = open(ESP_VIDEO_ISP1_DEVICE_NAME, O_RDWR);
  return c->isp >= 0 && set_control(c->isp, V4L2_CTRL_CLASS_USER, id, value);
}

static const uint32_t ISP_ID[OCEL_CONTROLS] = {
    [OCEL_CONTROL_BRIGHTNESS] = V4L2_CID_BRIGHTNESS,
    [OCEL_CONTROL_CONTRAST] = V4L2_CID_CONTRAST,
    [OCEL_CONTROL_SATURATION] = V4L2_CID_SATURATION,
    [OCEL_CONTROL_RED_BALANCE] = V4L2_CID_RED_BALANCE,
    [OCEL_CONTROL_BLUE_BALANCE] = V4L2_CID_BLUE_BALANCE,
};

static bool apply(ocel_camera_controls *c, int camera, int control) {
  const int32_t value = atomic_load(&c->value[control]);
  if (ISP_ID[control] != 0) return set_isp(c, ISP_ID[control], value);
  if (control == OCEL_CONTROL_AUTO_EXPOSURE) return set_automatic(value);
  if (control == OCEL_CONTROL_GAIN) return set_gain(camera, value);
  if (control == OCEL_CONTROL_EXPOSURE_TARGET) {
    return set_control(camera, V4L2_CTRL_CLASS_USER, V4L2_CID_EXPOSURE, value);
  }
  return set_control(camera, V4L2_CTRL_CLASS_CAMERA, V4L2_CID_EXPOSURE_ABSOLUTE,
                     value / EXPOSURE_UNIT);
}

// ---- when ----

void ocel__controls_begin(ocel_camera_controls *c) {
  atomic_fetch_or(&c->waiting, atomic_load(&c->known));
}

static bool is_automatic(const ocel_camera_controls *c) {
  return (atomic_load(&c->known) & MASK(OCEL_CONTROL_AUTO_EXPOSURE)) == 0 ||
         atomic_load(&c->value[OCEL_CONTROL_AUTO_EXPOSURE]) != 0;
}

static uint32_t now_due(ocel_camera_controls *c, ocel_us now) {
  uint32_t due = atomic_exchange(&c->waiting, 0);
  const uint32_t known = atomic_load(&c->known);
  if (due & MASK(OCEL_CONTROL_AUTO_EXPOSURE)) due |= known & MANUAL;
  if (is_automatic(c)) due &= ~MANUAL;
  if (now >= c->repeat_at) {
    c->repeat_at = now + OCEL_SECOND;
    due |= known & CONTESTED;
  }
  return due;
}

void ocel__controls_follow(ocel_camera_controls *c, int camera, ocel_us now) {
  const uint32_t due = now_due(c, now);
  for (int i = 0; i < OCEL_CONTROLS && due != 0; i++) {
    if ((due & MASK(i)) == 0) continue;
    if (apply(c, camera, i)) {
      atomic_fetch_and(&c->refused, ~MASK(i));
    } else {
      atomic_fetch_or(&c->refused, MASK(i));
    }
  }
}

void ocel__controls_end(ocel_camera_controls *c) {
  if (c->isp >= 0) (void)close(c->isp);
  c->isp = -1;
}
