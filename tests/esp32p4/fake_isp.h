// SPDX-License-Identifier: Apache-2.0
// esp_video's ISP device and the algorithms that run beside it.
#ifndef FAKE_ISP_H
#define FAKE_ISP_H

#include <stdbool.h>
#include <stdint.h>

enum { FAKE_ISP_FD = 701 };

typedef struct {
  bool missing;             ///< The device does not open.
  bool without_algorithms;  ///< They were not started.
  bool is_open, is_automatic;
  int32_t brightness, contrast, saturation, red, blue;
  unsigned calls;
} fake_isp_state;

extern fake_isp_state fake_isp;

void fake_isp_reset(void);
int fake_isp_open(void);
int fake_isp_close(void);
int fake_isp_ioctl(int request, void *arg);

#endif
