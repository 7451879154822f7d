// SPDX-License-Identifier: Apache-2.0
// Stand-in: the part of Video4Linux2 that is used with esp_video.
#ifndef STANDIN_LINUX_VIDEODEV2_H
#define STANDIN_LINUX_VIDEODEV2_H

#include <stdint.h>

#define STANDIN_REQUEST(n, type) ((long)(0xc0005600ul | (sizeof(type) & 0x7f) << 16 | (n)))

#define v4l2_fourcc(a, b, c, d) \
  ((uint32_t)(a) | (uint32_t)(b) << 8 | (uint32_t)(c) << 16 | (uint32_t)(d) << 24)
#define V4L2_PIX_FMT_YUV420 v4l2_fourcc('Y', 'U', '1', '2')
#define V4L2_PIX_FMT_RGB565 v4l2_fourcc('R', 'G', 'B', 'P')

#define V4L2_CAP_TIMEPERFRAME 0x1000u
#define V4L2_BUF_FLAG_DONE 0x0004u
#define V4L2_BUF_FLAG_ERROR 0x0040u
#define V4L2_CTRL_CLASS_USER 0x00980000u
#define V4L2_CTRL_CLASS_CAMERA 0x009a0000u
#define V4L2_CID_BRIGHTNESS (V4L2_CTRL_CLASS_USER | 0x900u)
#define V4L2_CID_CONTRAST (V4L2_CTRL_CLASS_USER | 0x901u)
#define V4L2_CID_SATURATION (V4L2_CTRL_CLASS_USER | 0x902u)
#define V4L2_CID_RED_BALANCE (V4L2_CTRL_CLASS_USER | 0x90eu)
#define V4L2_CID_BLUE_BALANCE (V4L2_CTRL_CLASS_USER | 0x90fu)
#define V4L2_CID_EXPOSURE (V4L2_CTRL_CLASS_USER | 0x911u)
#define V4L2_CID_GAIN (V4L2_CTRL_CLASS_USER | 0x913u)
#define V4L2_CID_EXPOSURE_ABSOLUTE (V4L2_CTRL_CLASS_CAMERA | 0x902u)
#define V4L2_CID_HFLIP (V4L2_CTRL_CLASS_USER | 0x914u)
#define V4L2_CID_VFLIP (V4L2_CTRL_CLASS_USER | 0x915u)

enum v4l2_buf_type { V4L2_BUF_TYPE_VIDEO_CAPTURE = 1 };
enum v4l2_memory { V4L2_MEMORY_MMAP = 1, V4L2_MEMORY_USERPTR = 2 };
enum v4l2_quantization {
  V4L2_QUANTIZATION_DEFAULT = 0,
  V4L2_QUANTIZATION_FULL_RANGE = 1,
  V4L2_QUANTIZATION_LIM_RANGE = 2,
};
enum v4l2_ycbcr_encoding { V4L2_YCBCR_ENC_DEFAULT = 0, V4L2_YCBCR_ENC_601 = 1 };

struct v4l2_pix_format {
  uint32_t width, height, pixelformat, bytesperline, sizeimage;
  uint32_t ycbcr_enc, quantization;
};

struct v4l2_format {
  uint32_t type;
  union {
    struct v4l2_pix_format pix;
    uint8_t raw_data[200];
  } fmt;
};

struct v4l2_requestbuffers {
  uint32_t count, type, memory;
};

struct v4l2_buffer {
  uint32_t index, type, bytesused, flags, memory;
  union {
    uint32_t offset;
    unsigned long userptr;
  } m;
  uint32_t length;
};

struct v4l2_fract {
  uint32_t numerator, denominator;
};

struct v4l2_captureparm {
  uint32_t capability, capturemode;
  struct v4l2_fract timeperframe;
};

struct v4l2_streamparm {
  uint32_t type;
  union {
    struct v4l2_captureparm capture;
    uint8_t raw_data[200];
  } parm;
};

struct v4l2_ext_control {
  uint32_t id, size;
  int32_t value;
};

struct v4l2_ext_controls {
  uint32_t ctrl_class, count;
  struct v4l2_ext_control *controls;
};

struct v4l2_querymenu {
  uint32_t id, index;
  union {
    uint8_t name[32];
    int64_t value;
  };
};

#define VIDIOC_G_FMT STANDIN_REQUEST(4, struct v4l2_format)
#define VIDIOC_S_FMT STANDIN_REQUEST(5, struct v4l2_format)
#define VIDIOC_REQBUFS STANDIN_REQUEST(8, struct v4l2_requestbuffers)
#define VIDIOC_QUERYBUF STANDIN_REQUEST(9, struct v4l2_buffer)
#define VIDIOC_QBUF STANDIN_REQUEST(15, struct v4l2_buffer)
#define VIDIOC_DQBUF STANDIN_REQUEST(17, struct v4l2_buffer)
#define VIDIOC_STREAMON STANDIN_REQUEST(18, int)
#define VIDIOC_STREAMOFF STANDIN_REQUEST(19, int)
#define VIDIOC_G_PARM STANDIN_REQUEST(21, struct v4l2_streamparm)
#define VIDIOC_S_PARM STANDIN_REQUEST(22, struct v4l2_streamparm)
#define VIDIOC_QUERYMENU STANDIN_REQUEST(37, struct v4l2_querymenu)
#define VIDIOC_S_EXT_CTRLS STANDIN_REQUEST(72, struct v4l2_ext_controls)

#endif
