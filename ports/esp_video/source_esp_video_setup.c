// SPDX-License-Identifier: Apache-2.0
#include "source_esp_video_setup.h"

#include "esp_video_ioctl.h"
#include "memory.h"

static bool set_control(const ocel_source_esp_video *s, uint32_t id, bool on) {
  struct v4l2_ext_control control = {.id = id, .value = on};
  struct v4l2_ext_controls controls = {
      .ctrl_class = V4L2_CTRL_CLASS_USER, .count = 1, .controls = &control};
  return ocel__video_control(s, VIDIOC_S_EXT_CTRLS, &controls) == 0;
}

void ocel__video_orient(ocel_source_esp_video *s) {
  // What is not asked for may have been left by somebody before: it is reset, if that works.
  if (!set_control(s, V4L2_CID_HFLIP, s->cfg.mirror) && s->cfg.mirror) s->counts.refused++;
  if (!set_control(s, V4L2_CID_VFLIP, s->cfg.flip) && s->cfg.flip) s->counts.refused++;
}

static bool set_sensor(const ocel_source_esp_video *s) {
  if (s->cfg.sensor_format == NULL) return true;
  return ocel__video_control(s, VIDIOC_S_SENSOR_FMT, ocel_p4_unconst(s->cfg.sensor_format)) == 0;
}

// The sensor decides the size; the ISP is asked for the encoder's layout and its range, which
// would be the full one otherwise, and players expect the limited one.
static ocel_source_result set_format(ocel_source_esp_video *s) {
  struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  if (ocel__video_control(s, VIDIOC_G_FMT, &f) != 0) return ocel__video_error();
  struct v4l2_pix_format *pix = &f.fmt.pix;
  if (pix->width > UINT16_MAX || pix->height > UINT16_MAX || (pix->width | pix->height) % 2 != 0) {
    return OCEL_SOURCE_UNSUPPORTED;
  }
  s->format = (ocel_frame_format){.width = (uint16_t)pix->width,
                                  .height = (uint16_t)pix->height,
                                  .stride = pix->width / 2 * 3,
                                  .pixels = OCEL_PIXELS_O_UYY_E_VYY};
  pix->pixelformat = V4L2_PIX_FMT_YUV420;
  pix->quantization = V4L2_QUANTIZATION_LIM_RANGE;
  pix->ycbcr_enc = V4L2_YCBCR_ENC_601;
  pix->sizeimage = (uint32_t)ocel_p4_picture_bytes(s->format.width, s->format.height);
  return ocel__video_control(s, VIDIOC_S_FMT, &f) == 0 ? OCEL_SOURCE_OK : ocel__video_error();
}

static uint8_t rate_of(const ocel_source_esp_video *s) {
  struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  const struct v4l2_fract *t = &p.parm.capture.timeperframe;
  if (ocel__video_control(s, VIDIOC_G_PARM, &p) != 0 || t->numerator == 0) return 0;
  const uint32_t fps = t->denominator / t->numerator;
  return fps <= UINT8_MAX ? (uint8_t)fps : 0;
}

// esp_video divides the sensor's rate by whole numbers. For a rate between, pictures are dropped.
static void set_rate(ocel_source_esp_video *s) {
  struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
  s->interval = 0;
  bool divided = s->cfg.fps == 0;
  if (!divided) {
    p.parm.capture.capability = V4L2_CAP_TIMEPERFRAME;
    p.parm.capture.timeperframe = (struct v4l2_fract){.numerator = 1, .denominator = s->cfg.fps};
    divided = ocel__video_control(s, VIDIOC_S_PARM, &p) == 0;
  }
  s->format.fps = rate_of(s);
  if (divided || s->format.fps <= s->cfg.fps) return;
  s->interval = OCEL_SECOND / s->cfg.fps;
  s->margin = OCEL_SECOND / s->format.fps / 2;
  s->format.fps = s->cfg.fps;
}

void ocel__video_free(ocel_source_esp_video *s) {
  for (int i = 0; i < OCEL_SOURCE_BUFFERS_MAX; i++) {
    ocel_p4_dma_free(s->buffer[i]);
    s->buffer[i] = NULL;
  }
  s->buffer_size = 0;
}

static bool allocate(ocel_source_esp_video *s, size_t size) {
  if (s->buffer_size >= size) return true;  // those of the last start
  ocel__video_free(s);
  for (int i = 0; i < s->cfg.buffers; i++) {
    s->buffer_size = size;
    s->buffer[i] = ocel_p4_dma_alloc(&s->buffer_size);
    if (s->buffer[i] != NULL) continue;
    ocel__video_free(s);
    return false;
  }
  return true;
}

bool ocel__video_queue(const ocel_source_esp_video *s, uint32_t index) {
  struct v4l2_buffer b = {.index = index,
                          .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                          .memory = V4L2_MEMORY_USERPTR,
                          .m = {.userptr = (unsigned long)(uintptr_t)s->buffer[index]},
                          .length = (uint32_t)s->buffer_size};
  return ocel__video_control(s, VIDIOC_QBUF, &b) == 0;
}

static ocel_source_result set_buffers(ocel_source_esp_video *s) {
  struct v4l2_requestbuffers r = {
      .count = s->cfg.buffers, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_USERPTR};
  if (ocel__video_control(s, VIDIOC_REQBUFS, &r) != 0) return ocel__video_error();
  struct v4l2_buffer b = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_USERPTR};
  if (ocel__video_control(s, VIDIOC_QUERYBUF, &b) != 0) return ocel__video_error();
  const size_t padded = ocel_p4_picture_bytes(s->format.width, s->format.height);
  if (!allocate(s, b.length > padded ? b.length : padded)) return OCEL_SOURCE_NO_MEMORY;
  for (uint32_t i = 0; i < s->cfg.buffers; i++) {
    if (!ocel__video_queue(s, i)) return ocel__video_error();
  }
  return OCEL_SOURCE_OK;
}

ocel_source_result ocel__video_setup(ocel_source_esp_video *s) {
  if (!set_sensor(s)) return ocel__video_error();
  const ocel_source_result rc = set_format(s);
  if (rc != OCEL_SOURCE_OK) return rc;
  set_rate(s);
  ocel__video_orient(s);
  return set_buffers(s);
}
