// SPDX-License-Identifier: Apache-2.0
#include "fake_isp.h"

#include <errno.h>
#include <stddef.h>

#include "esp_video_ioctl.h"
#include "esp_video_isp_pipeline.h"
#include "fake_rules.h"

fake_isp_state fake_isp;

void fake_isp_reset(void) {
  RULE("isp: the device is closed", !fake_isp.is_open);
  fake_isp = (fake_isp_state){
      .is_automatic = true, .contrast = 128, .saturation = 128, .red = 1000, .blue = 1000};
}

int fake_isp_open(void) {
  RULE("isp: the device is opened once", !fake_isp.is_open);
  if (fake_isp.missing) {
    errno = ENOENT;
    return -1;
  }
  fake_isp.is_open = true;
  return FAKE_ISP_FD;
}

int fake_isp_close(void) {
  RULE("isp: what is closed is open", fake_isp.is_open);
  fake_isp.is_open = false;
  return 0;
}

int fake_isp_ioctl(int request, void *arg) {
  const struct {
    uint32_t id;
    int32_t least, most;
    int32_t *value;
  } controls[] = {
      {V4L2_CID_BRIGHTNESS,   -128, 127,  &fake_isp.brightness},
      {V4L2_CID_CONTRAST,     0,    255,  &fake_isp.contrast  },
      {V4L2_CID_SATURATION,   0,    255,  &fake_isp.saturation},
      {V4L2_CID_RED_BALANCE,  1,    3999, &fake_isp.red       },
      {V4L2_CID_BLUE_BALANCE, 1,    3999, &fake_isp.blue      },
  };
  const struct v4l2_ext_controls *c = arg;
  RULE("isp: the device is open", fake_isp.is_open);
  RULE("isp: controls are set", request == (int)VIDIOC_S_EXT_CTRLS && c->count == 1);
  RULE("isp: the class of the controls", c->ctrl_class == V4L2_CTRL_CLASS_USER);
  fake_isp.calls++;
  for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
    if (c->controls->id != controls[i].id) continue;
    if (c->controls->value < controls[i].least || c->controls->value > controls[i].most) break;
    *controls[i].value = c->controls->value;
    return 0;
  }
  errno = EINVAL;
  return -1;
}

esp_err_t esp_video_isp_pipeline_set_agc_status(esp_video_isp_pipeline_agc_status_t status) {
  if (fake_isp.without_algorithms) return ESP_ERR_INVALID_STATE;
  fake_isp.is_automatic = status == ESP_VIDEO_ISP_PIPELINE_AGC_ENABLE;
  return ESP_OK;
}
